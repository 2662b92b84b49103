import * as z from 'zod'
import type { EntityState, Home } from '../core/home.ts'
import type { HomeDevice, Person } from '../core/surroundings.ts'

const areas = z.array(z.object({ area_id: z.string(), name: z.string() }))
const devices = z.array(
  z.object({
    id: z.string(),
    name: z.string().nullish(),
    name_by_user: z.string().nullish(),
    area_id: z.string().nullish(),
    connections: z.array(z.tuple([z.string(), z.string()]).rest(z.unknown())).catch([]),
  }),
)
const entries = z.record(z.string(), z.object({ device_id: z.string().nullish() }).nullable())
const trackers = z.array(z.string()).catch([])
const mac = z
  .string()
  .toLowerCase()
  .regex(/^(?:[0-9a-f]{2}:){5}[0-9a-f]{2}$/)

/** So long may a name be that people gave. */
const longestName = 60

/** Devices with their rooms and owners, and people with their whereabouts, as Home Assistant knows them now. */
export async function readResidents(
  home: Home,
): Promise<{ readonly devices: readonly HomeDevice[]; readonly people: readonly Person[] }> {
  const states = await home.states()
  const persons = states.filter(({ entity_id: id }) => id.startsWith('person.'))
  const owners = new Map(
    persons.flatMap(({ entity_id: id, attributes }) =>
      trackers.parse(attributes['device_trackers']).map((tracker) => [tracker, id] as const),
    ),
  )
  const entity_ids = [...owners.keys()]
  const [registry, rooms, tracked] = await Promise.all([
    home.send({ type: 'config/device_registry/list' }),
    home.send({ type: 'config/area_registry/list' }),
    entity_ids.length === 0 ? {} : home.send({ type: 'config/entity_registry/get_entries', entity_ids }),
  ])
  const ownerOfDevice = new Map(
    Object.entries(entries.parse(tracked)).flatMap(([tracker, entry]) => {
      const owner = owners.get(tracker)
      return owner !== undefined && entry?.device_id ? [[entry.device_id, owner] as const] : []
    }),
  )
  const areaName = new Map(areas.parse(rooms).map(({ area_id: id, name }) => [id, name]))
  const known = new Map<string, HomeDevice>()
  for (const { entity_id: id, attributes } of states)
    if (id.startsWith('device_tracker.'))
      add(known, attributes['mac'], { name: attributes['friendly_name'], owner: owners.get(id) })
  for (const { id, name, name_by_user: given, area_id: area, connections } of devices.parse(registry))
    for (const [kind, value] of connections)
      if (kind === 'mac')
        add(known, value, {
          name: given ?? name,
          area: areaName.get(area ?? ''),
          owner: ownerOfDevice.get(id),
        })
  return { devices: [...known.values()], people: persons.flatMap(toPerson) }
}

/** Who has come or gone, from now on until `stop`; the first of each is where they are now. */
export async function* followPeople(
  home: Home,
  people: readonly Person[],
  stop: AbortSignal,
): AsyncIterable<Person> {
  const ids = people.map(({ id }) => id)
  for await (const state of home.watch(ids, stop)) yield* toPerson(state)
}

/** Somebody whose whereabouts are known: any zone but home is away. */
export function toPerson({ entity_id: id, state, attributes }: EntityState): Person[] {
  if (state === 'unknown' || state === 'unavailable') return []
  const name = attributes['friendly_name']
  return [{ id, name: typeof name === 'string' ? name.slice(0, longestName) : id, isHome: state === 'home' }]
}

/** What a later source says goes before what an earlier one said. */
function add(
  known: Map<string, HomeDevice>,
  address: unknown,
  { name, area, owner }: { name: unknown; area?: string | undefined; owner: string | undefined },
): void {
  const hardware = mac.safeParse(address).data
  if (hardware === undefined) return
  known.set(hardware, {
    ...known.get(hardware),
    mac: hardware,
    ...(typeof name === 'string' && name.trim() !== '' && { name: name.trim().slice(0, longestName) }),
    ...(area !== undefined && { area: area.slice(0, longestName) }),
    ...(owner !== undefined && { owner }),
  })
}

import type { HomeDevice, Person, Surroundings as Around } from '../core/surroundings.ts'
import type { Database } from './database.ts'
import { booleanOf, dateOf, optional, some, textOf } from './rows.ts'
import type { Surroundings } from './house-keeping.ts'
import type { Transaction, Writer } from './writer.ts'

export interface OpenSurroundings extends Surroundings {
  /** What people have told of a device with one of these MACs. */
  deviceOf(macs: Iterable<string>): HomeDevice | undefined
  /** What was known at that time of a device with one of these MACs, and of who was at home. */
  at(macs: Iterable<string>, time: Date): Around
}

interface Whereabouts extends Person {
  readonly at: Date
}

/** Logs tell the second: what was learned within it, milliseconds, counts. */
const second = 1000
/** For how long it is known who was at home. */
const keptDays = 365

/** What Home Assistant knows of devices and people, in memory and in its tables. */
export async function openSurroundings(database: Database, writer: Writer): Promise<OpenSurroundings> {
  const rows = await database.rows('SELECT * FROM home_devices')
  let devices = byMac(rows.map(toHomeDevice))
  const past = await database.rows('SELECT * FROM people ORDER BY "at"')
  /** Oldest first, by person. */
  const people = Map.groupBy(past.map(toWhereabouts), ({ id }) => id)

  const write = (apply: (transaction: Transaction) => Promise<void>) =>
    writer.write({ urgency: 'soon', apply })

  const note = (person: Person, at: Date) => {
    const known = people.get(person.id) ?? []
    const last = known.at(-1)
    if (last?.isHome === person.isHome && last.name === person.name) return []
    people.set(person.id, [...known, { ...person, at }])
    return [{ ...person, at }]
  }

  const save = async (news: readonly Whereabouts[], { run }: Transaction) => {
    for (const { id, name, isHome, at } of news)
      await run('INSERT INTO people VALUES ($id, $name, $isHome, $at)', { id, name, isHome, at })
  }

  const deviceOf = (macs: Iterable<string>) => {
    for (const mac of macs) {
      const device = devices.get(mac)
      if (device) return device
    }
    return undefined
  }

  return {
    deviceOf,
    async replace(given, at) {
      const before = [...devices.values()]
      const isSame = JSON.stringify(before) === JSON.stringify(given.devices)
      const gone = [...people.keys()].filter((id) => !given.people.some((person) => person.id === id))
      for (const id of gone) people.delete(id)
      const news = given.people.flatMap((person) => note(person, at))
      devices = byMac(given.devices)
      const old = new Date(at.getTime() - keptDays * 86_400_000)
      await write(async (transaction) => {
        await transaction.run('DELETE FROM people WHERE "at" < $old OR list_contains($gone, id)', {
          old,
          gone,
        })
        await save(news, transaction)
        if (isSame) return
        await transaction.run('DELETE FROM home_devices')
        for (const { mac, name = null, area = null, owner = null } of given.devices)
          await transaction.run('INSERT INTO home_devices VALUES ($mac, $name, $area, $owner)', {
            ...{ mac, name, area, owner },
          })
        transaction.touch('devices')
      })
    },
    async move(person, at) {
      const news = note(person, at)
      if (news.length > 0) await write((transaction) => save(news, transaction))
    },
    at(macs, time) {
      const device = deviceOf(macs)
      const until = time.getTime() + second
      const then = [...people.values()].flatMap(
        (all) => all.findLast(({ at }) => at.getTime() <= until) ?? [],
      )
      const owner = then.find(({ id }) => id === device?.owner)
      return {
        ...some('area', device?.area),
        ...(owner && { owner: { name: owner.name, isHome: owner.isHome } }),
        ...(then.length > 0 && { isAnybodyHome: then.some(({ isHome }) => isHome) }),
      }
    },
  }
}

function byMac(devices: readonly HomeDevice[]): Map<string, HomeDevice> {
  return new Map(devices.map((device) => [device.mac, device]))
}

function toHomeDevice(row: Parameters<typeof textOf>[0]): HomeDevice {
  return {
    mac: textOf(row, 'mac'),
    ...some('name', optional(row, 'name', textOf)),
    ...some('area', optional(row, 'area', textOf)),
    ...some('owner', optional(row, 'owner', textOf)),
  }
}

function toWhereabouts(row: Parameters<typeof textOf>[0]): Whereabouts {
  return {
    id: textOf(row, 'id'),
    name: textOf(row, 'name'),
    isHome: booleanOf(row, 'home'),
    at: dateOf(row, 'at'),
  }
}

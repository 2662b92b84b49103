import { isIPv4 } from 'node:net'
import { toDeviceId, type Device, type DeviceId } from '../core/device.ts'
import type { Observation } from '../core/observation.ts'
import type { HomeDevice } from '../core/surroundings.ts'
import { isLocallyAdministered, normalMac } from './addresses.ts'
import type { Database } from './database.ts'
import { makeRegistry, type Changes, type Known, type Registry } from './registry.ts'
import { booleanOf, dateOf, optional, some, textOf } from './rows.ts'
import { toTimestamp, type Row } from './session.ts'
import type { Devices } from './store.ts'
import type { OpenSurroundings } from './surroundings.ts'
import { vendorOf } from './vendors.ts'
import type { Transaction, Writer } from './writer.ts'

export interface OpenDevices extends Devices {
  /** The address whose doing this is; undefined: this machine. */
  whose(observation: Observation): string | undefined
  /** Whose doing this is, as this collector saw. In a transaction that ends with `save`. */
  of(observation: Observation, source: string): DeviceId
  /** Before the first `of` of a transaction: what an earlier one has lost is read again. */
  begin(transaction: Transaction): Promise<void>
  /** Writes down what `of` changed. */
  save(transaction: Transaction): Promise<void>
  /** The device that a merged one is now; any other id as it is. */
  resolve(id: DeviceId): DeviceId
  /** Grows when a device was merged into another. */
  merges(): number
  /** When everybody was seen last: to be written before closing. */
  saveSights(): Promise<void>
}

export interface DeviceParts {
  readonly database: Database
  readonly writer: Writer
  readonly surroundings: Pick<OpenSurroundings, 'deviceOf'>
  readonly now: () => Date
}

/** How long the time of a device's last sight may wait to be written, milliseconds. */
const sightsWait = 60_000

/** Devices, in memory and in their tables. */
export async function openDevices({
  database,
  writer,
  surroundings,
  now,
}: DeviceParts): Promise<OpenDevices> {
  const changed = new Set<Known>()
  const seen = new Set<Known>()
  const merged: { from: Known; into: Known }[] = []
  const changes: Changes = {
    changed: (device) => void changed.add(device),
    seen: (device) => void seen.add(device),
    merged: (from, into) => void merged.push({ from, into }),
  }
  let registry = await load((sql) => database.rows(sql), changes)
  let lost = false
  let merges = 0
  let sightsAt = now().getTime()

  const begin = async (transaction: Transaction) => {
    transaction.undo(() => (lost = true))
    if (!lost) return
    for (const list of [changed, seen]) list.clear()
    merged.length = 0
    registry = await load((sql) => transaction.rows(sql), changes)
    lost = false
  }

  const writeSights = async (transaction: Transaction) => {
    await transaction.run(
      `UPDATE devices SET last_seen = greatest(last_seen, make_timestamp(sights.micros::BIGINT))
       FROM (SELECT unnest($ids) AS id, unnest($micros) AS micros) sights WHERE sights.id = devices.id`,
      {
        ids: [...seen].map(({ id }) => id),
        micros: [...seen].map(({ lastSeen }) => `${lastSeen}000`),
      },
    )
    const sights = [...seen].flatMap(({ id, sources }) =>
      [...sources].map(([source, at]) => ({ id, source, micros: `${at}000` })),
    )
    await transaction.run(
      `UPDATE device_sources SET "at" = make_timestamp(sights.micros::BIGINT)
       FROM (SELECT unnest($ids) AS id, unnest($sources) AS source, unnest($micros) AS micros) sights
       WHERE sights.id = device_sources.device AND sights.source = device_sources.source`,
      {
        ids: sights.map(({ id }) => id),
        sources: sights.map(({ source }) => source),
        micros: sights.map(({ micros }) => micros),
      },
    )
    seen.clear()
    sightsAt = now().getTime()
  }

  const save = async (transaction: Transaction) => {
    const gone = merged.splice(0)
    for (const { from, into } of gone) {
      changed.delete(from)
      seen.delete(from)
      const pair = { from: from.id, into: into.id }
      await transaction.run('UPDATE device_aliases SET device = $into WHERE device = $from', pair)
      await transaction.run('INSERT INTO device_aliases VALUES ($from, $into)', pair)
      merges += 1
    }
    if (changed.size + gone.length > 0) {
      await rewrite([...changed], [...changed, ...gone.map(({ from }) => from)], transaction)
      transaction.touch('devices')
    }
    for (const device of changed) seen.delete(device)
    changed.clear()
    if (seen.size > 0 && Math.abs(now().getTime() - sightsAt) >= sightsWait) await writeSights(transaction)
  }

  const change = <T>(apply: (transaction: Transaction) => T): Promise<T> =>
    writer.write({
      urgency: 'now',
      async apply(transaction) {
        await begin(transaction)
        const result = apply(transaction)
        await save(transaction)
        return result
      },
    })

  const resolve = (id: DeviceId) => registry.aliases.get(id) ?? id
  const get = (id: DeviceId) => registry.known.get(resolve(id))
  /** Looked up once for each MAC. */
  const vendors = new Map<string, string | undefined>()
  const vendorFor = ({ macs }: Known) => {
    for (const mac of macs.keys()) {
      if (!vendors.has(mac)) vendors.set(mac, vendorOf(mac))
      const vendor = vendors.get(mac)
      if (vendor !== undefined) return vendor
    }
    return undefined
  }
  const view = (known: Known) => toDevice(known, vendorFor(known), surroundings.deviceOf(known.macs.keys()))
  const viewIfKnown = (known: Known | undefined) => known && view(known)
  const list = () => [...registry.known.values()].sort((a, b) => b.lastSeen - a.lastSeen).map(view)

  return {
    begin,
    save,
    resolve,
    list,
    whose: (observation) => registry.whose(observation),
    of: (observation, source) => registry.of(observation, source),
    merges: () => merges,
    async saveSights() {
      if (seen.size > 0) await writer.write({ urgency: 'now', apply: writeSights })
    },
    get: (id) => viewIfKnown(get(id)),
    at: (address) => viewIfKnown(registry.at(address)),
    find(text) {
      const wanted = text.trim().toLowerCase()
      const mac = normalMac(wanted)
      const known = get(toDeviceId(wanted)) ?? registry.at(wanted)
      if (known) return view(known)
      const devices = list()
      return (
        devices.find(({ macs }) => mac !== undefined && macs.includes(mac)) ??
        devices.find(({ label }) => label?.toLowerCase() === wanted) ??
        devices.find(({ hostnames }) => hostnames.some((hostname) => hostname.toLowerCase() === wanted))
      )
    },
    label: (id, label) =>
      change(() => {
        const device = get(id)
        if (!device) return false
        device.label = label
        changes.changed(device)
        return true
      }),
    own: (interfaces, hostname) => change(() => registry.own(interfaces, hostname, now().getTime())),
  }
}

/** Puts these devices as they are now in the place of those: few statements, however many they are. */
async function rewrite(
  devices: readonly Known[],
  instead: readonly Known[],
  transaction: Transaction,
): Promise<void> {
  const ids = instead.map(({ id }) => id)
  await transaction.run('DELETE FROM devices WHERE list_contains($ids, id)', { ids })
  for (const table of ['device_addresses', 'device_macs', 'device_hostnames', 'device_sources'])
    await transaction.run(`DELETE FROM ${table} WHERE list_contains($ids, device)`, { ids })
  const appender = await transaction.appender('devices')
  for (const { id, label, provisional, firstSeen, lastSeen } of devices) {
    appender.appendVarchar(id)
    if (label === undefined) appender.appendNull()
    else appender.appendVarchar(label)
    appender.appendBoolean(provisional)
    appender.appendTimestamp(toTimestamp(new Date(firstSeen)))
    appender.appendTimestamp(toTimestamp(new Date(lastSeen)))
    appender.endRow()
  }
  await appendSights('device_addresses', devices, ({ addresses }) => addresses, transaction)
  await appendSights('device_macs', devices, ({ macs }) => macs, transaction)
  await appendSights('device_hostnames', devices, ({ hostnames }) => hostnames, transaction)
  await appendSights('device_sources', devices, ({ sources }) => sources, transaction)
}

async function appendSights(
  table: string,
  devices: readonly Known[],
  sightsOf: (device: Known) => ReadonlyMap<string, number>,
  transaction: Transaction,
): Promise<void> {
  const appender = await transaction.appender(table)
  for (const device of devices)
    for (const [what, at] of sightsOf(device)) {
      appender.appendVarchar(device.id)
      appender.appendVarchar(what)
      appender.appendTimestamp(toTimestamp(new Date(at)))
      appender.endRow()
    }
}

async function load(ask: (sql: string) => Promise<Row[]>, changes: Changes): Promise<Registry> {
  const known = new Map<string, Known>()
  for (const row of await ask('SELECT * FROM devices'))
    known.set(textOf(row, 'id'), {
      id: toDeviceId(textOf(row, 'id')),
      label: optional(row, 'label', textOf),
      provisional: booleanOf(row, 'provisional'),
      firstSeen: dateOf(row, 'first_seen').getTime(),
      lastSeen: dateOf(row, 'last_seen').getTime(),
      addresses: new Map(),
      macs: new Map(),
      hostnames: new Map(),
      sources: new Map(),
    })
  for (const row of await ask('SELECT * FROM device_addresses'))
    known.get(textOf(row, 'device'))?.addresses.set(textOf(row, 'address'), dateOf(row, 'at').getTime())
  for (const row of await ask('SELECT * FROM device_macs'))
    known.get(textOf(row, 'device'))?.macs.set(textOf(row, 'mac'), dateOf(row, 'at').getTime())
  for (const row of await ask('SELECT * FROM device_hostnames'))
    known.get(textOf(row, 'device'))?.hostnames.set(textOf(row, 'hostname'), dateOf(row, 'at').getTime())
  for (const row of await ask('SELECT * FROM device_sources'))
    known.get(textOf(row, 'device'))?.sources.set(textOf(row, 'source'), dateOf(row, 'at').getTime())
  const aliases = (await ask('SELECT * FROM device_aliases')).map((row): [DeviceId, DeviceId] => [
    toDeviceId(textOf(row, 'id')),
    toDeviceId(textOf(row, 'device')),
  ])
  return makeRegistry(known.values(), new Map(aliases), changes)
}

/** A device as others see it, with what people have told Home Assistant of it. */
export function toDevice(known: Known, vendor?: string, home: Partial<HomeDevice> = {}): Device {
  const { id, label, provisional } = known
  const macs = [...known.macs.keys()]
  const addresses = newestFirst(known.addresses)
  const hostnames = newestFirst(known.hostnames)
  return {
    id,
    // People know the short ones.
    name: label ?? home.name ?? hostnames[0] ?? addresses.find(isIPv4) ?? addresses[0] ?? id,
    ...(label !== undefined && { label }),
    ...some('area', home.area),
    macs,
    ...some('vendor', vendor),
    addresses,
    hostnames,
    randomMac: macs.length > 0 && macs.every(isLocallyAdministered),
    provisional,
    firstSeen: new Date(known.firstSeen),
    lastSeen: new Date(known.lastSeen),
    sources: [...known.sources]
      .sort((a, b) => b[1] - a[1])
      .map(([name, at]) => ({ name, lastSeen: new Date(at) })),
  }
}

function newestFirst(sights: ReadonlyMap<string, number>): string[] {
  return [...sights].sort((a, b) => b[1] - a[1]).map(([what]) => what)
}

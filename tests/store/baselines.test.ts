import { deepEqual, equal, match } from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Figures } from '../../src/core/baseline.ts'
import { thisMachine, type DeviceId } from '../../src/core/device.ts'
import type { Observation } from '../../src/core/observation.ts'
import { openStore } from '../../src/store/open.ts'
import type { Store } from '../../src/store/store.ts'

process.env['TZ'] = 'Europe/Berlin'

const address = '192.168.1.10'

/** A store whose clock is moved by hand. */
async function withStore(
  work: (house: {
    store(): Store
    reopen(): Promise<Store>
    device(): DeviceId
    folder: string
  }) => Promise<void>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'baselines-'))
  const open = () => openStore({ folder, memoryLimit: '64MB', now: () => local(20) })
  let store = await open()
  try {
    await work({
      folder,
      store: () => store,
      async reopen() {
        await store.close()
        store = await open()
        return store
      },
      device() {
        const device = store.devices.at(address)
        if (!device) throw new Error('no device')
        return device.id
      },
    })
  } finally {
    await store.close()
    await rm(folder, { recursive: true })
  }
}

/** A local moment of November 2026; the 2nd is a Monday. */
const local = (day: number, hour = 0, minute = 0) => new Date(2026, 10, day, hour, minute)

const query = (at: Date, qname = 'www.a.example'): Observation => ({
  kind: 'dns-query',
  at,
  address,
  qname,
  qtype: 'A',
})
const queries = (count: number, day: number, hour: number) =>
  Array.from({ length: count }, (_, minute) => query(local(day, hour, minute)))
const reading = (at: Date, value: number): Observation => ({
  kind: 'reading',
  at,
  quantity: 'temperature',
  sensor: 'coretemp/Core 0',
  value,
  unit: '°C',
})
const save = (store: Store, observations: readonly Observation[], imported = false) =>
  store.events.save({ loop: 'collect/test', observations, imported })

const close = (figures: Figures | undefined, expected: Figures) => {
  const round = (value: number | undefined) => value?.toFixed(9)
  for (const name of ['count', 'mean', 'deviation', 'median', 'mad'] as const)
    equal(round(figures?.[name]), round(expected[name]), name)
}

const fileOf = async (folder: string, device: DeviceId) =>
  JSON.parse(await readFile(join(folder, 'baselines', `${device}.json`), 'utf8'))

test('two imported weeks give the figures that were computed by hand', () =>
  withStore(async ({ store, reopen, device }) => {
    const weeks = Array.from({ length: 14 }, (_, index) => index + 2).flatMap((day) => [
      // 10 queries at eight in the first week, 20 in the second; 4 in the evening of which one is for a new domain
      ...queries(day < 9 ? 10 : 20, day, 8),
      query(local(day, 20, 0)),
      query(local(day, 20, 1), 'b.example'),
      query(local(day, 20, 2), 'cdn.b.example'),
      query(local(day, 20, 3), `only-on-${day}.example`),
    ])
    await save(store(), weeks, true)
    // 28 hours and twice 14 days
    equal(await store().baselines.learn(local(20)), 28 + 14 + 14)
    const check = (again: Store) => {
      const hours = again.baselines.get(device(), 'dns-queries')
      // 14 × 4, 7 × 10, 7 × 20: mean 266 / 28; squares 14 × 5.5² + 7 × 0.5² + 7 × 10.5² = 1197; distances from 7: 21 × 3, 7 × 13
      close(hours, { count: 28, mean: 9.5, deviation: Math.sqrt(1197 / 27), median: 7, mad: 3 })
      deepEqual([hours?.unit, hours?.since, hours?.hours.size], ['queries/hour', local(2, 8), 0])
      close(again.baselines.get(device(), 'domains'), { count: 14, mean: 3, deviation: 0, median: 3, mad: 0 })
      // three on the first day, one on each of the others: mean 16 / 14; squares (3 − 8/7)² + 13 × (1/7)² = 182 / 49
      close(again.baselines.get(device(), 'new-domains'), {
        count: 14,
        mean: 8 / 7,
        deviation: Math.sqrt(182 / 49 / 13),
        median: 1,
        mad: 0,
      })
      equal(again.baselines.list(device()).length, 3)
    }
    check(store())
    check(await reopen())
    equal(await store().baselines.learn(local(20)), 0)
    check(store())
  }))

test('an hour of the week has figures of its own from its fourth sample on', () =>
  withStore(async ({ store, device }) => {
    await save(
      store(),
      [2, 9, 16].flatMap((day, week) => queries((week + 1) * 10, day, 8)),
    )
    await store().baselines.learn(local(17))
    equal(store().baselines.get(device(), 'dns-queries')?.hours.size, 0)
    await save(store(), [...queries(40, 23, 8), ...queries(5, 24, 8)])
    await store().baselines.learn(local(25))
    const { hours } = store().baselines.get(device(), 'dns-queries') ?? {}
    deepEqual([...(hours?.keys() ?? [])], [8])
    close(hours?.get(8), { count: 4, mean: 25, deviation: Math.sqrt(500 / 3), median: 25, mad: 10 })
  }))

test('temperatures are hourly means by sensor, of this machine', () =>
  withStore(async ({ store }) => {
    await save(store(), [
      reading(local(2, 8, 0), 40),
      reading(local(2, 8, 30), 42),
      reading(local(2, 9, 59), 50),
      reading(local(2, 10, 0), 90),
    ])
    equal(await store().baselines.learn(local(2, 10, 30)), 2)
    const baseline = store().baselines.get(thisMachine, 'temperature/coretemp/Core 0')
    close(baseline, { count: 2, mean: 45.5, deviation: Math.sqrt(40.5), median: 45.5, mad: 4.5 })
    equal(baseline?.unit, '°C')
  }))

test('an hour is learned when it has ended, a day when it has ended, late and imported events too', () =>
  withStore(async ({ store, device }) => {
    const count = () => store().baselines.get(device(), 'dns-queries')
    await save(store(), queries(5, 2, 8))
    equal(await store().baselines.learn(local(2, 8, 59)), 0)
    equal(count(), undefined)
    equal(await store().baselines.learn(local(2, 9)), 1)
    equal(count()?.mean, 5)
    equal(store().baselines.get(device(), 'domains'), undefined)
    await save(store(), queries(2, 2, 8))
    equal(await store().baselines.learn(local(2, 9, 1)), 1)
    deepEqual([count()?.count, count()?.mean], [1, 7])
    await save(store(), [query(local(1, 23), 'c.example'), query(local(1, 23), 'a.example')], true)
    equal(await store().baselines.learn(local(2, 9, 2)), 3)
    equal(await store().baselines.learn(local(3)), 2)
    // a.example was new on the second, until the first was imported
    close(store().baselines.get(device(), 'new-domains'), {
      count: 2,
      mean: 1,
      deviation: Math.SQRT2,
      median: 1,
      mad: 1,
    })
    equal(await store().baselines.learn(local(3)), 0)
  }))

test('a name that turns out to be older is no longer new on the day that had it', () =>
  withStore(async ({ store, folder, device }) => {
    await save(store(), [query(local(2, 8))])
    await store().baselines.learn(local(3))
    equal(store().baselines.get(device(), 'new-domains')?.mean, 1)
    await save(store(), [query(local(1, 8))], true)
    await store().baselines.learn(local(3, 1))
    deepEqual((await fileOf(folder, device())).subjects['new-domains'].samples, {
      '2026-11-01': 1,
      '2026-11-02': 0,
    })
  }))

test('the days on which the clock changes have 23 and 25 hours, each of its own', () =>
  withStore(async ({ store, folder, device }) => {
    const hour = 3_600_000
    const autumn = new Date(2026, 9, 25).getTime()
    const spring = new Date(2026, 2, 29).getTime()
    const day = (start: number, hours: number) =>
      Array.from({ length: hours }, (_, index) => query(new Date(start + index * hour + 60_000)))
    await save(store(), [...day(spring, 23), ...day(autumn, 25)], true)
    equal(await store().baselines.learn(local(20)), 48 + 2 * 2)
    const { samples } = (await fileOf(folder, device())).subjects['dns-queries']
    const keys = Object.keys(samples)
    deepEqual(keys.filter((key) => key.startsWith('2026-03-29T0')).slice(0, 4), [
      '2026-03-29T00+01:00',
      '2026-03-29T01+01:00',
      '2026-03-29T03+02:00',
      '2026-03-29T04+02:00',
    ])
    deepEqual(keys.filter((key) => key.startsWith('2026-10-25T02')).sort(), [
      '2026-10-25T02+01:00',
      '2026-10-25T02+02:00',
    ])
    equal(store().baselines.get(device(), 'dns-queries')?.deviation, 0)
    deepEqual(Object.keys((await fileOf(folder, device())).subjects['domains'].samples), [
      '2026-03-29',
      '2026-10-25',
    ])
  }))

test('a person may correct the file, fix figures, and delete it to have it learned again', () =>
  withStore(async ({ store, folder, device }) => {
    await save(store(), [...queries(5, 2, 8), ...queries(7, 2, 9)])
    await store().baselines.learn(local(2, 10))
    const path = join(folder, 'baselines', `${device()}.json`)
    const file = await fileOf(folder, device())
    match(
      await readFile(path, 'utf8'),
      /^\{\n {2}"device": "d-[0-9a-f]{8}",\n {2}"name": "192\.168\.1\.10",\n/,
    )
    deepEqual(file.subjects['dns-queries'].samples, { '2026-11-02T08+01:00': 5, '2026-11-02T09+01:00': 7 })
    const fixed = { ...file.subjects['dns-queries'], mean: 500, fixed: true, note: 'the backup runs' }
    await writeFile(path, JSON.stringify({ ...file, subjects: { 'dns-queries': fixed } }))
    await save(store(), queries(9, 2, 10))
    equal(await store().baselines.learn(local(2, 11)), 1)
    equal(store().baselines.get(device(), 'dns-queries')?.mean, 500)
    const after = (await fileOf(folder, device())).subjects['dns-queries']
    deepEqual([after.note, after.fixed, Object.keys(after.samples).length], ['the backup runs', true, 3])
    await rm(path)
    equal(await store().baselines.learn(local(2, 11, 1)), 3)
    equal(store().baselines.get(device(), 'dns-queries')?.mean, 7)
  }))

test('a damaged file is moved aside, and its copy is learned on from', () =>
  withStore(async ({ store, reopen, folder, device }) => {
    await save(store(), queries(5, 2, 8))
    await store().baselines.learn(local(2, 9))
    await save(store(), queries(7, 2, 9))
    await store().baselines.learn(local(2, 10))
    await writeFile(join(folder, 'baselines', `${device()}.json`), '{"device": ')
    await reopen()
    match(store().meta.findings.join('\n'), /^d-[0-9a-f]{8}\.json was damaged/)
    await store().baselines.learn(local(2, 10))
    equal(store().baselines.get(device(), 'dns-queries')?.mean, 6)
    equal((await readdir(join(folder, 'baselines'))).filter((name) => name.includes('damaged')).length, 1)
  }))

test('a device that was merged into another is learned as a part of it', () =>
  withStore(async ({ store, folder, device }) => {
    const presence = (place: string, at: Date): Observation => ({
      kind: 'presence',
      at,
      address: place,
      mac: '02:00:00:00:00:01',
      via: 'neighbour',
    })
    await save(store(), queries(5, 2, 8))
    await store().baselines.learn(local(2, 9))
    const provisional = device()
    await save(store(), [
      presence('192.168.1.11', local(2, 9)),
      { ...query(local(2, 9)), address: '192.168.1.11' },
    ])
    await store().baselines.learn(local(2, 10))
    await save(store(), [presence(address, local(2, 10))])
    equal(store().devices.get(provisional)?.id, device())
    await store().baselines.learn(local(2, 11))
    equal(store().baselines.get(provisional, 'dns-queries'), undefined)
    close(store().baselines.get(device(), 'dns-queries'), {
      count: 2,
      mean: 3,
      deviation: Math.sqrt(8),
      median: 3,
      mad: 2,
    })
    deepEqual((await fileOf(folder, device())).merged, [provisional])
    equal((await readdir(join(folder, 'baselines'))).includes(`${provisional}.json`), false)
  }))

test('what is dated far ahead holds nothing back', () =>
  withStore(async ({ store, folder, device }) => {
    await save(store(), [query(new Date(2099, 1, 1)), ...queries(5, 2, 8)])
    equal(await store().baselines.learn(local(2, 9)), 1)
    equal((await fileOf(folder, device())).through.hourly, store().events.newest())
  }))

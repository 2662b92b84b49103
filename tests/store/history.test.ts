import { deepEqual, equal, match } from 'node:assert/strict'
import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import type { Observation } from '../../src/core/observation.ts'
import type { Store } from '../../src/store/store.ts'
import { at, correlate, nas, signal, withStore } from './judging.ts'

const query = (hour: number, qname: string): Observation => ({
  kind: 'dns-query',
  at: at(hour),
  address: '192.168.1.10',
  qname,
  qtype: 'A',
})

async function live(store: Store): Promise<void> {
  await store.events.save({
    loop: 'collect/pihole-log',
    observations: [
      {
        kind: 'presence',
        at: at(8),
        address: '192.168.1.10',
        mac: '00:00:5e:00:53:01',
        hostname: 'n"as\n',
        via: 'lease',
      },
      query(9, 'a.example'),
    ],
    cursor: { offset: 17 },
  })
  await store.devices.label(store.devices.at('192.168.1.10')?.id ?? nas, 'The NAS')
  await store.signals.claim({
    loop: 'detect/dga',
    signals: [signal(), signal({ target: 'b' })],
    cursor: { seq: 2 },
  })
  await correlate(store)
  await store.signals.claim({
    loop: 'detect/dga',
    signals: [signal({ target: 'c', cause: 'x' })],
    cursor: { seq: 2 },
  })
  await store.alerts.judge('a1', {
    at: at(10),
    severity: 'high',
    reason: 'because',
    evidence: ['s1'],
    status: 'ok',
    model: 'tiny',
    signalsSeq: 1,
    latencyMs: 5,
    cached: false,
  })
  await store.cursors.set('correlate', { seq: 2 }, 'now')
}

/** Takes the database away, as a worn-out card would. */
async function lose(folder: string): Promise<void> {
  for (const name of await readdir(folder))
    if (name.startsWith('hearthwarden.duckdb')) await rm(join(folder, name))
}

test('a start with an empty database has devices, alerts and signals again, and numbers go on', () =>
  withStore(async ({ store, reopen, folder }) => {
    await live(store())
    await store().upkeep.backUp()
    const { instance, createdAt } = store().meta
    const before = {
      devices: store().devices.list(),
      alerts: await store().alerts.list({ limit: 9 }),
      signals: await store().signals.changed(0),
    }
    const newest = store().events.newest()
    const again = await reopen(() => lose(folder))
    deepEqual(
      {
        devices: again.devices.list(),
        alerts: await again.alerts.list({ limit: 9 }),
        signals: await again.signals.changed(0),
      },
      before,
    )
    deepEqual([again.meta.instance, again.meta.createdAt], [instance, createdAt])
    match(again.meta.findings.join('\n'), /the database was empty: devices and alerts were put back/)
    deepEqual(await again.cursors.get('correlate'), { seq: 2 })
    deepEqual(await again.cursors.get('collect/pihole-log'), { offset: 17 })
    equal(await again.cursors.get('detect/dga'), undefined)
    equal(again.events.newest() > newest, true)

    await again.signals.claim({
      loop: 'detect/dga',
      signals: [signal({ at: at(11) }), signal({ target: 'd' })],
      cursor: { seq: 3 },
    })
    deepEqual(
      (await again.signals.changed(0)).map(({ id, seq }) => [id, seq]),
      [
        ['s2', 2],
        ['s3', 3],
        ['s1', 4],
        ['s4', 5],
      ],
    )
    equal(await correlate(again), 'a1')
    const through = again.events.newest()
    await again.events.save({
      loop: 'collect/pihole-log',
      observations: [query(10, 'a.example'), query(10, 'new.example')],
    })
    equal(again.events.newest(), through + 2)
    const fresh = { from: at(0), to: at(20), after: through, through: through + 2, imported: false }
    deepEqual(
      (await again.events.reader.newDomains(fresh)).map(({ domain }) => domain),
      ['new.example'],
    )
  }))

test('the backup is one row a line, and holds nothing of events', () =>
  withStore(async ({ store, folder }) => {
    await live(store())
    await store().upkeep.backUp()
    const text = gunzipSync(await readFile(join(folder, 'history.ndjson.gz'))).toString()
    const tables = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).table)
    deepEqual(
      [...new Set(tables)].toSorted((a, b) => (a < b ? -1 : 1)),
      [
        'alerts',
        'cursors',
        'device_addresses',
        'device_hostnames',
        'device_macs',
        'device_sources',
        'devices',
        'domain_first',
        'meta',
        'signals',
      ],
    )
  }))

test('a database that holds something is left alone', () =>
  withStore(async ({ store, reopen }) => {
    await live(store())
    await store().upkeep.backUp()
    await store().alerts.setStatus('a1', 'acknowledged')
    await reopen()
    equal((await store().alerts.get('a1'))?.status, 'acknowledged')
    deepEqual(store().meta.findings, [])
  }))

for (const [what, damage] of [
  ['torn', (good: Buffer) => good.subarray(0, good.length - 20)],
  ['changed', (good: Buffer) => Buffer.concat([good.subarray(0, 40), Buffer.from('no'), good.subarray(42)])],
  ['of another kind', () => Buffer.from('hello')],
] as const)
  test(`a backup that is ${what} is moved aside, and nothing of it is used`, () =>
    withStore(async ({ store, reopen, folder }) => {
      await live(store())
      await store().upkeep.backUp()
      const path = join(folder, 'history.ndjson.gz')
      await writeFile(path, damage(await readFile(path)))
      await reopen(() => lose(folder))
      deepEqual(await store().alerts.list({ limit: 9 }), [])
      deepEqual(
        store()
          .devices.list()
          .filter(({ macs }) => macs.length > 0),
        [],
      )
      match(store().meta.findings.join('\n'), /its backup cannot be read \(.+\): it was moved to /)
      equal((await readdir(folder)).filter((name) => name.startsWith('history.ndjson.gz.damaged-')).length, 1)
      await live(store())
    }))

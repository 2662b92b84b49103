import assert from 'node:assert/strict'
import { test } from 'node:test'
import { thisMachine } from '../../src/core/device.ts'
import type { HealthChange, Observation, Reading } from '../../src/core/observation.ts'
import { answer, at, atOnce, loop, makeStore, presence, query } from './saving.ts'

const tv = '192.168.1.20'
const phone = '192.168.1.21'

const reading = (second: number, value: number): Reading => ({
  kind: 'reading',
  at: at(second),
  quantity: 'temperature',
  sensor: 'coretemp/Core 0',
  value,
  unit: '°C',
})

const health = (second: number, state: HealthChange['state'], reason?: string): HealthChange => ({
  kind: 'health',
  at: at(second),
  loop,
  state,
  ...(reason !== undefined && { reason }),
})

void test('what goes in comes out, with its number, its source and its device', async (t) => {
  const house = await makeStore(t)
  const observations: Observation[] = [
    query(1, tv, 'www.example.com'),
    answer(1, 'www.example.com', { answer: '203.0.113.7', address: tv }),
    answer(2, 'nothing.example.com', { rcode: 'NXDOMAIN' }),
    { ...reading(3, 41.5), limit: 90 },
    presence(4, tv, '3c:22:fb:00:00:01', 'television'),
    health(5, 'waiting', 'the file is not there'),
    query(6, undefined, 'nul\u0000 "quoted" \u202e 😀'),
  ]
  await house.save(...observations)
  const store = await house.reopen()
  const device = store.devices.at(tv)?.id
  const found = await store.events.search({ limit: 100 })
  assert.deepEqual(
    found.toReversed(),
    observations.map((observation, index) => ({
      seq: index + 1,
      source: loop,
      imported: false,
      event: { ...observation, device: observation.address === tv ? device : thisMachine },
    })),
  )
  assert.equal(store.events.newest(), observations.length)
})

void test('numbers only grow, also after a piece that failed and after a restart', async (t) => {
  const house = await makeStore(t)
  await house.save(query(1, tv, 'a.example.com'))
  await assert.rejects(
    house.save(query(2, tv, 'b.example.com'), { ...query(2, tv, 'c.example.com'), at: new Date(Number.NaN) }),
  )
  assert.equal(house.store().events.newest(), 1)
  await house.save(query(3, tv, 'd.example.com'))
  const newest = house.store().events.newest()
  assert.ok(newest > 1)
  const store = await house.reopen()
  assert.equal(store.events.newest(), newest)
  await house.save(query(4, tv, 'e.example.com'))
  assert.equal(store.events.newest(), newest + 1)
})

void test('a cursor is saved with its piece or not at all', async (t) => {
  const house = await makeStore(t)
  const { store } = house
  await atOnce(store(), { loop, observations: [query(1, tv, 'a.example.com')], cursor: { offset: 10 } })
  const bad = { ...query(2, tv, 'b.example.com'), at: new Date(Number.NaN) }
  await assert.rejects(atOnce(store(), { loop, observations: [bad], cursor: { offset: 20 } }))
  assert.deepEqual(await store().cursors.get(loop), { offset: 10 })
  await store().cursors.set('detect/dga', { seq: 1 }, 'with-next')
  await store().cursors.set('detect/dga', { seq: 2 }, 'with-next')
  const reopened = await house.reopen()
  assert.deepEqual(await reopened.cursors.get(loop), { offset: 10 })
  assert.deepEqual(await reopened.cursors.get('detect/dga'), { seq: 2 })
  assert.equal(await reopened.cursors.get('detect/none'), undefined)
})

void test('domains: what each device asked for, and how much of it was refused', async (t) => {
  const house = await makeStore(t)
  await house.save(
    query(1, tv, 'a.tracker.co.uk'),
    answer(1, 'a.tracker.co.uk', { source: 'blocked', answer: '0.0.0.0' }),
    query(2, tv, 'b.tracker.co.uk'),
    answer(2, 'b.tracker.co.uk', { rcode: 'NXDOMAIN' }),
    query(3, tv, 'b.tracker.co.uk'),
    query(4, tv, 'mine.github.io'),
    query(5, phone, 'a.tracker.co.uk'),
    query(6, tv, 'nas.local'),
    query(7, tv, 'localhost'),
  )
  const [device, other] = [tv, phone].map((address) => house.store().devices.at(address)?.id)
  const rows = await house.store().events.reader.domains(house.window({ imported: false }))
  const of = (id: typeof device, domain: string) =>
    rows.find((row) => row.device === id && row.domain === domain)
  assert.deepEqual(of(device, 'tracker.co.uk'), {
    device,
    domain: 'tracker.co.uk',
    qname: 'b.tracker.co.uk',
    names: 2,
    queries: 3,
    nxdomain: 1,
    blocked: 1,
    first: at(1),
    last: at(3),
  })
  assert.equal(of(other, 'tracker.co.uk')?.blocked, 1)
  assert.deepEqual(
    rows
      .filter((row) => row.device === device)
      .map(({ domain }) => domain)
      .toSorted(),
    ['localhost', 'mine.github.io', 'nas.local', 'tracker.co.uk'],
  )
})

void test('domains: of some, and of those that do not exist', async (t) => {
  const house = await makeStore(t)
  await house.save(
    query(1, tv, 'www.asked.example'),
    query(2, tv, 'www.gone.example'),
    answer(2, 'www.gone.example', { rcode: 'NXDOMAIN' }),
    query(3, tv, 'www.half.example'),
    query(3, tv, 'gone.half.example'),
    answer(3, 'gone.half.example', { rcode: 'NXDOMAIN' }),
    query(4, tv, 'www.blocked.example'),
    answer(4, 'www.blocked.example', { rcode: 'NXDOMAIN', source: 'blocked' }),
    query(5, tv, 'www.other.example'),
    query(6, phone, 'www.asked.example'),
  )
  const { reader } = house.store().events
  const names = ['asked', 'blocked', 'gone', 'half', 'other'].map((name) => `${name}.example`)
  assert.deepEqual((await reader.domainNames(house.window())).toSorted(), names)
  const of = async (among?: readonly string[]) =>
    (await reader.domains(house.window(), among)).map(({ domain }) => domain).toSorted()
  assert.deepEqual(await of(['asked.example']), ['asked.example', 'asked.example', 'gone.example'])
  assert.deepEqual(await of([]), ['gone.example'])
  assert.equal((await of()).length, 6)
})

void test('a window is half open by time and by number, and knows what was imported', async (t) => {
  const house = await makeStore(t)
  await house.import(query(1, tv, 'imported.example'))
  await house.save(query(2, tv, 'two.example'), query(3, tv, 'three.example'), query(4, tv, 'four.example'))
  const { reader } = house.store().events
  const ask = async (change: Parameters<typeof house.window>[0]) =>
    (await reader.domains(house.window(change))).map(({ domain }) => domain).toSorted()
  assert.deepEqual(await ask({ from: at(2), to: at(4) }), ['three.example', 'two.example'])
  assert.deepEqual(await ask({ after: 2, through: 3 }), ['three.example'])
  assert.deepEqual(await ask({ to: at(3) }), ['imported.example', 'two.example'])
  assert.deepEqual(await ask({ to: at(3), imported: false }), ['two.example'])
})

void test('new domains: the first time of each device, once, and who else knew it before', async (t) => {
  const house = await makeStore(t)
  await house.import(query(1, tv, 'www.known.example'))
  await house.save(query(10, phone, 'www.fresh.example'))
  const after = house.store().events.newest()
  await house.save(
    query(20, tv, 'cdn.known.example'),
    query(21, tv, 'a.fresh.example'),
    query(22, tv, 'b.fresh.example'),
  )
  for (const open of [house.store, house.reopen]) {
    const { reader } = (await open()).events
    const device = house.store().devices.at(tv)?.id
    assert.deepEqual(await reader.newDomains(house.window({ after, imported: false })), [
      {
        device,
        domain: 'fresh.example',
        qname: 'a.fresh.example',
        at: at(21),
        others: 1,
        deviceSince: at(1),
      },
    ])
  }
  // a restart and a forgetful memory do not make it new again
  const later = house.store().events.newest()
  await house.save(query(30, tv, 'a.fresh.example'), query(30, tv, 'www.known.example'))
  assert.deepEqual(await house.store().events.reader.newDomains(house.window({ after: later })), [])
  const replayed = await house.store().events.reader.newDomains(house.window())
  assert.deepEqual(
    replayed.map(({ domain, others }) => ({ domain, others })),
    [
      { domain: 'known.example', others: 0 },
      { domain: 'fresh.example', others: 0 },
      { domain: 'fresh.example', others: 1 },
    ],
  )
  const totals = await house.store().events.totals(at(0), at(60))
  assert.equal(totals.newDomains, 2)
  assert.equal(totals.dnsQueries, 7)
})

void test('readings: one row for each sensor', async (t) => {
  const house = await makeStore(t)
  await house.save(reading(1, 40), reading(3, 50), reading(2, 45), { ...reading(0, 41), limit: 95 })
  assert.deepEqual(await house.store().events.reader.readings(house.window()), [
    {
      device: thisMachine,
      quantity: 'temperature',
      sensor: 'coretemp/Core 0',
      unit: '°C',
      count: 4,
      mean: 44,
      min: 40,
      max: 50,
      last: 50,
      lastAt: at(3),
      limit: 95,
    },
  ])
  const totals = await house.store().events.totals(at(0), at(60))
  assert.deepEqual(totals.readings, [
    {
      device: thisMachine,
      quantity: 'temperature',
      sensor: 'coretemp/Core 0',
      unit: '°C',
      value: 50,
      at: at(3),
    },
  ])
})

void test('loops: the newest word of each, and since when it is broken', async (t) => {
  const house = await makeStore(t)
  const { reader } = house.store().events
  await house.save(health(1, 'waiting', 'no file'))
  assert.deepEqual(await reader.loops(house.window()), [
    { loop, state: 'waiting', reason: 'no file', at: at(1), brokenSince: undefined },
  ])
  await house.save(health(2, 'ok'), health(3, 'waiting', 'gone'), health(4, 'failing', 'worse'))
  assert.deepEqual(await reader.loops(house.window()), [
    { loop, state: 'failing', reason: 'worse', at: at(4), brokenSince: at(3) },
  ])
  assert.deepEqual(await reader.loops(house.window({ from: at(3), to: at(3) })), [
    { loop, state: 'ok', at: at(2), brokenSince: undefined },
  ])
})

void test('last seen: how long each source usually is quiet, our own words left out', async (t) => {
  const house = await makeStore(t)
  await house.save(
    ...[0, 0, 10, 20, 20, 50].map((second) => query(second, tv, 'a.example.com')),
    health(300, 'ok'),
  )
  assert.deepEqual(await house.store().events.reader.lastSeen(house.window()), [
    { source: loop, first: at(0), last: at(50), usualGap: 10, longestGap: 30 },
  ])
})

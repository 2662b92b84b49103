import assert from 'node:assert/strict'
import { test } from 'node:test'
import { answer, at, makeStore, query } from './saving.ts'

const tv = '192.168.1.20'
const phone = '192.168.1.21'

void test('steps: the ends of those that hold something fresh', async (t) => {
  const house = await makeStore(t)
  await house.import(query(5, tv, 'a.example.com'))
  await house.save(
    query(60, tv, 'a.example.com'),
    query(59, tv, 'a.example.com'),
    query(200, tv, 'a.example.com'),
  )
  const ask = { kinds: ['dns-query', 'reading'] as const, every: 60, after: 0, through: 1000 }
  const { events } = house.store()
  assert.deepEqual(await events.steps(ask), [at(60), at(120), at(240)])
  assert.deepEqual(await events.steps({ ...ask, after: 2 }), [at(60), at(240)])
  assert.deepEqual(await events.steps({ ...ask, imported: true, to: at(59) }), [at(60)])
  assert.deepEqual(await events.steps({ ...ask, kinds: ['reading'] }), [])
})

void test('search: by kind, time, device and text as it stands, page by page', async (t) => {
  const house = await makeStore(t)
  await house.save(
    query(1, tv, '100%_sure.example.com'),
    query(2, phone, '100xx_sure.example.com'),
    answer(3, 'www.example.com', { answer: '203.0.113.7' }),
    { kind: 'reading', at: at(4), quantity: 'temperature', sensor: 'cpu', value: 77.25, unit: '°C' },
  )
  const { events, devices } = house.store()
  const seqs = async (ask: Partial<Parameters<typeof events.search>[0]>) =>
    (await events.search({ limit: 100, ...ask })).map(({ seq }) => seq)
  assert.deepEqual(await seqs({ text: '100%_' }), [1])
  assert.deepEqual(await seqs({ text: '203.0.113' }), [3])
  assert.deepEqual(await seqs({ text: '77.25' }), [4])
  assert.deepEqual(await seqs({ text: phone }), [2])
  assert.deepEqual(await seqs({ text: "' OR true --" }), [])
  assert.deepEqual(await seqs({ kinds: ['dns-query'] }), [2, 1])
  assert.deepEqual(await seqs({ since: at(2), until: at(4) }), [3, 2])
  const device = devices.at(phone)?.id
  assert.ok(device)
  assert.deepEqual(await seqs({ device }), [2])
  assert.deepEqual(await seqs({ limit: 2 }), [4, 3])
  assert.deepEqual(await seqs({ limit: 2, before: 3 }), [2, 1])
})

void test('stats: how much of each kind there is', async (t) => {
  const house = await makeStore(t)
  await house.save(query(1, tv, 'a.example.com'), query(9, tv, 'a.example.com'))
  const stats = await house.store().events.stats()
  assert.deepEqual(
    stats.find(({ kind }) => kind === 'dns-query'),
    {
      kind: 'dns-query',
      rows: 2,
      oldest: at(1),
      newest: at(9),
    },
  )
  assert.deepEqual(
    stats.find(({ kind }) => kind === 'reading'),
    { kind: 'reading', rows: 0 },
  )
})

void test('a commit wakes who waits for such events, and only them', async (t) => {
  const house = await makeStore(t)
  const store = house.store()
  const stop = new AbortController()
  const after = store.commit()
  let woken = false
  const other = store
    .changed(['presence'], { after, milliseconds: 60_000, stop: stop.signal })
    .then(() => (woken = true))
  const mine = store.changed(['dns-query'], { after, milliseconds: 60_000, stop: stop.signal })
  await house.save(query(1, tv, 'a.example.com'))
  await mine
  assert.ok(store.commit() > after)
  assert.equal(woken, false)
  stop.abort()
  await other
})

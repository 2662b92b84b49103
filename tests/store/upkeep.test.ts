import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Observation } from '../../src/core/observation.ts'
import { at, atOnce, loop, makeStore, query } from './saving.ts'

const tv = '192.168.1.20'
const day = 86_400
const large = 10 ** 12

void test('events older than so many days are dropped, but none that a loop has not judged', async (t) => {
  const house = await makeStore(t)
  await house.save(...[0, 1, 2, 3, 4].map((days) => query(days * day, tv, `day${days}.example.com`)), {
    kind: 'health',
    at: at(0),
    loop,
    state: 'ok',
  })
  const store = house.store()
  const left = async () => (await store.events.stats())[0]?.rows
  const limits = { days: 2, bytes: large, now: at(4 * day), loops: ['detect/dga', 'detect/new'] }
  await store.cursors.set('detect/dga', { seq: 1 }, 'now')
  await store.cursors.set(loop, { seq: 0 }, 'now')
  assert.deepEqual(await store.upkeep.retain(limits), { dropped: 1 })
  assert.equal(await left(), 4)
  await store.cursors.set('detect/dga', { seq: 6 }, 'now')
  assert.deepEqual(await store.upkeep.retain(limits), { dropped: 1 })
  assert.equal(await left(), 3)
  // what a loop said of itself last stays, and who asked for what first is known as before
  const { reader } = store.events
  assert.equal((await reader.loops(house.window()))[0]?.state, 'ok')
  await house.save(query(5 * day, tv, 'day0.example.com'))
  assert.deepEqual(await reader.newDomains(house.window({ after: 6 })), [])
  assert.equal(store.events.newest(), 7)
  assert.equal((await house.reopen()).events.newest(), 7)
})

void test('what was asked, told and summed up is forgotten a year later, but nothing that is under way', async (t) => {
  const house = await makeStore(t)
  const store = house.store()
  const done = await store.requests.ask({ kind: 'recap' }, 'page')
  const waiting = await store.requests.ask({ kind: 'recap' }, 'page')
  await store.requests.finish(done, { ok: true, message: 'Made' })
  const told = { notifier: 'discord', key: 'alert/a1', occasion: 'opened', at: at(0), alerts: [] }
  await store.deliveries.finish(await store.deliveries.begin(told), { receipt: { id: '1' } })
  await store.deliveries.begin(told)
  const retain = (days: number) =>
    store.upkeep.retain({
      days: 10_000,
      bytes: large,
      loops: [],
      now: new Date(Date.now() + days * day * 1000),
    })
  await retain(0)
  assert.equal((await store.requests.get(done))?.id, done)
  await retain(366)
  assert.equal(await store.requests.get(done), undefined)
  assert.equal((await store.requests.get(waiting))?.id, waiting)
  assert.equal((await store.deliveries.of('discord', {})).length, 1)
})

void test('the oldest events are dropped when the database is too large', async (t) => {
  const house = await makeStore(t)
  const store = house.store()
  const rows = 400_000
  const piece = 20_000
  for (let from = 0; from < rows; from += piece) {
    const observations = Array.from({ length: piece }, (_, index): Observation => {
      const number = (from + index) * 2_654_435_761
      return query(from + index, tv, `${number.toString(36)}.${(number * 31).toString(36)}.example.com`)
    })
    await atOnce(store, { loop, observations })
  }
  await store.upkeep.retain({ days: 10_000, bytes: large, loops: [], now: at(rows) })
  const limits = { days: 10_000, bytes: 4 * 2 ** 20, now: at(rows) }
  await store.cursors.set('detect/dga', { seq: 100_000 }, 'now')
  const held = await store.upkeep.retain({ ...limits, loops: ['detect/dga'] })
  assert.deepEqual(held, { dropped: 100_000 })
  const { dropped } = await store.upkeep.retain({ ...limits, loops: [] })
  assert.ok(dropped > 50_000 && dropped < 250_000, `${dropped} rows were dropped`)
  const [stats] = await store.events.stats()
  assert.equal(stats?.rows, rows - 100_000 - dropped)
  assert.deepEqual(stats.newest, at(rows - 1))
  // what was freed is used again: nothing more is dropped before the file grows
  assert.deepEqual(await store.upkeep.retain({ ...limits, loops: [] }), { dropped: 0 })
})

void test('the size of the files and the room on their disk', async (t) => {
  const house = await makeStore(t)
  await house.save(query(1, tv, 'a.example.com'))
  const { database, wal, free } = await house.store().upkeep.size()
  assert.ok(database > 0 && wal > 0 && free > 0)
})

void test('superfluous notes of first questions are cleared away and nothing becomes new by it', async (t) => {
  const house = await makeStore(t)
  const names = Array.from({ length: 45_000 }, (_, index) => query(1, tv, `a.n${index}.com`))
  await house.save(...names)
  const after = house.store().events.newest()
  // by now the first ones are forgotten: they are noted again
  await house.save(...names)
  const ask = () => house.store().events.reader.newDomains(house.window({ after }))
  assert.deepEqual(await ask(), [])
  await house.store().upkeep.retain({ days: 10_000, bytes: large, loops: [], now: at(10) })
  assert.deepEqual(await ask(), [])
  assert.equal((await house.store().events.totals(at(0), at(60))).newDomains, 45_000)
})

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
  // what was freed is used again: nothing more is dropped before the file grows
  const { dropped } = await store.upkeep.retain({ ...held, loops: [] })
  assert.deepEqual(await store.upkeep.retain({ ...held, loops: [] }), { dropped: 0 })
  const [stats] = await store.events.stats()
  assert.equal(stats?.rows, rows - 100_000 - dropped)
  assert.ok(dropped > 50_000 && dropped < 250_000, `${dropped} rows were dropped`)
  assert.deepEqual(stats.newest, at(rows - 1))
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

import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { toDeviceId } from '../../src/core/device.ts'
import { toMaintainLoop } from '../../src/pipeline/maintain.ts'
import { ask, type RequestTools, toRequestLoop } from '../../src/pipeline/requests.ts'
import { until } from '../daemon.ts'
import { makeRecorder, openHouse, type TestHouse } from './house.ts'

const device = toDeviceId('d-1')
const seconds = 10

const alertOf = (
  house: TestHouse,
  is: (alert: NonNullable<Awaited<ReturnType<TestHouse['store']['alerts']['current']>>>) => boolean = () =>
    true,
) =>
  until(
    async () => {
      const alert = await house.store.alerts.current(device)
      return alert && is(alert) ? alert : undefined
    },
    { seconds, what: () => 'the alert' },
  )

function asking(house: TestHouse, change: Partial<RequestTools> = {}) {
  const nothing = async () => ({ ok: true, message: '' })
  const { store, now, stop } = house
  house.run(
    toRequestLoop({
      store,
      now,
      analyse: nothing,
      scan: nothing,
      recap: nothing,
      dashboard: nothing,
      set: nothing,
      test: nothing,
      ...change,
    }),
  )
  return (request: Parameters<typeof ask>[0]) => ask(request, 'cli', { store, stop })
}

test('all signals of one device join its open alert, and equal causes count once', async (t) => {
  const house = await openHouse(t)
  house.correlating()
  await house.claim({ detector: 'dga', target: 'a', confidence: 0.8, cause: 'one' })
  const first = await alertOf(house)
  await house.claim({ detector: 'unlisted', target: 'b', confidence: 0.5, cause: 'two' })
  const second = await alertOf(house, ({ confidence }) => confidence > 0.85)
  assert.equal(second.id, first.id)
  assert.ok(Math.abs(second.confidence - 0.9) < 1e-9, 'two causes: 1 − 0.2 · 0.5')
  await house.claim({
    detector: 'unlisted',
    target: 'c',
    confidence: 0.5,
    cause: 'two',
    summary: 'the same cause',
  })
  await until(async () => ((await house.store.signals.of(first.id)).length === 3 ? true : undefined), {
    seconds,
    what: () => 'three signals',
  })
  assert.ok(Math.abs((await alertOf(house)).confidence - 0.9) < 1e-9, 'the same cause counts once')
})

test('tries that come each hour keep no alert open: the next high one is told anew', async (t) => {
  const house = await openHouse(t)
  const phone = makeRecorder('text')
  house.correlating()
  house.telling(phone.notifier)
  await house.claim({ at: house.now() })
  const first = await alertOf(house)
  for (let hour = 1; hour <= 13; hour++) {
    const at = new Date(first.updatedAt.getTime() + hour * 3_600_000)
    await house.claim({ detector: 'knock', confidence: 0.8, at })
    await until(
      async () => {
        const signals = await house.store.signals.of(first.id)
        return signals.some((signal) => signal.at.getTime() === at.getTime()) ? true : undefined
      },
      { seconds, what: () => `the tries of hour ${hour}` },
    )
  }
  house.move('2026-11-21T01:00:00Z')
  const { run, store, now } = house
  const limits = () => ({ days: 30, bytes: 1e9, closeAfterHours: 12 })
  const upkeep = run(
    toMaintainLoop({ store, limits, loops: () => [], refreshIndicators: async () => [], now }),
  )
  const status = async () => (await house.store.alerts.get(first.id))?.status
  await until(async () => ((await status()) === 'closed' ? true : undefined), {
    seconds,
    what: () => 'the end of the alert',
  })
  await upkeep.end()
  await house.claim({ at: house.now() })
  const second = await alertOf(house)
  assert.notEqual(second.id, first.id)
  await until(async () => (phone.calls().includes(`new ${second.id}`) ? true : undefined), {
    seconds,
    what: () => `the second telling, after ${phone.calls().join(', ')}`,
  })
})

test('while learning only what is certain is high', async (t) => {
  const house = await openHouse(t)
  house.correlating({ isLearning: () => true })
  await house.claim({ detector: 'dga', confidence: 0.95 })
  assert.deepEqual((await alertOf(house)).band, { floor: 'none', default: 'medium', ceiling: 'medium' })
  await house.claim({ confidence: 0.95 })
  assert.equal((await alertOf(house, ({ severity }) => severity === 'high')).band.floor, 'high')
})

test('what the household knows makes an alert low, unless it is certain', async (t) => {
  const house = await openHouse(t)
  await writeFile(
    join(house.folder, 'known-issues.json'),
    JSON.stringify([{ text: 'the old laptop', detector: 'dga' }, 'and a sentence']),
  )
  house.correlating()
  await house.claim({ detector: 'dga', confidence: 0.95 })
  assert.equal((await alertOf(house)).severity, 'low')
  await house.claim({ detector: 'threat-intel', confidence: 0.95 })
  assert.equal((await alertOf(house, ({ severity }) => severity === 'high')).severity, 'high')
})

test('“this is expected” is narrow, ends, and can be taken back', async (t) => {
  const house = await openHouse(t)
  house.correlating()
  const request = asking(house)
  await house.claim({ detector: 'dga', target: 'cdn.example', confidence: 0.9 })
  const alert = await alertOf(house)
  assert.deepEqual((await request({ kind: 'expect', alert: alert.id, days: 2 })).ok, true)
  assert.equal((await alertOf(house)).status, 'expected')
  assert.deepEqual(
    house.store.grants.active(house.now()).map(({ detector, target }) => [detector, target]),
    [['dga', 'cdn.example']],
  )

  assert.equal((await request({ kind: 'expect', alert: alert.id, days: 3 })).ok, true)
  assert.equal(house.store.grants.active(house.now()).length, 1, 'said twice, it holds once')

  house.move('2026-11-20T13:00:00Z')
  await house.claim({ detector: 'dga', target: 'cdn.example', confidence: 0.95 })
  await until(async () => ((await house.store.signals.of(alert.id))[0]?.grant ? true : undefined), {
    seconds,
    what: () => 'the grant',
  })
  assert.equal((await alertOf(house)).status, 'expected', 'the same is still expected')
  await house.claim({ detector: 'dga', target: 'other.example', confidence: 0.9 })
  const reopened = await alertOf(house, ({ status }) => status === 'open')
  assert.equal(reopened.id, alert.id, 'something else is not')

  const [grant] = house.store.grants.active(house.now())
  assert.equal((await request({ kind: 'revoke', grant: grant?.id ?? '' })).ok, true)
  assert.equal(house.store.grants.active(house.now()).length, 0)
  assert.equal((await request({ kind: 'revoke', grant: 'g999' })).ok, false)
})

test('a grant that has ended covers nothing', async (t) => {
  const house = await openHouse(t)
  house.correlating()
  const request = asking(house)
  await house.claim({ detector: 'dga', confidence: 0.9 })
  const alert = await alertOf(house)
  await request({ kind: 'expect', alert: alert.id, days: 2 })
  house.move('2026-11-23T13:00:00Z')
  await house.store.alerts.setStatus(alert.id, 'closed')
  await house.claim({ detector: 'dga', confidence: 0.9 })
  assert.equal((await alertOf(house, ({ id }) => id !== alert.id)).status, 'open')
})

test('requests answer in one sentence, garbage too', async (t) => {
  const house = await openHouse(t)
  house.correlating()
  const request = asking(house)
  await house.claim({})
  const alert = await alertOf(house)
  assert.deepEqual(await request({ kind: 'acknowledge' }), { ok: true, message: '1 acknowledged' })
  assert.equal((await alertOf(house)).status, 'acknowledged')
  assert.equal((await request({ kind: 'mute', alert: alert.id, hours: 1 })).ok, true)
  assert.equal((await request({ kind: 'acknowledge', alert: 'a99' })).ok, false)
  assert.match((await request({ kind: 'acknowledge', alert: '; drop table' })).message, /an alert’s id/)
  assert.equal((await request({ kind: 'name', device: 'nobody', label: 'x' })).ok, false)
})

test('a request that nobody did within a minute has lapsed', async (t) => {
  const house = await openHouse(t)
  const id = await house.store.requests.ask({ kind: 'analyse' }, 'cli')
  house.move('2026-11-20T12:02:00Z')
  asking(house)
  const lapsed = await until(async () => (await house.store.requests.get(id))?.result, {
    seconds,
    what: () => 'the result',
  })
  assert.equal(lapsed.ok, false)
})

test('nobody waits for a test that lasts', async (t) => {
  const house = await openHouse(t)
  const spoken = Promise.withResolvers<{ ok: boolean; message: string }>()
  const request = asking(house, { test: () => spoken.promise })
  const test = request({ kind: 'test', notifier: 'speech' })
  assert.equal((await request({ kind: 'acknowledge' })).ok, true)
  spoken.resolve({ ok: true, message: 'it spoke' })
  assert.equal((await test).message, 'it spoke')
})

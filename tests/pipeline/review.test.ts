import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { thisMachine } from '../../src/core/device.ts'
import type { LogLine, Observation, Reading } from '../../src/core/observation.ts'
import { askForReview, toReviewLoop } from '../../src/pipeline/review.ts'
import { toTriageLoop } from '../../src/pipeline/triage.ts'
import { until } from '../daemon.ts'
import { doubleFor, judgeOf } from '../triage/judge.ts'
import { refuses, says, valid, type Reaction } from '../triage/ollama-double.ts'
import { openHouse, type TestHouse } from './house.ts'

const start = new Date('2026-11-20T12:00:00Z').getTime()
const minute = 60_000
const hot = 71.5

function reading(minutes: number, value: number): Reading {
  const at = new Date(start + minutes * minute)
  return { kind: 'reading', at, quantity: 'temperature', sensor: 'cpu', value, unit: '°C' }
}

function line(minutes: number, message: string): LogLine {
  return {
    ...{ kind: 'log-line', at: new Date(start + minutes * minute), program: 'kernel' },
    ...{ message, template: message },
  }
}

const save = (house: TestHouse, observations: Observation[], imported = false) =>
  Promise.all([
    house.store.events.save({ loop: 'collect/test', observations, imported }),
    house.store.cursors.set('test', {}, 'now'),
  ])

/** A house that knows its temperature and its log, a model that says this, and the review’s loop, begun at noon. */
async function settled(t: TestContext, ...reactions: Reaction[]) {
  const house = await openHouse(t)
  const double = await doubleFor(t, {}, ...reactions)
  const days = Array.from({ length: 60 }, (_, index) => -60 * (60 - index))
  await save(
    house,
    [...days.map((at) => reading(at, 50 + (at % 7) / 10)), ...days.map((at) => line(at, 'link is up'))],
    true,
  )
  await house.store.baselines.learn(house.now())
  const tools = { store: house.store, judge: judgeOf(double.address), interval: 3600, now: house.now }
  const run = () => house.run(toReviewLoop(tools))
  const first = run()
  await cursorPast(house, start - 1)
  await first.end()
  return { house, ...double, run, tools }
}

function cursorPast(house: TestHouse, at: number) {
  return until(
    async () => {
      const cursor = await house.store.cursors.get('review')
      return cursor !== undefined && Number(Object(cursor).at) > at ? true : undefined
    },
    { seconds: 10, what: () => `the review: ${JSON.stringify(house.board.row('review'))}` },
  )
}

const finds = (change: Readonly<Record<string, unknown>> = {}) =>
  says(
    valid({
      severity: 'high',
      evidence: ['E1', 'E2'],
      reason: 'A disk reports errors and runs hot.',
      ...change,
    }),
  )

const trouble = [reading(10, hot), reading(40, hot), line(20, 'critical medium error')]

test('a new line of the kernel and a rising temperature are a review, asked about once', async (t) => {
  const { house, chats, run } = await settled(t, finds())
  await save(house, trouble)
  house.move('2026-11-20T13:00:01Z')
  const loop = run()
  await cursorPast(house, start)
  await loop.end()
  const [claim, ...more] = await house.store.signals.list({ limit: 10 })
  assert.equal(more.length, 0)
  assert.equal(claim?.detector, 'review')
  assert.equal(claim.device, thisMachine)
  assert.equal(claim.confidence, 0.9)
  assert.match(
    claim.summary,
    /^temperature of "cpu": 71\.5, usually 49\.\d, .*"critical medium error" 1 times, never before/,
  )

  const again = run()
  await until(() => (house.board.row('review')?.state === 'ok' ? true : undefined), {
    seconds: 10,
    what: () => 'the loop',
  })
  await again.end()
  assert.equal(chats.length, 1, 'a restart does not ask twice')
})

test('its alert is judged by its own words, and nobody asks about them', async (t) => {
  const { house, chats, run, tools } = await settled(t, finds())
  house.correlating()
  house.run(toTriageLoop({ ...tools, words: () => undefined }))
  await save(house, trouble)
  house.move('2026-11-20T13:00:01Z')
  run()
  const alert = await until(
    async () => {
      const [one] = await house.store.alerts.list({ limit: 1 })
      return one?.verdict === undefined ? undefined : one
    },
    { seconds: 10, what: () => 'the verdict' },
  )
  assert.deepEqual(alert.band, { floor: 'none', default: 'low', ceiling: 'high' })
  assert.equal(alert.severity, 'high')
  assert.equal(alert.verdict?.reason, 'A disk reports errors and runs hot.')
  assert.equal(chats.length, 1)
})

test('a quiet hour is not asked about', async (t) => {
  const { house, chats, run } = await settled(t, finds())
  await save(house, [reading(10, 50), line(20, 'link is up')])
  house.move('2026-11-20T13:00:01Z')
  run()
  await cursorPast(house, start)
  assert.equal(chats.length, 0)
  assert.deepEqual(await house.store.signals.list({ limit: 10 }), [])
})

test('while the model is away the periods add up, and are asked about once when it is back', async (t) => {
  const busy = refuses(503, 'server busy')
  const { house, chats, run } = await settled(t, busy, finds())
  await save(house, trouble)
  house.move('2026-11-20T15:00:00Z')
  run()
  await until(() => (house.board.row('review')?.state === 'waiting' ? true : undefined), {
    seconds: 10,
    what: () => JSON.stringify(house.board.row('review')),
  })
  await cursorPast(house, start)
  assert.equal(chats.length, 2)
  assert.match(chats[1]?.messages[1]?.content ?? '', /^PERIOD: the last 3 hours/m)
  assert.equal((await house.store.signals.list({ limit: 10 })).length, 1)
})

test('of what was missed six hours are asked about at most', async (t) => {
  const { house, chats, run } = await settled(t, finds({ evidence: ['E1'] }))
  await save(house, [...trouble, reading(19 * 60, hot)])
  house.move('2026-11-21T08:00:00Z')
  run()
  await cursorPast(house, start)
  const asked = chats[0]?.messages[1]?.content ?? ''
  assert.match(asked, /^PERIOD: the last 6 hours/m)
  assert.doesNotMatch(asked, /critical medium error/)
})

test('somebody may ask for a review before its time', async (t) => {
  const { house, chats, run } = await settled(t, finds())
  await save(house, trouble)
  house.move('2026-11-20T12:41:00Z')
  await askForReview(house.store, house.now())
  run()
  await cursorPast(house, start)
  assert.equal(chats.length, 1)
})

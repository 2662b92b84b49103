import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import fc from 'fast-check'
import homeAssistant, { toEventData, toRequest } from '../../src/bridges/home-assistant.ts'
import { UnavailableError } from '../../src/core/errors.ts'
import { makeLog } from '../../src/core/log.ts'
import type { RequestInput } from '../../src/core/request.ts'
import { makeHome } from '../../src/homeassistant/connection.ts'
import { makeAlertView } from '../core/alert-view.ts'
import { startHomeDouble } from '../homeassistant/home-double.ts'
import { until } from '../homeassistant/until.ts'
import { makeHouse, makeState } from './house.ts'

const tapped = (action: unknown) => ({ event_type: 'mobile_app_notification_action', data: { action } })

async function enter(t: TestContext, given: { events?: boolean } = {}) {
  const double = await startHomeDouble()
  const stop = new AbortController()
  const log = makeLog({ level: 'error', secrets: () => [] })
  const access = { address: double.address, token: 'long-lived-token' }
  const home = makeHome({ options: access, log, stop: stop.signal })
  t.after(() => {
    stop.abort()
    return double.close()
  })
  const house = makeHouse(makeState())
  const asked: RequestInput[] = []
  const begin = () =>
    homeAssistant.run({
      options: homeAssistant.options.parse(given),
      ...{ log, home, house, stop: stop.signal, now: () => new Date() },
      ...{ instance: 'abcd1234', version: '0.1.0', ready: () => undefined },
      ask: async (request) => {
        asked.push(request)
        return { ok: true, message: 'Done' }
      },
    })
  const listening = () => double.received.filter(({ type }) => type === 'subscribe_events').length
  const fired = () => double.received.filter(({ type }) => type === 'fire_event')
  return { double, stop, house, asked, begin, listening, fired }
}

test('does what is tapped, tells what happens, and ends when it is stopped', async (t) => {
  const { double, stop, house, asked, begin, listening, fired } = await enter(t)
  const done = begin()
  await until(() => listening() === 1)
  double.fire('mobile_app_notification_action', { action: 'HEARTHWARDEN_EXPECT_a12' })
  double.fire('mobile_app_notification_action', { action: 'SOMEBODY_ELSE' })
  double.fire('mobile_app_notification_action', { action: 'HEARTHWARDEN_MUTE_a13' })
  house.happen({ type: 'high', alert: makeAlertView() })
  await until(() => asked.length === 2 && fired().length === 1)
  assert.deepEqual(asked, [
    { kind: 'expect', alert: 'a12' },
    { kind: 'mute', alert: 'a13', hours: 24 },
  ])
  assert.equal(fired()[0]?.['event_type'], 'hearthwarden_alert')
  assert.deepEqual(fired()[0]?.['event_data'], toEventData({ type: 'high', alert: makeAlertView() }))
  stop.abort()
  await done
})

test('a connection that is lost, and a start that lasts, are waited for', async (t) => {
  const { double, begin, listening } = await enter(t, { events: false })
  double.behave({ running: false })
  await assert.rejects(begin(), UnavailableError)
  double.behave({ running: true })
  const done = begin()
  await until(() => listening() === 1)
  await double.die()
  await assert.rejects(done, UnavailableError)
})

test('events can be switched off', async (t) => {
  const { double, house, begin, listening, fired, stop, asked } = await enter(t, { events: false })
  const done = begin()
  await until(() => listening() === 1)
  house.happen({ type: 'high', alert: makeAlertView() })
  double.fire('mobile_app_notification_action', { action: 'HEARTHWARDEN_ACKNOWLEDGE_a1' })
  await until(() => asked.length === 1)
  assert.deepEqual(fired(), [])
  stop.abort()
  await done
})

test('only buttons of ours ask anything', () => {
  for (const action of ['HEARTHWARDEN_EXPECT_', 'HEARTHWARDEN_EXPECT_a1\n', 'HEARTHWARDEN_SET_a1', 'URI', 7])
    assert.equal(toRequest(tapped(action)), undefined)
  fc.assert(fc.property(fc.anything(), (event) => toRequest(event) === undefined))
})

test('an event holds no markup and no template of strangers', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 400, unit: 'binary' }), (title) => {
      const data = toEventData({ type: 'low', alert: makeAlertView({ title }) })
      assert.doesNotMatch(String(data['title']), /[<>{}&\n\r\u202E]/)
      assert.ok(Array.from(String(data['title'])).length <= 200)
    }),
  )
})

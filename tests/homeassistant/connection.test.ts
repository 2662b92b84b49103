import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { test, type TestContext } from 'node:test'
import { ConfigError, UnavailableError } from '../../src/core/errors.ts'
import { makeLog } from '../../src/core/log.ts'
import { makeHome, type HomeConnection } from '../../src/homeassistant/connection.ts'
import { startHomeDouble, type HomeDouble } from './home-double.ts'
import { until } from './until.ts'

const log = makeLog({ level: 'error', secrets: () => [] })

async function connect(
  t: TestContext,
): Promise<{ double: HomeDouble; home: HomeConnection; stop: AbortController }> {
  const double = await startHomeDouble()
  const stop = new AbortController()
  const home = makeHome({
    options: { address: double.address, token: 'long-lived-token' },
    log,
    stop: stop.signal,
  })
  assert.ok(home)
  t.after(() => {
    stop.abort()
    return double.close()
  })
  return { double, home, stop }
}

test('connects when it is first used, once for all', async (t) => {
  const { double, home } = await connect(t)
  assert.equal(home.state(), 'unused')
  assert.equal(double.logins(), 0)
  const [states, isRunning] = await Promise.all([home.states(), home.isRunning()])
  assert.equal(
    states.find(({ entity_id }) => entity_id === 'media_player.kitchen')?.attributes['volume_level'],
    0.2,
  )
  assert.equal(isRunning, true)
  assert.equal(double.logins(), 1)
  assert.equal(home.state(), 'connected')
  double.behave({ running: false })
  assert.equal(await home.isRunning(), false)
})

test('calls an action in the form that Home Assistant takes', async (t) => {
  const { double, home } = await connect(t)
  const target = { entity_id: 'tts.piper' }
  const data = { media_player_entity_id: ['media_player.kitchen'], message: 'Hello', cache: false }
  assert.equal(await home.call({ domain: 'tts', service: 'speak', data, target }), null)
  assert.deepEqual(double.calls, [{ domain: 'tts', service: 'speak', data, target }])
  const { id: _, ...sent } = double.received.at(-1) ?? { id: 0, type: '' }
  assert.deepEqual(sent, {
    type: 'call_service',
    domain: 'tts',
    service: 'speak',
    service_data: data,
    target,
  })
  assert.deepEqual(await home.call({ domain: 'ai_task', service: 'generate_data', returnResponse: true }), {
    said: true,
  })
  assert.equal(double.received.at(-1)?.['return_response'], true)
})

test('a refusal is an error in Home Assistant’s own words, on one line', async (t) => {
  const { double, home } = await connect(t)
  double.behave({
    refuses: { 'tts.speak': { code: 'service_validation_error', message: 'No such\nvoice' } },
  })
  await assert.rejects(home.call({ domain: 'tts', service: 'speak' }), (error) => {
    assert.ok(error instanceof Error && !(error instanceof UnavailableError))
    assert.equal(error.message, 'Home Assistant refuses: "No such\\u{a}voice" (service_validation_error)')
    return true
  })
  await assert.rejects(home.send({ type: 'nonsense' }), /Unknown command/)
})

test('watches entities: the state now, each change, the end', async (t) => {
  const { double, home } = await connect(t)
  const leave = new AbortController()
  const seen: string[] = []
  for await (const { state, attributes } of home.watch(['media_player.kitchen'], leave.signal)) {
    seen.push(`${state} ${String(attributes['volume_level'])}`)
    if (seen.length === 1) {
      double.set('media_player.bedroom', { state: 'playing' })
      double.set('media_player.kitchen', { state: 'playing' })
      double.set('media_player.kitchen', { attributes: { volume_level: 0.6 } })
      double.remove('media_player.kitchen')
    }
    if (seen.length === 4) leave.abort()
  }
  assert.deepEqual(seen, ['idle 0.2', 'playing 0.2', 'playing 0.6', 'unavailable undefined'])
  assert.equal(double.received.at(-1)?.type, 'unsubscribe_events')
})

test('hears events of one type, and leaves in the middle', async (t) => {
  const { double, home, stop } = await connect(t)
  const type = 'mobile_app_notification_action'
  const heard = (async () => {
    for await (const event of home.events(type, stop.signal)) return event
    return undefined
  })()
  await until(() => double.received.some((one) => one.type === 'subscribe_events'))
  double.fire('other', { action: 'no' })
  double.fire(type, { action: 'HEARTHWARDEN_ACK_a1' })
  assert.deepEqual((await heard)?.['data'], { action: 'HEARTHWARDEN_ACK_a1' })
  await until(() => double.received.at(-1)?.type === 'unsubscribe_events')
})

test('absent, there, dying, back: says so each time and connects again when asked', async (t) => {
  const { double, home, stop } = await connect(t)
  await double.die()
  await assert.rejects(home.states(), (error) => {
    assert.ok(error instanceof UnavailableError)
    assert.match(error.message, /^Home Assistant at 127\.0\.0\.1:\d+ does not answer: is it running\?$/)
    return true
  })
  assert.equal(home.state(), 'away')
  await double.comeBack()
  await home.states()

  const watching = (async () => {
    for await (const _ of home.watch(['media_player.kitchen'], stop.signal)) continue
  })()
  await until(() => double.received.some((one) => one.type === 'subscribe_entities'))
  const lost = assert.rejects(watching, { name: 'UnavailableError', message: /the connection was lost/ })
  await double.die()
  await lost
  assert.equal(home.state(), 'away')
  await double.comeBack()
  for await (const { state } of home.watch(['media_player.kitchen'], stop.signal)) {
    assert.equal(state, 'idle')
    break
  }
  assert.equal(double.logins(), 2)
})

test('a command in flight ends when the connection does', async (t) => {
  const { double, home } = await connect(t)
  await home.states()
  double.behave({ pongs: false })
  const asking = assert.rejects(home.send({ type: 'ping' }), UnavailableError)
  await until(() => double.received.filter((one) => one.type === 'ping').length > 1)
  await double.die()
  await asking
})

test('a refused token is told in one sentence and tried once', async (t) => {
  const double = await startHomeDouble({ token: 'another' })
  t.after(() => double.close())
  const stop = AbortSignal.timeout(5000)
  const home = makeHome({ options: { address: double.address, token: 'wrong' }, log, stop })
  assert.ok(home)
  await assert.rejects(home.states(), (error) => {
    assert.ok(error instanceof ConfigError)
    assert.match(error.message, /refuses the token: set homeassistant\.token/)
    return true
  })
  assert.equal(home.state(), 'refused')
  await double.die()
  await assert.rejects(home.isRunning(), ConfigError)
})

test('something that is not Home Assistant is away, or told from it', async (t) => {
  const server = createServer((_, response) => response.writeHead(200).end('hello'))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  const at = server.address()
  const address = `http://127.0.0.1:${typeof at === 'object' ? at?.port : 0}`
  const home = makeHome({ options: { address, token: 'x' }, log, stop: AbortSignal.timeout(5000) })
  await assert.rejects(async () => home?.states(), UnavailableError)
})

test('stop closes the connection and ends who listens', async (t) => {
  const { double, home, stop } = await connect(t)
  const never = new AbortController()
  for await (const _ of home.watch(['media_player.kitchen'], stop.signal)) stop.abort()
  await until(() => double.connected() === 0)
  await assert.rejects(async () => {
    for await (const _ of home.events('x', never.signal)) continue
  }, UnavailableError)
})

test('inside Home Assistant everything goes through the Supervisor', async (t) => {
  const double = await startHomeDouble({ token: 'supervisor-token' })
  const stop = new AbortController()
  t.after(() => {
    stop.abort()
    return double.close()
  })
  const home = makeHome({
    options: {},
    supervisor: { token: 'supervisor-token', address: double.address },
    log,
    stop: stop.signal,
  })
  assert.ok(home)
  assert.equal(await home.isRunning(), true)
  assert.equal(await home.broker(), undefined)
  double.behave({ selfInfo: { slug: '0123abcd_hearthwarden', ip_address: '172.30.32.1' } })
  assert.equal(await home.page(), '/app/0123abcd_hearthwarden')
  assert.deepEqual(double.asked, [
    { path: '/core/api/websocket', authorization: undefined },
    { path: '/services/mqtt', authorization: 'Bearer supervisor-token' },
    { path: '/addons/self/info', authorization: 'Bearer supervisor-token' },
  ])
})

test('where nothing is set there is no home; half of it is an error', () => {
  const tools = { log, stop: new AbortController().signal }
  assert.equal(makeHome({ options: {}, ...tools }), undefined)
  assert.throws(() => makeHome({ options: { address: 'http://h' }, ...tools }), /homeassistant\.token is not/)
  assert.throws(() => makeHome({ options: { token: 't' }, ...tools }), /homeassistant\.address is not/)
})

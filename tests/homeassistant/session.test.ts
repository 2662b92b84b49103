import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { UnavailableError } from '../../src/core/errors.ts'
import { openSession } from '../../src/homeassistant/session.ts'
import { startHomeDouble } from './home-double.ts'

test('a server that no longer answers pings has ended the session', { timeout: 5000 }, async (t) => {
  const double = await startHomeDouble()
  const stop = new AbortController()
  t.after(() => {
    stop.abort()
    return double.close()
  })
  const access = { address: double.address, token: 'long-lived-token', remedy: '' }
  const session = await openSession(access, stop.signal, { every: 20, within: 50 })
  assert.equal(session.version, '2026.11.0')
  double.behave({ pongs: false })
  await once(session.ended, 'abort')
  assert.ok(session.ended.reason instanceof UnavailableError)
  assert.match(session.ended.reason.message, /does not answer in time/)
  await assert.rejects(session.ask({ type: 'get_states' }, 1000), UnavailableError)
})

test('stop ends a handshake that nobody answers', { timeout: 5000 }, async (t) => {
  const double = await startHomeDouble()
  double.behave({ door: 'silent' })
  t.after(() => double.close())
  const stop = AbortSignal.timeout(100)
  const access = { address: double.address, token: 'long-lived-token', remedy: '' }
  await assert.rejects(openSession(access, stop), /does not answer/)
})

const ids = ['light.desk']

test('a listener that is too slow is told so', { timeout: 5000 }, async (t) => {
  const double = await startHomeDouble()
  const stop = new AbortController()
  t.after(() => {
    stop.abort()
    return double.close()
  })
  const access = { address: double.address, token: 'long-lived-token', remedy: '' }
  const session = await openSession(access, stop.signal)
  await assert.rejects(async () => {
    for await (const event of session.listen({ type: 'subscribe_entities', entity_ids: ids }, stop.signal)) {
      assert.ok(event)
      for (let count = 0; count < 3000; count += 1) double.set('light.desk', { state: `${count}` })
      await session.ask({ type: 'get_config' }, 1000)
    }
  }, /more than can be taken in/)
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import homeAssistantLogins from '../../src/collectors/home-assistant-logins.ts'
import { UnavailableError } from '../../src/core/errors.ts'
import { makeLog } from '../../src/core/log.ts'
import { makeHome } from '../../src/homeassistant/connection.ts'
import { startHomeDouble } from '../homeassistant/home-double.ts'
import { listen, seenAll } from './listening.ts'

const refused = (from: string) =>
  `Login attempt or request with invalid authentication from ${from} (${from}). See the log for details.`

test('each login that Home Assistant refuses is told once', async (t) => {
  const double = await startHomeDouble()
  const stop = new AbortController()
  t.after(() => {
    stop.abort()
    return double.close()
  })
  const home = makeHome({
    options: { address: double.address, token: 'long-lived-token' },
    log: makeLog({ level: 'error', secrets: () => [] }),
    stop: stop.signal,
  })
  assert.ok(home)
  const began = Date.now()
  const at = (second: number) => new Date(began + second * 1000)
  double.notify('http-login', refused('192.168.1.4'), at(-2 * 3600))
  const first = await listen(homeAssistantLogins, { options: {}, home }, async (seen) => {
    // The first is told by the list that is there, whichever comes first: each later one replaces it.
    double.notify('http-login', refused('192.168.1.5'), at(1))
    await seenAll(seen, 1)
    double.notify('other', refused('192.168.1.9'), at(2))
    double.notify('http-login', 'Something else happened', at(2))
    double.notify('http-login', refused('192.168.1.5'), at(3))
    double.notify('http-login', refused('203.0.113.9'), at(4))
    await seenAll(seen, 3)
  })
  const attempt = { kind: 'auth-attempt', outcome: 'failure', user: '', service: 'home-assistant' }
  assert.deepEqual(first.seen, [
    { ...attempt, at: at(1), from: '192.168.1.5' },
    { ...attempt, at: at(3), from: '192.168.1.5' },
    { ...attempt, at: at(4), from: '203.0.113.9' },
  ])
  const second = await listen(
    homeAssistantLogins,
    { options: {}, home, cursor: first.cursor },
    async (seen) => {
      double.notify('http-login', refused('192.168.1.6'), at(5))
      await seenAll(seen, 1)
    },
  )
  assert.deepEqual(second.seen, [{ ...attempt, at: at(5), from: '192.168.1.6' }])
  await assert.rejects(
    listen(homeAssistantLogins, { options: {}, home }, async () => {
      await double.die()
      await new Promise(() => undefined)
    }),
    UnavailableError,
  )
})

test('without Home Assistant it is off', () => {
  assert.equal(homeAssistantLogins.isSetUp({}, undefined), false)
})

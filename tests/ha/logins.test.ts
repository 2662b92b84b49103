import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as z from 'zod'
import { until } from '../daemon.ts'
import { withoutCore } from './build.ts'
import { type Core, startCore } from './core.ts'
import { startHouse, stateOf } from './house.ts'
import { user } from './onboard.ts'

const skip = await withoutCore()

const alerts = z.array(z.object({ title: z.string(), status: z.string(), severity: z.string() }))

test('passwords that are guessed at a real Home Assistant open an alert here', { skip }, async (t) => {
  const core = await startCore()
  t.after(() => core.stop())
  const { daemon } = await startHouse(t, core)
  await stateOf(daemon, 'collect/home-assistant-logins', 'ok')
  for (let attempt = 1; attempt <= 6; attempt += 1)
    assert.equal(await logIn(core, `guess-${attempt}`), 'form')
  assert.equal(await logIn(core, user.password), 'create_entry', 'who knows the password is let in')
  const { title, severity, status } = await until(
    async () =>
      alerts
        .parse(await daemon.get('/api/alerts'))
        .find((alert) => /failed logins at home-assistant/.test(alert.title)),
    { seconds: 15, what: () => `the alert: ${daemon.output()}` },
  )
  assert.match(title, /^[56] failed logins at home-assistant from "127\.0\.0\.1"$/)
  assert.equal(status, 'open')
  assert.equal(severity, 'medium')
  assert.equal((await daemon.stop()).code, 0)
})

/** Tries to log in as its login page does; gives what comes of it: the form again, or an entry. */
async function logIn({ address }: Core, password: string): Promise<string> {
  const client_id = `${address}/`
  const flow = z.looseObject({ flow_id: z.string(), type: z.string() })
  const ask = async (path: string, body: object) => {
    const answer = await fetch(`${address}${path}`, { method: 'POST', body: JSON.stringify(body) })
    return flow.parse(await answer.json())
  }
  const handler = ['homeassistant', null]
  const { flow_id } = await ask('/auth/login_flow', { client_id, handler, redirect_uri: client_id })
  return (await ask(`/auth/login_flow/${flow_id}`, { client_id, username: user.username, password })).type
}

import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as z from 'zod'
import { withoutCore } from './build.ts'
import { type Core, startCore } from './core.ts'
import { startHouse, stateOf } from './house.ts'

const skip = await withoutCore()

test('a token of somebody who is no administrator: what needs one says so', { skip }, async (t) => {
  const core = await startCore()
  t.after(() => core.stop())
  const homeassistant = { ...core.homeassistant, token: await guestToken(core) }
  const { daemon } = await startHouse(t, core, { homeassistant })
  assert.match(await stateOf(daemon, 'bridge/home-assistant', 'blocked'), /token that an administrator/)
  await stateOf(daemon, 'notify/home-assistant', 'ok')
  assert.equal((await daemon.stop()).code, 0)
})

/** What a guest with an account gets, as a browser does. */
async function guestToken(core: Core): Promise<string> {
  const guest = { username: 'guest', password: 'guest-pass' }
  const wire = await core.wire()
  const { user } = z
    .object({ user: z.object({ id: z.string() }) })
    .parse(await wire.ask({ type: 'config/auth/create', name: 'Guest', group_ids: ['system-users'] }))
  await wire.ask({ type: 'config/auth_provider/homeassistant/create', user_id: user.id, ...guest })
  wire.close()
  const client_id = `${core.address}/`
  const ask = async (path: string, body: string | URLSearchParams) => {
    const answer = await fetch(`${core.address}${path}`, { method: 'POST', body })
    return z
      .looseObject({ flow_id: z.string().default(''), result: z.string().default('') })
      .parse(await answer.json())
  }
  const handler = ['homeassistant', null]
  const { flow_id } = await ask(
    '/auth/login_flow',
    JSON.stringify({ client_id, handler, redirect_uri: client_id }),
  )
  const { result: code } = await ask(`/auth/login_flow/${flow_id}`, JSON.stringify({ client_id, ...guest }))
  const form = new URLSearchParams({ grant_type: 'authorization_code', code, client_id })
  const { access_token } = z.looseObject({ access_token: z.string() }).parse(await ask('/auth/token', form))
  return access_token
}

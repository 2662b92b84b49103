import * as z from 'zod'
import { until } from '../daemon.ts'
import { openWire } from './wire.ts'

/** What one may ask of Core over HTTP as the person that was let in. */
export interface Person {
  readonly address: string
  /** A long-lived token. */
  readonly token: string
  get(path: string): Promise<unknown>
  post(path: string, body: object): Promise<unknown>
  /** Resolves when everything in it has started. */
  isRunning(): Promise<void>
}

/** The name and the password of the only user. */
export const user = { username: 't', password: 't-pass' } as const

const flowPath = '/api/config/config_entries/flow'
const flow = z.looseObject({ type: z.string(), flow_id: z.string() })

/** Makes the first user and ends the onboarding, as the first page in a browser does. */
export async function onboard(address: string): Promise<Person> {
  const client = { client_id: `${address}/` }
  const about = { ...client, ...user, name: 'Test', language: 'en' }
  const { auth_code: code } = z
    .object({ auth_code: z.string() })
    .parse(await call(`${address}/api/onboarding/users`, { body: about }))
  const form = new URLSearchParams({ grant_type: 'authorization_code', code, ...client })
  const { access_token: short } = z
    .object({ access_token: z.string() })
    .parse(await call(`${address}/auth/token`, { body: form }))
  const step = (name: string, body = {}) => call(`${address}/api/onboarding/${name}`, { body, token: short })
  await step('analytics')
  await step('integration', { ...client, redirect_uri: `${address}/?auth_callback=1` })
  const wire = await openWire(address, short)
  // The `http` part of the configuration is on trial for five minutes; then Core restarts without it.
  await wire.ask({ type: 'http/config/promote' })
  const token = z
    .string()
    .parse(await wire.ask({ type: 'auth/long_lived_access_token', client_name: 'test', lifespan: 1 }))
  wire.close()
  const get = (path: string) => call(`${address}${path}`, { token })
  return {
    address,
    token,
    get,
    post: (path, body) => call(`${address}${path}`, { body, token }),
    async isRunning() {
      await until(
        async () => {
          const answer = await get('/api/config').catch(() => undefined)
          return z.object({ state: z.literal('RUNNING') }).safeParse(answer).success ? true : undefined
        },
        { seconds: 60, what: () => 'Home Assistant to have started' },
      )
    },
  }
}

/** Adds the broker and `test_home`, as a person does on its page of integrations. */
export async function addIntegrations(
  person: Person,
  { brokerPort }: { brokerPort?: number | undefined },
): Promise<void> {
  if (brokerPort !== undefined)
    await add(person, 'mqtt', {
      broker: '127.0.0.1',
      port: brokerPort,
      protocol: '5',
      other_settings: { set_client_cert: false, set_ca_cert: 'off', transport: 'tcp' },
    })
  await add(person, 'test_home', {})
  await person.isRunning()
}

async function add({ post }: Person, handler: string, answers: object): Promise<void> {
  let step = flow.parse(await post(flowPath, { handler }))
  if (step.type === 'menu')
    step = flow.parse(await post(`${flowPath}/${step.flow_id}`, { next_step_id: 'broker' }))
  step = flow.parse(await post(`${flowPath}/${step.flow_id}`, answers))
  if (step.type !== 'create_entry') throw new Error(`${handler}: ${JSON.stringify(step)}`)
}

/** Right after the first user Core refuses for a moment what it allows then. */
async function call(url: string, { body, token }: { body?: object; token?: string }): Promise<unknown> {
  const isForm = body instanceof URLSearchParams
  const headers = {
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
    ...(!isForm && { 'content-type': 'application/json' }),
  }
  let last = ''
  return until(
    async () => {
      const answer = await fetch(url, {
        headers,
        ...(body && { method: 'POST', body: isForm ? body : JSON.stringify(body) }),
      })
      const text = await answer.text()
      if (answer.ok) return { json: text === '' ? undefined : z.json().parse(JSON.parse(text)) }
      last = `${answer.status} ${text}`
      return undefined
    },
    { seconds: 5, what: () => `${url}: ${last}` },
  ).then(({ json }) => json)
}

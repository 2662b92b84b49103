import * as z from 'zod'
import { UnavailableError } from '../core/errors.ts'
import type { Broker, HomeApp } from '../core/home.ts'
import { ask } from '../core/http.ts'

/** How an app (add-on) reaches the Supervisor: `http://supervisor` and `SUPERVISOR_TOKEN`. */
export interface SupervisorAccess {
  readonly token: string
  readonly address?: string
}

/** What the Supervisor says about this app. */
export interface SelfInfo {
  /** With the repository's prefix: `0123abcd_hearthwarden`. */
  readonly slug: string
  /** Where the ingress listener binds: 172.30.32.1 on the host network. */
  readonly ipAddress: string
  readonly ingressPort?: number
  /** `/api/hassio_ingress/<token>`: the path before ours in a browser. */
  readonly ingressEntry?: string
}

const answerMilliseconds = 10_000

const brokerAnswer = z.object({
  host: z.string(),
  port: z.coerce.number(),
  ssl: z.boolean().default(false),
  username: z.string().nullish(),
  password: z.string().nullish(),
})

const selfAnswer = z.object({
  slug: z.string(),
  ip_address: z.string(),
  ingress_port: z.number().nullish(),
  ingress_entry: z.string().nullish(),
})

/** Where `http://supervisor` is, unless a test says otherwise. */
export function supervisorAddress({ address = 'http://supervisor' }: SupervisorAccess): string {
  return address
}

/** The broker that the Supervisor knows; undefined while none is registered, or when this app may not ask. */
export async function broker(access: SupervisorAccess, stop: AbortSignal): Promise<Broker | undefined> {
  const data = await get('/services/mqtt', access, stop)
  if (data === undefined) return undefined
  const { host, port, ssl, username, password } = brokerAnswer.parse(data)
  return { host, port, ssl, ...(username && { username }), ...(password && { password }) }
}

const appsAnswer = z.object({ addons: z.array(z.object({ slug: z.string(), state: z.string() })) })

/** The apps that are installed: what the least role may ask for tells of them, too. Undefined when it does not. */
export async function apps(
  access: SupervisorAccess,
  stop: AbortSignal,
): Promise<readonly HomeApp[] | undefined> {
  const told = appsAnswer.safeParse(await get('/supervisor/info', access, stop))
  return told.success
    ? told.data.addons
    : appsAnswer.safeParse(await get('/addons', access, stop)).data?.addons
}

/** What the Supervisor says about this app. */
export async function selfInfo(access: SupervisorAccess, stop: AbortSignal): Promise<SelfInfo> {
  const data = await get('/addons/self/info', access, stop)
  if (data === undefined) throw new UnavailableError('the Supervisor does not know this app (yet)')
  const { slug, ip_address, ingress_port, ingress_entry } = selfAnswer.parse(data)
  return {
    slug,
    ipAddress: ip_address,
    ...(ingress_port && { ingressPort: ingress_port }),
    ...(ingress_entry && { ingressEntry: ingress_entry }),
  }
}

/** The Supervisor's `data`; undefined when there is no such thing, or it is not ours to see. */
async function get(path: string, access: SupervisorAccess, stop: AbortSignal): Promise<unknown> {
  const { status, body } = await ask(`${supervisorAddress(access)}${path}`, {
    stop,
    timeout: answerMilliseconds,
    headers: { authorization: `Bearer ${access.token}` },
  })
  if (status === 400 || status === 403 || status === 404) return undefined
  if (status !== 200) throw new UnavailableError(`the Supervisor answers ${path} with ${status}`)
  return z.object({ data: z.unknown() }).parse(JSON.parse(body)).data
}

import { createHash, timingSafeEqual } from 'node:crypto'
import { isIP } from 'node:net'
import { getConnInfo } from '@hono/node-server/conninfo'
import type { Context, MiddlewareHandler } from 'hono'
import { getCookie, setCookie } from 'hono/cookie'
import type { ApiEnv } from './router.ts'
import { lockedPage, lockedPagePolicy } from './locked.ts'

/** Who may use a listener. */
export type Access =
  /** Whoever has the token: by the link that carries it once, a cookie, or `Authorization: Bearer`. */
  | {
      readonly kind: 'token'
      readonly token: string
      /** Names under which a browser may reach it, beside `localhost` and addresses (DNS rebinding). */
      readonly hosts: readonly string[]
    }
  /** Whoever comes from this address: the Supervisor's ingress gateway, which has checked Home Assistant's session. */
  | { readonly kind: 'gateway'; readonly address: string }

const cookie = 'hearthwarden'
const year = 365 * 24 * 60 * 60
const minute = 60_000
const wrongPerMinute = 10

/** Lets in those who may, and nobody else; `/health` is for all. */
export function guard(access: Access, now: () => Date): MiddlewareHandler<ApiEnv> {
  return access.kind === 'gateway' ? fromGateway(access.address) : withToken(access, now)
}

function fromGateway(address: string): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    if (remoteOf(c) !== address) return c.json({ error: 'This address answers Home Assistant alone.' }, 403)
    if (isChange(c) && isFromElsewhere(c) === true)
      return c.json({ error: 'This request comes from another page.' }, 403)
    c.set('by', 'page')
    return next()
  }
}

function withToken(
  { token, hosts }: Extract<Access, { kind: 'token' }>,
  now: () => Date,
): MiddlewareHandler<ApiEnv> {
  const secret = digest(token)
  const isRight = (given: string) => timingSafeEqual(digest(given), secret)
  const tooMany = wrongCounter(now)

  return async (c, next) => {
    if (!isKnownHost(c.req.header('host'), hosts))
      return c.json(
        { error: 'This name is not one of ours: use localhost or an address, or add it to api.hosts.' },
        403,
      )
    if (c.req.path === '/health') return next()
    if (isChange(c) && (isFromElsewhere(c) ?? hasOtherOrigin(c)))
      return c.json({ error: 'This request comes from another page.' }, 403)

    const bearer = /^Bearer (\S+)$/i.exec(c.req.header('authorization') ?? '')?.[1]
    const link = c.req.method === 'GET' && c.req.path === '/' ? c.req.query('token') : undefined
    const given = [bearer, link, getCookie(c, cookie)].filter((one) => one !== undefined)
    const right = given.find(isRight)
    if (right !== undefined && right === link) {
      setCookie(c, cookie, token, { httpOnly: true, sameSite: 'Strict', path: '/', maxAge: year })
      return c.redirect('./')
    }
    if (right !== undefined) {
      c.set('by', right === bearer ? 'cli' : 'page')
      return next()
    }
    if (given.length > 0 && tooMany(remoteOf(c) ?? '')) {
      c.header('Retry-After', '60')
      return c.json({ error: 'Too many wrong tokens: wait a minute.' }, 429)
    }
    if (c.req.path.startsWith('/api/')) return c.json({ error: 'This needs the token.' }, 401)
    c.header('Content-Security-Policy', lockedPagePolicy)
    return c.html(lockedPage, 401)
  }
}

/** Counts wrong tokens by address and minute; true once there were too many. */
function wrongCounter(now: () => Date): (address: string) => boolean {
  const counts = new Map<string, number>()
  let began = 0
  return (address) => {
    if (now().getTime() - began >= minute || counts.size > 1000) {
      counts.clear()
      began = now().getTime()
    }
    const count = (counts.get(address) ?? 0) + 1
    counts.set(address, count)
    return count > wrongPerMinute
  }
}

/** An address cannot be rebound to another; a name can. */
function isKnownHost(header: string | undefined, hosts: readonly string[]): boolean {
  const name = nameOf(`http://${header ?? ''}`)
  if (name === undefined) return false
  const bare = name.replace(/^\[(.*)\]$/, '$1')
  return name === 'localhost' || isIP(bare) !== 0 || hosts.some((host) => host.toLowerCase() === name)
}

function isChange(c: Context): boolean {
  return c.req.method !== 'GET' && c.req.method !== 'HEAD'
}

/** Whether another site asks for it; undefined where the browser does not say (plain HTTP by name). */
function isFromElsewhere(c: Context): boolean | undefined {
  const site = c.req.header('sec-fetch-site')
  return site === undefined ? undefined : site !== 'same-origin'
}

/** Behind ingress this says nothing: `Host` is ours there, `Origin` is Home Assistant's. */
function hasOtherOrigin(c: Context): boolean {
  const origin = c.req.header('origin')
  return origin !== undefined && hostOf(origin) !== c.req.header('host')?.toLowerCase()
}

function nameOf(address: string): string | undefined {
  return URL.parse(address)?.hostname
}

function hostOf(origin: string): string | undefined {
  return URL.parse(origin)?.host
}

function remoteOf(c: Context): string | undefined {
  return getConnInfo(c).remote.address?.replace(/^::ffff:/, '')
}

/** Equal lengths, so that the comparison takes the same time for all. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

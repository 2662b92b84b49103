import { fileURLToPath } from 'node:url'
import { createServer } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { compress } from 'hono/compress'
import { HTTPException } from 'hono/http-exception'
import { codeOf, ConfigError, messageOf, UnavailableError } from '../core/errors.ts'
import { alertRoutes } from './alerts.ts'
import { baselineRoutes } from './baselines.ts'
import { shallow } from './depth.ts'
import { deviceRoutes } from './devices.ts'
import { downloadRoutes } from './downloads.ts'
import { eventRoutes } from './events.ts'
import { grantRoutes } from './grants.ts'
import { guard, type Access } from './guard.ts'
import { pageRoutes } from './page.ts'
import type { ApiParts } from './parts.ts'
import { recapRoutes } from './recap.ts'
import { requestRoutes } from './requests.ts'
import { makeRouter, type ApiEnv } from './router.ts'
import { settingRoutes } from './settings.ts'
import { statusRoutes } from './status.ts'
import { streamRoutes } from './stream.ts'
import { workRoutes } from './work.ts'

const builtPage = fileURLToPath(new URL('../../web/dist', import.meta.url))
const largestBody = 64 * 1024
const mostConnections = 256
/** A piece of a file of history. */
const largestImport = 4 * 1024 * 1024

/** No script, style, picture or connection from anywhere else; shown in a frame by its own origin alone (ingress). */
const headers = {
  'Content-Security-Policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; require-trusted-types-for 'script'; trusted-types lit-html",
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'SAMEORIGIN',
}

/** Every route, without a guard: `app.request('/api/status')` works in process, a listener puts its guard before it. */
export type Api = Hono<ApiEnv>

/** The API and the page. `page` is the folder of the built page. */
export function makeApi(parts: ApiParts, { page = builtPage } = {}): Api {
  const app = makeRouter()
  app.use('/api/*', async (c, next) => {
    await next()
    if (!c.res.headers.has('Cache-Control')) c.header('Cache-Control', 'no-store')
  })
  const limit = (maxSize: number) =>
    bodyLimit({ maxSize, onError: (c) => c.json({ error: 'That is too long.' }, 413) })
  const [usual, forImport] = [limit(largestBody), limit(largestImport)]
  app.use((c, next) => (c.req.path.startsWith('/api/import/') ? forImport : usual)(c, next))
  app.use(shallow)
  for (const routes of [
    statusRoutes,
    alertRoutes,
    grantRoutes,
    deviceRoutes,
    eventRoutes,
    downloadRoutes,
    baselineRoutes,
    recapRoutes,
    requestRoutes,
    settingRoutes,
    streamRoutes,
    workRoutes,
  ])
    app.route('/', routes(parts))
  app.doc31('/api/openapi.json', {
    openapi: '3.1.0',
    info: { title: 'Hearthwarden', version: parts.version },
    security: [{ token: [] }],
  })
  app.openAPIRegistry.registerComponent('securitySchemes', 'token', { type: 'http', scheme: 'bearer' })
  app.route('/', pageRoutes(page))
  app.notFound((c) => c.json({ error: 'There is nothing here.' }, 404))
  app.onError((error, c) => {
    if (error instanceof HTTPException) return c.json({ error: error.message }, error.status)
    if (error instanceof ConfigError) return c.json({ error: messageOf(error) }, 400)
    if (error instanceof UnavailableError) return c.json({ error: messageOf(error) }, 503)
    parts.log.error('an answer failed', { path: c.req.path, error: error.stack ?? messageOf(error) })
    return c.json({ error: 'Something went wrong inside; the log tells more.' }, 500)
  })
  return app
}

/** A listener that is open. */
export interface Listener {
  /** `http://127.0.0.1:8099`: where it really listens. */
  readonly address: string
  readonly port: number
  /** Resolves when `stop` came and every connection has ended. */
  readonly closed: Promise<void>
}

/** Opens a listener; port 0 takes any free one. Throws `ConfigError` when the address cannot be had. */
export async function listen({
  app,
  host,
  port,
  access,
  now,
  stop,
}: {
  app: Api
  host: string
  port: number
  access: Access
  now: () => Date
  stop: AbortSignal
}): Promise<Listener> {
  const guarded = new Hono<ApiEnv>()
  guarded.use(async (c, next) => {
    await next()
    for (const [name, value] of Object.entries(headers)) if (!c.res.headers.has(name)) c.header(name, value)
  })
  guarded.use(guard(access.kind === 'token' ? { ...access, hosts: [...access.hosts, host] } : access, now))
  guarded.use(compress())
  guarded.route('/', app)

  const answer = getRequestListener(guarded.fetch)
  const server = createServer({ requestTimeout: 30_000 }, (asked, reply) => void answer(asked, reply))
  server.maxConnections = mostConnections
  const opened = Promise.withResolvers<void>()
  // One that comes later is a connection that could not be taken: who asked for it sees that.
  server.on('error', (error) => opened.reject(toListenError(error, host, port)))
  server.listen(port, host, opened.resolve)
  await opened.promise

  const closed = Promise.withResolvers<void>()
  stop.addEventListener(
    'abort',
    () => {
      server.close(() => closed.resolve())
      server.closeAllConnections()
    },
    { once: true },
  )
  const own = server.address()
  const taken = own !== null && typeof own === 'object' ? own.port : port
  return {
    address: `http://${host.includes(':') ? `[${host}]` : host}:${taken}`,
    port: taken,
    closed: closed.promise,
  }
}

function toListenError(error: Error, host: string, port: number): Error {
  const reason = {
    EADDRINUSE: 'another program has it',
    EADDRNOTAVAIL: 'this machine has no such address',
    EACCES: 'this needs more rights',
  }[codeOf(error) ?? '']
  return reason
    ? new ConfigError(`cannot listen on ${host} port ${port}: ${reason}; set api.host or api.port to another`)
    : error
}

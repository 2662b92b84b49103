import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
import { codeOf, ConfigError, UnavailableError } from '../core/errors.ts'
import { ask, type Answer } from '../core/http.ts'
import type { RequestInput, RequestResult } from '../core/request.ts'
import {
  alertRowSchema,
  alertStorySchema,
  deviceSchema,
  errorSchema,
  resultSchema,
  signalSchema,
} from './wire/alerts.ts'
import { baselineSchema, deviceViewSchema } from './wire/devices.ts'
import { eventSchema } from './wire/events.ts'
import { claimSchema, collectedSchema, importedSchema } from './work.ts'
import { checkedSchema, recapSchema, settingSchema, statsSchema, statusSchema } from './wire/house.ts'

/** Where the running daemon is: written by it, mode 0600. */
export const daemonSchema = z.object({ address: z.url(), token: z.string().min(1) })
export type Daemon = z.infer<typeof daemonSchema>

/** Milliseconds: a request lapses after 60 s, and its answer says so. */
const patience = 70_000

/** Sends one request and gives the status and the body's text. */
type Send = (method: string, path: string, body?: unknown) => Promise<Pick<Answer, 'status' | 'body'>>

/** The API in words: the same for a daemon and for an app in this process. Every method throws the API's own sentence: a `ConfigError` when it was asked wrongly. */
export type Client = ReturnType<typeof clientOver>

/** A client of the daemon that runs over this data folder; undefined when none answers. */
export async function makeClient({
  folder,
  stop,
}: {
  folder: string
  stop: AbortSignal
}): Promise<Client | undefined> {
  const daemon = await readDaemon(folder)
  if (!daemon) return undefined
  const send: Send = (method, path, body) =>
    ask(new URL(path, daemon.address), {
      method,
      stop,
      timeout: patience,
      limit: 50_000_000,
      headers: { Authorization: `Bearer ${daemon.token}`, 'Content-Type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
  return (await isAlive(daemon, stop)) ? clientOver(send) : undefined
}

/** A client of an app in this process: `makeApi(parts)`. */
export function clientOf(app: {
  request(path: string, init: RequestInit): Response | Promise<Response>
}): Client {
  return clientOver(async (method, path, body) => {
    const response = await app.request(path, {
      method,
      headers: { 'Content-Type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    return { status: response.status, body: await response.text() }
  })
}

function clientOver(send: Send) {
  const get = async <T>(path: string, query: Query, schema: z.ZodType<T>): Promise<T> =>
    understood(await send('GET', `${path}${toQuery(query)}`), schema)
  const post = async <T>(path: string, body: unknown, schema: z.ZodType<T>): Promise<T> =>
    understood(await send('POST', path, body), schema)
  return {
    status: () => get('/api/status', {}, statusSchema),
    stats: () => get('/api/stats', {}, statsSchema),
    checks: () => get('/api/checks', {}, z.array(checkedSchema)),
    /** `status` and `severity`: several words with commas. */
    alerts: (query: {
      status?: string
      severity?: string
      device?: string
      since?: string
      limit?: number
    }) => get('/api/alerts', query, z.array(alertRowSchema)),
    alert: (id: string) => get(`/api/alerts/${encodeURIComponent(id)}`, {}, alertStorySchema),
    signals: (query: { since?: string; detector?: string; device?: string; limit?: number }) =>
      get('/api/signals', query, z.array(signalSchema)),
    devices: () => get('/api/devices', {}, z.array(deviceSchema)),
    /** By id, name, address or MAC. */
    device: (text: string) => get(`/api/devices/${encodeURIComponent(text)}`, {}, deviceViewSchema),
    events: (search: {
      kinds?: readonly string[]
      since?: string
      until?: string
      device?: string
      text?: string
      before?: number
      limit?: number
    }) => post('/api/events/search', search, z.array(eventSchema)),
    baselines: (query: { device?: string }) => get('/api/baselines', query, z.array(baselineSchema)),
    recaps: (query: { limit?: number }) => get('/api/recaps', query, z.array(recapSchema)),
    settings: () => get('/api/settings', {}, z.array(settingSchema)),
    replay: (ask: { since?: string; until?: string; detectors?: readonly string[] }) =>
      post('/api/replay', ask, z.array(claimSchema)),
    collect: (ask: { names: readonly string[]; learning: boolean }) =>
      post('/api/collect', ask, z.array(collectedSchema)),
    imported: (source: string, file: string) => get(`/api/import/${source}/${file}`, {}, importedSchema),
    importLines: (
      source: string,
      file: string,
      piece: { from: number; written: string; lines: readonly string[] },
    ) => post(`/api/import/${source}/${file}`, piece, importedSchema),
    ask: (request: RequestInput): Promise<RequestResult> => post('/api/requests', request, resultSchema),
  }
}

type Query = Readonly<Record<string, string | number | undefined>>

function toQuery(query: Query): string {
  const given = Object.entries(query).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)]],
  )
  return given.length > 0 ? `?${new URLSearchParams(given)}` : ''
}

function understood<T>({ status, body }: Pick<Answer, 'status' | 'body'>, schema: z.ZodType<T>): T {
  if (status === 200) return schema.parse(JSON.parse(body))
  const refusal = errorSchema.safeParse(status < 500 || body.startsWith('{') ? JSON.parse(body) : undefined)
  const sentence = refusal.success ? refusal.data.error : `the daemon answered ${status}`
  if (status === 503) throw new UnavailableError(sentence)
  throw status < 500 ? new ConfigError(sentence) : new Error(sentence)
}

async function readDaemon(folder: string): Promise<Daemon | undefined> {
  try {
    return daemonSchema.safeParse(JSON.parse(await readFile(join(folder, 'daemon.json'), 'utf8'))).data
  } catch (error) {
    // A daemon that was killed while it wrote the file left it torn.
    if (codeOf(error) === 'ENOENT' || error instanceof SyntaxError) return undefined
    throw error
  }
}

/** A file can outlive its daemon: no answer within two seconds is no daemon. */
async function isAlive({ address }: Daemon, stop: AbortSignal): Promise<boolean> {
  try {
    return (await ask(new URL('/health', address), { stop, timeout: 2000 })).status === 200
  } catch (error) {
    if (error instanceof UnavailableError) return false
    throw error
  }
}

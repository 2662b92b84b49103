import { createRoute } from '@hono/zod-openapi'
import { HTTPException } from 'hono/http-exception'
import * as z from 'zod'
import { alertStatuses, type Alert, type AlertView } from '../core/alert.ts'
import { toDeviceId } from '../core/device.ts'
import { severities } from '../core/severity.ts'
import type { Asker } from '../core/request.ts'
import { toCircumstances } from '../core/surroundings.ts'
import type { StoredRequest } from '../store/records.ts'
import type { Store } from '../store/store.ts'
import type { ApiParts } from './parts.ts'
import { body, json, makeRouter, missing, refusals } from './router.ts'
import { alertRowSchema, alertStorySchema, resultSchema } from './wire/alerts.ts'

const params = z.object({ id: z.string().regex(/^a\d{1,15}$/, 'an alert’s id, such as a12') })
const result = { 200: json('How it ended', resultSchema), ...refusals }
/** `open,acknowledged`: several words of a list. */
const words = <const T extends readonly [string, ...string[]]>(of: T) =>
  z
    .string()
    .transform((text) => text.split(','))
    .pipe(z.array(z.enum(of)))

const list = createRoute({
  method: 'get',
  path: '/api/alerts',
  summary: 'Alerts, worst and newest first',
  request: {
    query: z.object({
      status: words(alertStatuses).optional(),
      severity: words(severities).optional(),
      device: z.string().optional(),
      since: z.iso.datetime({ offset: true }).optional(),
      limit: z.coerce.number().int().min(1).max(500).default(100),
    }),
  },
  responses: { 200: json('The alerts', z.array(alertRowSchema)), ...refusals },
})

const one = createRoute({
  method: 'get',
  path: '/api/alerts/{id}',
  summary: 'One alert with its device, signals, evidence and story',
  request: { params },
  responses: { 200: json('The alert', alertStorySchema), ...refusals, ...missing },
})

const acknowledge = createRoute({
  method: 'post',
  path: '/api/alerts/{id}/acknowledge',
  summary: 'Seen: it is nobody’s open question any more',
  request: { params },
  responses: result,
})

const expect = createRoute({
  method: 'post',
  path: '/api/alerts/{id}/expect',
  summary: 'This is expected: grants exactly these signals for so many days',
  request: { params, body: body(z.object({ days: z.int().min(1).max(365).default(30) })) },
  responses: result,
})

const mute = createRoute({
  method: 'post',
  path: '/api/alerts/{id}/mute',
  summary: 'Tells nobody for so many hours',
  request: { params, body: body(z.object({ hours: z.int().min(1).max(720).default(24) })) },
  responses: result,
})

/** What a person is told, and what a person says to it. */
export function alertRoutes(parts: ApiParts) {
  const { store, ask } = parts
  return makeRouter()
    .openapi(list, async (c) => {
      const { device, since, status, severity, limit } = c.req.valid('query')
      const alerts = await store.alerts.list({
        limit,
        ...(status && { status }),
        ...(severity && { severity }),
        ...(device !== undefined && { device: toDeviceId(device) }),
        ...(since !== undefined && { since: new Date(since) }),
      })
      return c.json(
        alerts.map((alert) => toAlertRow(alert, store)),
        200,
      )
    })
    .openapi(one, async (c) => {
      const { id } = c.req.valid('param')
      return c.json(await storyOfAlert(id, parts), 200)
    })
    .openapi(acknowledge, async (c) =>
      c.json(await ask({ kind: 'acknowledge', alert: c.req.valid('param').id }, c.get('by') ?? 'cli'), 200),
    )
    .openapi(expect, async (c) => {
      const { days } = c.req.valid('json')
      return c.json(
        await ask({ kind: 'expect', alert: c.req.valid('param').id, days }, c.get('by') ?? 'cli'),
        200,
      )
    })
    .openapi(mute, async (c) => {
      const { hours } = c.req.valid('json')
      return c.json(
        await ask({ kind: 'mute', alert: c.req.valid('param').id, hours }, c.get('by') ?? 'cli'),
        200,
      )
    })
}

/** One alert with all that is known of it; refuses when there is none of this id. */
export async function storyOfAlert(id: string, { store, board, words }: ApiParts) {
  const alert = await store.alerts.get(id)
  if (!alert) throw new HTTPException(404, { message: `There is no alert ${id}.` })
  const view = await store.alerts.view(alert, words)
  const notifiers = board.rows().filter(({ loop }) => loop.startsWith('notify/'))
  const told = await Promise.all(
    notifiers.map(async ({ loop, title }) =>
      (await store.deliveries.of(loop, { alert: id })).map(({ at, receipt, failed }) => ({
        at,
        what: receipt ? `Told: ${title}` : failed ? `${title} gave up: ${failed}` : `Telling: ${title}`,
      })),
    ),
  )
  const asked = (await store.requests.about(id)).flatMap((request) => toAsked(request, alert))
  return { alert: view, story: storyOf(view, [...told.flat(), ...asked]) }
}

/** An alert with the name of its device, for lists. */
export function toAlertRow(alert: Alert, { devices }: Pick<Store, 'devices'>) {
  return { ...alert, deviceName: devices.get(alert.device)?.name ?? alert.device }
}

/** What happened, oldest first: each kind of signal once, the verdict, who was told, and what people said to it. */
export function storyOf(view: AlertView, others: readonly { at: Date; what: string }[]) {
  const circumstances = toCircumstances(view.surroundings ?? {})
  return [
    { at: view.openedAt, what: 'Opened' },
    ...(circumstances === undefined ? [] : [{ at: view.updatedAt, what: circumstances }]),
    ...view.signals.map(({ firstAt, summary }) => ({ at: firstAt, what: summary })),
    ...(view.verdict ? [{ at: view.verdict.at, what: `Judged ${view.verdict.severity}` }] : []),
    ...others,
  ].sort((a, b) => a.at.getTime() - b.at.getTime())
}

const places: Readonly<Record<Asker, string>> = {
  page: 'on this page',
  cli: 'in the terminal',
  mqtt: 'in Home Assistant',
  phone: 'on a phone',
}

/** What a person said to an alert, where it was done. */
function toAsked(
  { at, by, request, result }: StoredRequest,
  { openedAt, status }: Alert,
): { at: Date; what: string }[] {
  // One without a result is being done: what it changes is seen before its result is.
  if (result?.ok === false || at < openedAt) return []
  switch (request.kind) {
    case 'acknowledge':
      // With all others: only what was open then was meant.
      if (request.alert === undefined && status !== 'acknowledged') return []
      return [{ at, what: `Acknowledged ${places[by]}` }]
    case 'expect':
      return [{ at, what: `Said to be expected for ${request.days} days, ${places[by]}` }]
    case 'mute':
      return [{ at, what: `Muted for ${request.hours} hours, ${places[by]}` }]
    default:
      return []
  }
}

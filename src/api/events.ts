import { createRoute } from '@hono/zod-openapi'
import * as z from 'zod'
import { toDeviceId } from '../core/device.ts'
import { eventKinds } from '../core/observation.ts'
import type { StoredEvent } from '../store/store.ts'
import type { ApiParts } from './parts.ts'
import { body, json, makeRouter, refusals } from './router.ts'
import { signalSchema } from './wire/alerts.ts'
import { eventSchema } from './wire/events.ts'

const time = z.iso.datetime({ offset: true })

/** A body, not a query: Home Assistant's Supervisor refuses odd query strings, and names hold odd characters. */
export const searchSchema = z.object({
  kinds: z.array(z.enum(eventKinds)).optional(),
  since: time.optional(),
  until: time.optional(),
  device: z.string().max(255).optional(),
  text: z.string().max(255).optional().describe('looked for in names and values, as it stands'),
  before: z.int().positive().optional().describe('a `seq`: pages on'),
  limit: z.int().min(1).max(1000).default(100),
})

const search = createRoute({
  method: 'post',
  path: '/api/events/search',
  summary: 'Events, newest first',
  request: { body: body(searchSchema) },
  responses: { 200: json('The events', z.array(eventSchema)), ...refusals },
})

const signals = createRoute({
  method: 'get',
  path: '/api/signals',
  summary: 'What detectors claimed, newest first',
  request: {
    query: z.object({
      since: time.optional(),
      detector: z.string().optional(),
      device: z.string().optional(),
      limit: z.coerce.number().int().min(1).max(1000).default(100),
    }),
  },
  responses: { 200: json('The signals', z.array(signalSchema).readonly()), ...refusals },
})

/** What was seen, and what was claimed of it. */
export function eventRoutes({ store }: ApiParts) {
  return makeRouter()
    .openapi(search, async (c) => {
      const found = await store.events.search(toAsk(c.req.valid('json')))
      return c.json(found.map(toEventView), 200)
    })
    .openapi(signals, async (c) => {
      const { since, detector, device, limit } = c.req.valid('query')
      const found = await store.signals.list({
        limit,
        ...(since !== undefined && { since: new Date(since) }),
        ...(detector !== undefined && { detector }),
        ...(device !== undefined && { device: toDeviceId(device) }),
      })
      return c.json(found, 200)
    })
}

/** A search as the store understands it. */
export function toAsk(asked: z.infer<typeof searchSchema>) {
  const { kinds, since, until, device, text, before, limit } = asked
  return {
    limit,
    ...(kinds && { kinds }),
    ...(since !== undefined && { since: new Date(since) }),
    ...(until !== undefined && { until: new Date(until) }),
    ...(device !== undefined && { device: toDeviceId(device) }),
    ...(text !== undefined && { text }),
    ...(before !== undefined && { before }),
  }
}

/** A stored event as one flat object. */
export function toEventView({ event, seq, source, imported }: StoredEvent) {
  return { ...event, seq, collectedBy: source, imported }
}

import { createRoute } from '@hono/zod-openapi'
import * as z from 'zod'
import type { ApiParts } from './parts.ts'
import { json, makeRouter } from './router.ts'
import { checkedSchema, statsSchema, statusSchema } from './wire/house.ts'

const health = createRoute({
  method: 'get',
  path: '/health',
  summary: 'That it lives, and nothing else; needs no token',
  security: [],
  responses: { 200: json('It lives', z.object({ alive: z.literal(true) })) },
})

const status = createRoute({
  method: 'get',
  path: '/api/status',
  summary: 'The state of the house at a glance',
  responses: { 200: json('The state', statusSchema) },
})

const stats = createRoute({
  method: 'get',
  path: '/api/stats',
  summary: 'How much is stored',
  responses: { 200: json('The numbers', statsSchema) },
})

const checks = createRoute({
  method: 'get',
  path: '/api/checks',
  summary: 'What every plugin finds when it looks: what is there, what is missing and what to do',
  responses: { 200: json('The findings', z.array(checkedSchema).readonly()) },
})

/** How the house is, and how we are. */
export function statusRoutes(parts: ApiParts) {
  const { store, house, version, detectors, now } = parts
  return makeRouter()
    .openapi(health, (c) => c.json({ alive: true } as const, 200))
    .openapi(status, async (c) =>
      c.json(
        {
          version,
          now: now(),
          since: store.meta.createdAt,
          findings: store.meta.findings,
          notices: parts.notices(),
          detectors,
          state: await house.state(),
        },
        200,
      ),
    )
    .openapi(stats, async (c) =>
      c.json(
        {
          kinds: await store.events.stats(),
          size: await store.upkeep.size(),
          lists: await store.indicators.lists(),
        },
        200,
      ),
    )
    .openapi(checks, async (c) => c.json(await parts.checks(), 200))
}

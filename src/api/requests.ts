import { createRoute } from '@hono/zod-openapi'
import { requestSchema } from '../core/request.ts'
import type { ApiParts } from './parts.ts'
import { body, json, makeRouter, refusals } from './router.ts'
import { resultSchema } from './wire/alerts.ts'

const ask = createRoute({
  method: 'post',
  path: '/api/requests',
  summary: 'Anything that a person can ask of the house',
  request: { body: body(requestSchema) },
  responses: { 200: json('How it ended', resultSchema), ...refusals },
})

/** The one door for every request. */
export function requestRoutes(parts: ApiParts) {
  return makeRouter().openapi(ask, async (c) =>
    c.json(await parts.ask(c.req.valid('json'), c.get('by') ?? 'cli'), 200),
  )
}

import { createRoute } from '@hono/zod-openapi'
import { HTTPException } from 'hono/http-exception'
import * as z from 'zod'
import type { ApiParts } from './parts.ts'
import { json, makeRouter, missing, refusals } from './router.ts'
import { recapSchema } from './wire/house.ts'

const newest = createRoute({
  method: 'get',
  path: '/api/recap',
  summary: 'The newest recap',
  responses: { 200: json('The recap', recapSchema), ...missing },
})

const list = createRoute({
  method: 'get',
  path: '/api/recaps',
  summary: 'Recaps, newest first',
  request: { query: z.object({ limit: z.coerce.number().int().min(1).max(100).default(14) }) },
  responses: { 200: json('The recaps', z.array(recapSchema).readonly()), ...refusals },
})

/** The daily summaries. */
export function recapRoutes({ store }: ApiParts) {
  return makeRouter()
    .openapi(newest, async (c) => {
      const recap = await store.recaps.newest()
      if (!recap) throw new HTTPException(404, { message: 'There has been no recap yet.' })
      return c.json(recap, 200)
    })
    .openapi(list, async (c) => c.json(await store.recaps.list(c.req.valid('query').limit), 200))
}

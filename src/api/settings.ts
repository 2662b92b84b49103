import { createRoute } from '@hono/zod-openapi'
import * as z from 'zod'
import { settingValue } from '../core/request.ts'
import type { ApiParts } from './parts.ts'
import { body, json, makeRouter, refusals } from './router.ts'
import { resultSchema } from './wire/alerts.ts'
import { settingSchema } from './wire/house.ts'

const list = createRoute({
  method: 'get',
  path: '/api/settings',
  summary: 'Every option: what it is, where that comes from, whether it can be changed here',
  responses: { 200: json('The settings', z.array(settingSchema).readonly()) },
})

const set = createRoute({
  method: 'put',
  path: '/api/settings',
  summary: 'Saves one setting; null puts it back to its default',
  request: { body: body(z.object({ path: z.string().min(1).max(200), value: settingValue })) },
  responses: { 200: json('How it ended', resultSchema), ...refusals },
})

/** What can be set, without the secrets. */
export function settingRoutes({ settings, ask }: ApiParts) {
  return makeRouter()
    .openapi(list, (c) => c.json(settings(), 200))
    .openapi(set, async (c) => {
      const { path, value } = c.req.valid('json')
      return c.json(await ask({ kind: 'set', option: path, value }, c.get('by') ?? 'cli'), 200)
    })
}

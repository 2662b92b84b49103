import { createRoute } from '@hono/zod-openapi'
import * as z from 'zod'
import type { Grant } from '../core/grant.ts'
import type { Store } from '../store/store.ts'
import type { ApiParts } from './parts.ts'
import { json, makeRouter, refusals } from './router.ts'
import { grantSchema, resultSchema } from './wire/alerts.ts'

const list = createRoute({
  method: 'get',
  path: '/api/grants',
  summary: 'What people said is expected, newest first',
  responses: { 200: json('The grants, those that have ended too', z.array(grantSchema)) },
})

const revoke = createRoute({
  method: 'post',
  path: '/api/grants/{id}/revoke',
  summary: 'It is not expected any more',
  request: { params: z.object({ id: z.string().regex(/^g\d{1,15}$/, 'a grant’s id, such as g3') }) },
  responses: { 200: json('How it ended', resultSchema), ...refusals },
})

/** The grants, and how one ends early. */
export function grantRoutes({ store, ask, now }: ApiParts) {
  return makeRouter()
    .openapi(list, (c) =>
      c.json(
        store.grants
          .list()
          .map((grant) => toGrantView(grant, store, now()))
          .sort((a, b) => b.from.getTime() - a.from.getTime()),
        200,
      ),
    )
    .openapi(revoke, async (c) =>
      c.json(await ask({ kind: 'revoke', grant: c.req.valid('param').id }, c.get('by') ?? 'cli'), 200),
    )
}

/** A grant with the name of its device, and whether it is in force. */
export function toGrantView(grant: Grant, { devices }: Pick<Store, 'devices'>, now: Date) {
  return {
    ...grant,
    deviceName: devices.get(grant.device)?.name ?? grant.device,
    active: grant.from <= now && now < grant.until,
  }
}

import { createRoute } from '@hono/zod-openapi'
import { HTTPException } from 'hono/http-exception'
import * as z from 'zod'
import type { Device } from '../core/device.ts'
import { toAlertRow } from './alerts.ts'
import { toBaselineView } from './baselines.ts'
import { toGrantView } from './grants.ts'
import type { ApiParts } from './parts.ts'
import { body, json, makeRouter, missing, refusals } from './router.ts'
import { deviceSchema, resultSchema } from './wire/alerts.ts'
import { deviceViewSchema } from './wire/devices.ts'

const day = 24 * 60 * 60 * 1000
const params = z.object({ id: z.string().min(1).max(255).describe('an id, name, address or MAC') })

const list = createRoute({
  method: 'get',
  path: '/api/devices',
  summary: 'All devices, newest seen first',
  responses: { 200: json('The devices', z.array(deviceSchema).readonly()) },
})

const one = createRoute({
  method: 'get',
  path: '/api/devices/{id}',
  summary: 'One device: what it asks for, its alerts, its grants, what is normal for it',
  request: { params },
  responses: { 200: json('The device', deviceViewSchema), ...refusals, ...missing },
})

const name = createRoute({
  method: 'post',
  path: '/api/devices/{id}/name',
  summary: 'Gives it a name of your own; an empty one forgets it',
  request: { params, body: body(z.object({ label: z.string().trim().max(40) })) },
  responses: { 200: json('How it ended', resultSchema), ...refusals, ...missing },
})

/** The things on the network. */
export function deviceRoutes({ store, ask, now }: ApiParts) {
  const find = (text: string): Device => {
    const device = store.devices.find(text)
    if (!device) throw new HTTPException(404, { message: 'There is no such device.' })
    return device
  }
  return makeRouter()
    .openapi(list, (c) => c.json(store.devices.list(), 200))
    .openapi(one, async (c) => {
      const device = find(c.req.valid('param').id)
      const to = now()
      const lastDay = {
        from: new Date(to.getTime() - day),
        to,
        after: 0,
        through: store.events.newest(),
        imported: true,
      }
      const domains = await store.events.reader.domains(lastDay)
      const peers = await store.events.reader.peers(lastDay, device.id)
      const alerts = await store.alerts.list({ device: device.id, limit: 20 })
      const grants = store.grants.active(to).filter((grant) => grant.device === device.id)
      return c.json(
        {
          device,
          domains: domains
            .filter((row) => row.device === device.id)
            .sort((a, b) => b.queries - a.queries)
            .slice(0, 50),
          peers: [...peers],
          alerts: alerts.map((alert) => toAlertRow(alert, store)),
          grants: grants.map((grant) => toGrantView(grant, store, to)),
          baselines: store.baselines.list(device.id).map(toBaselineView),
        },
        200,
      )
    })
    .openapi(name, async (c) => {
      const { id } = find(c.req.valid('param').id)
      const { label } = c.req.valid('json')
      return c.json(await ask({ kind: 'name', device: id, label }, c.get('by') ?? 'cli'), 200)
    })
}

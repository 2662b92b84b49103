import { createRoute } from '@hono/zod-openapi'
import * as z from 'zod'
import type { Baseline } from '../core/baseline.ts'
import { toDeviceId } from '../core/device.ts'
import type { ApiParts } from './parts.ts'
import { json, makeRouter, refusals } from './router.ts'
import { baselineSchema } from './wire/devices.ts'

const list = createRoute({
  method: 'get',
  path: '/api/baselines',
  summary: 'What is normal, by device and subject',
  request: { query: z.object({ device: z.string().optional() }) },
  responses: { 200: json('The baselines', z.array(baselineSchema)), ...refusals },
})

/** What is normal here. */
export function baselineRoutes({ store }: ApiParts) {
  return makeRouter().openapi(list, (c) => {
    const { device } = c.req.valid('query')
    const baselines = store.baselines.list(device === undefined ? undefined : toDeviceId(device))
    return c.json(baselines.map(toBaselineView), 200)
  })
}

/** A baseline whose hours are plain JSON. */
export function toBaselineView(baseline: Baseline) {
  return { ...baseline, hours: Object.fromEntries(baseline.hours) }
}

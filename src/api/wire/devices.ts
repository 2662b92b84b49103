import * as z from 'zod'
import { loopStates } from '../../core/health.ts'
import { alertRowSchema, deviceSchema, grantSchema, time } from './alerts.ts'

/** One device, what is normal for it, and what it was seen to do. */

const figuresShape = {
  count: z.int(),
  mean: z.number(),
  deviation: z.number(),
  median: z.number(),
  mad: z.number(),
}

export const baselineSchema = z
  .object({
    device: z.string(),
    subject: z.string(),
    unit: z.string(),
    ...figuresShape,
    hours: z.record(z.string(), z.object(figuresShape)).describe('by hour of the week, 0 = Monday 00:00'),
    since: time,
  })
  .meta({ id: 'Baseline' })

const domainSchema = z.object({
  domain: z.string(),
  qname: z.string(),
  names: z.int(),
  queries: z.int(),
  nxdomain: z.int(),
  blocked: z.int(),
  first: time,
  last: time,
})

export const deviceViewSchema = z
  .object({
    device: deviceSchema,
    domains: z.array(domainSchema).describe('of the last 24 hours, most asked for first'),
    alerts: z.array(alertRowSchema),
    grants: z.array(grantSchema),
    baselines: z.array(baselineSchema),
  })
  .meta({ id: 'DeviceView' })

const eventShape = {
  seq: z.int(),
  collectedBy: z.string().describe('the loop that collected it'),
  imported: z.boolean(),
  device: z.string(),
  at: time,
  address: z.string().optional(),
}

export const eventSchema = z
  .discriminatedUnion('kind', [
    z.object({ ...eventShape, kind: z.literal('dns-query'), qname: z.string(), qtype: z.string() }),
    z.object({
      ...eventShape,
      kind: z.literal('dns-answer'),
      qname: z.string(),
      rcode: z.string(),
      answer: z.string().optional(),
      source: z.string(),
    }),
    z.object({
      ...eventShape,
      kind: z.literal('reading'),
      quantity: z.string(),
      sensor: z.string(),
      value: z.number(),
      unit: z.string(),
      limit: z.number().optional(),
    }),
    z.object({
      ...eventShape,
      kind: z.literal('presence'),
      mac: z.string(),
      hostname: z.string().optional(),
      via: z.enum(['neighbour', 'lease']),
    }),
    z.object({
      ...eventShape,
      kind: z.literal('health'),
      loop: z.string(),
      state: z.enum(loopStates),
      reason: z.string().optional(),
    }),
  ])
  .meta({ id: 'Event' })

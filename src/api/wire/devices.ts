import * as z from 'zod'
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

const peerSchema = z.object({
  device: z.string(),
  peer: z.string(),
  port: z.number().optional(),
  protocol: z.string(),
  outward: z.boolean().describe('the device began; else it was reached'),
  name: z.string().optional().describe('that the device had asked for to get there'),
  count: z.int(),
  bytesOut: z.number().optional().describe('absent: nobody counts'),
  bytesIn: z.number().optional(),
  first: time,
  last: time,
})

export const deviceViewSchema = z
  .object({
    device: deviceSchema,
    domains: z.array(domainSchema).describe('of the last 24 hours, most asked for first'),
    peers: z.array(peerSchema).describe('whom it talked to in the last 24 hours, most bytes first'),
    alerts: z.array(alertRowSchema),
    grants: z.array(grantSchema),
    baselines: z.array(baselineSchema),
  })
  .meta({ id: 'DeviceView' })

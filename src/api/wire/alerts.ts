import * as z from 'zod'
import { alertStatuses } from '../../core/alert.ts'
import { severities } from '../../core/severity.ts'
import { verdictStatuses } from '../../core/verdict.ts'

/** The words of the house as JSON: times are ISO 8601 in UTC. One schema for the answers, the OpenAPI document and the client. */

/** ISO 8601 in UTC. */
export const time = z.iso.datetime()
/** Several texts, in an order that means something. */
export const texts = z.array(z.string()).readonly()
/** One of the four words. */
export const severity = z.enum(severities)

export const errorSchema = z.object({ error: z.string().describe('one sentence') }).meta({ id: 'Error' })

export const resultSchema = z
  .object({ ok: z.boolean(), message: z.string().describe('one sentence for a person') })
  .meta({ id: 'RequestResult' })

export const deviceSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    label: z.string().optional().describe('the name that a person chose'),
    area: z.string().optional().describe('the room that it stands in, as Home Assistant knows'),
    macs: texts,
    vendor: z.string().optional().describe('whose make it is, as its MAC says'),
    addresses: texts,
    hostnames: texts.describe('as the device calls itself: text of strangers'),
    randomMac: z.boolean(),
    provisional: z.boolean(),
    firstSeen: time,
    lastSeen: time,
    sources: z
      .array(z.object({ name: z.string(), lastSeen: time }))
      .readonly()
      .describe('the collectors that have seen it, the newest first'),
  })
  .meta({ id: 'Device' })

export const signalSchema = z
  .object({
    id: z.string(),
    alert: z.string().optional(),
    detector: z.string(),
    device: z.string(),
    target: z.string().optional(),
    at: time,
    firstAt: time,
    count: z.int(),
    confidence: z.number().min(0).max(1),
    cause: z.string().optional(),
    summary: z.string(),
    evidence: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).readonly(),
    grant: z.string().optional(),
  })
  .meta({ id: 'Signal' })

export const verdictSchema = z
  .object({
    at: time,
    severity,
    said: severity.optional(),
    reason: z.string(),
    evidence: texts,
    status: z.enum(verdictStatuses),
    model: z.string(),
    signalsSeq: z.int(),
    latencyMs: z.number(),
    cached: z.boolean(),
  })
  .meta({ id: 'Verdict' })

const alertShape = {
  id: z.string(),
  device: z.string(),
  status: z.enum(alertStatuses),
  openedAt: time,
  updatedAt: time,
  title: z.string(),
  band: z.object({ floor: severity, default: severity, ceiling: severity }),
  confidence: z.number().min(0).max(1),
  severity,
  verdict: verdictSchema.optional(),
  seq: z.int(),
  signalsSeq: z.int(),
  mutedUntil: time.optional(),
}

export const alertRowSchema = z.object({ ...alertShape, deviceName: z.string() }).meta({ id: 'AlertRow' })

const surroundingsSchema = z
  .object({
    area: z.string().optional(),
    owner: z.object({ name: z.string(), isHome: z.boolean() }).optional(),
    isAnybodyHome: z.boolean().optional(),
  })
  .describe('at its newest signal, as Home Assistant knew')

export const alertViewSchema = z
  .object({
    ...alertShape,
    deviceView: deviceSchema,
    surroundings: surroundingsSchema.optional(),
    signals: z.array(signalSchema).readonly(),
    advice: texts,
    spoken: z.string().optional(),
  })
  .meta({ id: 'AlertView' })

export const alertStorySchema = z
  .object({
    alert: alertViewSchema,
    story: z.array(z.object({ at: time, what: z.string() })).describe('oldest first'),
  })
  .meta({ id: 'AlertStory' })

export const grantSchema = z
  .object({
    id: z.string(),
    device: z.string(),
    deviceName: z.string(),
    detector: z.string(),
    target: z.string().optional(),
    from: time,
    until: time,
    by: z.string(),
    alert: z.string().optional(),
    active: z.boolean(),
  })
  .meta({ id: 'Grant' })

import * as z from 'zod'
import { alertStatuses } from '../core/alert.ts'
import { loopStates } from '../core/health.ts'
import { severities } from '../core/severity.ts'
import { verdictStatuses } from '../core/verdict.ts'

/** The words of the house as JSON: times are ISO 8601 in UTC. One schema for the answers, the OpenAPI document and the client. */

const time = z.iso.datetime()
const texts = z.array(z.string()).readonly()
const severity = z.enum(severities)

export const errorSchema = z.object({ error: z.string().describe('one sentence') }).meta({ id: 'Error' })

export const resultSchema = z
  .object({ ok: z.boolean(), message: z.string().describe('one sentence for a person') })
  .meta({ id: 'RequestResult' })

export const deviceSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    label: z.string().optional().describe('the name that a person chose'),
    macs: texts,
    addresses: texts,
    hostnames: texts.describe('as the device calls itself: text of strangers'),
    randomMac: z.boolean(),
    provisional: z.boolean(),
    firstSeen: time,
    lastSeen: time,
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

export const alertViewSchema = z
  .object({
    ...alertShape,
    deviceView: deviceSchema,
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

export const healthSchema = z
  .object({
    loop: z.string(),
    title: z.string(),
    state: z.enum(loopStates),
    reason: z.string().optional(),
    since: time,
    hasWorked: z.boolean(),
    count: z.int(),
    dropped: z.int(),
    workedAt: time.optional(),
  })
  .meta({ id: 'Health' })

export const recapSchema = z
  .object({
    id: z.string(),
    at: time,
    from: time,
    to: time,
    alerts: z.array(alertViewSchema).readonly(),
    newDevices: texts,
    newDomains: z.int(),
    values: z
      .array(
        z.object({
          device: z.string(),
          subject: z.string(),
          unit: z.string(),
          value: z.number(),
          usual: z.number().optional(),
        }),
      )
      .readonly(),
    health: z.array(healthSchema).readonly(),
    learning: z.boolean(),
    headline: z.string(),
  })
  .meta({ id: 'Recap' })

export const stateSchema = z
  .object({
    severity,
    openAlerts: z.int(),
    threat: z.boolean(),
    lastAlert: alertViewSchema.optional(),
    lastAnalysis: time.optional(),
    devices: z.int(),
    dnsToday: z.int(),
    newDomainsToday: z.int(),
    newDevicesToday: z.int(),
    temperatures: z.array(z.object({ sensor: z.string(), value: z.number(), at: time })).readonly(),
    health: z.array(healthSchema).readonly(),
    recap: recapSchema.optional(),
    learning: z.object({ on: z.boolean(), until: time }),
    sensitivity: z.enum(['relaxed', 'balanced', 'strict']),
    spokenAlerts: z.boolean(),
  })
  .meta({ id: 'HouseState' })

export const statusSchema = z
  .object({
    version: z.string(),
    now: time,
    since: time.describe('when this house was first watched'),
    findings: texts.describe('what was found at opening the store that a person should know'),
    detectors: z
      .array(z.object({ name: z.string(), title: z.string(), technique: z.string().optional() }))
      .readonly(),
    state: stateSchema,
  })
  .meta({ id: 'Status' })

export const figuresShape = {
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

export const domainSchema = z.object({
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

export const statsSchema = z
  .object({
    kinds: z
      .array(
        z.object({
          kind: z.string(),
          rows: z.int(),
          oldest: time.optional(),
          newest: time.optional(),
        }),
      )
      .readonly(),
    size: z.object({ database: z.number(), wal: z.number(), free: z.number() }).describe('bytes'),
    lists: z.array(z.object({ list: z.string(), entries: z.int(), at: time })).readonly(),
  })
  .meta({ id: 'Stats' })

export const settingSchema = z
  .object({
    path: z.string(),
    group: z.string(),
    title: z.string(),
    description: z.string(),
    value: z.unknown().optional(),
    isSet: z.boolean().optional(),
    default: z.unknown().optional(),
    from: z.enum(['environment', 'file', 'saved', 'default']),
    locked: z.boolean(),
    schema: z.record(z.string(), z.unknown()).readonly(),
  })
  .meta({ id: 'Setting' })

export const checkedSchema = z
  .object({
    plugin: z.string(),
    kind: z.string(),
    title: z.string(),
    checks: z
      .array(z.object({ ok: z.boolean(), message: z.string(), target: z.string().optional() }))
      .readonly(),
  })
  .meta({ id: 'PluginChecks' })

import * as z from 'zod'
import { loopStates } from '../../core/health.ts'
import { alertViewSchema, severity, texts, time } from './alerts.ts'

/** The house as a whole, and its settings. */

export const healthSchema = z
  .object({
    loop: z.string(),
    title: z.string(),
    state: z.enum(loopStates),
    reason: z.string().optional(),
    coveredBy: z.string().optional().describe('the title of what does its work instead'),
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

const troubles = z
  .array(z.object({ name: z.string(), state: z.string(), reason: z.string().optional() }))
  .readonly()

export const situationSchema = z
  .object({
    failedLoginsToday: z.number().optional(),
    lastLogin: z
      .object({
        at: time,
        user: z.string(),
        service: z.string(),
        from: z.string().optional(),
        host: z.string().optional(),
      })
      .optional(),
    links: z
      .array(
        z.object({
          target: z.string(),
          rtt: z.number().optional().describe('milliseconds'),
          loss: z.number().optional().describe('percent'),
          at: time,
        }),
      )
      .readonly(),
    connections: z.int().optional(),
    openPorts: z.int().optional(),
    lastScan: time.optional(),
    processes: troubles.optional().describe('of the watch list, those that are not well'),
    containers: troubles.optional(),
  })
  .meta({ id: 'Situation', description: 'what nothing tells is absent' })

const alertLineSchema = z
  .object({ id: z.string(), severity, title: z.string(), device: z.string().describe('its name') })
  .meta({ id: 'AlertLine' })

export const weekSchema = z
  .object({
    alerts: z.object({ low: z.int(), medium: z.int(), high: z.int() }),
    worst: alertLineSchema.optional(),
    newDevices: z.object({ count: z.int(), names: texts.describe('of the newest, 20 at most') }),
    headline: z.string(),
  })
  .meta({ id: 'Week', description: 'the last seven days' })

export const stateSchema = z
  .object({
    severity,
    openAlerts: z.int(),
    open: z.array(alertLineSchema).readonly().describe('the worst of them, 20 at most'),
    threat: z.boolean(),
    lastAlert: alertViewSchema.optional(),
    lastAnalysis: time.optional(),
    devices: z.int(),
    dnsToday: z.int(),
    newDomainsToday: z.int(),
    newDevicesToday: z.int(),
    devicesOnline: z.int(),
    situation: situationSchema,
    temperatures: z.array(z.object({ sensor: z.string(), value: z.number(), at: time })).readonly(),
    health: z.array(healthSchema).readonly(),
    week: weekSchema,
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
    notices: texts.describe('what is done to other machines, and how to stop it'),
    detectors: z
      .array(z.object({ name: z.string(), title: z.string(), technique: z.string().optional() }))
      .readonly(),
    state: stateSchema,
  })
  .meta({ id: 'Status' })

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
    variable: z.string().describe('its name in the environment'),
    essential: z.boolean().describe('one of the few that one needs to get going'),
    locked: z.boolean(),
    schema: z.record(z.string(), z.unknown()).readonly(),
  })
  .meta({ id: 'Setting' })

export const checkedSchema = z
  .object({
    plugin: z.string(),
    kind: z.string(),
    title: z.string(),
    coveredBy: z.string().optional().describe('the title of what does its work instead'),
    checks: z
      .array(
        z.object({
          ok: z.boolean().describe('false: what is set up does not work'),
          optional: z.boolean().optional().describe('not there, and nobody needs it'),
          message: z.string(),
          target: z.string().optional(),
        }),
      )
      .readonly(),
  })
  .meta({ id: 'PluginChecks' })

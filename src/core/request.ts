import * as z from 'zod'

const alert = z.string().regex(/^a\d{1,15}$/, 'an alert’s id, such as a12')
const device = z.string().min(1).max(64)

/** Any JSON. Its `type` is said for the OpenAPI document, whose generator does not end on a recursive schema. */
export const settingValue = z
  .json()
  .meta({ type: ['string', 'number', 'boolean', 'array', 'object', 'null'] })

/** What a person asks of the house. One schema for the page, the terminal, MQTT and phones. */
export const requestSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('acknowledge'), alert: alert.optional().describe('absent: all open alerts') }),
  z.object({ kind: z.literal('expect'), alert, days: z.int().min(1).max(365).default(30) }),
  z.object({ kind: z.literal('revoke'), grant: z.string().regex(/^g\d{1,15}$/) }),
  z.object({ kind: z.literal('mute'), alert, hours: z.int().min(1).max(720).default(24) }),
  z.object({
    kind: z.literal('name'),
    device,
    label: z.string().trim().max(40).describe('empty: forget it'),
  }),
  z.object({ kind: z.literal('analyse') }),
  z.object({ kind: z.literal('scan') }),
  z.object({ kind: z.literal('recap') }),
  z.object({ kind: z.literal('dashboard') }),
  z.object({
    kind: z.literal('set'),
    option: z.string().max(200),
    value: settingValue.describe('null: the default'),
  }),
  z.object({ kind: z.literal('test'), notifier: z.string().max(64), target: z.string().max(255).optional() }),
])

/** As it is asked: defaults may be left out. */
export type RequestInput = z.input<typeof requestSchema>
export type Request = z.output<typeof requestSchema>

/** How a request ended. `message` is one sentence for a person. */
export interface RequestResult {
  readonly ok: boolean
  readonly message: string
}

/** Who asks: `page`, `cli`, `mqtt`. */
export type Asker = 'page' | 'cli' | 'mqtt' | 'phone'

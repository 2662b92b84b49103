import * as z from 'zod'
import { severities, type Severity } from '../core/severity.ts'

const benignCauses = [
  'none',
  'update',
  'new_device',
  'guest',
  'backup',
  'ads_tracking',
  'streaming',
  'user_change',
  'sensor_fault',
  'maintenance',
] as const

const categories = [
  'dns',
  'volume',
  'beacon',
  'scan',
  'login',
  'exfil',
  'new_service',
  'rogue_device',
  'temperature',
  'availability',
  'other',
] as const

/**
 * What a server is told to let the model write. The names are in the order in which a model should think, and in
 * alphabetical order, because some servers sort them. Lengths are bounded by anchored patterns, the one bound that every
 * server keeps; a look-ahead in a pattern would crash Ollama 0.17.
 */
function wanted(ids: readonly string[], allowed: readonly Severity[]) {
  return z.strictObject({
    analysis: z.string().regex(/^[A-Za-z][A-Za-z0-9 ,.:%-]{19,239}$/),
    benign_cause: z.enum(benignCauses),
    category: z.enum(categories),
    evidence: z.array(z.enum(ids)).min(1).max(4),
    reason: z.string().regex(/^[A-Za-z][A-Za-z0-9 ,.:%-]{9,119}$/),
    severity: z.enum(allowed),
  })
}

/** The JSON Schema to send as `format`. */
export function toFormat(ids: readonly string[], allowed: readonly Severity[]): object {
  return z.toJSONSchema(wanted(ids, allowed))
}

/**
 * What an answer must be, whatever the server has enforced: the same, but that its texts may hold what `toPlain` takes
 * out, its severity may lie outside the band (the clamp is the code's), and no evidence is cited twice.
 */
export function answerSchema(ids: readonly string[]) {
  return wanted(ids, severities).extend({
    analysis: z.string().max(2000),
    evidence: z
      .array(z.enum(ids))
      .min(1)
      .max(4)
      .refine((cited) => new Set(cited).size === cited.length, 'cited twice'),
    reason: z.string().min(10).max(1000),
  })
}

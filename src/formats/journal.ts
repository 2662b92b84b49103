import * as z from 'zod'
import { logSeverities } from '../core/observation.ts'
import { facilityOf, type SyslogLine } from './syslog.ts'

/** A field that is not UTF-8 comes as its bytes, one that is too long as null, one that is there twice as a list. */
const field = z.union([z.string(), z.array(z.union([z.number(), z.string()]))]).nullish()
const entry = z.object({
  __CURSOR: z.string(),
  __REALTIME_TIMESTAMP: z.string(),
  MESSAGE: field,
  PRIORITY: field,
  SYSLOG_FACILITY: field,
  SYSLOG_IDENTIFIER: field,
  SYSLOG_PID: field,
  _COMM: field,
  _PID: field,
  _HOSTNAME: field,
})

/** A line of `journalctl --output=json`: what it says, and where to go on after it. Undefined for one without a message. */
export function toJournalLine(text: string): { line: SyslogLine; cursor: string } | undefined {
  const found = entry.safeParse(toValue(text))
  if (!found.success) return undefined
  const { __CURSOR: cursor, __REALTIME_TIMESTAMP: microseconds, ...fields } = found.data
  const at = new Date(Number(microseconds) / 1000)
  const message = textOf(fields.MESSAGE)
  if (Number.isNaN(at.getTime()) || message === undefined) return undefined
  const pid = numberOf(fields.SYSLOG_PID) ?? numberOf(fields._PID)
  const host = textOf(fields._HOSTNAME)
  const facility = facilityOf(numberOf(fields.SYSLOG_FACILITY) ?? -1)
  const severity = logSeverities[numberOf(fields.PRIORITY) ?? -1]
  return {
    cursor,
    line: {
      at,
      ...(host !== undefined && { host }),
      program: textOf(fields.SYSLOG_IDENTIFIER) ?? textOf(fields._COMM) ?? 'syslog',
      ...(pid !== undefined && { pid }),
      ...(facility !== undefined && { facility }),
      ...(severity !== undefined && { severity }),
      message: message.replaceAll(/\s+/g, ' ').trim(),
    },
  }
}

function toValue(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

function textOf(value: z.infer<typeof field>): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value
  const [first] = value ?? []
  if (typeof first === 'string') return first
  const bytes = (value ?? []).filter((byte) => typeof byte === 'number')
  return bytes.length === 0 ? undefined : Buffer.from(bytes).toString()
}

function numberOf(value: z.infer<typeof field>): number | undefined {
  const text = textOf(value)
  return text !== undefined && /^\d{1,10}$/.test(text) ? Number(text) : undefined
}

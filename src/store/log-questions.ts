import type { Window } from '../core/detector.ts'
import { toDeviceId } from '../core/device.ts'
import type { TemplateRow } from '../core/log-questions.ts'
import { logSeverities } from '../core/observation.ts'
import type { Database } from './database.ts'
import { booleanOf, dateOf, numberOf, optional, some, textOf } from './rows.ts'
import { inWindow, resolved, windowValues } from './window.ts'

/** Rows that one answer has at most. */
const most = 500
/** Milliseconds that a source must have been read before what it writes can be new. */
const settled = 86_400_000

/** SQL: severities by their number, the worst is 0; what is not marked, or otherwise, is the mildest. */
const rank = `coalesce(nullif(list_position([${logSeverities.map((word) => `'${word}'`).join(', ')}], severity), 0), 9) - 1`

/** What programs wrote; what was imported counts as written before. */
export async function templates(database: Database, window: Window): Promise<TemplateRow[]> {
  const rows = await database.rows(
    `WITH written AS (
       SELECT device, program, template, min(${rank}) AS severity, count(*) AS count, min("at") AS first, max("at") AS last,
         min(source) AS source
       FROM ${resolved(`(FROM log_line WHERE ${inWindow})`)} GROUP BY device, program, template),
     before AS (
       SELECT DISTINCT program, template FROM log_line SEMI JOIN written USING (program, template)
       WHERE seq <= $after OR "at" < $from),
     settled AS (SELECT source FROM log_line SEMI JOIN written USING (source) GROUP BY source HAVING min("at") <= $settled)
     SELECT w.*, b.program IS NULL AND s.source IS NOT NULL AS new
     FROM written w LEFT JOIN before b USING (program, template) LEFT JOIN settled s ON s.source = w.source
     ORDER BY new DESC, severity, count, device, program, template LIMIT ${most}`,
    { ...windowValues(window), settled: new Date(window.from.getTime() - settled) },
  )
  return rows.map((row) => ({
    device: toDeviceId(textOf(row, 'device')),
    program: textOf(row, 'program'),
    template: textOf(row, 'template'),
    ...some('severity', logSeverities[optional(row, 'severity', numberOf) ?? 8]),
    count: numberOf(row, 'count'),
    first: dateOf(row, 'first'),
    last: dateOf(row, 'last'),
    isNew: booleanOf(row, 'new'),
  }))
}

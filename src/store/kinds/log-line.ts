import type { LogLine, LogSeverity } from '../../core/observation.ts'
import { numberOf, optional, some, textOf, wordOf } from '../rows.ts'
import { number, seen, text, type Kind } from './column.ts'

/** How a line of a log is stored. */
export const logLine: Kind<LogLine> = {
  table: 'log_line',
  columns: [
    text('host', ({ host }) => host),
    text('program', ({ program }) => program),
    number('pid', ({ pid }) => pid),
    text('facility', ({ facility }) => facility),
    text('severity', ({ severity }) => severity),
    text('message', ({ message }) => message),
    text('template', ({ template }) => template),
  ],
  toObservation: (row) => ({
    kind: 'log-line',
    ...seen(row),
    ...some('host', optional(row, 'host', textOf)),
    program: textOf(row, 'program'),
    ...some('pid', optional(row, 'pid', numberOf)),
    ...some('facility', optional(row, 'facility', textOf)),
    ...some('severity', optional(row, 'severity', wordOf<LogSeverity>)),
    message: textOf(row, 'message'),
    template: textOf(row, 'template'),
  }),
}

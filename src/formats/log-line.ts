import { logSeverities, type LogLine, type LogSeverity } from '../core/observation.ts'
import type { SyslogLine } from './syslog.ts'
import { templateOf } from './template.ts'

/** Characters of a message that are kept. */
const longest = 1000

/** A line as it is stored, with its template. */
export function toLogLine(line: SyslogLine): LogLine {
  const { program, message } = line
  return {
    kind: 'log-line',
    ...line,
    message: message.slice(0, longest),
    template: templateOf(program, message),
  }
}

/** Whether a line is worth keeping: what is told of logins is seen as logins, and is not kept twice. */
export function isWanted(
  { program, facility, severity }: SyslogLine,
  wanted: { readonly severity: LogSeverity; readonly without: readonly string[] },
): boolean {
  if (facility === 'auth' || facility === 'authpriv' || wanted.without.includes(program)) return false
  return severity === undefined || logSeverities.indexOf(severity) <= logSeverities.indexOf(wanted.severity)
}

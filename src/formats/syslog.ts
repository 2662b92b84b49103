import { logSeverities, type LogSeverity } from '../core/observation.ts'
import { makeStamps } from './stamp.ts'

/** A line of a system's log, whichever way it was written down. */
export interface SyslogLine {
  readonly at: Date
  readonly host?: string
  /** `sshd`, `kernel`; `syslog` where the line names none. */
  readonly program: string
  readonly pid?: number
  readonly facility?: string
  readonly severity?: LogSeverity
  readonly message: string
}

/** By their numbers (RFC 5424, 6.2.1). */
const facilities = [
  ...['kern', 'user', 'mail', 'daemon', 'auth', 'syslog', 'lpr', 'news', 'uucp', 'cron', 'authpriv', 'ftp'],
  ...['ntp', 'audit', 'alert', 'clock'],
  ...['local0', 'local1', 'local2', 'local3', 'local4', 'local5', 'local6', 'local7'],
]

/** Characters of a line that are looked at: what is longer is cut. */
const longest = 8192
/** Characters of a name of a host or a program. */
const longestName = 128

const priority = /^<(\d{1,3})>/
/** `sshd[123]: `, `kernel: `, `sshd(pam_unix)[123]: `. */
const tag = /^([^\s:[\]]{1,128})(?:\[(\d{1,10})\])?:(?: |$)/
/** OpenWrt's logread writes `authpriv.info dropbear[123]: `. */
const level = /^([a-z0-9]{2,8})\.([a-z]{3,7})$/

/**
 * A parser of the log files of syslog daemons: RFC 3164 (with or without priority, host and pid), RFC 5424, the same
 * with an ISO stamp (rsyslog's default, journald's `short-iso`), and OpenWrt's logread. For the lines of one file in
 * their order; `written` as in `makeStamps`. Undefined for a line that has no time. It takes time in proportion to the
 * line's length and throws at nothing.
 */
export function makeSyslogParser(written: Date): (text: string) => SyslogLine | undefined {
  const stamps = makeStamps(written)
  return (text) => {
    const line = text.slice(0, longest)
    const [given = '', number] = priority.exec(line) ?? []
    const isNew = given !== '' && line.startsWith('1 ', given.length)
    const body = line.slice(given.length + (isNew ? 2 : 0))
    const start = stamps.read(body)
    if (start < 0) return undefined
    const rest = body.slice(start)
    const words = isNew ? toNew(rest) : toOld(rest)
    return words && { at: stamps.at(), ...fromPriority(number), ...words }
  }
}

type Words = Omit<SyslogLine, 'at'>

/** Where a line comes from and how bad it is: the priority is eight times the facility, plus the severity. */
export function fromPriority(text: string | undefined): Pick<SyslogLine, 'facility' | 'severity'> {
  const number = text === undefined ? -1 : Number(text)
  const facility = facilities[number >> 3]
  const severity = logSeverities[number & 7]
  return number < 0 || facility === undefined || severity === undefined ? {} : { facility, severity }
}

/** The name of a facility by its number. */
export function facilityOf(number: number): string | undefined {
  return facilities[number]
}

/** `host program[pid]: message`, where the host or the program may be missing. */
function toOld(rest: string): Words {
  const own = toTagged(rest)
  if (own) return own
  const space = rest.indexOf(' ')
  if (space < 0 || space > longestName) return { program: 'syslog', message: rest.trimEnd() }
  const first = rest.slice(0, space)
  const after = rest.slice(space + 1)
  const [, facility = '', name = ''] = level.exec(first) ?? []
  const severity = logSeverities.find((word) => word === (name === 'warn' ? 'warning' : name))
  if (severity && facilities.includes(facility))
    return { facility, severity, ...(toTagged(after) ?? toBare(after)) }
  return { host: first, ...(toTagged(after) ?? toBare(after)) }
}

function toTagged(text: string): Pick<SyslogLine, 'program' | 'pid' | 'message'> | undefined {
  const found = tag.exec(text)
  if (found === null) return undefined
  const [all, program = '', pid] = found
  return { program, ...(pid !== undefined && { pid: Number(pid) }), message: text.slice(all.length).trim() }
}

function toBare(text: string): Pick<SyslogLine, 'program' | 'message'> {
  return { program: 'syslog', message: text.trim() }
}

/** `host program pid id [data] message` (RFC 5424); `-` is nothing. */
function toNew(rest: string): Words | undefined {
  const [host = '', program = '', pid = ''] = rest.split(' ', 4)
  const data = positionAfter(rest, 4)
  const end = data < 0 ? -1 : endOfData(rest, data)
  if (end < 0) return undefined
  const message = rest.slice(end).trim()
  return {
    ...(host !== '-' && host !== '' && { host: host.slice(0, longestName) }),
    program: program === '-' || program === '' ? 'syslog' : program.slice(0, longestName),
    ...(/^\d{1,10}$/.test(pid) && { pid: Number(pid) }),
    message: message.replace(/^(?:\uFEFF|BOM(?=['A-Z]))/, ''),
  }
}

/** Where the text after so many spaces begins; −1 when there are fewer. */
function positionAfter(text: string, spaces: number): number {
  let at = 0
  for (let count = 0; count < spaces; count++) {
    at = text.indexOf(' ', at) + 1
    if (at === 0) return -1
  }
  return at
}

/** After `-` or `[id key="value"][…]`, where quotes and brackets inside a value are escaped by a backslash. */
function endOfData(text: string, from: number): number {
  if (text[from] === '-') return from + 1
  let at = from
  while (text[at] === '[') {
    let isQuoted = false
    for (at += 1; at < text.length && (isQuoted || text[at] !== ']'); at++) {
      if (text[at] === '\\') at += 1
      else if (text[at] === '"') isQuoted = !isQuoted
    }
    at += 1
  }
  return at > text.length || at === from ? -1 : at
}

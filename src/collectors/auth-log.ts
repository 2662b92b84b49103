import * as z from 'zod'
import type { PollingCollector } from '../core/collector.ts'
import { logAmong, logCursor, noLog, pollLog, reachLog } from '../core/log-file.ts'
import { loginLogs } from '../core/log-places.ts'
import { path, seconds } from '../core/options.ts'
import { sshOptions } from '../core/ssh.ts'
import { readOn } from '../core/tail.ts'
import { makeAuthReader, marks } from '../formats/auth.ts'
import { makeSyslogParser } from '../formats/syslog.ts'

const options = z.object({
  file: path(
    'Login log',
    'The log to follow; when empty, the usual places are searched. When it is first met, its newest 64 MB are read: lines older than an hour are learned from and raise no alert.',
  ).optional(),
  every: seconds('How often to look', 'Seconds between two looks at the login log.', { max: 3600 }).default(
    0.25,
  ),
  ...sshOptions,
})

const cursor = logCursor.extend({
  /** Of logins under way, what was counted. */
  pending: z.record(z.string(), z.array(z.enum(marks)).readonly()).readonly(),
})

const none = 'There is no login log here: logins are taken from the journal, where there is one'

/** Follows the log in which sshd, sudo, su, login and others tell who came in and who was refused. */
export default {
  name: 'auth-log',
  title: 'Logins, from a log',
  options,
  cursor,
  // Another machine is not asked more often than each second.
  every: ({ every, ssh }) => (ssh === undefined ? every : Math.max(1, every)),

  reach: ({ options, stop }) => reachLog(options, loginLogs[0][0], stop),

  async poll({ options, cursor, now, log, there }) {
    const file = there?.name ?? options.file ?? (await logAmong(loginLogs, cursor?.tail.file))
    // Where the journal holds the logins there is no such file, which is no fault.
    if (file === undefined)
      return {
        observations: [],
        cursor: cursor ?? { ...noLog, pending: {} },
        absent: cursor?.tail.file ? undefined : none,
      }
    const reader = makeAuthReader(cursor?.pending)
    const part = await pollLog((written) => ({ parse: makeSyslogParser(written), observe: reader.read }), {
      file,
      cursor,
      now,
      log,
      there,
    })
    return { ...part, cursor: { ...part.cursor, pending: reader.pending() } }
  },

  async *read(lines, _options, written) {
    const parse = makeSyslogParser(written)
    const reader = makeAuthReader()
    for await (const text of lines) {
      const line = parse(text)
      const attempt = line && reader.read(line)
      if (attempt) yield attempt
    }
  },

  async check({ options, stop }) {
    await using there = await reachLog(options, loginLogs[0][0], stop)
    const file = there?.name ?? options.file ?? (await logAmong(loginLogs, undefined))
    if (file === undefined) return [{ ok: true, optional: true, message: none }]
    const piece = await readOn(file, undefined, 64 * 1024, there)
    const parse = makeSyslogParser(piece.written)
    if (piece.lines.length === 0 || piece.lines.some((line) => parse(line) !== undefined))
      return [{ ok: true, message: `${file} is followed` }]
    return [
      { ok: false, message: `${file} is not a log of syslog: set collectors.auth-log.file to the login log` },
    ]
  },
} satisfies PollingCollector<z.infer<typeof options>, z.infer<typeof cursor>>

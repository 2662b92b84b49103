import * as z from 'zod'
import type { PollingCollector } from '../core/collector.ts'
import { logAmong, logCursor, noLog, pollLog, reachLog } from '../core/log-file.ts'
import { systemLogs } from '../core/log-places.ts'
import { logSeverities } from '../core/observation.ts'
import { choice, list, path, seconds, text } from '../core/options.ts'
import { sshOptions } from '../core/ssh.ts'
import { readOn } from '../core/tail.ts'
import { isWanted, toLogLine } from '../formats/log-line.ts'
import { makeSyslogParser, type SyslogLine } from '../formats/syslog.ts'

const options = z.object({
  file: path(
    'System log',
    'The log to follow; when empty, the usual places are searched. When it is first met, its newest 64 MB are read.',
  ).optional(),
  every: seconds('How often to look', 'Seconds between two looks at the system log.', { max: 3600 }).default(
    1,
  ),
  severity: choice(
    'Least severe',
    'Lines that are less severe than this are left out, as far as the log says how severe they are.',
    logSeverities,
  ).default('info'),
  without: list(
    'Programs left out',
    'Lines of these programs are not kept: what they say is seen elsewhere.',
    text('Program', 'Its name in the log.'),
  ).default(['dnsmasq', 'hearthwarden']),
  ...sshOptions,
})

const none = 'There is no system log here: the journal is read, where there is one'

/** Keeps what programs write into the system's log. */
export default {
  name: 'syslog',
  title: 'System log',
  options,
  cursor: logCursor,
  every: (options) => options.every,

  reach: ({ options, stop }) => reachLog(options, systemLogs[0][0], stop),

  async poll({ options, cursor, now, log, there }) {
    const file = there?.name ?? options.file ?? (await logAmong(systemLogs, cursor?.tail.file))
    // Where the journal holds everything there is no such file, which is no fault.
    if (file === undefined)
      return { observations: [], cursor: cursor ?? noLog, absent: cursor?.tail.file ? undefined : none }
    return pollLog(
      (written) => ({
        parse: makeSyslogParser(written),
        observe: (line: SyslogLine) => (isWanted(line, options) ? toLogLine(line) : undefined),
      }),
      { file, cursor, now, log, there },
    )
  },

  async *read(lines, options, written) {
    const parse = makeSyslogParser(written)
    for await (const text of lines) {
      const line = parse(text)
      if (line && isWanted(line, options)) yield toLogLine(line)
    }
  },

  async check({ options, stop }) {
    await using there = await reachLog(options, systemLogs[0][0], stop)
    const file = there?.name ?? options.file ?? (await logAmong(systemLogs, undefined))
    if (file === undefined) return [{ ok: true, optional: true, message: none }]
    const piece = await readOn(file, undefined, 64 * 1024, there)
    const parse = makeSyslogParser(piece.written)
    if (piece.lines.length === 0 || piece.lines.some((line) => parse(line) !== undefined))
      return [{ ok: true, message: `${file} is followed` }]
    return [
      { ok: false, message: `${file} is not a log of syslog: set collectors.syslog.file to the system log` },
    ]
  },
} satisfies PollingCollector<z.infer<typeof options>, z.infer<typeof logCursor>>

import * as z from 'zod'
import type { ListeningCollector } from '../core/collector.ts'
import { checkJournal, followJournal, hasJournal, noJournal } from '../core/journal.ts'
import { isWritten, systemLogs } from '../core/log-places.ts'
import { logSeverities } from '../core/observation.ts'
import { choice, list, path, text } from '../core/options.ts'
import { every } from '../core/time.ts'
import { toJournalLine } from '../formats/journal.ts'
import { isWanted, toLogLine } from '../formats/log-line.ts'

/** Milliseconds after which it is looked whether the log that is written instead is still there. */
const again = 600_000

const options = z.object({
  use: choice(
    'When to use it',
    'auto: only where no system log is written, so that nothing is kept twice; always: also beside one.',
    ['auto', 'always'],
  ).default('auto'),
  folder: path(
    'Journal folder',
    'Where the journal lies, such as /var/log/journal of another system; when empty, this system’s own.',
  ).optional(),
  severity: choice(
    'Least severe',
    'Lines that are less severe than this are left out.',
    logSeverities,
  ).default('info'),
  without: list(
    'Programs left out',
    'Lines of these programs are not kept: what they say is seen elsewhere.',
    text('Program', 'Its name in the journal.'),
  ).default(['dnsmasq', 'hearthwarden']),
})

const cursor = z.string().regex(/^[\w=;]+$/)

const notNeeded = 'The system log is a file: the journal is not needed'

/** Keeps what programs write into systemd's journal; what is said of logins is `auth-journal`'s. */
export default {
  name: 'syslog-journal',
  title: 'System journal',
  insteadOf: 'syslog',
  options,
  cursor,

  async listen(context) {
    const { options, now, stop, absent, emit } = context
    const { folder, use } = options
    for await (const _ of every(again, stop)) {
      const isNeeded = use === 'always' || !(await isWritten(systemLogs, now()))
      if (hasJournal(folder) && isNeeded) break
      absent(isNeeded ? noJournal : notNeeded)
    }
    for await (const text of followJournal({ folder, matches: [] }, context)) {
      const entry = toJournalLine(text)
      if (entry && isWanted(entry.line, options)) emit(toLogLine(entry.line), entry.cursor)
    }
  },

  async check({ options, now, stop }) {
    if (options.use === 'auto' && (await isWritten(systemLogs, now())))
      return [{ ok: true, optional: true, message: notNeeded }]
    return [await checkJournal({ folder: options.folder, matches: [] }, stop)]
  },
} satisfies ListeningCollector<z.infer<typeof options>, z.infer<typeof cursor>>

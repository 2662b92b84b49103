import * as z from 'zod'
import type { ListeningCollector } from '../core/collector.ts'
import { checkJournal, followJournal, hasJournal, noJournal } from '../core/journal.ts'
import { isWritten, loginLogs } from '../core/log-places.ts'
import { choice, path } from '../core/options.ts'
import { every } from '../core/time.ts'
import { makeAuthReader, marks } from '../formats/auth.ts'
import { toJournalLine } from '../formats/journal.ts'

/** Milliseconds after which it is looked whether the log that is written instead is still there. */
const again = 600_000

const options = z.object({
  use: choice(
    'When to use it',
    'auto: only where no login log is written, so that nothing is told twice; always: also beside one.',
    ['auto', 'always'],
  ).default('auto'),
  folder: path(
    'Journal folder',
    'Where the journal lies, such as /var/log/journal of another system; when empty, this system’s own.',
  ).optional(),
})

const cursor = z.object({
  journal: z.string().regex(/^[\w=;]+$/),
  pending: z.record(z.string(), z.array(z.enum(marks)).readonly()).readonly(),
})

/** The facilities auth and authpriv. */
const matches = ['SYSLOG_FACILITY=4', 'SYSLOG_FACILITY=10']

const notNeeded = 'Logins are taken from a log: the journal is not needed'

/** Follows what programs tell of logins in systemd's journal. */
export default {
  name: 'auth-journal',
  title: 'Logins, from the journal',
  insteadOf: 'auth-log',
  options,
  cursor,

  async listen(context) {
    const { options, cursor, now, stop, absent, emit } = context
    const { folder, use } = options
    for await (const _ of every(again, stop)) {
      const isNeeded = use === 'always' || !(await isWritten(loginLogs, now()))
      if (hasJournal(folder) && isNeeded) break
      absent(isNeeded ? noJournal : notNeeded)
    }
    const reader = makeAuthReader(cursor?.pending)
    const lines = followJournal({ folder, matches }, { ...context, cursor: cursor?.journal })
    for await (const text of lines) {
      const entry = toJournalLine(text)
      const attempt = entry && reader.read(entry.line)
      if (attempt) emit(attempt, { journal: entry.cursor, pending: reader.pending() })
    }
  },

  async check({ options, now, stop }) {
    if (options.use === 'auto' && (await isWritten(loginLogs, now())))
      return [{ ok: true, optional: true, message: notNeeded }]
    return [await checkJournal({ folder: options.folder, matches }, stop)]
  },
} satisfies ListeningCollector<z.infer<typeof options>, z.infer<typeof cursor>>

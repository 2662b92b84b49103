import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { find, without } from '../partners.ts'

/** For a test's `skip`. */
export const withoutJournal =
  without('journalctl', 'systemd') || without('systemd-journal-remote', 'systemd-journal-remote')

/** Fields of an entry. */
export type Entry = Readonly<Record<string, string>>

const ownBoot = '9ca11a8943ce4d2e8ec141193c2231e2'

/** Writes entries into a real journal of this folder, at this time (now). */
export function writeJournal(folder: string, entries: readonly Entry[], at = new Date()): void {
  const input = entries.map((entry) =>
    [
      `__REALTIME_TIMESTAMP=${at.getTime()}000`,
      `__MONOTONIC_TIMESTAMP=${Math.floor(performance.now() * 1000)}`,
      ...Object.entries({ _BOOT_ID: ownBoot, _HOSTNAME: 'box', PRIORITY: '6', ...entry }).map(
        ([name, value]) => `${name}=${value}`,
      ),
      '\n',
    ].join('\n'),
  )
  const program = find('systemd-journal-remote')
  if (program === false) throw new Error('systemd-journal-remote is not here')
  execFileSync(program, ['-o', join(folder, 'x.journal'), '-'], { input: input.join(''), stdio: 'pipe' })
}

import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import type { ListeningCollector } from '../../src/core/collector.ts'
import type { Observation } from '../../src/core/observation.ts'
import { find, without } from '../partners.ts'
import { contextOf } from './collecting.ts'
import { until } from './dnsmasq.ts'

/** For a test's `skip`. */
export const withoutJournal =
  without('journalctl', 'systemd') || without('systemd-journal-remote', 'systemd-journal-remote')

/** Fields of an entry. */
export type Entry = Readonly<Record<string, string>>

/** Writes entries into a real journal of this folder, at this time (now). */
export function writeJournal(folder: string, entries: readonly Entry[], at = new Date()): void {
  const input = entries.map((entry) =>
    [
      `__REALTIME_TIMESTAMP=${at.getTime()}000`,
      `__MONOTONIC_TIMESTAMP=${Math.floor(performance.now() * 1000)}`,
      '_BOOT_ID=9ca11a8943ce4d2e8ec141193c2231e2',
      ...Object.entries({ _HOSTNAME: 'box', PRIORITY: '6', ...entry }).map(
        ([name, value]) => `${name}=${value}`,
      ),
      '\n',
    ].join('\n'),
  )
  const program = find('systemd-journal-remote')
  if (program === false) throw new Error('systemd-journal-remote is not here')
  execFileSync(program, ['-o', join(folder, 'x.journal'), '-'], { input: input.join(''), stdio: 'pipe' })
}

/** Runs a listener while `during` works, with the cursor as it comes back from disk. */
export async function listen<O, C>(
  collector: ListeningCollector<O, C>,
  { options, cursor, now = new Date() }: { options: O; cursor?: C | undefined; now?: Date },
  during: (seen: readonly Observation[]) => Promise<void>,
): Promise<{ seen: readonly Observation[]; cursor: C | undefined }> {
  const seen: Observation[] = []
  const stop = new AbortController()
  let last = cursor
  const running = collector.listen({
    ...contextOf(options, now),
    stop: stop.signal,
    cursor: cursor === undefined ? undefined : collector.cursor?.parse(JSON.parse(JSON.stringify(cursor))),
    emit(observation, at) {
      seen.push(observation)
      last = at ?? last
    },
  })
  try {
    await Promise.race([during(seen), running])
  } finally {
    stop.abort()
    await running
  }
  return { seen, cursor: last }
}

/** Until so many things were seen. */
export async function seenAll(seen: readonly Observation[], count: number): Promise<void> {
  await until(() => seen.length >= count)
}

import type { PollingCollector } from '../../src/core/collector.ts'
import { makeLog } from '../../src/core/log.ts'
import type { Observation } from '../../src/core/observation.ts'
import type { Context } from '../../src/core/plugin.ts'

/** What a collector gets when it runs alone. */
export function contextOf<O>(options: O, now?: Date): Context<O> {
  return {
    options,
    log: makeLog({ level: 'error', secrets: () => [] }),
    stop: AbortSignal.timeout(60_000),
    now: () => now ?? new Date(),
    home: undefined,
  }
}

/** Polls until there is no more, with the cursor as it comes back from disk. `pieces`: what each poll gave. */
export async function collect<O, C>(
  collector: PollingCollector<O, C>,
  { options, cursor, now }: { options: O; cursor?: C | undefined; now?: Date },
) {
  const observations: Observation[] = []
  const pieces: { count: number; history: boolean; unknown: number }[] = []
  let last = cursor
  for (let more = true; more;) {
    const saved = last === undefined ? undefined : collector.cursor.parse(JSON.parse(JSON.stringify(last)))
    const part = await collector.poll({ ...contextOf(options, now), cursor: saved })
    observations.push(...part.observations)
    pieces.push({
      count: part.observations.length,
      history: part.history ?? false,
      unknown: part.unknown ?? 0,
    })
    last = part.cursor
    more = part.more ?? false
  }
  return { observations, pieces, cursor: last }
}

import type { ListeningCollector } from '../../src/core/collector.ts'
import type { Home } from '../../src/core/home.ts'
import type { Observation } from '../../src/core/observation.ts'
import { contextOf } from './collecting.ts'
import { until } from './dnsmasq.ts'

/** Runs a listener while `during` works, with the cursor as it comes back from disk. */
export async function listen<O, C>(
  collector: ListeningCollector<O, C>,
  {
    options,
    cursor,
    home,
    says = () => undefined,
  }: {
    options: O
    cursor?: C | undefined
    home?: Home
    /** Is told `ready`, or why it is absent. */
    says?: (state: string) => void
  },
  during: (seen: readonly Observation[]) => Promise<void>,
): Promise<{ seen: readonly Observation[]; cursor: C | undefined }> {
  const seen: Observation[] = []
  const stop = new AbortController()
  let last = cursor
  const running = collector.listen({
    ...contextOf(options),
    home,
    stop: stop.signal,
    cursor: cursor === undefined ? undefined : collector.cursor?.parse(JSON.parse(JSON.stringify(cursor))),
    ready: () => says('ready'),
    absent: says,
    lost: () => undefined,
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

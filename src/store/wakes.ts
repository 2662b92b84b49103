import { pause } from '../core/time.ts'
import type { Topic } from './store.ts'

/** Who waits for which rows. */
export interface Wakes {
  /** Number of the newest commit. */
  commit(): number
  /** A commit has brought rows of these topics. */
  wake(topics: ReadonlySet<Topic>): void
  /** As the store promises it. */
  changed(
    topics: readonly Topic[],
    wait: { after: number; milliseconds: number; stop: AbortSignal },
  ): Promise<void>
}

/** Counts commits from 1 on, in this run of the program. */
export function makeWakes(): Wakes {
  const newest = new Map<Topic, number>()
  const waiting = new Set<{ topics: readonly Topic[]; bell: AbortController }>()
  let count = 0
  return {
    commit: () => count,
    wake(topics) {
      count += 1
      for (const topic of topics) newest.set(topic, count)
      for (const waiter of waiting) if (waiter.topics.some((topic) => topics.has(topic))) waiter.bell.abort()
    },
    async changed(topics, { after, milliseconds, stop }) {
      if (topics.some((topic) => (newest.get(topic) ?? 0) > after)) return
      const waiter = { topics, bell: new AbortController() }
      waiting.add(waiter)
      await pause(milliseconds, AbortSignal.any([stop, waiter.bell.signal]))
      waiting.delete(waiter)
    },
  }
}

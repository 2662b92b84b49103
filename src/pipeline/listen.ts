import type { ListeningCollector } from '../core/collector.ts'
import { messageOf, UnavailableError } from '../core/errors.ts'
import type { Observation } from '../core/observation.ts'
import { pause } from '../core/time.ts'
import type { Store } from '../store/store.ts'
import type { ContextOf, Turn } from './supervise.ts'

/** Observations that a listener may be ahead of the store: more are counted and dropped. */
const bufferMost = 20_000
/** A listener's observations are saved with each round of the store, or as soon as there are so many. */
const batch = 5000
/** Of losses it is told until there was none for so many milliseconds. */
const calm = 300_000
const tooMuch = 'More came at once than could be stored: some of it is lost'
/** A source that was away and says that it is back is believed when it has stayed for so many milliseconds. */
const trial = 5000

export interface Listening {
  readonly name: string
  readonly options: unknown
  readonly turn: Turn
  readonly store: Store
  readonly context: ContextOf
  readonly now: () => Date
  /** Where the source is asked to go on. */
  readonly cursor: unknown
  /** It was listened to before, since this loop was made. */
  readonly isAgain: boolean
}

/** Listens until the source fails or `stop`, and saves what it tells; what cannot be saved is kept up to a bound. */
export async function listenTo(
  collector: ListeningCollector<unknown, unknown>,
  { name, options, turn, store, context, now, cursor, isAgain }: Listening,
): Promise<void> {
  const ended = new AbortController()
  const stop = AbortSignal.any([turn.stop, ended.signal])
  const buffer: { observation: Observation; cursor: unknown }[] = []
  let dropped = 0
  let loss: { reason: string; until: number } | undefined
  let some = new AbortController()
  let full = new AbortController()

  function emit(observation: Observation, cursor?: unknown): void {
    if (buffer.length >= bufferMost) {
      lost(1, tooMuch)
      return
    }
    buffer.push({ observation, cursor })
    some.abort()
    if (buffer.length >= batch) full.abort()
  }

  function lost(count: number, reason: string): void {
    dropped += count
    loss = { reason, until: now().getTime() + calm }
  }

  /** What was dropped and not told yet. */
  function newlyDropped(): number {
    const count = dropped
    dropped = 0
    return count
  }

  /** It works, and so much more was saved. */
  function works(count: number): void {
    if (loss && now().getTime() >= loss.until) loss = undefined
    turn.ok({ count, dropped: newlyDropped(), reason: loss?.reason })
  }

  /** Saves the oldest; what cannot be saved now is kept. */
  async function flush(): Promise<void> {
    const piece = buffer.slice(0, batch)
    if (piece.length === 0) {
      if (loss) works(0)
      return
    }
    const cursor = piece.findLast((one) => one.cursor !== undefined)?.cursor
    const observations = piece.map((one) => one.observation)
    await store.events.save({ loop: name, observations, ...(cursor !== undefined && { cursor }) })
    buffer.splice(0, piece.length)
    works(piece.length)
  }

  async function keepFlushing(): Promise<void> {
    while (!stop.aborted) {
      some = new AbortController()
      full = new AbortController()
      if (buffer.length === 0) await pause(1000, AbortSignal.any([stop, some.signal]))
      if (buffer.length < batch) await store.events.round(AbortSignal.any([stop, full.signal]))
      try {
        await flush()
      } catch (error) {
        // The store is away, not the source: that goes on being listened to, for as long as there is room.
        if (!(error instanceof UnavailableError)) throw error
        turn.waiting(messageOf(error), { dropped: newlyDropped() })
        await pause(1000, stop)
      }
    }
  }

  const flushing = keepFlushing()

  /** Saves the rest. A source with a cursor tells again what cannot be saved; of another it is lost. */
  async function flushRest(): Promise<void> {
    try {
      await flushing
      while (buffer.length > 0) await flush()
    } catch (error) {
      if (collector.cursor === undefined) dropped += buffer.length
      turn.waiting(messageOf(error), { dropped: newlyDropped() })
      throw error
    }
  }

  async function ready(): Promise<void> {
    if (isAgain) await pause(trial, stop)
    if (!stop.aborted) turn.ok()
  }

  // One that has told something before is not absent: it is silent, which `silent-collector` judges.
  const absent = (reason: string) => (cursor === undefined ? turn.off(reason) : turn.ok())
  try {
    await Promise.race([
      collector.listen({
        ...context({ ...turn, stop }, options),
        cursor,
        ready: () => void ready(),
        absent,
        emit,
        lost,
      }),
      flushing,
    ])
  } finally {
    ended.abort()
    await flushRest()
  }
}

import type { Collector, ListeningCollector, Poll, PollingCollector } from '../core/collector.ts'
import { messageOf, UnavailableError } from '../core/errors.ts'
import type { Observation } from '../core/observation.ts'
import type { Context } from '../core/plugin.ts'
import type { RemoteLog } from '../core/remote-log.ts'
import { pause } from '../core/time.ts'
import type { Store } from '../store/store.ts'
import { commitMilliseconds } from '../store/writer.ts'
import type { Loop, Turn } from './supervise.ts'

/** One place that a collector looks at. */
export interface Place {
  /** `collect/pihole-log`, the second place `collect/pihole-log#2`. */
  readonly name: string
  readonly collector: Collector
  readonly options: unknown
  /** A person has set something of it. */
  readonly isSet: boolean
}

export type ContextOf = (turn: Turn, options: unknown) => Context<unknown>

/** Observations that a listener may be ahead of the store: more are counted and dropped. */
const bufferMost = 20_000
/** A listener's observations are saved each second, or as soon as there are so many. */
const batch = 5000
/** Of losses it is told until there was none for so many milliseconds. */
const calm = 300_000
const tooMuch = 'More came at once than could be stored: some of it is lost'
/** A source that was away and says that it is back is believed when it has stayed for so many milliseconds. */
const trial = 5000

export interface CollectTools {
  readonly store: Store
  readonly context: ContextOf
  readonly now: () => Date
}

/** The loop that brings what one place shows into the store. */
export function toCollectLoop(place: Place, { store, context, now }: CollectTools): Loop {
  const { name, collector, options } = place
  let runs = 0
  let missed = true
  return {
    name,
    title: collector.title,
    isMissed: () => missed,
    async run(turn) {
      if (runs === 0) missed = await isMissed(place, { store, now })
      const running = { name, options, turn, store, context }
      runs += 1
      if ('poll' in collector) await pollFor(collector, running)
      else await listenTo(collector, { ...running, now, isAgain: runs > 1 })
    },
  }
}

/** A source that nobody has set and that has never worked here is missed by nobody. */
export async function isMissed(
  { name, isSet }: Pick<Place, 'name' | 'isSet'>,
  { store, now }: Pick<CollectTools, 'store' | 'now'>,
): Promise<boolean> {
  if (isSet || (await store.cursors.get(name)) !== undefined) return true
  const always = { from: new Date(0), to: now(), after: 0, through: Infinity, imported: false }
  const loops = await store.events.reader.loops(always)
  return loops.some(({ loop, state, brokenSince }) => loop === name && (state === 'ok' || brokenSince))
}

interface Running {
  readonly name: string
  readonly options: unknown
  readonly turn: Turn
  readonly store: Store
  readonly context: ContextOf
  /** Learned from and not judged, whatever the source says of it. */
  readonly learning?: boolean
}

async function pollFor(collector: PollingCollector<unknown, unknown>, running: Running): Promise<void> {
  const { turn, options, context } = running
  // A connection to another machine lasts as long as the loop: when it breaks, the loop is made anew, and with it the connection.
  await using there = await collector.reach?.(context(turn, options))
  while (!turn.stop.aborted) {
    const taken = await pollToEnd(collector, running, there)
    const rest = collector.every(options) * 1000
    // Commits come so often at most: to look again sooner would only make what is found wait for the next one.
    await pause(taken > 0 ? Math.max(rest, commitMilliseconds) : rest, turn.stop)
  }
}

/** Reads until the end of what there is, and saves each piece with its cursor. */
export async function pollOnce(
  collector: PollingCollector<unknown, unknown>,
  running: Running,
): Promise<number> {
  await using there = await collector.reach?.(running.context(running.turn, running.options))
  return await pollToEnd(collector, running, there)
}

async function pollToEnd(
  collector: PollingCollector<unknown, unknown>,
  running: Running,
  there: RemoteLog | undefined,
): Promise<number> {
  const { options, turn, context } = running
  let cursor = await cursorOf(collector, running)
  let taken = 0
  let saved = Promise.resolve()
  for (let more = true; more && !turn.stop.aborted;) {
    // While one piece is being saved the next is read. When one fails, the other is waited for.
    const read = collector.poll({ ...context(turn, options), cursor, there })
    await Promise.allSettled([read, saved])
    await saved
    const part = await read
    saved = save(part, cursor, running)
    taken += part.observations.length
    cursor = part.cursor
    more = part.more ?? false
  }
  await saved
  return taken
}

/** Saves what was read after `before`, and then tells how it went. */
async function save(
  { observations, cursor, history = false, absent, unknown }: Poll<unknown>,
  before: unknown,
  { name, turn, store, learning = false }: Running,
): Promise<void> {
  if (observations.length > 0) {
    await store.events.save({ loop: name, observations, cursor, imported: learning || history })
  } else if (absent === undefined && JSON.stringify(cursor) !== JSON.stringify(before)) {
    await store.cursors.set(name, cursor, 'with-next')
  }
  if (absent !== undefined) turn.off(absent)
  else turn.ok({ count: observations.length, ...(unknown !== undefined && { dropped: unknown }) })
}

/** The saved cursor; one that this version does not understand counts as none. */
async function cursorOf(
  collector: Collector,
  { name, store }: { name: string; store: Store },
): Promise<unknown> {
  const saved = await store.cursors.get(name)
  const parsed = collector.cursor?.safeParse(saved)
  return parsed?.success ? parsed.data : undefined
}

async function listenTo(
  collector: ListeningCollector<unknown, unknown>,
  { isAgain, now, ...running }: Running & Pick<CollectTools, 'now'> & { readonly isAgain: boolean },
): Promise<void> {
  const { name, options, turn, store, context } = running
  const ended = new AbortController()
  const stop = AbortSignal.any([turn.stop, ended.signal])
  const buffer: { observation: Observation; cursor: unknown }[] = []
  let dropped = 0
  let loss: { reason: string; until: number } | undefined
  let full = new AbortController()

  function emit(observation: Observation, cursor?: unknown): void {
    if (buffer.length >= bufferMost) {
      lost(1, tooMuch)
      return
    }
    buffer.push({ observation, cursor })
    if (buffer.length >= batch) full.abort()
  }

  function lost(count: number, reason: string): void {
    dropped += count
    loss = { reason, until: now().getTime() + calm }
  }

  /** It works, and so much more was saved. */
  function works(count: number): void {
    const amounts = { count, dropped }
    dropped = 0
    if (loss && now().getTime() >= loss.until) loss = undefined
    if (loss) turn.losing(loss.reason, amounts)
    else turn.ok(amounts)
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
      full = new AbortController()
      if (buffer.length < batch) await pause(1000, AbortSignal.any([stop, full.signal]))
      try {
        await flush()
      } catch (error) {
        // The store is away, not the source: that goes on being listened to, for as long as there is room.
        if (!(error instanceof UnavailableError)) throw error
        turn.waiting(messageOf(error), { dropped })
        dropped = 0
        await pause(1000, stop)
      }
    }
  }

  async function ready(): Promise<void> {
    if (isAgain) await pause(trial, stop)
    if (!stop.aborted) turn.ok()
  }

  const cursor = await cursorOf(collector, running)
  // One that has told something before is not absent: it is silent, which `silent-collector` judges.
  const absent = (reason: string) => (cursor === undefined ? turn.off(reason) : turn.ok())
  const flushing = keepFlushing()
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
    await flushing
    while (buffer.length > 0) await flush()
  }
}

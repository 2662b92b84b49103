import type { Collector, Poll, PollingCollector } from '../core/collector.ts'
import type { RemoteLog } from '../core/remote-log.ts'
import { pause } from '../core/time.ts'
import type { Store } from '../store/store.ts'
import { listenTo } from './listen.ts'
import type { ContextOf, Loop, Turn } from './supervise.ts'

/** One place that a collector looks at. */
export interface Place {
  /** `collect/pihole-log`, the second place `collect/pihole-log#2`. */
  readonly name: string
  readonly collector: Collector
  readonly options: unknown
  /** A person has set something of it. */
  readonly isSet: boolean
}

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
      if ('poll' in collector) return await pollFor(collector, running)
      const cursor = await cursorOf(collector, running)
      await listenTo(collector, { ...running, now, cursor, isAgain: runs > 1 })
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
  const { turn, options, store, context } = running
  // A connection to another machine lasts as long as the loop: when it breaks, the loop is made anew, and with it the connection.
  await using there = await collector.reach?.(context(turn, options))
  while (!turn.stop.aborted) {
    await pollToEnd(collector, running, there)
    await pause(collector.every(options) * 1000, turn.stop)
    // To look sooner would only make what is found wait for the next commit.
    await store.events.round(turn.stop)
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

import * as z from 'zod'
import type { DetectContext, Detector, Window } from '../core/detector.ts'
import type { Signal } from '../core/signal.ts'
import { pause } from '../core/time.ts'
import type { Store } from '../store/store.ts'
import type { Loop, Turn } from './supervise.ts'

const cursorSchema = z.object({ seq: z.number() })

/** Events that one turn takes on at most: a long backlog is judged in pieces, so that memory stays flat. */
const piece = 200_000
/** Milliseconds between two turns at the least: what comes meanwhile is judged together. */
const rest = 250
/** So many events since the last turn are a backlog: it is let gather, so that a step is judged seldom. */
const backlog = 5000
/** For so many seconds at most, while as many come in each, and until they are a piece. */
const gathering = 3
/** A cursor that merely moved is written so seldom, in milliseconds: each write wears a card, and to judge again does no harm. */
const moved = 30_000

/** How a detector asks the house: the same for the running daemon and for a replay. */
export interface DetectTools {
  readonly store: Store
  readonly now: () => Date
}

/** The loop that has one detector judge every event once. A new detector begins at the newest event. */
export function toDetectLoop(name: string, detector: Detector, options: unknown, tools: DetectTools): Loop {
  return {
    name,
    title: detector.title,
    async run(turn) {
      const { store } = tools
      const saved = cursorSchema.safeParse(await store.cursors.get(name))
      let seq = saved.success ? saved.data.seq : store.events.newest()
      if (!saved.success) await store.cursors.set(name, { seq }, 'now')
      let silentAt = stepEnd(tools.now(), detector.every(options))
      let written = tools.now().getTime()
      while (!turn.stop.aborted) {
        const after = store.commit()
        const through = Math.min(store.events.newest(), seq + piece)
        const ask = { detector, options, after: seq, through, imported: false }
        const signals = await judgeFresh(ask, tools)
        const clockStep = stepEnd(tools.now(), detector.every(options))
        if (clockStep > silentAt) signals.push(...(await judgeStep(ask, silentAt, tools)))
        silentAt = clockStep
        if (signals.length > 0) await store.signals.claim({ loop: name, signals, cursor: { seq: through } })
        else if (through !== seq && Math.abs(tools.now().getTime() - written) >= moved) {
          await store.cursors.set(name, { seq: through }, 'with-next')
          written = tools.now().getTime()
        }
        turn.ok({ count: through - seq })
        const isCapped = through === seq + piece
        seq = through
        if (!isCapped) await nextTurn(turn, { store, detector, options, after, seq })
      }
      await store.cursors.set(name, { seq }, 'with-next')
    },
  }
}

interface Pausing {
  readonly store: Store
  readonly detector: Detector
  readonly options: unknown
  /** The commit, and the event, that was judged last. */
  readonly after: number
  readonly seq: number
}

async function nextTurn({ stop }: Turn, { store, detector, options, after, seq }: Pausing): Promise<void> {
  await pause(rest, stop)
  await store.changed(detector.on, { after, milliseconds: detector.every(options) * 1000, stop })
  let seen = seq
  for (let look = 0; look < gathering; look++) {
    const newest = store.events.newest()
    if (newest - seen <= backlog || newest - seq >= piece) return
    seen = newest
    await pause(1000, stop)
  }
}

interface Judgement {
  readonly detector: Detector
  readonly options: unknown
  /** Events `after < seq ≤ through`. */
  readonly after: number
  readonly through: number
  /** Imported events count as fresh too: for a replay. */
  readonly imported: boolean
  readonly from?: Date
  readonly to?: Date
}

/** What a detector says of events not judged yet: all at once when it needs no history, else step by step. */
export async function judgeFresh(ask: Judgement, tools: DetectTools): Promise<Signal[]> {
  if (ask.through <= ask.after) return []
  if (ask.detector.lookback === 0) {
    const window = windowOf(ask, ask.from ?? beginning, ask.to ?? end)
    return ask.detector.detect(contextOf(ask, { now: tools.now(), fresh: window, window }, tools))
  }
  const steps = await tools.store.events.steps({
    kinds: ask.detector.on,
    every: ask.detector.every(ask.options),
    after: ask.after,
    through: ask.through,
    imported: ask.imported,
    ...(ask.from && { from: ask.from }),
    ...(ask.to && { to: ask.to }),
  })
  const signals: Signal[] = []
  for (const step of steps) signals.push(...(await judgeStep(ask, step, tools)))
  return signals
}

/** One step: `now` is its end, and the lookback ends there. */
async function judgeStep(ask: Judgement, now: Date, tools: DetectTools): Promise<Signal[]> {
  const { detector, options } = ask
  const fresh = windowOf(ask, new Date(now.getTime() - detector.every(options) * 1000), now)
  const window: Window = {
    from: new Date(now.getTime() - detector.lookback * 1000),
    to: now,
    after: 0,
    through: ask.through,
    imported: true,
  }
  return detector.detect(contextOf(ask, { now, fresh, window }, tools))
}

const beginning = new Date(0)
const end = new Date(8.64e15)

function windowOf({ after, through, imported }: Judgement, from: Date, to: Date): Window {
  return { from, to, after, through, imported }
}

function contextOf(
  { options }: Judgement,
  when: Pick<DetectContext<unknown>, 'now' | 'fresh' | 'window'>,
  { store }: DetectTools,
): DetectContext<unknown> {
  return {
    options,
    ...when,
    events: store.events.reader,
    baseline: (device, subject) => store.baselines.get(device, subject),
    device: (id) => store.devices.get(id),
  }
}

/** The end of the step that this moment lies in: the next multiple of `every` seconds since 1970. */
function stepEnd(at: Date, every: number): Date {
  const length = every * 1000
  return new Date((Math.floor(at.getTime() / length) + 1) * length)
}

/** Judges stored events again, imported ones too: tells nobody and writes nothing. Repeats are merged by identity. */
export async function* replay(
  detectors: readonly { detector: Detector; options: unknown }[],
  { from, to }: { from: Date; to: Date },
  tools: DetectTools,
): AsyncIterable<Signal> {
  const through = tools.store.events.newest()
  for (const { detector, options } of detectors) {
    const merged = new Map<string, Signal>()
    for (let day = from; day < to; day = nextDay(day)) {
      const until = new Date(Math.min(nextDay(day).getTime(), to.getTime()))
      const ask = { detector, options, after: 0, through, imported: true, from: day, to: until }
      for (const signal of await judgeFresh(ask, { ...tools, now: () => until })) merge(merged, signal)
    }
    yield* merged.values()
  }
}

function nextDay(day: Date): Date {
  return new Date(day.getTime() + 86_400_000)
}

function merge(merged: Map<string, Signal>, signal: Signal): void {
  const identity = JSON.stringify([signal.device, signal.target])
  const before = merged.get(identity)
  if (!before || before.confidence <= signal.confidence) merged.set(identity, signal)
}

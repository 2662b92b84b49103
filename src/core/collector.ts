import type { ZodType } from 'zod'
import type { Observation } from './observation.ts'
import type { Context, Plugin } from './plugin.ts'
import type { RemoteLog } from './remote-log.ts'

/** Sees: turns one source into observations. It does not judge, retry, sleep or log failures; it throws. */
export type Collector<O = unknown, C = unknown> = PollingCollector<O, C> | ListeningCollector<O, C>

/** What every collector is. */
interface Source<O> extends Plugin<O> {
  /** The name of another collector that sees the same elsewhere: while one of the two works, nobody misses the other. */
  readonly insteadOf?: string
}

/** Preferred: a plain function of its cursor. The pipeline saves observations and cursor in one transaction. */
export interface PollingCollector<O, C> extends Source<O> {
  readonly cursor: ZodType<C>
  /** Seconds between two polls. */
  every(options: O): number
  /** Where a place is another machine: the way to it, made before the first poll and closed after the last. Undefined on this machine. */
  reach?(context: Context<O>): Promise<RemoteLog | undefined>
  poll(context: PollContext<O, C>): Promise<Poll<C>>
  /** For what is done seldom: the cursor with which the next poll does it at once, whatever its rhythm. */
  again?(cursor: C): C
  /** What it does to other machines, which people should know before: one sentence, said at each start, when it changes, and on the page. */
  notice?(options: O): string | undefined
  /** The same parser over a file of history, for `import`; `written` is when its last line was written (the file's own time). */
  read?(lines: AsyncIterable<string>, options: O, written: Date): AsyncIterable<Observation>
}

export interface CollectContext<O, C> extends Context<O> {
  readonly cursor: C | undefined
}

export interface PollContext<O, C> extends CollectContext<O, C> {
  /** What `reach` gave. */
  readonly there?: RemoteLog | undefined
}

/** A bounded piece: at most some 30,000 observations. */
export interface Poll<C> {
  readonly observations: readonly Observation[]
  readonly cursor: C
  /** The end was not reached: poll again at once. */
  readonly more?: boolean
  /** What was there long before the source was first met: saved as imported, learned from and not judged. */
  readonly history?: boolean
  /** There is nothing here to look at and never was: why, one sentence. Then it is off, which is no fault. */
  readonly absent?: string | undefined
  /** Lines or records that could not be understood. */
  readonly unknown?: number
}

export interface ListeningCollector<O, C = undefined> extends Source<O> {
  /** Where a source can be asked to go on. */
  readonly cursor?: ZodType<C>
  /** Until `stop`; throws on failure. A cursor given with an observation is saved with it. */
  listen(context: ListenContext<O, C>): Promise<void>
}

export interface ListenContext<O, C> extends CollectContext<O, C> {
  /** The source answers: to be called once it does, so that a source that is away is said to be away once. The first `emit` says it, too. */
  ready(): void
  /** There is nothing here to listen to: why, one sentence. Then it is off, until `ready`; no fault. */
  absent(reason: string): void
  emit(observation: Observation, cursor?: C): void
  /** The source has lost so many things, at the least, before they could be told of: why, one sentence. */
  lost(count: number, reason: string): void
}

import type { DuckDBAppender } from '@duckdb/node-api'
import { messageOf, UnavailableError } from '../core/errors.ts'
import { pause } from '../core/time.ts'
import type { Session, Values, Row } from './session.ts'
import type { Topic } from './store.ts'
import { makeWakes, type Wakes } from './wakes.ts'

/**
 * When a change is committed: `now` at once (a burst is gathered for some milliseconds), `soon` with the next round
 * (or at 5,000 rows), `with-next` with whatever comes, at the latest when the store closes.
 */
export type Urgency = 'now' | 'soon' | 'with-next'

/** What the world looks like to a change while it is applied. */
export interface Transaction {
  run(sql: string, values?: Values): Promise<number>
  /** Sees what was changed before it in this transaction. */
  rows(sql: string, values?: Values): Promise<Row[]>
  /** Flushed when the change has been applied; a change that reads its own rows calls `flushSync` itself. */
  appender(table: string): Promise<DuckDBAppender>
  /** Wakes those who wait for such rows, once this is committed. */
  touch(topic: Topic): void
  /** Called after the commit, in the order given. */
  committed(then: () => void): void
  /** Called when nothing of it was kept, in the reverse order: puts back what was changed in memory. */
  undo(then: () => void): void
}

export interface Change<T> {
  readonly urgency: Urgency
  /** How many rows it will add, roughly. */
  readonly rows?: number
  /** May be called twice: when another change of the same commit fails, each is applied alone. */
  apply(transaction: Transaction): Promise<T>
}

/** All writes: one queue, one connection, one transaction for everything that waits. */
export interface Writer extends Wakes {
  /** Resolves after the commit with what `apply` gave. Rejects when nothing of this change was kept. */
  write<T>(change: Change<T>): Promise<T>
  /** Resolves when a round begins: who gathers until then, and writes `soon`, waits no longer. At `stop`, and after a round's time, at the latest. */
  round(stop: AbortSignal): Promise<void>
  /** Runs this between two transactions, when nothing is open: a CHECKPOINT. */
  between<T>(work: (session: Session) => Promise<T>): Promise<T>
  /** Commits what is queued; later writes are rejected. */
  close(): Promise<void>
}

interface Queued {
  readonly urgency: Urgency
  readonly rows: number
  /** Milliseconds, as `performance.now()` counts them. */
  readonly since: number
  apply(transaction: Transaction): Promise<void>
  resolve(): void
  reject(error: unknown): void
}

/**
 * Milliseconds between two rounds of commits. Each commit costs a page and a half however little it holds: at two
 * queries a second this spacing writes a fifth less to the disk than one second would, and a message still comes
 * within two.
 */
const roundMilliseconds = 1250
/** For so many milliseconds a round waits for all whose time it is: who came too late would wait for the next. */
const gathering = 40
/** Milliseconds between two commits of what is urgent. */
const burst = 20
const enoughRows = 5000

/** `session` is the connection that nobody else writes on. */
export function makeWriter(session: Session): Writer {
  const wakes = makeWakes()
  let queue: Queued[] = []
  let works: (() => Promise<void>)[] = []
  let last = 0
  let lastRound = -roundMilliseconds
  let bell = new AbortController()
  let open = true
  let fatal: string | undefined

  const dueAt = ({ urgency, since }: Queued) => {
    if (urgency === 'soon') return Math.max(lastRound + roundMilliseconds, since) + gathering
    return urgency === 'now' ? last + burst : Infinity
  }

  /** Milliseconds until the queue must be committed. */
  const due = () => {
    if (works.length > 0) return 0
    if (!open) return queue.length > 0 ? 0 : Infinity
    const rows = queue.reduce((sum, change) => sum + change.rows, 0)
    if (rows >= enoughRows) return 0
    return Math.max(0, Math.min(...queue.map(dueAt)) - performance.now())
  }

  const commit = async (batch: readonly Queued[]) => {
    const error = await attempt(session, batch, wakes)
    last = performance.now()
    if (batch.some(({ urgency }) => urgency === 'soon')) lastRound = last
    if (error === undefined) return
    if (isFatal(error)) fatal = messageOf(error)
    if (batch.length === 1 || fatal !== undefined) {
      for (const change of batch) change.reject(toFailure(error, fatal))
      return
    }
    for (const change of batch) await commit([change])
  }

  const loop = async () => {
    while (open || queue.length > 0 || works.length > 0) {
      const milliseconds = due()
      if (milliseconds > 0) {
        await pause(milliseconds, bell.signal)
        bell = new AbortController()
        continue
      }
      const batch = queue
      queue = []
      if (batch.length > 0) await commit(batch)
      const between = works
      works = []
      for (const work of between) await work()
    }
  }
  const ended = loop()

  const refusal = () => {
    if (fatal !== undefined) return toFailure(undefined, fatal)
    return open ? undefined : new Error('the store is closed')
  }

  return {
    ...wakes,
    write(change) {
      const refused = refusal()
      if (refused) return Promise.reject(refused)
      return new Promise((resolve, reject) => {
        let done: () => void
        queue.push({
          urgency: change.urgency,
          rows: change.rows ?? 1,
          since: performance.now(),
          async apply(transaction) {
            const result = await change.apply(transaction)
            done = () => resolve(result)
          },
          resolve: () => done(),
          reject,
        })
        bell.abort()
      })
    },
    async round(stop) {
      // In a flood one commit follows the other: then nobody waits for longer than a round lasts.
      const end = performance.now() + roundMilliseconds
      const left = () => Math.max(0, Math.min(end, lastRound + roundMilliseconds) - performance.now())
      for (let wait = left(); wait > 0 && !stop.aborted; wait = left()) await pause(wait, stop)
    },
    between(work) {
      const refused = refusal()
      if (refused) return Promise.reject(refused)
      return new Promise((resolve, reject) => {
        works.push(() => work(session).then(resolve, reject))
        bell.abort()
      })
    },
    async close() {
      open = false
      bell.abort()
      await ended
    },
  }
}

/** One transaction; gives the error when it came to nothing. */
async function attempt(session: Session, batch: readonly Queued[], wakes: Wakes): Promise<unknown> {
  const topics = new Set<Topic>()
  const commits: (() => void)[] = []
  const undos: (() => void)[] = []
  const appenders = new Set<DuckDBAppender>()
  const transaction: Transaction = {
    run: (sql, values) => session.run(sql, values),
    rows: (sql, values) => session.rows(sql, values),
    async appender(table) {
      const appender = await session.appender(table)
      appenders.add(appender)
      return appender
    },
    touch: (topic) => void topics.add(topic),
    committed: (then) => void commits.push(then),
    undo: (then) => void undos.push(then),
  }
  try {
    await session.run('BEGIN')
    for (const change of batch) {
      await change.apply(transaction)
      for (const appender of appenders) appender.flushSync()
      appenders.clear()
    }
    await session.run('COMMIT')
  } catch (error) {
    session.forgetAppenders()
    for (const undo of undos.reverse()) undo()
    return (await rollBack(session)) ?? error
  }
  for (const then of commits) then()
  wakes.wake(topics)
  for (const change of batch) change.resolve()
  return undefined
}

/** A failed BEGIN or COMMIT leaves no transaction behind: then there is nothing to roll back. Gives what else went wrong. */
async function rollBack(session: Session): Promise<unknown> {
  try {
    await session.run('ROLLBACK')
    return undefined
  } catch (error) {
    return /no transaction is active/i.test(messageOf(error)) ? undefined : error
  }
}

function isFatal(error: unknown): boolean {
  return /^FATAL Error|database has been invalidated/i.test(messageOf(error))
}

function toFailure(error: unknown, fatal: string | undefined): unknown {
  if (fatal !== undefined)
    return new Error(`the database has given up and must be opened anew: ${fatal}`, { cause: error })
  const message = messageOf(error)
  if (/Out of Memory Error/.test(message))
    return new UnavailableError(
      'the database has too little memory for this: give it more with the option store.memory',
      { cause: error },
    )
  if (/No space left|ENOSPC|disk full|IO Error/i.test(message))
    return new UnavailableError(
      `the database could not be written (${message}): make room on its disk, it goes on by itself`,
      { cause: error },
    )
  return error
}

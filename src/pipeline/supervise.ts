import type { Board } from '../core/health.ts'
import { ConfigError, messageOf, UnavailableError } from '../core/errors.ts'
import type { Log } from '../core/log.ts'
import type { Context } from '../core/plugin.ts'
import { pause } from '../core/time.ts'

/** One loop: what it is called, and what it does until `stop`. It throws when it cannot. */
export interface Loop {
  readonly name: string
  readonly title: string
  /** Whether anybody misses it when it cannot; without this, everybody does. What nobody misses is `off`, which is no fault. */
  isMissed?(): boolean
  run(turn: Turn): Promise<void>
}

/** What a running loop reports to its supervisor. */
export interface Turn {
  readonly stop: AbortSignal
  readonly log: Log
  /** It works: so many more things taken in, sent or judged; so many lost, and why, one sentence, which holds until the next `ok`. */
  ok(done?: { count?: number; dropped?: number; reason?: string | undefined }): void
  /** It cannot go on now, and tries again by itself: why, one sentence; so many lost. */
  waiting(reason: string, amounts: { dropped: number }): void
  /** It has nothing to do, which is no fault: why, and how that would change. */
  off(reason: string): void
}

/** What a plugin is given in a turn, with these options. */
export type ContextOf = (turn: Turn, options: unknown) => Context<unknown>

/** A turn of what is done once, whose outcome is an answer and no state of a loop. */
export function toSingleTurn({ stop, log }: Pick<Turn, 'stop' | 'log'>): Turn {
  const say = () => undefined
  return { stop, log, ok: say, waiting: say, off: say }
}

export interface SuperviseTools {
  readonly board: Board
  readonly log: Log
  readonly stop: AbortSignal
}

/** Seconds before the first and the longest pause after failures. */
const shortest = 1
const longest = 60
/** Seconds after which what only a person can give is looked for again where nobody misses it. */
const seldom = 600

/**
 * Keeps a loop alive until `stop`: says once that it failed, once that it is back, and waits longer after each failure
 * in a row. A loop that a person must help (`ConfigError`) is left alone: it is started anew when its setting changes.
 * One that nobody misses is tried on quietly, so that it begins when what it needs (a program, a right) has come.
 */
export async function supervise(loop: Loop, { board, log: root, stop }: SuperviseTools): Promise<void> {
  const log = root.named(loop.name)
  let failures = 0
  let said: string | undefined
  board.set(loop.name, { title: loop.title, state: 'starting' })

  function ok({ reason, ...amounts }: Parameters<Turn['ok']>[0] = {}): void {
    const row = board.row(loop.name)
    if (reason !== undefined && reason !== said) log.warning(reason)
    if (reason === undefined && said !== undefined) log.info(row?.hasWorked ? 'works again' : 'works')
    if (row?.state !== 'ok' || row.reason !== reason)
      board.set(loop.name, { state: 'ok', ...(reason !== undefined && { reason }) })
    board.add(loop.name, amounts)
    failures = 0
    said = reason
  }

  function waiting(reason: string, amounts: { dropped: number }): void {
    if (reason !== said) log.warning(reason)
    said = reason
    board.set(loop.name, { state: 'waiting', reason })
    board.add(loop.name, amounts)
  }

  function off(reason: string): void {
    board.set(loop.name, { state: 'off', reason })
  }

  while (!stop.aborted) {
    try {
      await loop.run({ stop, log, ok, waiting, off })
      if (stop.aborted) return
      throw new Error('ended by itself')
    } catch (error) {
      if (stop.aborted) return
      const state = stateOf(error)
      const hasWorked = board.row(loop.name)?.hasWorked ?? false
      const isMissed = state === 'failing' || hasWorked || (loop.isMissed?.() ?? true)
      const reason = state === 'failing' ? `Unexpected: ${messageOf(error)}` : messageOf(error)
      if (reason !== said) {
        if (state === 'failing')
          log.error(reason, { stack: error instanceof Error ? error.stack : undefined })
        else if (isMissed) log.warning(reason)
        else log.info(reason)
      }
      said = reason
      board.set(loop.name, { state: isMissed ? state : 'off', reason })
      if (state === 'blocked' && isMissed) return
      const asked = state === 'blocked' ? seldom : error instanceof UnavailableError ? error.retryAfter : 0
      await pause(Math.max(asked, Math.min(longest, shortest * 2 ** failures)) * 1000, stop)
      failures += 1
    }
  }
}

function stateOf(error: unknown): 'waiting' | 'blocked' | 'failing' {
  if (error instanceof UnavailableError) return 'waiting'
  return error instanceof ConfigError ? 'blocked' : 'failing'
}

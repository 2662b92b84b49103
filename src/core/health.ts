/**
 * `starting`: not run yet. `ok`. `waiting`: the outside does not answer, tried again by itself.
 * `blocked`: a person must change something. `failing`: a bug of ours, started again by itself. `off`: not set up.
 */
export const loopStates = ['starting', 'ok', 'waiting', 'blocked', 'failing', 'off'] as const
export type LoopState = (typeof loopStates)[number]

/** What people read for each state: on the page and in the terminal. */
export const healthWords: Readonly<Record<LoopState, string>> = {
  starting: 'Not run yet',
  ok: 'Well',
  waiting: 'Not answering',
  blocked: 'Needs you',
  failing: 'Failing',
  off: 'Not set up',
}

/** The word for what is not here while something else does its work. */
export const notNeeded = 'Not needed'

/** How one loop is doing. */
export interface HealthRow {
  /** `collect/pihole-log`, `notify/discord`, `triage`: unique. */
  readonly loop: string
  readonly title: string
  readonly state: LoopState
  /** What is wrong and what to do, one sentence; where it is `off`, how that would change. */
  readonly reason?: string
  /** Where it is `off`: the title of what does its work instead, and why nobody misses it. */
  readonly coveredBy?: string
  /** When it came into this state. */
  readonly since: Date
  /** It has worked before, in this run of the program. */
  readonly hasWorked: boolean
  /** When it last took something in, sent or judged it. */
  readonly workedAt?: Date
  /** Things taken in, sent or judged since start. */
  readonly count: number
  /** Things lost since start: counted, never silent. */
  readonly dropped: number
}

/** The one board that all loops write their state on. */
export interface Board {
  rows(): readonly HealthRow[]
  row(loop: string): HealthRow | undefined
  /** Puts a loop on the board, or changes what is said. Only a change of state or reason is a change. */
  set(loop: string, change: { title?: string; state: LoopState; reason?: string }): void
  /** Adds to a loop's counts; not a change. */
  add(loop: string, amounts: { count?: number; dropped?: number }): void
  /** Takes a loop off, when its place is no longer set. */
  remove(loop: string): void
  /** Calls back after each change, until `stop`. */
  watch(stop: AbortSignal, listener: (row: HealthRow) => void): void
}

/** An empty board. `now` gives the time. */
export function makeBoard(now: () => Date): Board {
  const rows = new Map<string, HealthRow>()
  const listeners = new Set<(row: HealthRow) => void>()
  return {
    rows: () => [...rows.values()],
    row: (loop) => rows.get(loop),
    set(loop, { title, state, reason }) {
      const before = rows.get(loop)
      const row: HealthRow = {
        loop,
        title: title ?? before?.title ?? loop,
        state,
        ...(reason !== undefined && { reason }),
        since: before?.state === state ? before.since : now(),
        hasWorked: state === 'ok' || (before?.hasWorked ?? false),
        ...(before?.workedAt && { workedAt: before.workedAt }),
        count: before?.count ?? 0,
        dropped: before?.dropped ?? 0,
      }
      rows.set(loop, row)
      if (before?.state === state && before.reason === reason) return
      for (const listener of listeners) listener(row)
    },
    add(loop, { count = 0, dropped = 0 }) {
      const row = rows.get(loop)
      if (row === undefined || count + dropped === 0) return
      rows.set(loop, { ...row, count: row.count + count, dropped: row.dropped + dropped, workedAt: now() })
    },
    remove(loop) {
      rows.delete(loop)
    },
    watch(stop, listener) {
      listeners.add(listener)
      stop.addEventListener('abort', () => listeners.delete(listener), { once: true })
    },
  }
}

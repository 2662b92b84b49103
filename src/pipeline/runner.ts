import type { Board } from '../core/health.ts'
import type { Log } from '../core/log.ts'
import { type Loop, supervise } from './supervise.ts'

/** Runs loops in groups, so that a changed setting restarts what it concerns and nothing else. */
export interface Runner {
  /** Ends the group's loops, if any run, and starts these in their place. */
  run(group: string, loops: readonly Loop[]): Promise<void>
  /** Resolves when every loop has ended, after `stop`. */
  ended(): Promise<void>
}

/** A runner without loops. */
export function makeRunner({ board, log, stop }: { board: Board; log: Log; stop: AbortSignal }): Runner {
  const groups = new Map<string, { stop: AbortController; loops: readonly Loop[]; ended: Promise<unknown> }>()

  async function end(group: string): Promise<void> {
    const running = groups.get(group)
    running?.stop.abort()
    await running?.ended
    for (const { name } of running?.loops ?? []) board.remove(name)
  }

  return {
    async run(group, loops) {
      await end(group)
      if (stop.aborted) return
      const own = new AbortController()
      const either = AbortSignal.any([stop, own.signal])
      const ended = Promise.all(loops.map((loop) => supervise(loop, { board, log, stop: either })))
      groups.set(group, { stop: own, loops, ended })
    },
    async ended() {
      await Promise.all([...groups.values()].map((group) => group.ended))
    },
  }
}

import type { Board } from '../core/health.ts'
import type { HealthChange } from '../core/observation.ts'
import { pause } from '../core/time.ts'
import type { Store } from '../store/store.ts'
import type { Loop } from './supervise.ts'

/** Changes that wait to be stored; more than so many and the oldest are forgotten: the board still shows the state. */
const waitingMost = 1000

export interface HealthTools {
  readonly board: Board
  readonly store: Store
  readonly stop: AbortSignal
  readonly now: () => Date
}

/**
 * The loop that stores each change of the board, from now on, as a `health` event of this machine: what
 * `silent-collector` and the recap read. What cannot be stored now waits.
 */
export function toHealthLoop({ board, store, stop, now }: HealthTools): Loop {
  let waiting: readonly HealthChange[] = []
  let bell = new AbortController()
  board.watch(stop, ({ loop, state, reason }) => {
    const change = {
      kind: 'health',
      at: now(),
      loop,
      state,
      ...(reason !== undefined && { reason }),
    } as const
    waiting = [...waiting, change].slice(-waitingMost)
    bell.abort()
  })
  return {
    name: 'health',
    title: 'Health record',
    async run(turn) {
      while (!turn.stop.aborted) {
        bell = new AbortController()
        const changes = waiting
        if (changes.length > 0) {
          await store.events.save({ loop: 'supervise', observations: changes })
          waiting = waiting.filter((change) => !changes.includes(change))
        }
        turn.ok()
        if (waiting.length === 0) await pause(60_000, AbortSignal.any([turn.stop, bell.signal]))
      }
    },
  }
}

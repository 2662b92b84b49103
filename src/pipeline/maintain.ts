import * as z from 'zod'
import { every } from '../core/time.ts'
import type { Store } from '../store/store.ts'
import { minor } from '../triage/rules.ts'
import type { Loop } from './supervise.ts'

const hour = 3_600_000
/** When the last backup was made: kept, so that a program that is started often makes one too. */
const backup = z.object({ at: z.number() })

export interface MaintainTools {
  readonly store: Store
  readonly limits: () => { readonly days: number; readonly bytes: number; readonly closeAfterHours: number }
  /** Loops whose cursor retention must not pass. */
  readonly loops: () => readonly string[]
  /** Loads threat lists that are due; gives a sentence for each that is not well. */
  refreshIndicators(): Promise<readonly string[]>
  readonly now: () => Date
}

/** The loop that keeps the house in order: learns, refreshes lists, closes old alerts, drops old events, backs up. */
export function toMaintainLoop({ store, limits, loops, refreshIndicators, now }: MaintainTools): Loop {
  return {
    name: 'maintain',
    title: 'Upkeep',
    async run(turn) {
      let retainedAt = 0
      const saved = backup.safeParse(await store.cursors.get('maintain/backup'))
      let backedUpAt = saved.data?.at ?? store.meta.createdAt.getTime()
      let said = ''
      for await (const _ of every(60_000, turn.stop)) {
        const at = now()
        const { days, bytes, closeAfterHours } = limits()
        await store.alerts.closeOlder(new Date(at.getTime() - closeAfterHours * hour), minor)
        await store.alerts.endMutes(at)
        const findings = await refreshIndicators()
        if (findings.join() !== said) for (const finding of findings) turn.log.warning(finding)
        said = findings.join()
        const learned = await store.baselines.learn(at)
        if (at.getTime() - retainedAt > hour) {
          const { dropped } = await store.upkeep.retain({ days, bytes, loops: loops(), now: at })
          if (dropped > 0) turn.log.info('old events dropped', { dropped })
          retainedAt = at.getTime()
        }
        if (at.getTime() - backedUpAt > 24 * hour) {
          await store.upkeep.backUp()
          backedUpAt = at.getTime()
          await store.cursors.set('maintain/backup', { at: backedUpAt }, 'now')
        }
        turn.ok({ count: learned })
      }
    },
  }
}

import * as z from 'zod'
import type { Alert } from '../core/alert.ts'
import type { DeviceId } from '../core/device.ts'
import type { Grant } from '../core/grant.ts'
import type { StoredSignal } from '../core/signal.ts'
import type { Correlation, Store } from '../store/store.ts'
import { correlate, minor, reviewer, type Sensitivity } from '../triage/rules.ts'
import type { Loop } from './supervise.ts'
import { isAbout } from './question.ts'

const cursorSchema = z.object({ seq: z.number() })

/** A change of confidence that is worth another look by the model. */
const worthAsking = 0.05

export interface CorrelateTools {
  readonly store: Store
  /** As it is set now. */
  readonly sensitivity: () => Sensitivity
  readonly isLearning: () => boolean
  readonly now: () => Date
}

/** The loop that makes alerts out of signals: all signals of one device join its open alert. */
export function toCorrelateLoop(tools: CorrelateTools): Loop {
  const name = 'correlate'
  return {
    name,
    title: 'Correlation',
    async run(turn) {
      const { store } = tools
      const saved = cursorSchema.safeParse(await store.cursors.get(name))
      let seq = saved.success ? saved.data.seq : 0
      while (!turn.stop.aborted) {
        const after = store.commit()
        const changed = await store.signals.changed(seq)
        const last = changed.at(-1)
        if (last !== undefined) {
          const correlations: Correlation[] = []
          for (const [device, signals] of Map.groupBy(changed, (signal) => signal.device)) {
            correlations.push(await toCorrelation(device, signals, tools))
          }
          await store.alerts.correlate({ loop: name, correlations, cursor: { seq: last.seq } })
          seq = last.seq
        }
        turn.ok({ count: changed.length })
        await store.changed(['signals'], { after, milliseconds: 60_000, stop: turn.stop })
      }
    },
  }
}

/** What one device's changed signals make of its open alert, or of a new one. */
async function toCorrelation(
  device: DeviceId,
  changed: readonly StoredSignal[],
  { store, sensitivity, isLearning, now }: CorrelateTools,
): Promise<Correlation> {
  const alert = await store.alerts.current(device)
  const known = alert ? await store.signals.of(alert.id) : []
  const byId = new Map([...known, ...changed].map((signal) => [signal.id, signal]))
  const grants = store.grants
    .active(now())
    .map((grant) => ({ ...grant, device: store.devices.get(grant.device)?.id ?? grant.device }))
  const signals = [...byId.values()].map((signal) => granted(signal, grants))
  const issues = (await store.household.knownIssues()).filter((issue) => isAbout(issue, device, store, now()))
  const counted = signals.filter(({ grant }) => grant === undefined)
  const { band, confidence, title } = correlate({
    signals: counted.length > 0 ? counted : signals,
    sensitivity: sensitivity(),
    learning: isLearning(),
    isKnown: ({ detector, target }) =>
      issues.some(
        (issue) => issue.detector === detector && (issue.target === undefined || issue.target === target),
      ),
  })
  return {
    ...(alert && { alert: alert.id }),
    device,
    title,
    band,
    confidence,
    updatedAt: newestOf(signals),
    signals: signals.map(({ id, grant }) => ({ id, ...(grant !== undefined && { grant }) })),
    changed:
      changed.some(({ detector }) => detector === reviewer) ||
      isChanged(alert, { band, confidence }, known.length !== signals.length),
    expected: counted.length === 0,
  }
}

/** When the newest signal happened; a minor one counts where there are no others, or the alert would never close. */
function newestOf(signals: readonly StoredSignal[]): Date {
  const major = signals.filter(({ detector }) => !minor.includes(detector))
  return new Date(Math.max(...(major.length > 0 ? major : signals).map(({ at }) => at.getTime())))
}

/** The signal with the grant that covers it now, if any: a grant that has ended no longer does. Merged devices are one. */
function granted({ grant: _, ...signal }: StoredSignal, grants: readonly Grant[]): StoredSignal {
  const grant = grants.find(
    ({ device, detector, target }) =>
      device === signal.device && detector === signal.detector && target === signal.target,
  )
  return grant ? { ...signal, grant: grant.id } : signal
}

function isChanged(
  alert: Alert | undefined,
  now: Pick<Correlation, 'band' | 'confidence'>,
  grown: boolean,
): boolean {
  if (alert === undefined || grown) return true
  if (JSON.stringify(alert.band) !== JSON.stringify(now.band)) return true
  return Math.abs(alert.confidence - now.confidence) >= worthAsking
}

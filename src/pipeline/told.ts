import type { Alert } from '../core/alert.ts'
import type { Message } from '../core/message.ts'
import type { Delivery, ToldAlert } from '../store/records.ts'

/** Why an alert is told, or undefined when nothing is to be said of it. */
export type Occasion = Extract<Message, { kind: 'alert' }>['occasion']

export interface Standing {
  readonly alert: Alert
  /** Detectors of its signals that no grant covers. */
  readonly detectors: readonly string[]
  /** What this notifier was told of it, oldest first; only what has a receipt. */
  readonly earlier: readonly Delivery[]
  /** A detector whose signals are certain: its band has a high floor. */
  readonly isCertain: (detector: string) => boolean
  readonly now: Date
}

/**
 * Whether and why an alert is told: when it first reaches high; again when it rises to high anew, or when something
 * certain joins; completed in place when its verdict has come, its severity or status has changed.
 */
export function occasionOf({ alert, detectors, earlier, isCertain, now }: Standing): Occasion | undefined {
  const isMuted = alert.mutedUntil !== undefined && alert.mutedUntil > now
  const isLoud = alert.severity === 'high' && alert.status === 'open' && !isMuted
  const all = earlier.flatMap(({ alerts }) => alerts.filter(({ id }) => id === alert.id))
  const told = all.at(-1)
  if (told === undefined) return isLoud ? 'new' : undefined
  const heard = new Set(all.flatMap((one) => one.detectors))
  const joined = detectors.some((detector) => isCertain(detector) && !heard.has(detector))
  if (isLoud && (told.severity !== 'high' || joined)) return 'again'
  const judgedSince = alert.verdict !== undefined && told.judged !== alert.verdict.at.toISOString()
  const differs = told.severity !== alert.severity || told.status !== alert.status
  return judgedSince || differs ? 'completed' : undefined
}

/** The alert as it is told now: kept with the delivery. */
export function toTold(alert: Alert, detectors: readonly string[]): ToldAlert {
  const { id, seq, severity, status } = alert
  const judged = alert.verdict?.at.toISOString()
  return { id, seq, severity, status, detectors, ...(judged !== undefined && { judged }) }
}

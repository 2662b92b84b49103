import type { Severity } from './severity.ts'

export const verdictStatuses = ['ok', 'ungrounded', 'invalid', 'timeout', 'canary'] as const
/** `ok` and `ungrounded` hold the model's severity; the others are the rules' default (I15). */
export type VerdictStatus = (typeof verdictStatuses)[number]

/** What triage made of an alert. */
export interface Verdict {
  readonly at: Date
  /** Inside the band that held when it was asked. */
  readonly severity: Severity
  /** What the model itself said, before the clamp. Absent when it gave no valid answer. */
  readonly said?: Severity
  /** Plain words, cleaned (I7); the rules' own sentence when the model gave none. */
  readonly reason: string
  /** Ids of the signals that it rests on. */
  readonly evidence: readonly string[]
  readonly status: VerdictStatus
  /** Name of the model asked. */
  readonly model: string
  /** The alert's `signalsSeq` that it was asked about. */
  readonly signalsSeq: number
  readonly latencyMs: number
  readonly cached: boolean
}

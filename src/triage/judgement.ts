import type { AlertView } from '../core/alert.ts'
import { clamp } from '../core/severity.ts'
import type { Verdict } from '../core/verdict.ts'
import type { Answer } from './answer.ts'
import { evidenceId, shown } from './facts.ts'
import { reasonOf } from './rules.ts'

/** How asking ended. */
export type Outcome = Answer | { readonly status: 'timeout' }

export type Judgement = Pick<Verdict, 'status' | 'severity' | 'said' | 'reason' | 'evidence'>

/** What an outcome means for an alert: the model's severity clamped into the band (I1), or the rules' default (I15). */
export function toJudgement(outcome: Outcome, alert: AlertView): Judgement {
  const signals = shown(alert)
  const { status } = outcome
  if (status !== 'ok' && status !== 'ungrounded')
    return {
      status,
      severity: alert.band.default,
      reason: reasonOf(signals),
      evidence: signals.map(({ id }) => id),
    }
  return {
    status,
    severity: clamp(outcome.severity, alert.band),
    said: outcome.severity,
    reason: status === 'ok' ? outcome.reason : reasonOf(signals),
    evidence: signals.filter((_, index) => outcome.evidence.includes(evidenceId(index))).map(({ id }) => id),
  }
}

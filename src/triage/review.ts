import type { AlertView, DetectorWords } from '../core/alert.ts'
import { thisMachine, type DeviceId } from '../core/device.ts'
import { clamp, rank, severities, type Severity } from '../core/severity.ts'
import type { Signal, StoredSignal } from '../core/signal.ts'
import { quote } from '../core/text.ts'
import type { Verdict } from '../core/verdict.ts'
import { evidenceId } from './facts.ts'
import type { Outcome } from './judgement.ts'
import { isOdd, type Period, type PeriodRow } from './period.ts'
import { reviewer, whyOf } from './rules.ts'
import { logText } from './sanitise.ts'

/** What a review has to say to people; nothing of it is spoken. */
export const reviewWords: DetectorWords = {
  advice: 'Look at the numbers and log lines that it points at; when you know why, say that it is expected.',
}

/** How sure a review is: when it points at what we found odd ourselves, and when it does not (the rules then allow medium at most). */
const sure = { checked: 0.9, unchecked: 0.5 } as const

/**
 * What the model's answer claims: one signal for each device that it points at, this machine where it points at none.
 * Whether a number is outside its baseline and a line is new is our reckoning; an answer that tells of things which
 * were not in the question is never sure. An answer that does not count claims nothing.
 */
export function toReviewSignals(
  outcome: Outcome,
  { period, model }: { period: Period; model: string },
): Signal[] {
  if (outcome.status !== 'ok' && outcome.status !== 'ungrounded') return []
  if (outcome.severity === 'none') return []
  const cited = period.rows.filter((_, index) => outcome.evidence.includes(evidenceId(index)))
  const devices = new Set(cited.flatMap(({ device }) => (device === undefined ? [] : [device])))
  const said = {
    severity: outcome.severity,
    // What devices are called in a question means nothing to people.
    reason:
      outcome.status === 'ok' ? outcome.reason.replaceAll(/\bd\d{1,2}\b/g, 'a device') : whyOf(reviewer),
    model,
    grounded: outcome.status === 'ok',
  }
  return [...(devices.size === 0 ? [thisMachine] : devices)].map((device) =>
    toSignal(device, { rows: cited.filter((row) => (row.device ?? device) === device), said, at: period.to }),
  )
}

interface Claim {
  readonly rows: readonly PeriodRow[]
  readonly said: { severity: Severity; reason: string; model: string; grounded: boolean }
  readonly at: Date
}

function toSignal(device: DeviceId, { rows, said, at }: Claim): Signal {
  const odd = rows.filter(isOdd)
  const [first] = odd.length > 0 ? odd : rows
  return {
    detector: reviewer,
    device,
    ...(first && { target: subjectOf(first) }),
    at,
    confidence: said.grounded && odd.length > 0 ? sure.checked : sure.unchecked,
    summary: toSummary(odd.length > 0 ? odd : rows),
    evidence: { ...said, odd: odd.length, cited: rows.length },
  }
}

/** What it is about, in a word that stays the same: with the device it is what a person may call expected. */
function subjectOf(row: PeriodRow): string {
  if (row.kind === 'number') return row.subject
  if (row.kind === 'new') return `new/${row.what}`
  return `log/${row.program}/${logText(row.template)}`.slice(0, 160)
}

/** The first two, which are the most telling. */
function toSummary(rows: readonly PeriodRow[]): string {
  const more = rows.length > 2 ? `, and ${rows.length - 2} more` : ''
  return `${rows.slice(0, 2).map(wordsOf).join(', ')}${more}`
}

/** What was seen, in our words: those of the model are the verdict's. */
function wordsOf(row: PeriodRow): string {
  switch (row.kind) {
    case 'number': {
      const usual = row.usual ? `, usually ${round(row.usual.median)}` : ''
      const [what = '', ...sensor] = row.subject.split('/')
      const whose = sensor.length > 0 ? ` of ${quote(sensor.join('/'))}` : ''
      return `${what.replaceAll('-', ' ')}${whose}: ${round(row.value)}${usual}`
    }
    case 'new':
      return row.what === 'device' ? 'a device is new' : `the port ${quote(row.what)} is new`
    case 'line':
      return `${quote(row.program, 32)} wrote ${quote(logText(row.template))} ${row.count} times, ${row.isNew ? 'never before' : 'as before'}`
  }
}

function round(value: number): string {
  return String(Number(value.toPrecision(3)))
}

/** What a review said when it claimed this signal. */
export interface Said {
  readonly severity: Severity
  readonly reason: string
  readonly model: string
  readonly grounded: boolean
}

/** Of the reviews that an alert rests on the worst, inside the alert's band. */
function saidOf({ signals, band }: AlertView): (Said & { readonly signal: StoredSignal }) | undefined {
  return signals
    .filter(({ detector, grant }) => detector === reviewer && grant === undefined)
    .flatMap((signal) => {
      const { severity, reason, model, grounded } = signal.evidence
      const word = severities.find((each) => each === severity)
      if (word === undefined || typeof reason !== 'string' || typeof model !== 'string') return []
      return [{ signal, severity: clamp(word, band), reason, model, grounded: grounded === true }]
    })
    .toSorted((a, b) => rank(b.severity) - rank(a.severity))[0]
}

/**
 * The verdict on an alert that rests on reviews alone: the model has spoken already and is not asked about its own
 * words. Undefined for any other alert.
 */
export function toReviewVerdict(alert: AlertView, now: Date): Verdict | undefined {
  const counted = alert.signals.filter(({ grant }) => grant === undefined)
  const said = saidOf(alert)
  if (said === undefined || counted.some(({ detector }) => detector !== reviewer)) return undefined
  return {
    at: now,
    status: said.grounded ? 'ok' : 'ungrounded',
    severity: said.severity,
    said: said.severity,
    reason: said.reason,
    evidence: [said.signal.id],
    model: said.model,
    signalsSeq: alert.signalsSeq,
    latencyMs: 0,
    cached: true,
  }
}

/** A verdict on the other signals of an alert never makes it milder than a review of its device. */
export function withReview(verdict: Verdict, alert: AlertView): Verdict {
  const said = saidOf(alert)
  if (said === undefined || rank(said.severity) <= rank(verdict.severity)) return verdict
  return {
    ...verdict,
    severity: said.severity,
    reason: said.reason,
    evidence: [...verdict.evidence, said.signal.id],
  }
}

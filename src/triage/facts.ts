import type { AlertView } from '../core/alert.ts'
import type { Baseline, Figures } from '../core/baseline.ts'
import { thisMachine } from '../core/device.ts'
import { rank, severities, type Band, type Severity } from '../core/severity.ts'
import type { Evidence, StoredSignal } from '../core/signal.ts'
import { toMetric, toName, toNames, toNumber, toOwnWords, type Clean } from './sanitise.ts'

/** What the model is asked about. */
export interface Question {
  readonly alert: AlertView
  /** Of the alert's device. */
  readonly baselines: readonly Baseline[]
  /** What people of this house know, as they wrote it. */
  readonly knownIssues: readonly string[]
  /** Their guidelines for the model. */
  readonly constraints: string
}

/** All that a prompt is built from (I5): a text can only stand in it after the sanitiser has made it. */
export interface Facts {
  readonly allowed: readonly Severity[]
  readonly device: DeviceFacts
  /** At most six, in the order of `shown`. */
  readonly signals: readonly SignalFacts[]
  /** What is usual for the device as a whole. */
  readonly usual: readonly UsualFacts[]
  readonly knownIssues: readonly Clean[]
  readonly constraints: Clean
}

export interface DeviceFacts {
  readonly isThisMachine: boolean
  readonly daysKnown: number
  readonly hidesIdentity: boolean
  readonly knownByAddressAlone: boolean
}

export interface SignalFacts {
  readonly detector: Clean
  readonly target: Clean | undefined
  /** Whole percent. */
  readonly sure: number
  readonly times: number
  readonly values: readonly ValueFacts[]
}

export interface ValueFacts {
  readonly metric: Clean
  readonly value: Clean
  readonly usual: UsualFacts | undefined
  /** How many robust standard deviations (1.4826 MAD) it lies above the usual. */
  readonly z: Clean | undefined
}

export interface UsualFacts {
  readonly subject: Clean
  readonly median: Clean
  readonly mad: Clean
  readonly days: number
}

/** So that the longest question leaves room for an answer in a window of 4096 tokens. `values` is for all signals together. */
const most = { signals: 6, values: 20, valuesEach: 8, usual: 4, issues: 8 }
const day = 86_400_000

/** The signals that an alert rests on and that a model is shown, strongest first: `E1` stands for the first. */
export function shown(alert: AlertView): readonly StoredSignal[] {
  return alert.signals.filter(({ grant }) => grant === undefined).slice(0, most.signals)
}

/** What a signal is called in a question. */
export function evidenceId(index: number): string {
  return `E${index + 1}`
}

/** What may be told to a model of this question, and nothing else. */
export function toFacts({ alert, baselines, knownIssues, constraints }: Question): Facts {
  const signals = shown(alert)
  const compared = signals.map((signal) => usualOf(signal, baselines))
  const values = Math.min(most.valuesEach, Math.floor(most.values / signals.length))
  return {
    allowed: allowedOf(alert.band),
    device: {
      isThisMachine: alert.device === thisMachine,
      daysKnown: daysBetween(alert.deviceView.firstSeen, alert.updatedAt),
      hidesIdentity: alert.deviceView.randomMac,
      knownByAddressAlone: alert.deviceView.provisional,
    },
    signals: signals.map((signal, index) => toSignalFacts(signal, values, compared[index])),
    usual: baselines
      .filter((baseline) => !compared.includes(baseline) && !baseline.subject.includes('/'))
      .slice(0, most.usual)
      .map((baseline) => toUsual(baseline, alert.updatedAt)),
    knownIssues: knownIssues.slice(0, most.issues).map((issue) => toOwnWords(issue, 120)),
    constraints: toOwnWords(constraints, 600),
  }
}

/** Every severity of the band; all four where the rules leave no choice: then its opinion changes nothing and is only kept. */
function allowedOf(band: Band): readonly Severity[] {
  if (band.floor === band.ceiling) return severities
  return severities.filter(
    (severity) => rank(band.floor) <= rank(severity) && rank(severity) <= rank(band.ceiling),
  )
}

/** What is usual for the thing itself that a signal is about: `temperature/<sensor>`. */
function usualOf({ detector, target }: StoredSignal, baselines: readonly Baseline[]): Baseline | undefined {
  return baselines.find(({ subject }) => target !== undefined && subject === `${detector}/${target}`)
}

/** With its numbers; the one called `mean` is compared with the usual, which is learned from means. */
function toSignalFacts(signal: StoredSignal, values: number, usual: Baseline | undefined): SignalFacts {
  return {
    detector: toMetric(signal.detector),
    target: signal.target === undefined ? undefined : toName(signal.target),
    sure: Math.round(signal.confidence * 100),
    times: signal.count,
    values: Object.entries(signal.evidence)
      .slice(0, values)
      .map(([metric, value]) => {
        const baseline = metric === 'mean' ? usual : undefined
        return {
          metric: toMetric(metric),
          value: toValue(value),
          usual: baseline && toUsual(baseline, signal.at),
          z: baseline && typeof value === 'number' ? toZ(value, usualAt(baseline, signal.at)) : undefined,
        }
      }),
  }
}

/** Numbers as numbers; every text is a list of names. */
function toValue(value: Evidence[string]): Clean {
  return typeof value === 'number' ? toNumber(value) : toNames(String(value))
}

function toUsual(baseline: Baseline, at: Date): UsualFacts {
  const { median, mad } = usualAt(baseline, at)
  return {
    subject: toName(baseline.subject),
    median: toNumber(median),
    mad: toNumber(mad),
    days: daysBetween(baseline.since, at),
  }
}

/** The figures of this hour of the week where they are known, else those of all hours. */
function usualAt(baseline: Baseline, at: Date): Figures {
  return baseline.hours.get(((at.getDay() + 6) % 7) * 24 + at.getHours()) ?? baseline
}

function toZ(value: number, { median, mad }: Figures): Clean | undefined {
  return mad > 0 ? toNumber(Number(((value - median) / (1.4826 * mad)).toFixed(1))) : undefined
}

function daysBetween(from: Date, to: Date): number {
  return Math.max(0, Math.floor((to.getTime() - from.getTime()) / day))
}

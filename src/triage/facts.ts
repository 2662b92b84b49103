import type { AlertView } from '../core/alert.ts'
import type { Baseline } from '../core/baseline.ts'
import { thisMachine } from '../core/device.ts'
import { rank, severities, type Band, type Severity } from '../core/severity.ts'
import type { Evidence, StoredSignal } from '../core/signal.ts'
import { toLogWords, toMetric, toName, toNames, toNumber, toOwnWords, type Clean } from './sanitise.ts'
import { reviewer } from './rules.ts'
import { daysBetween, isOutside, toUsual, toZ, type UsualFacts } from './usual.ts'

/** What the model is asked about. */
export interface Question {
  readonly alert: AlertView
  /** Of the alert's device. */
  readonly baselines: readonly Baseline[]
  /** Its numbers of the last hour (of domains: the last day), by the subject of their baseline. */
  readonly now: ReadonlyMap<string, number>
  /** Which sources have seen it. */
  readonly sources: readonly string[]
  /** What the device and this machine wrote into logs around it, most telling first. */
  readonly lines: readonly LoggedLine[]
  /** What people of this house know, as they wrote it. */
  readonly knownIssues: readonly string[]
  /** Their guidelines for the model. */
  readonly constraints: string
}

/** A template of log lines (I5). */
export interface LoggedLine {
  readonly program: string
  readonly template: string
  readonly count: number
  /** It never occurred before in this home. */
  readonly isNew: boolean
}

/** All that a prompt is built from (I5): a text can only stand in it after the sanitiser has made it. */
export interface Facts {
  readonly allowed: readonly Severity[]
  readonly device: DeviceFacts
  /** At most six, in the order of `shown`. */
  readonly signals: readonly SignalFacts[]
  /** What is usual for the device beside that, with the numbers of now. */
  readonly usual: readonly (UsualFacts & {
    readonly value: Clean | undefined
    readonly z: Clean | undefined
  })[]
  readonly lines: readonly LineFacts[]
  readonly knownIssues: readonly Clean[]
  readonly constraints: Clean
}

export interface DeviceFacts {
  readonly isThisMachine: boolean
  readonly daysKnown: number
  readonly hidesIdentity: boolean
  /** Whose make it is, as its MAC says. */
  readonly vendor?: Clean | undefined
  readonly knownByAddressAlone: boolean
  readonly sources: readonly Clean[]
  /** Where the person was whose device it is, and whether anybody was at home; undefined where that is not known. */
  readonly ownerIsHome?: boolean | undefined
  readonly isAnybodyHome?: boolean | undefined
}

export interface LineFacts {
  readonly program: Clean
  readonly words: Clean
  readonly count: number
  readonly isNew: boolean
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

/** So that the longest question leaves room for an answer in a window of 4096 tokens. `values` is for all signals together. */
const most = { signals: 6, values: 20, valuesEach: 8, usual: 6, issues: 8, lines: 8, sources: 6 }

/**
 * The signals that an alert rests on and that a model is shown, strongest first: `E1` stands for the first. What a model
 * claimed itself is not shown to it again (I14).
 */
export function shown(alert: AlertView): readonly StoredSignal[] {
  const counted = alert.signals.filter(({ grant, detector }) => grant === undefined && detector !== reviewer)
  return counted.slice(0, most.signals)
}

/** What a signal is called in a question. */
export function evidenceId(index: number): string {
  return `E${index + 1}`
}

/** What may be told to a model of this question, and nothing else. */
export function toFacts(question: Question): Facts {
  const { alert, baselines, knownIssues, constraints, lines } = question
  const signals = shown(alert)
  const compared = signals.map((signal) => usualOf(signal, baselines))
  const values = Math.min(most.valuesEach, Math.floor(most.values / signals.length))
  return {
    allowed: allowedOf(alert.band),
    device: toDeviceFacts(question),
    signals: signals.map((signal, index) => toSignalFacts(signal, values, compared[index])),
    usual: baselines
      .filter((baseline) => !compared.includes(baseline) && isTelling(baseline, question))
      .slice(0, most.usual)
      .map((baseline) => toCompared(baseline, question)),
    lines: toLineFacts(lines.slice(0, most.lines)),
    knownIssues: toIssues(knownIssues),
    constraints: toOwnWords(constraints, 600),
  }
}

/** What people know, as much of it as a prompt holds. */
export function toIssues(knownIssues: readonly string[]): readonly Clean[] {
  return knownIssues.slice(0, most.issues).map((issue) => toOwnWords(issue, 120))
}

function toLineFacts(lines: readonly LoggedLine[]): readonly LineFacts[] {
  return lines.map(({ program, template, count, isNew }) => ({
    program: toName(program.slice(0, 32)),
    words: toLogWords(template),
    count,
    isNew,
  }))
}

function toDeviceFacts({ alert, sources }: Question): DeviceFacts {
  const { firstSeen, randomMac, vendor, provisional } = alert.deviceView
  return {
    isThisMachine: alert.device === thisMachine,
    daysKnown: daysBetween(firstSeen, alert.updatedAt),
    hidesIdentity: randomMac,
    vendor: vendor === undefined ? undefined : toName(vendor),
    knownByAddressAlone: provisional,
    sources: sources.slice(0, most.sources).map((source) => toMetric(source)),
    ownerIsHome: alert.surroundings?.owner?.isHome,
    isAnybodyHome: alert.surroundings?.isAnybodyHome,
  }
}

/** What is usual for the device as a whole, and for a sensor whose number is not usual now. */
function isTelling(usual: Baseline, { alert, now }: Question): boolean {
  const value = now.get(usual.subject)
  if (!usual.subject.includes('/')) return true
  return value !== undefined && isOutside({ subject: usual.subject, value, usual, at: alert.updatedAt })
}

function toCompared(baseline: Baseline, { alert, now }: Question): Facts['usual'][number] {
  const value = now.get(baseline.subject)
  return {
    ...toUsual(baseline, alert.updatedAt),
    value: value === undefined ? undefined : toNumber(value),
    z: value === undefined ? undefined : toZ(value, baseline, alert.updatedAt),
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
          z: baseline && typeof value === 'number' ? toZ(value, baseline, signal.at) : undefined,
        }
      }),
  }
}

/** Numbers as numbers; every text is a list of names. */
function toValue(value: Evidence[string]): Clean {
  return typeof value === 'number' ? toNumber(value) : toNames(String(value))
}

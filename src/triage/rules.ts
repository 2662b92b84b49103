import { clamp, rank, worse, type Band, type Severity } from '../core/severity.ts'
import type { StoredSignal } from '../core/signal.ts'

/** What the rules make of one detector's signals when it is sure of them. */
export interface Rule {
  readonly detector: string
  readonly band: Band
  /** Why, in one sentence: for the documents, and for an alert that no model has explained. */
  readonly why: string
}

/** Who claims what the language model found in a period as a whole: the one signal that is no detector's. */
export const reviewer = 'review'

/** The policy. To learn why an alert is high, one reads this table; a detector that is not in it has `unlisted`. */
export const rules: readonly Rule[] = [
  {
    detector: 'threat-intel',
    band: { floor: 'high', default: 'high', ceiling: 'high' },
    why: 'A device reached for something on a threat list, or answered it, which is never normal.',
  },
  {
    detector: 'login-after-failures',
    band: { floor: 'high', default: 'high', ceiling: 'high' },
    why: 'A login that follows so many wrong passwords is a password that was guessed.',
  },
  {
    detector: 'brute-force',
    band: { floor: 'high', default: 'high', ceiling: 'high' },
    why: 'A device of this house tries one password after the other, as only a program does.',
  },
  {
    detector: 'process-missing',
    band: { floor: 'high', default: 'high', ceiling: 'high' },
    why: 'A program that this house has named as one that must run does not run.',
  },
  {
    detector: 'container-unhealthy',
    band: { floor: 'high', default: 'high', ceiling: 'high' },
    why: 'A container that runs here has stopped by itself, is not well, or is restarted again and again.',
  },
  {
    detector: 'port-scan',
    band: { floor: 'medium', default: 'high', ceiling: 'high' },
    why: 'A device tries many ports or many machines, as intruders and worms do before they break in.',
  },
  {
    detector: 'upload',
    band: { floor: 'none', default: 'medium', ceiling: 'high' },
    why: 'A device sends far more to the internet than it ever did.',
  },
  {
    detector: 'direct-ip',
    band: { floor: 'none', default: 'low', ceiling: 'medium' },
    why: 'A device talks to an address that no name had led to, which most programs never do.',
  },
  {
    detector: 'dga',
    band: { floor: 'none', default: 'medium', ceiling: 'high' },
    why: 'A device asks for names that look made by a program, as malware does to find its master.',
  },
  {
    detector: 'temperature',
    band: { floor: 'none', default: 'medium', ceiling: 'high' },
    why: 'A temperature is above its limit or far above what is usual there.',
  },
  {
    detector: 'connection-quality',
    band: { floor: 'none', default: 'medium', ceiling: 'high' },
    why: 'The network is slow, loses packets or does not answer, as it does when a line or its hardware begins to fail.',
  },
  {
    detector: 'new-login-origin',
    band: { floor: 'none', default: 'medium', ceiling: 'high' },
    why: 'Somebody came in from a place that this account was never used from before.',
  },
  {
    detector: 'risky-port',
    band: { floor: 'medium', default: 'high', ceiling: 'high' },
    why: 'A device can be controlled over the network by anybody who reaches it.',
  },
  {
    detector: 'new-port',
    band: { floor: 'none', default: 'medium', ceiling: 'high' },
    why: 'A device answers where it did not answer before: a program was switched on, by a person or by another.',
  },
  {
    detector: 'new-device',
    band: { floor: 'none', default: 'low', ceiling: 'high' },
    why: 'A device is in the network that was never there before.',
  },
  {
    detector: 'new-domain',
    band: { floor: 'none', default: 'low', ceiling: 'medium' },
    why: 'A device asked for names that it had never asked for before, which is mostly harmless.',
  },
  {
    detector: 'knock',
    band: { floor: 'none', default: 'low', ceiling: 'low' },
    why: 'An address on a threat list tried to reach a device and got no answer, as happens to every home.',
  },
  {
    detector: 'silent-collector',
    band: { floor: 'none', default: 'low', ceiling: 'medium' },
    why: 'A source has stopped speaking, so that what it used to show is not seen.',
  },
  {
    detector: reviewer,
    band: { floor: 'none', default: 'low', ceiling: 'high' },
    why: 'The language model looked at the last hours as a whole and points at what is unusual in them.',
  },
]

/** Detectors that never rise above low: what they claim keeps no alert open that others have opened. */
export const minor: readonly string[] = rules
  .filter(({ band }) => band.ceiling === 'low')
  .map(({ detector }) => detector)

/** The band of a detector without a rule. */
export const unlisted: Rule = {
  detector: '',
  band: { floor: 'none', default: 'low', ceiling: 'medium' },
  why: 'A detector that the rules do not know found something odd.',
}

/** From which confidence on a rule holds, by the house's sensitivity. */
export const sureFrom = { relaxed: 0.9, balanced: 0.8, strict: 0.7 } as const
export type Sensitivity = keyof typeof sureFrom

const nothing: Band = { floor: 'none', default: 'none', ceiling: 'none' }

export interface Correlating {
  /** All of one alert that count: what is granted raises nothing and is left out by the caller. */
  readonly signals: readonly StoredSignal[]
  readonly sensitivity: Sensitivity
  /** The house is still learning: only what is certain may be high. */
  readonly learning: boolean
  /** Whether people of this house know of it and have said so. */
  isKnown(signal: StoredSignal): boolean
}

export interface Correlated {
  readonly band: Band
  readonly confidence: number
  readonly title: string
}

/** What an alert of these signals is: the worst band that one of them has, all their confidence, the strongest one's words. */
export function correlate({ signals, sensitivity, learning, isKnown }: Correlating): Correlated {
  const bands = signals.map((signal) => {
    const band = bandOf(signal, sensitivity)
    return isKnown(signal) ? asKnown(band) : band
  })
  const band = bands.reduce(worst, nothing)
  return {
    band: learning ? whileLearning(band) : band,
    confidence: togetherSure(signals),
    title: strongest(signals)?.summary ?? '',
  }
}

/** The rules' own sentence about these signals: why the strongest one matters. */
export function reasonOf(signals: readonly StoredSignal[]): string {
  return whyOf(strongest(signals)?.detector ?? '')
}

/** The rules' own sentence about a detector. */
export function whyOf(detector: string): string {
  return ruleOf(detector).why
}

/** How sure signals are together: `1 − Π(1 − p)` over their causes (noisy-OR); of one cause, the surest counts. */
export function togetherSure(signals: readonly StoredSignal[]): number {
  const surest = new Map<string, number>()
  for (const { id, cause = `signal ${id}`, confidence } of signals)
    surest.set(cause, Math.max(confidence, surest.get(cause) ?? 0))
  return 1 - [...surest.values()].reduce((doubt, confidence) => doubt * (1 - confidence), 1)
}

/** The detector's rule where it is sure; else one step milder, nothing certain, and at most medium. */
function bandOf({ detector, confidence }: StoredSignal, sensitivity: Sensitivity): Band {
  const { band } = ruleOf(detector)
  if (confidence >= sureFrom[sensitivity]) return band
  return {
    floor: 'none',
    default: band.default === 'high' ? 'medium' : milder(band.default, 'low'),
    ceiling: milder(band.ceiling, 'medium'),
  }
}

function ruleOf(detector: string): Rule {
  return rules.find((rule) => rule.detector === detector) ?? unlisted
}

function strongest(signals: readonly StoredSignal[]): StoredSignal | undefined {
  return signals.toSorted(
    (a, b) =>
      rank(bandOf(b, 'balanced').default) - rank(bandOf(a, 'balanced').default) ||
      b.confidence - a.confidence ||
      b.at.getTime() - a.at.getTime(),
  )[0]
}

/** What people know already is low, unless it is certain to be worse. */
function asKnown(band: Band): Band {
  return { ...band, default: clamp(milder(band.default, 'low'), band) }
}

/** While learning, only what is certain is told: the rest stays below high. */
function whileLearning(band: Band): Band {
  if (band.floor === 'high') return band
  return { ...band, default: milder(band.default, 'medium'), ceiling: milder(band.ceiling, 'medium') }
}

function worst(a: Band, b: Band): Band {
  return {
    floor: worse(a.floor, b.floor),
    default: worse(a.default, b.default),
    ceiling: worse(a.ceiling, b.ceiling),
  }
}

function milder(a: Severity, b: Severity): Severity {
  return rank(a) <= rank(b) ? a : b
}

import type { Baseline, Figures } from '../core/baseline.ts'
import { toName, toNumber, type Clean } from './sanitise.ts'

/** What is usual for a subject, as it stands in a prompt. */
export interface UsualFacts {
  readonly subject: Clean
  readonly median: Clean
  readonly mad: Clean
  readonly days: number
}

/** A number as it is now, beside what is usual for it. */
export interface Measured {
  /** As its baseline is called: `temperature/coretemp/Core 0`, `dns-queries`. */
  readonly subject: string
  readonly value: number
  readonly at: Date
  /** Absent: nothing is learned of it. */
  readonly usual?: Baseline
  /** The maker's own limit. */
  readonly limit?: number
}

/** Samples from which on a baseline says what lies outside it. */
const learned = 24
/** Robust standard deviations above the median that are outside: Iglewicz and Hoaglin's 3.5. */
const outside = 3.5
const day = 86_400_000

/**
 * Whether a number is so far above what is usual that this is a fact and nobody's opinion. The usual spread counts as a
 * twentieth of the usual value at least, and as 1: where nothing ever changes, nothing small is odd.
 */
export function isOutside({ value, usual, limit, at }: Measured): boolean {
  if (limit !== undefined && value >= limit) return true
  if (usual === undefined || usual.count < learned) return false
  const { median, mad } = usualAt(usual, at)
  return value - median > outside * Math.max(1.4826 * mad, Math.abs(median) / 20, 1)
}

/** What is usual at that time, as it is told. */
export function toUsual(baseline: Baseline, at: Date): UsualFacts {
  const { median, mad } = usualAt(baseline, at)
  return {
    subject: toName(baseline.subject),
    median: toNumber(median),
    mad: toNumber(mad),
    days: daysBetween(baseline.since, at),
  }
}

/** How many robust standard deviations (1.4826 MAD) a value lies above the usual of that hour; undefined where there is no spread. */
export function toZ(value: number, baseline: Baseline, at: Date): Clean | undefined {
  const { median, mad } = usualAt(baseline, at)
  return mad > 0 ? toNumber(Number(((value - median) / (1.4826 * mad)).toFixed(1))) : undefined
}

/** Whole days. */
export function daysBetween(from: Date, to: Date): number {
  return Math.max(0, Math.floor((to.getTime() - from.getTime()) / day))
}

/** The figures of this hour of the week where they are known, else those of all hours. */
function usualAt(baseline: Baseline, at: Date): Figures {
  return baseline.hours.get(((at.getDay() + 6) % 7) * 24 + at.getHours()) ?? baseline
}

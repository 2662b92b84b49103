import type { Device, DeviceId } from './device.ts'
import type { Band, Severity } from './severity.ts'
import type { StoredSignal } from './signal.ts'
import type { Surroundings } from './surroundings.ts'
import type { Verdict } from './verdict.ts'

export const alertStatuses = ['open', 'acknowledged', 'expected', 'closed'] as const
export type AlertStatus = (typeof alertStatuses)[number]

/** Signals about one device that belong together: what a person is told. */
export interface Alert {
  /** `a` and a number. */
  readonly id: string
  readonly device: DeviceId
  readonly status: AlertStatus
  readonly openedAt: Date
  /** When its newest signal happened; one that is always low counts only where there are no others. */
  readonly updatedAt: Date
  /** The summary of its strongest signal. */
  readonly title: string
  readonly band: Band
  /** Noisy-OR over its causes, 0 to 1. */
  readonly confidence: number
  /** The verdict's severity clamped into the band; without a verdict the band's default. */
  readonly severity: Severity
  readonly verdict?: Verdict
  /** Grows with each change, in the order of commit: what the loops after it follow. */
  readonly seq: number
  /** The `seq` at which its signals last changed: a verdict older than this is of an earlier state. */
  readonly signalsSeq: number
  /** Nobody is to be told until then. */
  readonly mutedUntil?: Date
}

/** What a detector has to say to people about its signals. */
export interface DetectorWords {
  /** What a person can do, one sentence. */
  readonly advice: string
  /** What is said aloud (I8). */
  readonly spoken?: string
}

/** The words of a detector, by its name. */
export type WordsOf = (detector: string) => DetectorWords | undefined

/** An alert in one line of a list. */
export interface AlertLine {
  readonly id: string
  readonly severity: Severity
  readonly title: string
  /** The name of its device. */
  readonly device: string
}

/** An alert with all that a person needs to see of it. */
export interface AlertView extends Alert {
  readonly deviceView: Device
  /** Strongest first. */
  readonly signals: readonly StoredSignal[]
  /** What a person can do, one sentence per kind of signal. */
  readonly advice: readonly string[]
  /** Whose it is, where it stands and who was at home at its newest signal, as Home Assistant knows: words of people. */
  readonly surroundings?: Surroundings
  /** What its strongest signal's detector has to say aloud; absent: nothing in particular. */
  readonly spoken?: string
}

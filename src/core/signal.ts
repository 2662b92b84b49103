import type { DeviceId } from './device.ts'

/** The numbers behind a claim. */
export type Evidence = Readonly<Record<string, string | number | boolean>>

/** A detector's claim: this looks odd, and this is how sure I am. */
export interface Signal {
  readonly detector: string
  readonly device: DeviceId
  /** What the device did it to: a domain, an address, an account. Together with detector and device, the signal's identity. */
  readonly target?: string
  /** When the newest thing it rests on happened: the same judgement of the same events gives the same time. */
  readonly at: Date
  /** How sure, 0 to 1. How bad is not the detector's business. */
  readonly confidence: number
  /** Signals with the same cause count once: the same socket, handshake, name. Absent: the signal is its own cause. */
  readonly cause?: string
  /** One plain sentence, without a full stop. Text of strangers is quoted with `quote`. */
  readonly summary: string
  /** The numbers behind the claim, for people and for triage. */
  readonly evidence: Evidence
}

/** A signal as it lies in the store: repeats of one identity are one row. */
export interface StoredSignal extends Signal {
  /** `s` and a number; cited as evidence. */
  readonly id: string
  /** The alert it belongs to; absent until correlated. */
  readonly alert?: string
  readonly firstAt: Date
  /** How many times it was claimed anew. */
  readonly count: number
  /** The grant that covers it: then it raises nothing. */
  readonly grant?: string
}

import type { AlertView } from './alert.ts'
import type { HealthRow } from './health.ts'

/** A number of the day beside the usual one. */
export interface RecapValue {
  readonly device: string
  readonly subject: string
  readonly unit: string
  readonly value: number
  /** Absent while it is not learned. */
  readonly usual?: number
}

/** The daily summary of all alerts, low ones too. */
export interface Recap {
  /** The local day it was made on, `2026-11-20`, with a counter when asked for again: its identity. */
  readonly id: string
  readonly at: Date
  readonly from: Date
  readonly to: Date
  /** Worst first. */
  readonly alerts: readonly AlertView[]
  readonly newDevices: readonly string[]
  readonly newDomains: number
  readonly values: readonly RecapValue[]
  readonly health: readonly HealthRow[]
  readonly learning: boolean
  /** One sentence: `1 high, 1 medium and 2 low alerts; all sources well`. At most 255 characters. */
  readonly headline: string
}

import type { AlertLine } from './alert.ts'
import type { Severity } from './severity.ts'

/** The last seven days up to now, counted as the daily recap counts its day. */
export interface Week {
  /** Alerts that something happened to in these days, by severity. */
  readonly alerts: Readonly<Record<Exclude<Severity, 'none'>, number>>
  /** The worst of them, the newest where several are equally bad; absent in a week without any. */
  readonly worst?: AlertLine
  /** Devices that were seen for the first time: how many, and the names of the newest, 20 at most. */
  readonly newDevices: { readonly count: number; readonly names: readonly string[] }
  /** One sentence: `1 high and 2 low alerts; 3 new devices`. At most 255 characters. */
  readonly headline: string
}

import type { DeviceId } from '../core/device.ts'
import type { LoggedLine } from './facts.ts'
import { isOutside, type Measured } from './usual.ts'

/** A number of a device, or of the house as a whole. */
export interface NumberRow extends Measured {
  readonly kind: 'number'
  readonly device?: DeviceId
}

/** What a device wrote into a log, and never before in this home. */
export interface LineRow extends LoggedLine {
  readonly kind: 'line'
  readonly device: DeviceId
}

/** A device, or an open port of one, that was not there before. */
export interface NewRow {
  readonly kind: 'new'
  readonly device: DeviceId
  /** `device`, or a port such as `tcp/23`. */
  readonly what: string
}

/** One thing of a period that the model may point at. */
export type PeriodRow = NumberRow | LineRow | NewRow

/** What the model is asked about when it looks at the house as a whole. */
export interface Period {
  readonly from: Date
  readonly to: Date
  /** How many devices were seen. */
  readonly devices: number
  /** Most telling first. */
  readonly rows: readonly PeriodRow[]
  readonly knownIssues: readonly string[]
  readonly constraints: string
}

/** A device with so many failed logins is worth a look by itself. */
const failedLogins = 3

/** Whether a row is odd by our own reckoning: a number outside its baseline, or a line that is new. */
export function isOdd(row: PeriodRow): boolean {
  return row.kind === 'number' ? isOutside(row) : row.kind === 'line' && row.isNew
}

/** Whether there is anything to ask about. */
export function isQuiet(rows: readonly PeriodRow[]): boolean {
  return !rows.some(
    (row) =>
      row.kind === 'new' ||
      isOdd(row) ||
      (row.kind === 'number' && row.subject === 'failed-logins' && row.value >= failedLogins),
  )
}

/** The rows that a question has room for: odd ones first, then what is new, then the numbers as they came. */
export function toTelling(rows: readonly PeriodRow[]): readonly PeriodRow[] {
  const order = (row: PeriodRow) => (isOdd(row) ? 0 : row.kind === 'new' ? 1 : 2)
  const taken = { number: 0, line: 0, new: 0 }
  return rows
    .toSorted((a, b) => order(a) - order(b))
    .filter(({ kind }) => (taken[kind] += 1) <= most[kind])
    .slice(0, most.rows)
}

/** So that the longest question leaves room for an answer in a window of 4096 tokens. */
const most = { number: 14, line: 8, new: 6, rows: 24 }

import type { Alert, AlertStatus } from '../core/alert.ts'
import { toDeviceId, type DeviceId } from '../core/device.ts'
import { clamp, type Band, type Severity } from '../core/severity.ts'
import type { Evidence, StoredSignal } from '../core/signal.ts'
import type { Verdict } from '../core/verdict.ts'
import { datedJsonOf, dateOf, jsonOf, numberOf, optional, textOf, wordOf } from './rows.ts'
import type { Row } from './session.ts'

/** Follows merges of devices: rows keep the id that they were written with. */
export type Resolve = (device: DeviceId) => DeviceId

/** SQL: whether this column holds `$device`, or the id of one that was merged into it. */
export function isOf(column: string): string {
  return `(${column} = $device OR ${column} IN (SELECT id FROM device_aliases WHERE device = $device))`
}

/** A row of `signals`. */
export function toStoredSignal(row: Row, resolve: Resolve): StoredSignal {
  const target = optional(row, 'target', textOf)
  const cause = optional(row, 'cause', textOf)
  const alert = optional(row, 'alert', numberOf)
  const grant = optional(row, 'grant', textOf)
  return {
    id: `s${numberOf(row, 'id')}`,
    detector: textOf(row, 'detector'),
    device: resolve(toDeviceId(textOf(row, 'device'))),
    ...(target !== undefined && { target }),
    at: dateOf(row, 'at'),
    confidence: numberOf(row, 'confidence'),
    ...(cause !== undefined && { cause }),
    summary: textOf(row, 'summary'),
    evidence: jsonOf<Evidence>(row, 'evidence'),
    ...(alert !== undefined && { alert: `a${alert}` }),
    firstAt: dateOf(row, 'first_at'),
    count: numberOf(row, 'count'),
    ...(grant !== undefined && { grant }),
  }
}

/** A row of `alerts`. */
export function toAlert(row: Row, resolve: Resolve): Alert {
  const verdict = optional(row, 'verdict', datedJsonOf<Verdict>)
  const mutedUntil = optional(row, 'muted_until', dateOf)
  return {
    id: `a${numberOf(row, 'id')}`,
    device: resolve(toDeviceId(textOf(row, 'device'))),
    status: wordOf<AlertStatus>(row, 'status'),
    openedAt: dateOf(row, 'opened_at'),
    updatedAt: dateOf(row, 'updated_at'),
    title: textOf(row, 'title'),
    band: {
      floor: wordOf<Severity>(row, 'floor'),
      default: wordOf<Severity>(row, 'default'),
      ceiling: wordOf<Severity>(row, 'ceiling'),
    },
    confidence: numberOf(row, 'confidence'),
    severity: wordOf<Severity>(row, 'severity'),
    ...(verdict && { verdict }),
    seq: numberOf(row, 'seq'),
    signalsSeq: numberOf(row, 'signals_seq'),
    ...(mutedUntil && { mutedUntil }),
  }
}

/** What the verdict says while it is about the alert's present signals and was accepted, else the rules' default; inside the band always (I1). */
export function severityOf(band: Band, verdict: Verdict | undefined, signalsSeq: number): Severity {
  const counts =
    verdict?.signalsSeq === signalsSeq && (verdict.status === 'ok' || verdict.status === 'ungrounded')
  return clamp(counts ? verdict.severity : band.default, band)
}

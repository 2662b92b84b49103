import { toDeviceId, type DeviceId } from '../core/device.ts'
import type { Signal } from '../core/signal.ts'
import type { Database } from './database.ts'
import { dateOf, numberOf, optional, textOf } from './rows.ts'
import type { Transaction } from './writer.ts'

/** A stored signal that a repeat would still join: its alert is not closed, or it has none yet. */
export interface LiveSignal {
  readonly id: number
  readonly detector: string
  readonly device: DeviceId
  readonly target: string | undefined
  readonly at: Date
  readonly confidence: number
  readonly alert: number | undefined
}

/** What is known of such signals without asking the database. What a transaction changes here is undone with it. */
export interface LiveSignals {
  /** The one with the same detector, device and target. */
  find(signal: Signal): LiveSignal | undefined
  put(signal: LiveSignal, transaction: Transaction): void
  /** Ties these to an alert. */
  tie(ids: ReadonlySet<number>, alert: number, transaction: Transaction): void
  /** Forgets those of an alert that was closed. */
  forget(alert: number, transaction: Transaction): void
}

/** All of them, from the database. `resolve` follows merges of devices. */
export async function loadLiveSignals(
  database: Database,
  resolve: (device: DeviceId) => DeviceId,
): Promise<LiveSignals> {
  const signals = new Map<number, LiveSignal>()
  /** Ids by detector and target: of each pair there are few, one for a device. */
  const alike = new Map<string, Set<number>>()

  function set(id: number, signal: LiveSignal | undefined): void {
    const before = signals.get(id)
    if (before) alike.get(keyOf(before))?.delete(id)
    signals.delete(id)
    if (signal === undefined) return
    signals.set(id, signal)
    const key = keyOf(signal)
    alike.set(key, (alike.get(key) ?? new Set<number>()).add(id))
  }

  function change(id: number, signal: LiveSignal | undefined, transaction: Transaction): void {
    const before = signals.get(id)
    transaction.undo(() => set(id, before))
    set(id, signal)
  }

  const rows = await database.rows(
    `SELECT s.id, s.detector, s.device, s.target, s."at", s.confidence, s.alert
     FROM signals s LEFT JOIN alerts a ON a.id = s.alert WHERE s.alert IS NULL OR a.status <> 'closed'`,
  )
  for (const row of rows) {
    const id = numberOf(row, 'id')
    set(id, {
      id,
      detector: textOf(row, 'detector'),
      device: toDeviceId(textOf(row, 'device')),
      target: optional(row, 'target', textOf),
      at: dateOf(row, 'at'),
      confidence: numberOf(row, 'confidence'),
      alert: optional(row, 'alert', numberOf),
    })
  }

  return {
    find(signal) {
      const device = resolve(signal.device)
      for (const id of alike.get(keyOf(signal)) ?? []) {
        const found = signals.get(id)
        if (found && resolve(found.device) === device) return found
      }
      return undefined
    },
    put: (signal, transaction) => change(signal.id, signal, transaction),
    tie(ids, alert, transaction) {
      for (const id of ids) {
        const signal = signals.get(id)
        if (signal) change(id, { ...signal, alert }, transaction)
      }
    },
    forget(alert, transaction) {
      for (const { id, alert: its } of [...signals.values()])
        if (its === alert) change(id, undefined, transaction)
    },
  }
}

function keyOf({ detector, target }: { detector: string; target?: string | undefined }): string {
  return JSON.stringify([detector, target])
}

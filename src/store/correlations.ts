import { isDeepStrictEqual } from 'node:util'
import type { Alert, AlertStatus } from '../core/alert.ts'
import { rank } from '../core/severity.ts'
import { severityOf, toAlert } from './judgement-rows.ts'
import type { LiveSignals } from './live-signals.ts'
import type { Numbers } from './numbers.ts'
import { numberOf, optional, textOf } from './rows.ts'
import type { Correlation } from './store.ts'
import type { Transaction } from './writer.ts'

/** What putting a correlation into the tables needs. */
export interface AlertBook {
  readonly ids: Numbers
  readonly seqs: Numbers
  readonly live: LiveSignals
  readonly now: () => Date
}

/** A signal of a correlation, as it stands in the table. */
interface Known {
  readonly number: number
  readonly id: string
  readonly alert: number | undefined
  readonly grant: string | undefined
}

/** Opens the correlation's alert or changes it, and ties its signals to it; gives the alert's id. */
export async function applyCorrelation(
  correlation: Correlation,
  book: AlertBook,
  transaction: Transaction,
): Promise<string> {
  const signals = await knownSignals(correlation, transaction)
  if (correlation.alert === undefined) return openAlert(correlation, signals, book, transaction)
  const [row] = await transaction.rows(
    `SELECT * FROM alerts WHERE 'a' || id = $alert AND status <> 'closed'`,
    {
      alert: correlation.alert,
    },
  )
  if (row)
    return changeAlert(
      toAlert(row, (device) => device),
      { correlation, signals },
      book,
      transaction,
    )
  // It was closed meanwhile: what has no alert yet makes a new one.
  const fresh = signals.filter(({ alert }) => alert === undefined)
  return fresh.length === 0 ? correlation.alert : openAlert(correlation, fresh, book, transaction)
}

async function openAlert(
  correlation: Correlation,
  signals: readonly Known[],
  book: AlertBook,
  transaction: Transaction,
): Promise<string> {
  const { device, title, band, confidence, updatedAt, expected } = correlation
  const id = book.ids.next()
  const seq = book.seqs.next()
  await transaction.run(
    `INSERT INTO alerts (id, seq, signals_seq, device, status, opened_at, updated_at, title, floor, "default", ceiling, confidence, severity)
     VALUES ($id, $seq, $seq, $device, $status, $now, $updatedAt, $title, $floor, $default, $ceiling, $confidence, $severity)`,
    {
      id,
      seq,
      device,
      status: expected ? 'expected' : 'open',
      now: book.now(),
      updatedAt,
      title,
      ...band,
      confidence,
      severity: severityOf(band, undefined, seq),
    },
  )
  await tie(id, { correlation, signals }, book, transaction)
  transaction.touch('alerts')
  return `a${id}`
}

async function changeAlert(
  alert: Alert,
  { correlation, signals }: { correlation: Correlation; signals: readonly Known[] },
  book: AlertBook,
  transaction: Transaction,
): Promise<string> {
  const { title, band, confidence, changed } = correlation
  const id = Number(alert.id.slice(1))
  const updatedAt = correlation.updatedAt > alert.updatedAt ? correlation.updatedAt : alert.updatedAt
  const status = statusOf(alert, correlation, signals)
  await tie(id, { correlation, signals }, book, transaction)
  const before = { status: alert.status, title: alert.title, band: alert.band, confidence: alert.confidence }
  const same = isDeepStrictEqual(before, { status, title, band, confidence })
  if (same && !changed && updatedAt.getTime() === alert.updatedAt.getTime()) return alert.id
  const seq = book.seqs.next()
  const signalsSeq = changed ? seq : alert.signalsSeq
  await transaction.run(
    `UPDATE alerts SET seq = $seq, signals_seq = $signalsSeq, status = $status, updated_at = $updatedAt, title = $title,
       floor = $floor, "default" = $default, ceiling = $ceiling, confidence = $confidence, severity = $severity
     WHERE id = $id`,
    {
      id,
      seq,
      signalsSeq,
      status,
      updatedAt,
      title,
      ...band,
      confidence,
      severity: severityOf(band, alert.verdict, signalsSeq),
    },
  )
  transaction.touch('alerts')
  return alert.id
}

/**
 * An expected alert opens again when something joins it, or a grant no longer covers it; an acknowledged one when the
 * rules find it worse than what was acknowledged.
 */
function statusOf(
  { status: before, band }: Alert,
  correlation: Correlation,
  signals: readonly Known[],
): AlertStatus {
  if (correlation.expected) return 'expected'
  if (before === 'acknowledged') {
    const isWorse =
      rank(correlation.band.floor) > rank(band.floor) || rank(correlation.band.default) > rank(band.default)
    return isWorse ? 'open' : before
  }
  if (before !== 'expected') return before
  const granted = new Set(correlation.signals.filter(({ grant }) => grant !== undefined).map(({ id }) => id))
  const uncovered = signals.some(({ id, grant }) => grant !== undefined && !granted.has(id))
  return correlation.changed || uncovered ? 'open' : before
}

async function knownSignals({ signals }: Correlation, transaction: Transaction): Promise<Known[]> {
  const rows = await transaction.rows(
    `SELECT id, alert, "grant" FROM signals WHERE list_contains($ids, 's' || id)`,
    { ids: signals.map(({ id }) => id) },
  )
  return rows.map((row) => ({
    number: numberOf(row, 'id'),
    id: `s${numberOf(row, 'id')}`,
    alert: optional(row, 'alert', numberOf),
    grant: optional(row, 'grant', textOf),
  }))
}

/** Ties signals to their alert and marks what a grant covers; what is so already is not written again. */
async function tie(
  alert: number,
  { correlation, signals }: { correlation: Correlation; signals: readonly Known[] },
  { live }: AlertBook,
  transaction: Transaction,
): Promise<void> {
  const grants = new Map(correlation.signals.map(({ id, grant }) => [id, grant]))
  const others = signals.filter((signal) => signal.alert !== alert || signal.grant !== grants.get(signal.id))
  if (others.length === 0) return
  await transaction.run(
    `UPDATE signals SET alert = $alert, "grant" = nullif(ties.covering, '')
     FROM (SELECT unnest($ids) AS id, unnest($grants) AS covering) ties WHERE 's' || signals.id = ties.id`,
    { alert, ids: others.map(({ id }) => id), grants: others.map(({ id }) => grants.get(id) ?? '') },
  )
  live.tie(new Set(signals.map(({ number }) => number)), alert, transaction)
}

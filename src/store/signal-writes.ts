import type { Signal } from '../core/signal.ts'
import type { LiveSignal, LiveSignals } from './live-signals.ts'
import type { Numbers } from './numbers.ts'
import type { Transaction } from './writer.ts'

/** What the claims of one turn make of one identity. */
interface Draft {
  readonly identity: Pick<LiveSignal, 'detector' | 'device' | 'target'>
  readonly known: LiveSignal | undefined
  /** The newest and the surest, of what was known and of the claims. */
  at: Date
  confidence: number
  /** Claims that were news. */
  times: number
  firstAt: Date
  /** The claim that describes it from now on: the surest, the newest of equals. */
  described: Signal | undefined
}

/** A repeat is news when it is later, or surer, than what is known. */
export function isNews(signal: Signal, known: Pick<LiveSignal, 'at' | 'confidence'> | undefined): boolean {
  return known === undefined || signal.at > known.at || signal.confidence > known.confidence
}

/** Writes the claims that are news, however many, in one statement or two; gives whether there were any. */
export async function writeClaims(
  signals: readonly Signal[],
  { ids, seqs, live }: { ids: Numbers; seqs: Numbers; live: LiveSignals },
  transaction: Transaction,
): Promise<boolean> {
  const rows = toDrafts(signals, live).map(
    ({ identity, known, at, confidence, times, firstAt, described }) => {
      const { detector, device, target } = identity
      const id = known?.id ?? ids.next()
      live.put({ id, detector, device, target, at, confidence, alert: known?.alert }, transaction)
      return {
        id,
        seq: seqs.next(),
        detector,
        device,
        target,
        at,
        first_at: firstAt,
        times,
        known: known !== undefined,
        described: described !== undefined,
        confidence,
        cause: described?.cause,
        summary: described?.summary,
        evidence: described && JSON.stringify(described.evidence),
      }
    },
  )
  const values = { rows: JSON.stringify(rows, toWhole) }
  if (rows.some(({ known }) => !known))
    await transaction.run(
      `INSERT INTO signals (id, seq, detector, device, target, "at", first_at, confidence, cause, summary, evidence, count)
       SELECT id, seq, detector, device, target, "at", first_at, confidence, cause, summary, evidence, times
       FROM ${drafts} WHERE NOT known`,
      values,
    )
  if (rows.some(({ known }) => known))
    await transaction.run(
      `UPDATE signals SET seq = d.seq, "at" = d."at", count = signals.count + d.times, confidence = d.confidence,
         cause = if(d.described, d.cause, signals.cause), summary = if(d.described, d.summary, signals.summary),
         evidence = if(d.described, d.evidence, signals.evidence)
       FROM ${drafts} d WHERE d.known AND signals.id = d.id`,
      values,
    )
  return rows.length > 0
}

/** One draft for each identity that has news, in the order in which they were claimed. */
function toDrafts(signals: readonly Signal[], live: LiveSignals): Draft[] {
  const all = new Map<string | number, Draft>()
  for (const signal of signals) {
    const known = live.find(signal)
    const key = known?.id ?? JSON.stringify([signal.detector, signal.device, signal.target])
    const draft = all.get(key) ?? begin(signal, known)
    all.set(key, draft)
    const isFirst = known === undefined && draft.times === 0
    if (!isFirst && !isNews(signal, draft)) continue
    draft.times += 1
    if (signal.at > draft.at) draft.at = signal.at
    if (signal.confidence < draft.confidence) continue
    draft.confidence = signal.confidence
    draft.described = signal
  }
  return [...all.values()].filter(({ times }) => times > 0)
}

/** Nothing is claimed yet: it stands as it is known. */
function begin(signal: Signal, known: LiveSignal | undefined): Draft {
  const { detector, device, target } = signal
  const { at, confidence } = known ?? signal
  const identity = known ?? { detector, device, target }
  return { identity, known, at, confidence, times: 0, firstAt: signal.at, described: undefined }
}

/** Half a character, as strangers may send, is no JSON to DuckDB. */
function toWhole(_key: string, value: unknown): unknown {
  return typeof value === 'string' ? value.toWellFormed() : value
}

/** The rows as a table. */
const drafts = `(SELECT unnest(from_json($rows::JSON, '${JSON.stringify([
  {
    id: 'BIGINT',
    seq: 'BIGINT',
    detector: 'VARCHAR',
    device: 'VARCHAR',
    target: 'VARCHAR',
    at: 'TIMESTAMP',
    first_at: 'TIMESTAMP',
    times: 'BIGINT',
    known: 'BOOLEAN',
    described: 'BOOLEAN',
    confidence: 'DOUBLE',
    cause: 'VARCHAR',
    summary: 'VARCHAR',
    evidence: 'VARCHAR',
  },
])}'), recursive := true))`

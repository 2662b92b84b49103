import type { Signal } from '../core/signal.ts'
import type { OpenCursors } from './cursors.ts'
import type { Database } from './database.ts'
import { isOf, toStoredSignal, type Resolve } from './judgement-rows.ts'
import type { LiveSignal, LiveSignals } from './live-signals.ts'
import { numbersAfter } from './numbers.ts'
import { numberOf } from './rows.ts'
import type { Row } from './session.ts'
import type { Devices, Signals } from './store.ts'
import type { Transaction, Writer } from './writer.ts'

/** What the rooms of signals and alerts are built on. */
export interface JudgementParts {
  readonly database: Database
  readonly writer: Writer
  readonly live: LiveSignals
  readonly devices: Devices
  readonly resolve: Resolve
  readonly cursors: OpenCursors
}

/** Detectors' claims; repeats of one identity are one row. */
export async function openSignals({
  database,
  writer,
  live,
  resolve,
  cursors,
}: JudgementParts): Promise<Signals> {
  const ids = await numbersAfter(database, 'signals', 'id')
  const seqs = await numbersAfter(database, 'signals', 'seq')

  async function insert(signal: Signal, transaction: Transaction): Promise<void> {
    const { detector, device, target, at, confidence, cause, summary, evidence } = signal
    const id = ids.next()
    await transaction.run(
      `INSERT INTO signals (id, seq, detector, device, target, "at", first_at, confidence, cause, summary, evidence, count)
       VALUES ($id, $seq, $detector, $device, $target, $at, $at, $confidence, $cause, $summary, $evidence, 1)`,
      {
        id,
        seq: seqs.next(),
        detector,
        device,
        target,
        at,
        confidence,
        cause,
        summary,
        evidence: JSON.stringify(evidence),
      },
    )
    live.put({ id, detector, device, target, at, confidence, alert: undefined }, transaction)
  }

  /** The strongest claim describes the signal, the newest of equals; its time is that of the newest. */
  async function repeat(signal: Signal, known: LiveSignal, transaction: Transaction): Promise<void> {
    const at = signal.at > known.at ? signal.at : known.at
    const stronger = signal.confidence >= known.confidence
    await transaction.run(`UPDATE signals SET seq = $seq, "at" = $at, count = count + 1 WHERE id = $id`, {
      id: known.id,
      seq: seqs.next(),
      at,
    })
    if (stronger)
      await transaction.run(
        `UPDATE signals SET confidence = $confidence, cause = $cause, summary = $summary, evidence = $evidence WHERE id = $id`,
        {
          id: known.id,
          confidence: signal.confidence,
          cause: signal.cause,
          summary: signal.summary,
          evidence: JSON.stringify(signal.evidence),
        },
      )
    live.put({ ...known, at, confidence: stronger ? signal.confidence : known.confidence }, transaction)
  }

  const toSignals = (rows: readonly Row[]) => rows.map((row) => toStoredSignal(row, resolve))

  return {
    claim({ loop, signals, cursor }) {
      // A window that is judged again claims what is known already: then only the cursor moves.
      if (!signals.some((signal) => isNews(signal, live.find(signal))))
        return cursors.set(loop, cursor, 'with-next')
      return writer.write({
        urgency: 'now',
        rows: signals.length,
        async apply(transaction) {
          for (const signal of signals) {
            const known = live.find(signal)
            if (!isNews(signal, known)) continue
            if (known) await repeat(signal, known, transaction)
            else await insert(signal, transaction)
            transaction.touch('signals')
          }
          await cursors.save(loop, cursor, transaction)
        },
      })
    },
    async changed(after) {
      const rows = await database.rows('SELECT * FROM signals WHERE seq > $after ORDER BY seq', { after })
      return rows.map((row) => ({ ...toStoredSignal(row, resolve), seq: numberOf(row, 'seq') }))
    },
    async of(alert) {
      return toSignals(
        await database.rows(`SELECT * FROM signals WHERE 'a' || alert = $alert ORDER BY id`, { alert }),
      )
    },
    async list({ since, detector, device, limit }) {
      return toSignals(
        await database.rows(
          `SELECT * FROM signals
           WHERE ($since IS NULL OR "at" >= $since::TIMESTAMP) AND ($detector IS NULL OR detector = $detector)
             AND ($device IS NULL OR ${isOf('signals.device')})
           ORDER BY "at" DESC, id DESC LIMIT $limit`,
          { since, detector, device: device && resolve(device), limit },
        ),
      )
    },
  }
}

/** A repeat is news when it is later, or surer, than what is known. */
function isNews(signal: Signal, known: LiveSignal | undefined): boolean {
  return known === undefined || signal.at > known.at || signal.confidence > known.confidence
}

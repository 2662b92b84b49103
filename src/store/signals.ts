import type { OpenCursors } from './cursors.ts'
import type { Database } from './database.ts'
import { isOf, toStoredSignal, type Resolve } from './judgement-rows.ts'
import type { LiveSignals } from './live-signals.ts'
import { numbersAfter } from './numbers.ts'
import { numberOf } from './rows.ts'
import type { Row } from './session.ts'
import { isNews, writeClaims } from './signal-writes.ts'
import type { Devices, Signals } from './store.ts'
import type { Writer } from './writer.ts'

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
          if (await writeClaims(signals, { ids, seqs, live }, transaction)) transaction.touch('signals')
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

import type { Alert } from '../core/alert.ts'
import type { Device } from '../core/device.ts'
import { applyCorrelation, type AlertBook } from './correlations.ts'
import { toJson } from './dated-json.ts'
import { isOf, severityOf, toAlert, toStoredSignal } from './judgement-rows.ts'
import { numbersAfter } from './numbers.ts'
import { numberOf } from './rows.ts'
import type { Values } from './session.ts'
import type { JudgementParts } from './signals.ts'
import type { Alerts } from './store.ts'
import type { OpenSurroundings } from './surroundings.ts'
import type { Transaction } from './writer.ts'

const worstFirst = `list_position(['high', 'medium', 'low', 'none'], severity), updated_at DESC, id DESC`

/** What the room of alerts is built on. */
export interface AlertParts extends JudgementParts {
  readonly surroundings: Pick<OpenSurroundings, 'at'>
  readonly now: () => Date
}

/** What people are told. */
export async function openAlerts(parts: AlertParts): Promise<Alerts> {
  const { database, writer, live, devices, surroundings, resolve, cursors, now } = parts
  const ids = await numbersAfter(database, 'alerts', 'id')
  const seqs = await numbersAfter(database, 'alerts', 'seq')
  const book: AlertBook = { ids, seqs, live, now }

  const alerts = async (sql: string, values: Values) => {
    const rows = await database.rows(`SELECT * FROM alerts WHERE ${sql}`, values)
    return rows.map((row) => toAlert(row, resolve))
  }

  /** Changes one alert that is not closed; false when there is none. */
  const change = (
    alert: string,
    edit: (known: Alert, transaction: Transaction) => Promise<void>,
  ): Promise<boolean> =>
    writer.write({
      urgency: 'now',
      async apply(transaction) {
        const [row] = await transaction.rows(
          `SELECT * FROM alerts WHERE 'a' || id = $alert AND status <> 'closed'`,
          { alert },
        )
        if (!row) return false
        await edit(toAlert(row, resolve), transaction)
        return true
      },
    })

  const set = async (alert: string, sets: string, values: Values, transaction: Transaction) => {
    await transaction.run(`UPDATE alerts SET seq = $seq, ${sets} WHERE 'a' || id = $alert`, {
      ...values,
      alert,
      seq: seqs.next(),
    })
    transaction.touch('alerts')
  }

  const close = async (alert: string, transaction: Transaction) => {
    await set(alert, `status = 'closed'`, {}, transaction)
    live.forget(Number(alert.slice(1)), transaction)
  }

  return {
    correlate: ({ loop, correlations, cursor }) =>
      writer.write({
        urgency: 'now',
        async apply(transaction) {
          const done: string[] = []
          for (const correlation of correlations)
            done.push(await applyCorrelation(correlation, book, transaction))
          await cursors.save(loop, cursor, transaction)
          return done
        },
      }),
    async judge(alert, verdict) {
      await change(alert, (known, transaction) =>
        set(
          alert,
          'verdict = $verdict, severity = $severity',
          { verdict: toJson(verdict), severity: severityOf(known.band, verdict, known.signalsSeq) },
          transaction,
        ),
      )
    },
    setStatus: (alert, status) =>
      change(alert, async (known, transaction) => {
        if (status === 'closed') await close(alert, transaction)
        else if (status !== known.status) await set(alert, 'status = $status', { status }, transaction)
      }),
    mute: (alert, until) =>
      change(alert, (_, transaction) => set(alert, 'muted_until = $until', { until }, transaction)),
    // That a quiet time is over is a change: what became high meanwhile is told.
    async endMutes(at) {
      for (const { id } of await alerts(`status <> 'closed' AND muted_until <= $at`, { at }))
        await change(id, (_, transaction) => set(id, 'muted_until = NULL', {}, transaction))
    },
    async closeOlder(than, minor = []) {
      const old = `status <> 'closed' AND updated_at < $than
        AND NOT EXISTS (FROM signals WHERE signals.alert = alerts.id AND signals."at" >= $than
          AND NOT list_contains($minor, signals.detector))`
      if ((await alerts(old, { than, minor })).length === 0) return []
      return writer.write({
        urgency: 'now',
        async apply(transaction) {
          const rows = await transaction.rows(`SELECT id FROM alerts WHERE ${old} ORDER BY id`, {
            than,
            minor,
          })
          const closed = rows.map((row) => `a${numberOf(row, 'id')}`)
          for (const alert of closed) await close(alert, transaction)
          return closed
        },
      })
    },
    current: async (device) =>
      (
        await alerts(`status <> 'closed' AND ${isOf('alerts.device')} ORDER BY id DESC LIMIT 1`, {
          device: resolve(device),
        })
      )[0],
    get: async (alert) => (await alerts(`'a' || id = $alert`, { alert }))[0],
    list: ({ status, severity, device, since, limit }) =>
      alerts(
        `($status IS NULL OR list_contains($status, status)) AND ($severity IS NULL OR list_contains($severity, severity))
         AND ($device IS NULL OR ${isOf('alerts.device')}) AND ($since IS NULL OR updated_at >= $since::TIMESTAMP)
         ORDER BY ${worstFirst} LIMIT $limit`,
        { status, severity, device: device && resolve(device), since, limit },
      ),
    changed: (after) => alerts('seq > $after ORDER BY seq', { after }),
    async view(alert, words) {
      const rows = await database.rows(
        `SELECT * FROM signals WHERE 'a' || alert = $alert ORDER BY confidence DESC, "at" DESC, id`,
        { alert: alert.id },
      )
      const signals = rows.map((row) => toStoredSignal(row, resolve))
      const spoken = words(signals[0]?.detector ?? '')?.spoken
      const sentences = signals.flatMap(({ detector }) => words(detector)?.advice ?? [])
      const deviceView = devices.get(alert.device) ?? strangerOf(alert)
      return {
        ...alert,
        deviceView,
        surroundings: surroundings.at(deviceView.macs, alert.updatedAt),
        signals,
        advice: [...new Set(sentences)],
        ...(spoken !== undefined && { spoken }),
      }
    },
  }
}

/** What stands for a device that nothing is known of: its alert came out of a backup without it. */
function strangerOf({ device, openedAt, updatedAt }: Alert): Device {
  return {
    id: device,
    name: device,
    macs: [],
    addresses: [],
    hostnames: [],
    randomMac: false,
    provisional: true,
    firstSeen: openedAt,
    lastSeen: updatedAt,
    sources: [],
  }
}

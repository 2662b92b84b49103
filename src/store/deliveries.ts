import type { Receipt } from '../core/notifier.ts'
import type { Database } from './database.ts'
import { numbersAfter } from './numbers.ts'
import { dateOf, jsonOf, numberOf, optional, textOf } from './rows.ts'
import type { Row, Values } from './session.ts'
import type { Deliveries, Delivery, ToldAlert } from './records.ts'
import type { Writer } from './writer.ts'

/** What was told to whom. */
export async function openDeliveries(database: Database, writer: Writer): Promise<Deliveries> {
  const ids = await numbersAfter(database, 'deliveries', 'id')

  const change = (sql: string, values: Values) =>
    writer.write({ urgency: 'now', apply: async ({ run }) => void (await run(sql, values)) })

  const deliveries = async (condition: string, values: Values) => {
    const rows = await database.rows(
      `SELECT * FROM deliveries WHERE notifier = $notifier AND ${condition} ORDER BY id`,
      values,
    )
    return rows.map(toDelivery)
  }

  return {
    async begin({ notifier, key, occasion, at, alerts }) {
      const id = ids.next()
      await change(
        `INSERT INTO deliveries (id, notifier, key, occasion, "at", alerts, told)
         VALUES ($id, $notifier, $key, $occasion, $at, $alerts, $told)`,
        {
          id,
          notifier,
          key,
          occasion,
          at,
          alerts: JSON.stringify(alerts),
          told: alerts.map((alert) => alert.id),
        },
      )
      return id
    },
    finish: (id, end) =>
      'receipt' in end
        ? change('UPDATE deliveries SET receipt = $receipt WHERE id = $id', {
            id,
            receipt: JSON.stringify(end.receipt),
          })
        : change('UPDATE deliveries SET failed = $failed WHERE id = $id', { id, failed: end.failed }),
    of: (notifier, { alert, key, since }) =>
      deliveries(
        `($alert IS NULL OR list_contains(told, $alert)) AND ($key IS NULL OR key = $key)
         AND ($since IS NULL OR "at" >= $since::TIMESTAMP)`,
        { notifier, alert, key, since },
      ),
    unfinished: (notifier) => deliveries('receipt IS NULL AND failed IS NULL', { notifier }),
    async remembered(notifier) {
      const [row] = await database.rows('SELECT state FROM remembered WHERE notifier = $notifier', {
        notifier,
      })
      return row && jsonOf<Receipt>(row, 'state')
    },
    remember: (notifier, state) =>
      writer.write({
        urgency: 'now',
        async apply({ run }) {
          await run('DELETE FROM remembered WHERE notifier = $notifier', { notifier })
          if (state === undefined) return
          await run('INSERT INTO remembered VALUES ($notifier, $state)', {
            notifier,
            state: JSON.stringify(state),
          })
        },
      }),
  }
}

function toDelivery(row: Row): Delivery {
  const receipt = optional(row, 'receipt', jsonOf<Receipt>)
  const failed = optional(row, 'failed', textOf)
  return {
    id: numberOf(row, 'id'),
    notifier: textOf(row, 'notifier'),
    key: textOf(row, 'key'),
    occasion: textOf(row, 'occasion'),
    at: dateOf(row, 'at'),
    alerts: jsonOf<readonly ToldAlert[]>(row, 'alerts'),
    ...(receipt !== undefined && { receipt }),
    ...(failed !== undefined && { failed }),
  }
}

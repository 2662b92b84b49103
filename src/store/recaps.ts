import type { Recap } from '../core/recap.ts'
import { toJson } from './dated-json.ts'
import type { Database } from './database.ts'
import { datedJsonOf } from './rows.ts'
import type { Recaps } from './records.ts'
import type { Writer } from './writer.ts'

/** The daily summaries, each as it was told. */
export function openRecaps(database: Database, writer: Writer): Recaps {
  const list = async (limit: number) => {
    const rows = await database.rows('SELECT recap FROM recaps ORDER BY "at" DESC, id DESC LIMIT $limit', {
      limit,
    })
    return rows.map((row) => datedJsonOf<Recap>(row, 'recap'))
  }
  return {
    list,
    newest: async () => (await list(1))[0],
    save: (recap) =>
      writer.write({
        urgency: 'now',
        async apply({ run, touch }) {
          await run('DELETE FROM recaps WHERE id = $id', { id: recap.id })
          await run('INSERT INTO recaps VALUES ($id, $at, $recap)', {
            id: recap.id,
            at: recap.at,
            recap: toJson(recap),
          })
          touch('recaps')
        },
      }),
  }
}

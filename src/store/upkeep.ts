import { stat, statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import * as z from 'zod'
import { codeOf } from '../core/errors.ts'
import type { Database } from './database.ts'
import { eventTables } from './kinds.ts'
import { numberOf } from './rows.ts'
import type { Values } from './session.ts'
import type { Cursors, Upkeep } from './house-keeping.ts'
import type { Writer } from './writer.ts'

export interface UpkeepParts {
  readonly database: Database
  readonly writer: Writer
  readonly cursors: Cursors
  newest(): number
  backUp(): Promise<void>
}

export interface OpenUpkeep extends Upkeep {
  /** Grows with each time that events were dropped. */
  drops(): number
}

const day = 86_400_000
/** The cursor of a loop that judges events. */
const judged = z.object({ seq: z.number() })
/** Notes of first questions that may be superfluous before they are cleared away. */
const mostSuperfluous = 1000
/** For how long it is known what was asked, told and summed up. */
const recordDays = 365

/** Keeps the database in its bounds. */
export function makeUpkeep({ database, writer, cursors, newest, backUp }: UpkeepParts): OpenUpkeep {
  let drops = 0
  /** Bytes that were left when events were last dropped for the size. Space comes free by large pieces, so nothing more is dropped before it grows again. */
  let settled = 0

  /** What a loop says of itself last stays: nobody could know otherwise how it is doing. */
  const drop = async (condition: string, values: Values): Promise<number> => {
    const dropped = await writer.write({
      urgency: 'now',
      async apply(transaction) {
        let sum = 0
        for (const table of eventTables)
          sum += await transaction.run(
            `DELETE FROM ${table} WHERE ${condition} ${table === 'health' ? `AND seq NOT IN (${lastWords})` : ''}`,
            values,
          )
        return sum
      },
    })
    if (dropped > 0) drops += 1
    return dropped
  }

  const checkpoint = () => writer.between((session) => session.run('CHECKPOINT'))

  /** Bytes that hold something. */
  const used = async (): Promise<number> => {
    const [row] = await database.rows(
      "SELECT (block_size * used_blocks)::DOUBLE AS bytes FROM pragma_database_size() WHERE database_name = 'hearthwarden'",
    )
    return row ? numberOf(row, 'bytes') : 0
  }

  /** The oldest number still stored. */
  const oldest = async (): Promise<number> => {
    const all = eventTables.map((table) => `SELECT min(seq) AS seq FROM ${table}`)
    const [row] = await database.rows(`SELECT coalesce(min(seq), 0) AS seq FROM (${all.join(' UNION ALL ')})`)
    return row ? numberOf(row, 'seq') : 0
  }

  return {
    drops: () => drops,
    backUp,
    async retain({ days, bytes, loops, now }) {
      const saved = await Promise.all(loops.map((loop) => cursors.get(loop)))
      const held = saved.flatMap((cursor) => judged.safeParse(cursor).data?.seq ?? [])
      const bound = Math.min(newest(), ...held)
      let dropped = await drop('"at" < $before AND seq <= $bound', {
        before: new Date(now.getTime() - days * day),
        bound,
      })
      if (dropped > 0) await checkpoint()
      const size = await used()
      if (size > Math.max(bytes, settled)) {
        const from = await oldest()
        const share = 1 - (0.9 * bytes) / size
        const wanted = Math.ceil(from + share * (newest() - from))
        dropped += await drop('seq <= $through', { through: Math.min(bound, wanted) })
        await checkpoint()
        settled = wanted <= bound ? await used() : 0
      }
      await forgetSuperfluous(writer)
      await forgetRecords(writer, new Date(now.getTime() - recordDays * day))
      return { dropped }
    },
    async size() {
      const { bavail, bsize } = await statfs(dirname(database.file))
      return {
        database: await bytesOf(database.file),
        wal: await bytesOf(`${database.file}.wal`),
        free: bavail * bsize,
      }
    },
  }
}

/** SQL: of each loop the newest word, and the newest good one. */
const lastWords = `SELECT max(seq) FROM health GROUP BY loop UNION SELECT max(seq) FROM health WHERE state = 'ok' GROUP BY loop`

/** Of the notes of one device and domain, the first is enough. */
async function forgetSuperfluous(writer: Writer): Promise<void> {
  await writer.write({
    urgency: 'now',
    async apply(transaction) {
      const [row] = await transaction.rows(
        'SELECT (SELECT count(*) FROM domain_first) - (SELECT count(*) FROM (SELECT DISTINCT device, domain FROM domain_first)) AS superfluous',
      )
      if (!row || numberOf(row, 'superfluous') < mostSuperfluous) return
      await transaction.run(
        'DELETE FROM domain_first WHERE rowid NOT IN (SELECT arg_min(rowid, seq) FROM domain_first GROUP BY device, domain)',
      )
    },
  })
}

/** What was asked and told, a year after it ended. */
async function forgetRecords(writer: Writer, before: Date): Promise<void> {
  await writer.write({
    urgency: 'now',
    async apply({ run }) {
      await run('DELETE FROM requests WHERE "at" < $before AND result IS NOT NULL', { before })
      await run(
        'DELETE FROM deliveries WHERE "at" < $before AND (receipt IS NOT NULL OR failed IS NOT NULL)',
        {
          before,
        },
      )
      await run('DELETE FROM recaps WHERE "at" < $before', { before })
    },
  })
}

async function bytesOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return 0
    throw error
  }
}

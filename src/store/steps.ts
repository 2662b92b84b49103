import type { Database } from './database.ts'
import { kindOf } from './kinds.ts'
import { dateOf } from './rows.ts'
import type { Events } from './store.ts'

/** Ends of the steps that hold such events, oldest first. */
export async function steps(database: Database, ask: Parameters<Events['steps']>[0]): Promise<Date[]> {
  if (ask.kinds.length === 0) return []
  const { every, after, through } = ask
  const conditions = [
    'seq > $after AND seq <= $through',
    ...(ask.from ? ['"at" >= $from'] : []),
    ...(ask.to ? ['"at" < $to'] : []),
    ...(ask.imported ? [] : ['NOT imported']),
  ]
  const ends = ask.kinds.map(
    (kind) =>
      `SELECT DISTINCT (floor(epoch_us("at") / $length)::BIGINT + 1) * $length AS step
       FROM ${kindOf(kind).table} WHERE ${conditions.join(' AND ')}`,
  )
  const rows = await database.rows(
    `SELECT make_timestamp(step) AS step FROM (${ends.join(' UNION ')}) ORDER BY step`,
    {
      after,
      through: Math.min(through, Number.MAX_SAFE_INTEGER),
      length: every * 1_000_000,
      ...(ask.from && { from: ask.from }),
      ...(ask.to && { to: ask.to }),
    },
  )
  return rows.map((row) => dateOf(row, 'step'))
}

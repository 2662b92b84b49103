import type { Database } from './database.ts'

/** Numbers that only grow: each is given once, also when the change that asked for it came to nothing. */
export interface Numbers {
  next(): number
}

/** Goes on after the greatest number in this column. */
export async function numbersAfter(
  database: Database,
  table: string,
  column: 'id' | 'seq',
): Promise<Numbers> {
  const [row] = await database.rows(`SELECT coalesce(max(${column}), 0)::DOUBLE AS greatest FROM ${table}`)
  let last = Number(row?.['greatest'] ?? 0)
  return { next: () => (last += 1) }
}

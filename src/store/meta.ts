import type { Database } from './database.ts'
import { textOf } from './rows.ts'
import type { Meta } from './house-keeping.ts'
import type { Writer } from './writer.ts'

const letters = 'abcdefghijklmnopqrstuvwxyz0123456789'

/** What this installation is, made at its first start. `random` gives numbers from 0 up to 1. */
export async function openMeta(
  database: Database,
  writer: Writer,
  { now, random, findings }: { now(): Date; random(): number; findings: readonly string[] },
): Promise<Meta> {
  const rows = await database.rows('SELECT name, value FROM meta')
  const known = new Map(rows.map((row) => [textOf(row, 'name'), textOf(row, 'value')]))
  const fresh = {
    instance: Array.from({ length: 8 }, () => letters[Math.floor(random() * letters.length)]).join(''),
    created_at: now().toISOString(),
  }
  const missing = Object.entries(fresh).filter(([name]) => !known.has(name))
  if (missing.length > 0)
    await writer.write({
      urgency: 'now',
      async apply(transaction) {
        for (const [name, value] of missing)
          await transaction.run('INSERT INTO meta VALUES ($name, $value)', { name, value })
      },
    })
  return {
    instance: known.get('instance') ?? fresh.instance,
    createdAt: new Date(known.get('created_at') ?? fresh.created_at),
    findings,
  }
}

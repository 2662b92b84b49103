import type { Database } from './database.ts'
import { jsonOf, textOf } from './rows.ts'
import type { Cursors } from './house-keeping.ts'
import type { Transaction, Writer } from './writer.ts'

export interface OpenCursors extends Cursors {
  /** Puts a loop's cursor into the commit of what it produced. Nothing for undefined. */
  save(loop: string, cursor: unknown, transaction: Transaction): Promise<void>
}

/** Where each loop goes on after a restart. */
export async function openCursors(database: Database, writer: Writer): Promise<OpenCursors> {
  const rows = await database.rows('SELECT loop, cursor FROM cursors')
  /** What each loop said last, written or not: one that is started anew in this run goes on there. */
  const newest = new Map(rows.map((row): [string, unknown] => [textOf(row, 'loop'), jsonOf(row, 'cursor')]))
  /** Moved and not written yet, and nothing newer is: one write for all of them. */
  let moved = new Map<string, unknown>()
  let queued = false

  async function save(loop: string, cursor: unknown, transaction: Transaction): Promise<void> {
    if (cursor === undefined) return
    moved.delete(loop)
    await put(loop, cursor, transaction)
    transaction.committed(() => newest.set(loop, cursor))
  }

  async function put(loop: string, cursor: unknown, transaction: Transaction): Promise<void> {
    const values = { loop, cursor: JSON.stringify(cursor) }
    const changed = await transaction.run('UPDATE cursors SET cursor = $cursor WHERE loop = $loop', values)
    if (changed === 0) await transaction.run('INSERT INTO cursors VALUES ($loop, $cursor)', values)
  }

  async function saveMoved(transaction: Transaction): Promise<void> {
    const batch = moved
    moved = new Map()
    queued = false
    transaction.undo(() => {
      moved = new Map([...batch, ...moved])
    })
    for (const [loop, cursor] of batch) await put(loop, cursor, transaction)
  }

  return {
    save,
    get: (loop) => Promise.resolve(newest.get(loop)),
    async set(loop, cursor, when) {
      if (when === 'now') {
        return writer.write({ urgency: 'now', apply: (transaction) => save(loop, cursor, transaction) })
      }
      moved.set(loop, cursor)
      newest.set(loop, cursor)
      if (queued) return
      queued = true
      // Nobody waits for it: what could not be written is kept for the next time.
      writer.write({ urgency: 'with-next', apply: saveMoved }).catch(() => (queued = false))
    },
  }
}

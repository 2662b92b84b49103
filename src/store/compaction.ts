import { open, rm } from 'node:fs/promises'
import type { Session } from './session.ts'

/** Less than this is not worth the writing. */
const worthwhile = 64 * 2 ** 20

/**
 * Copies the database into a file of its own when most of it is free space; gives whether it did. DuckDB uses freed
 * blocks again, but never gives them back. Only possible while external access is on.
 */
export async function compact(session: Session, file: string): Promise<boolean> {
  await rm(file, { force: true })
  const [size] = await session.rows(
    `SELECT block_size::DOUBLE AS block, total_blocks::DOUBLE AS total, free_blocks::DOUBLE AS free
     FROM pragma_database_size() WHERE database_name = 'hearthwarden'`,
  )
  const free = Number(size?.['free']) * Number(size?.['block'])
  const total = Number(size?.['total']) * Number(size?.['block'])
  if (free < worthwhile || free < total / 2) return false
  await session.run('CHECKPOINT')
  await session.run(`ATTACH '${file.replaceAll("'", "''")}' AS compacted`)
  await session.run(`COPY FROM DATABASE hearthwarden TO compacted`)
  await session.run('DETACH compacted')
  await sync(file)
  return true
}

async function sync(file: string): Promise<void> {
  const handle = await open(file, 'r+')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

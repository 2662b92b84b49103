import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createGzip } from 'node:zlib'
import * as z from 'zod'
import { messageOf } from '../core/errors.ts'
import { moveAside, stamp, writeDurably, type Room } from './file.ts'
import { numberOf, textOf } from './rows.ts'
import type { Session } from './session.ts'

/** What a person would miss. Detectors' cursors are left out: in an empty database they begin at the newest event. */
const kept: Readonly<Record<string, string>> = {
  meta: "name <> 'seq_floor'",
  devices: 'true',
  device_addresses: 'true',
  device_macs: 'true',
  device_hostnames: 'true',
  device_sources: 'true',
  device_aliases: 'true',
  domain_first: 'true',
  signals: 'true',
  alerts: 'true',
  recaps: 'true',
  cursors: `loop NOT LIKE 'detect/%'`,
}

/** Rows that are in memory at a time. */
const piece = 1000

/** Events in the days between a backup and the loss of the database, at most: after it, numbers go on beyond. */
const ahead = 1_000_000_000

const entry = z.object({ table: z.string(), row: z.record(z.string(), z.json()) })
type Entry = z.output<typeof entry>

const pathIn = (folder: string) => join(folder, 'history.ndjson.gz')

/**
 * Writes `history.ndjson.gz`, one row a line, as of one moment. `newest` is the greatest number of an event: it is never
 * given again, as baselines and cursors remember it. Nobody else may use this connection meanwhile.
 */
export async function backUp(folder: string, session: Session, newest: number): Promise<void> {
  const parts: Buffer[] = []
  await session.run('BEGIN')
  try {
    await pipeline(
      Readable.from(linesOf(session, newest)),
      createGzip(),
      async (packed: AsyncIterable<Buffer>) => {
        for await (const part of packed) parts.push(part)
      },
    )
  } finally {
    await session.run('COMMIT')
  }
  await writeDurably(pathIn(folder), Buffer.concat(parts))
}

async function* linesOf(session: Session, newest: number): AsyncIterable<string> {
  const floor = { name: 'seq_floor', value: String(newest + ahead) }
  yield `${JSON.stringify({ table: 'meta', row: floor })}\n`
  for (const [table, condition] of Object.entries(kept)) {
    const [row] = await session.rows(`SELECT coalesce(max(rowid), -1) AS last FROM ${table}`)
    const last = row ? numberOf(row, 'last') : -1
    for (let from = 0; from <= last; from += piece) {
      const rows = await session.rows(
        `SELECT to_json({'table': '${table}', 'row': t})::VARCHAR AS line FROM ${table} t
         WHERE rowid >= $from AND rowid < $to AND ${condition}`,
        { from, to: from + piece },
      )
      yield rows.map((line) => `${textOf(line, 'line')}\n`).join('')
    }
  }
}

/**
 * Fills an empty database from `history.ndjson.gz`, all of it or nothing; gives whether it did. A file that cannot be
 * read is moved aside.
 */
export async function restore({ folder, now, found }: Room, session: Session): Promise<boolean> {
  const path = pathIn(folder)
  if ((await stamp(path)) === undefined || !(await isEmpty(session))) return false
  await session.run('BEGIN')
  try {
    await fill(path, session)
    await session.run('COMMIT')
  } catch (error) {
    await session.run('ROLLBACK')
    const aside = await moveAside(path, now())
    found(
      `the database was empty, and its backup cannot be read (${messageOf(error)}): it was moved to ${aside}`,
    )
    return false
  }
  found('the database was empty: devices and alerts were put back from the last backup, history.ndjson.gz')
  return true
}

async function isEmpty(session: Session): Promise<boolean> {
  for (const table of ['meta', 'devices', 'alerts'])
    if ((await session.rows(`SELECT 1 FROM ${table} LIMIT 1`)).length > 0) return false
  return true
}

async function fill(path: string, session: Session): Promise<void> {
  const structures = await structuresOf(session)
  let batch: Entry[] = []
  const write = async () => {
    for (const [table, entries] of Map.groupBy(batch, (line) => line.table)) {
      const structure = structures.get(table)
      if (structure === undefined) continue
      await session.run(
        `INSERT INTO ${table} BY NAME SELECT unnest(from_json($rows::JSON, '${structure}'), recursive := true)`,
        { rows: JSON.stringify(entries.map(({ row }) => row)) },
      )
    }
    batch = []
  }
  for await (const line of unpackedLines(path)) {
    batch.push(entry.parse(JSON.parse(line)))
    if (batch.length >= piece) await write()
  }
  await write()
}

async function* unpackedLines(path: string): AsyncIterable<string> {
  const unpacked = createGunzip()
  unpacked.end(await readFile(path))
  let rest = ''
  for await (const text of unpacked.setEncoding('utf8')) {
    const lines = `${rest}${text}`.split('\n')
    rest = lines.pop() ?? ''
    yield* lines
  }
  if (rest !== '') throw new Error('its last line is torn')
}

/** For each table the form of its rows, as `from_json` wants it: of an older backup, what is known now is taken. */
async function structuresOf(session: Session): Promise<ReadonlyMap<string, string>> {
  const rows = await session.rows(
    `SELECT table_name, to_json([map(list(column_name), list(data_type))])::VARCHAR AS structure
     FROM duckdb_columns() WHERE NOT internal GROUP BY table_name`,
  )
  const all = rows.map((row): [string, string] => [textOf(row, 'table_name'), textOf(row, 'structure')])
  return new Map(all.filter(([table]) => table in kept))
}

import type { DuckDBAppender } from '@duckdb/node-api'
import type { OpenCursors } from './cursors.ts'
import type { Database } from './database.ts'
import type { OpenDevices } from './devices.ts'
import type { FirstAsked } from './first-asked.ts'
import { kept } from './kept.ts'
import { eventTables, kindOf } from './kinds.ts'
import type { Cell, Derived } from './kinds/column.ts'
import { numberOf } from './rows.ts'
import { toTimestamp } from './session.ts'
import type { Events } from './store.ts'
import type { Transaction, Writer } from './writer.ts'

export interface EventParts {
  readonly database: Database
  readonly writer: Writer
  readonly cursors: OpenCursors
  readonly devices: OpenDevices
  readonly firstAsked: FirstAsked
}

type Piece = Parameters<Events['save']>[0]

/** The way in: observations become events of devices, numbered in the order of commit. */
export async function openEvents(parts: EventParts): Promise<Pick<Events, 'save' | 'newest'>> {
  const { writer, cursors, devices, firstAsked } = parts
  let given = await newestOf(parts.database)
  let committed = given

  const append = async (piece: Piece, transaction: Transaction) => {
    const imported = piece.imported ?? false
    const appenders = new Map<string, DuckDBAppender>()
    const derived: Derived = { domain: '' }
    let time = Number.NaN
    let at = toTimestamp(new Date(0))
    const source = piece.loop.replace(/^collect\//, '')
    for (const observation of piece.observations) {
      const { table, columns } = kindOf(observation.kind)
      let appender = appenders.get(table)
      if (!appender) {
        appender = await transaction.appender(table)
        appenders.set(table, appender)
        transaction.touch(observation.kind)
      }
      // Most logs tell whole seconds: the same time comes many times over.
      if (observation.at.getTime() !== time) {
        time = observation.at.getTime()
        at = toTimestamp(observation.at)
      }
      given += 1
      const seq = BigInt(given)
      const device = devices.of(observation, source)
      if (observation.kind === 'dns-query') {
        const qname = kept(observation.qname)
        const domain = firstAsked.domainOf(qname)
        derived.domain = domain.name
        if (!domain.devices.has(device)) firstAsked.note(domain, { device, qname, at, seq, imported })
      }
      appender.appendBigInt(seq)
      appender.appendTimestamp(at)
      appender.appendVarchar(device)
      appender.appendVarchar(piece.loop)
      appender.appendBoolean(imported)
      appendText(appender, devices.whose(observation))
      for (const { type, value } of columns) {
        const cell = value(observation, derived)
        if (type === 'VARCHAR') appendText(appender, cell)
        else if (type === 'DOUBLE') appendNumber(appender, cell)
        else appendBoolean(appender, cell)
      }
      appender.endRow()
    }
  }

  return {
    newest: () => committed,
    save: (piece) =>
      writer.write({
        urgency: 'soon',
        rows: piece.observations.length,
        async apply(transaction) {
          await devices.begin(transaction)
          firstAsked.begin(transaction)
          await append(piece, transaction)
          await devices.save(transaction)
          await firstAsked.save(transaction)
          await cursors.save(piece.loop, piece.cursor, transaction)
          const newest = given
          transaction.committed(() => (committed = newest))
        },
      }),
  }
}

/** The greatest number known to have been given, also to events that were dropped, or lost with a database before a backup was put back. */
async function newestOf(database: Database): Promise<number> {
  const all = [
    "SELECT value::BIGINT AS seq FROM meta WHERE name = 'seq_floor'",
    ...[...eventTables, 'domain_first'].map((table) => `SELECT max(seq) AS seq FROM ${table}`),
  ]
  const [row] = await database.rows(`SELECT coalesce(max(seq), 0) AS seq FROM (${all.join(' UNION ALL ')})`)
  return row ? numberOf(row, 'seq') : 0
}

function appendText(appender: DuckDBAppender, cell: Cell): void {
  if (typeof cell === 'string') appender.appendVarchar(cell)
  else appender.appendNull()
}

function appendNumber(appender: DuckDBAppender, cell: Cell): void {
  if (typeof cell === 'number') appender.appendDouble(cell)
  else appender.appendNull()
}

function appendBoolean(appender: DuckDBAppender, cell: Cell): void {
  if (typeof cell === 'boolean') appender.appendBoolean(cell)
  else appender.appendNull()
}

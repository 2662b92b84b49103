import {
  BIGINT,
  BOOLEAN,
  DOUBLE,
  DuckDBListValue,
  DuckDBTimestampValue,
  LIST,
  SQLNULL,
  TIMESTAMP,
  VARCHAR,
} from '@duckdb/node-api'
import type { DuckDBAppender, DuckDBConnection, DuckDBType, DuckDBValue, JS } from '@duckdb/node-api'

/** What may stand for a `$name`. Whole numbers go as BIGINT, so that they meet a column of numbers as it is. */
export type Value = string | number | boolean | Date | null | undefined | readonly string[]
export type Values = Readonly<Record<string, Value>>

/** A row as the driver gives it; `rows.ts` makes typed objects of it. BIGINTs are bigints. */
export type Row = Readonly<Record<string, JS>>

/** One connection. */
export interface Session {
  /** Gives how many rows it changed. */
  run(sql: string, values?: Values): Promise<number>
  rows(sql: string, values?: Values): Promise<Row[]>
  /** The fast way in; `flushSync` before the transaction ends. One for each table, kept: its memory is freed only when it is collected. */
  appender(table: string): Promise<DuckDBAppender>
  /** After a failed transaction: what lies in the appenders is thrown away, and they with it. */
  forgetAppenders(): void
  close(): void
}

/** A connection with values bound by name. */
export function toSession(connection: DuckDBConnection): Session {
  const ask = (sql: string, values: Values | undefined) => {
    const bound = values && bind(values)
    return connection.run(sql, bound?.values, bound?.types)
  }
  const appenders = new Map<string, DuckDBAppender>()
  return {
    run: async (sql, values) => (await ask(sql, values)).rowsChanged,
    rows: async (sql, values) => (await ask(sql, values)).getRowObjectsJS(),
    async appender(table) {
      const known = appenders.get(table)
      if (known) return known
      const appender = await connection.createAppender(table)
      appenders.set(table, appender)
      return appender
    },
    forgetAppenders() {
      for (const appender of appenders.values()) appender.clear()
      appenders.clear()
    },
    close() {
      for (const appender of appenders.values()) appender.closeSync()
      connection.closeSync()
    },
  }
}

/** A moment as the database keeps it: microseconds since 1970, UTC. */
export function toTimestamp(at: Date): DuckDBTimestampValue {
  return new DuckDBTimestampValue(BigInt(at.getTime()) * 1000n)
}

function bind(values: Values): { values: Record<string, DuckDBValue>; types: Record<string, DuckDBType> } {
  const bound: Record<string, DuckDBValue> = {}
  const types: Record<string, DuckDBType> = {}
  for (const [name, value] of Object.entries(values)) [bound[name], types[name]] = toBound(value)
  return { values: bound, types }
}

function toBound(value: Value): [DuckDBValue, DuckDBType] {
  if (value === null || value === undefined) return [null, SQLNULL]
  if (typeof value === 'string') return [value, VARCHAR]
  if (typeof value === 'boolean') return [value, BOOLEAN]
  if (typeof value === 'number') return Number.isInteger(value) ? [BigInt(value), BIGINT] : [value, DOUBLE]
  if (value instanceof Date) return [toTimestamp(value), TIMESTAMP]
  return [new DuckDBListValue([...value]), LIST(VARCHAR)]
}

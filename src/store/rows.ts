import { reviveDate } from './dated-json.ts'
import type { Row } from './session.ts'

/** Text of a column that is never NULL. */
export function textOf(row: Row, column: string): string {
  const value = row[column]
  if (typeof value !== 'string') throw unexpected(column, 'text', value)
  return value
}

/** A number of a column that is never NULL, whatever its type. */
export function numberOf(row: Row, column: string): number {
  const value = row[column]
  if (typeof value === 'number') return value
  if (typeof value === 'bigint') return Number(value)
  throw unexpected(column, 'a number', value)
}

/** A moment of a column that is never NULL. */
export function dateOf(row: Row, column: string): Date {
  const value = row[column]
  if (!(value instanceof Date)) throw unexpected(column, 'a time', value)
  return value
}

/** Whether it is so, of a column that is never NULL. */
export function booleanOf(row: Row, column: string): boolean {
  const value = row[column]
  if (typeof value !== 'boolean') throw unexpected(column, 'true or false', value)
  return value
}

/** The column's value read by one of the above, or undefined where it is NULL. */
export function optional<T>(row: Row, column: string, read: (row: Row, column: string) => T): T | undefined {
  return row[column] === null || row[column] === undefined ? undefined : read(row, column)
}

/** A field that is left out where there is nothing: to be spread into an object. */
export function some<K extends string, T>(name: K, value: T | undefined): { readonly [Name in K]?: T } {
  return (value === undefined ? {} : { [name]: value }) as { readonly [Name in K]?: T }
}

/** JSON that we wrote ourselves into a column. */
export function jsonOf<T>(row: Row, column: string): T {
  return JSON.parse(textOf(row, column)) as T
}

/** JSON that `toJson` wrote into a column: its Dates are Dates again. */
export function datedJsonOf<T>(row: Row, column: string): T {
  return JSON.parse(textOf(row, column), reviveDate) as T
}

/** Text that we wrote ourselves from a closed list of words. */
export function wordOf<T extends string>(row: Row, column: string): T {
  return textOf(row, column) as T
}

function unexpected(column: string, expected: string, value: unknown): Error {
  return new Error(`column ${column} should hold ${expected}, but holds ${typeof value}`)
}

import { stripVTControlCharacters, styleText } from 'node:util'
import { visibleJson } from './core/text.ts'

/** How a command shows what it found: for people as a table, for programs as one JSON object a line. */
export interface Printer {
  /** Rows with the columns that people want to see; all of each row goes into the JSON. */
  rows<T extends object>(
    rows: readonly T[],
    columns: Readonly<Record<string, (row: T) => unknown>>,
    none: string,
  ): void
  /** One thing. */
  one(value: object, sentence: string): void
  /** Progress and hints: on standard error, so that standard output stays clean. */
  note(sentence: string): void
}

/** The last column is as long as it is. */
const widest = 60

/** A printer for people, or for programs. */
export function makePrinter({ json }: { json: boolean }): Printer {
  return {
    rows(rows, columns, none) {
      if (json) for (const row of rows) console.log(visibleJson(JSON.stringify(row)))
      else if (rows.length === 0) console.log(none)
      else console.log(toTable(rows, columns))
    },
    one(value, sentence) {
      console.log(json ? visibleJson(JSON.stringify(value)) : visible(sentence))
    },
    note(sentence) {
      console.error(visible(sentence))
    },
  }
}

/** Sentences, a line each, that name what strangers wrote: they cannot move the cursor either. */
export function visible(sentences: string): string {
  return sentences
    .split('\n')
    .map((line) => toCell(line, 1000))
    .join('\n')
}

/** Columns as wide as they need to be, with a head. Text of strangers cannot move the cursor. */
export function toTable<T extends object>(
  rows: readonly T[],
  columns: Readonly<Record<string, (row: T) => unknown>>,
): string {
  const heads = Object.keys(columns)
  const last = heads.length - 1
  const cells = rows.map((row) =>
    Object.values(columns).map((cell, at) => toCell(cell(row), at < last ? widest : 1000)),
  )
  const widths = heads.map((head, at) => Math.max(head.length, ...cells.map((line) => line[at]?.length ?? 0)))
  const toLine = (line: readonly string[]) =>
    line
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join('  ')
      .trimEnd()
  return [styleText('bold', toLine(heads)), ...cells.map(toLine)].join('\n')
}

function toCell(value: unknown, most: number): string {
  if (value === undefined || value === null) return ''
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  // Cut first: a long text full of escapes takes minutes to strip.
  const plain = stripVTControlCharacters(text.slice(0, 4 * most)).replaceAll(
    /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\u2028\u2029]/gu,
    '·',
  )
  const points = Array.from(plain)
  return points.length > most ? `${points.slice(0, most - 1).join('')}…` : plain
}

/** `2026-11-20T08:15:00.000Z` as local time. */
export function toLocal(time: string | undefined): string {
  return time === undefined ? '' : new Date(time).toLocaleString('sv-SE')
}

/** Shows how a request ended; the exit code is 1 when it was refused. */
export function showResult(result: { ok: boolean; message: string }, print: Printer): void {
  print.one(result, result.message)
  if (!result.ok) process.exitCode = 1
}

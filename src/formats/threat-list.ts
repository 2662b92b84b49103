import { isIP } from 'node:net'
import type { Indicator } from '../core/indicator.ts'
import { type IndicatorValue, toIndicatorValue } from './indicator-value.ts'

/** What some lines of a list held. */
export interface ListPiece {
  readonly indicators: readonly Indicator[]
  /** Lines that hold something, and how many of them were not understood. */
  readonly lines: number
  readonly unknown: number
}

type Found = IndicatorValue & { readonly label?: string }

/** Lines that are read together. */
const pieceOfLines = 5000

/**
 * Reads a threat list, whatever its form, line by line: hosts files, plain names and addresses (with `*.`, ports or
 * notes behind), networks (Spamhaus DROP as text and as JSON lines), URLs, CSV (abuse.ch URLhaus, ThreatFox and Feodo;
 * columns by the header, else the first that holds an indicator), adblock (`||name^`), dnsmasq, unbound and Zeek intel.
 */
export async function* indicatorsOf(
  lines: AsyncIterable<string> | Iterable<string>,
  list: string,
): AsyncIterable<ListPiece> {
  let columns: readonly string[] = []
  let piece = { indicators: new Array<Indicator>(), lines: 0, unknown: 0 }
  for await (const line of lines) {
    columns = columnsOf(line) ?? columns
    const found = toFound(line, columns)
    if (found === 'nothing') continue
    for (const { type, value, label } of found) {
      piece.indicators.push({ type, value, list, ...(label !== undefined && { label }) })
    }
    piece.lines += 1
    if (found.length === 0) piece.unknown += 1
    if (piece.lines < pieceOfLines) continue
    yield piece
    piece = { indicators: [], lines: 0, unknown: 0 }
  }
  yield piece
}

/** What one line says: `nothing` for blanks and comments, none where it was not understood. */
function toFound(line: string, columns: readonly string[]): readonly Found[] | 'nothing' {
  if (line.length > 8192) return []
  const text = line.replace(/^\uFEFF/, '').trim()
  if (text === '' || /^(?:#|!|;|\/\/|@@|\[Adblock)/i.test(text) || columnsOf(text)) return 'nothing'
  if (text.startsWith('{')) return fromJson(text)
  const quoted = /^(?:\|\|([^/^$|]+)\^|(?:address|server|local)=\/([^/]+)\/|local-zone: "([^"]+)")/.exec(text)
  if (quoted) return some(quoted[1] ?? quoted[2] ?? quoted[3])
  if (text === 'server:') return 'nothing'
  if (text.includes('\tIntel::')) return fromZeek(text)
  if (text.includes(',') && !/^[a-z]+:\/\//i.test(text)) return fromCsv(text, columns)
  const [first = '', ...rest] = text
    .split(/\s*[#;].*|\s+/s)
    .filter((word) => word !== undefined && word !== '')
  return isNowhere(first) ? rest.flatMap((word) => some(word)) : some(first)
}

function some(word: string | undefined, label?: string): readonly Found[] {
  const value = word === undefined ? undefined : toIndicatorValue(word)
  const cleaned = label?.trim().slice(0, 100)
  return value === undefined ? [] : [{ ...value, ...(cleaned && cleaned !== 'None' && { label: cleaned }) }]
}

/** The left side of a hosts file's line: an address that leads nowhere. */
function isNowhere(word: string): boolean {
  return isIP(word) !== 0 && (/^(?:0\.0\.0\.0$|127\.)/.test(word) || word === '::' || word === '::1')
}

const valueColumns = ['ioc_value', 'ioc', 'indicator', 'url', 'dst_ip', 'host', 'domain', 'cidr', 'ip']
const labelColumns = ['malware_printable', 'malware', 'threat', 'category']

/** The names of a CSV file's columns, when this line is its header (abuse.ch writes it as a comment). */
function columnsOf(line: string): readonly string[] | undefined {
  if (!line.includes(',') || line.length > 1000) return undefined
  const names = fieldsOf(line.replace(/^[#\s]+/, '')).map((name) => name.trim().toLowerCase())
  const isHeader = names.length > 1 && names.every((name) => /^[a-z][a-z0-9_ ]*$/.test(name))
  return isHeader && names.some((name) => valueColumns.includes(name)) ? names : undefined
}

function fromCsv(text: string, columns: readonly string[]): readonly Found[] {
  const fields = fieldsOf(text)
  const at = (names: readonly string[]) =>
    names.map((name) => fields[columns.indexOf(name)]).find((field) => field !== undefined)
  const value = at(valueColumns) ?? fields.find((field) => toIndicatorValue(field) !== undefined)
  return some(value, at(labelColumns))
}

/** RFC 4180, and abuse.ch's blanks after commas. */
function fieldsOf(line: string): readonly string[] {
  const fields: string[] = []
  let at = 0
  while (at <= line.length) {
    while (line[at] === ' ') at += 1
    if (line[at] === '"') {
      let end = line.indexOf('"', at + 1)
      while (end !== -1 && line[end + 1] === '"') end = line.indexOf('"', end + 2)
      if (end === -1) end = line.length
      fields.push(line.slice(at + 1, end).replaceAll('""', '"'))
      at = endOfField(line, end) + 1
    } else {
      const end = endOfField(line, at)
      fields.push(line.slice(at, end))
      at = end + 1
    }
  }
  return fields
}

function endOfField(line: string, from: number): number {
  const comma = line.indexOf(',', from)
  return comma === -1 ? line.length : comma
}

function fromZeek(text: string): readonly Found[] {
  const [value, , ...meta] = text.split('\t')
  return some(value, meta.at(-1))
}

/** JSON lines: Spamhaus DROP and others that name their value. The last line of Spamhaus is about the list itself. */
function fromJson(text: string): readonly Found[] | 'nothing' {
  const row = parsed(text)
  if (row === undefined) return []
  if (row['type'] === 'metadata') return 'nothing'
  const value = ['cidr', 'ioc_value', 'ioc', 'indicator', 'url', 'ip', 'host']
    .map((name) => row[name])
    .find((field) => typeof field === 'string')
  const label = labelColumns.map((name) => row[name]).find((field) => typeof field === 'string')
  return some(value, label)
}

/** Undefined where it is no JSON object: the caller counts the line as not understood. */
function parsed(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? { ...value } : undefined
  } catch {
    return undefined
  }
}

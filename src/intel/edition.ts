import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import type { Indicator } from '../core/indicator.ts'
import { indicatorsOf } from '../formats/threat-list.ts'
import { isOrdinary } from './ordinary.ts'

/** Entries that one list may have. */
export const mostEntries = 500_000

/** What a file holds, before it is used. */
export interface Edition {
  /** Entries that would be used. */
  readonly entries: number
  /** Lines that hold something, and how many were not understood. */
  readonly lines: number
  readonly unknown: number
  /** Everyday names and private addresses, left out. */
  readonly ordinary: number
  /** It is a web page. */
  readonly isPage: boolean
}

/** Reads a whole list and counts. */
export async function look(path: string, list: string): Promise<Edition> {
  const seen = { entries: 0, lines: 0, unknown: 0, ordinary: 0, isPage: false }
  for await (const { indicators, lines, unknown } of indicatorsOf(watched(path, seen), list)) {
    const ordinary = indicators.filter(isOrdinary).length
    seen.ordinary += ordinary
    seen.entries += indicators.length - ordinary
    seen.lines += lines
    seen.unknown += unknown
  }
  return seen
}

/** A list's entries as they go into the table, without what is ordinary. */
export async function* entriesOf(path: string, list: string): AsyncIterable<readonly Indicator[]> {
  for await (const { indicators } of indicatorsOf(linesOf(path), list)) {
    yield indicators.filter((indicator) => !isOrdinary(indicator))
  }
}

async function* watched(path: string, seen: { isPage: boolean }): AsyncIterable<string> {
  for await (const line of linesOf(path)) {
    if (/^\s*<(?:!doctype|html|head|body|\?xml)/i.test(line)) seen.isPage = true
    yield line
  }
}

function linesOf(path: string): AsyncIterable<string> {
  return createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY })
}

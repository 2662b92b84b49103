import { existsSync } from 'node:fs'
import { rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { codeOf, messageOf, UnavailableError } from '../core/errors.ts'
import type { Indicator } from '../core/indicator.ts'
import type { Log } from '../core/log.ts'
import { type Edition, entriesOf, look, mostEntries } from './edition.ts'
import { fetchList } from './fetched.ts'
import type { IntelOptions, ThreatList } from './options.ts'
import type { ListState } from './states.ts'

/** Where indicators lie: the store's part of it. */
export interface IndicatorTable {
  replace(list: string, entries: AsyncIterable<readonly Indicator[]>): Promise<number>
  remove(list: string): Promise<void>
  lists(): Promise<readonly { readonly list: string }[]>
}

export interface IntelTools {
  readonly options: IntelOptions
  /** The data folder: fetched lists, and what is known of each, lie in its folder `intel`. */
  readonly folder: string
  readonly indicators: IndicatorTable
  readonly log: Log
  readonly stop: AbortSignal
  now(): Date
}

/** What was known of a list before this look. */
export interface Known {
  readonly before: ListState | undefined
  /** Its entries are in the table. */
  readonly isLoaded: boolean
}

const hour = 3_600_000
/** A file that a person edits may lose half its lines when it has fewer than these. */
const small = 100

/** The list's next state: its entries are in the table when it could be taken, else those from before. */
export async function refreshed(list: ThreatList, known: Known, tools: IntelTools): Promise<ListState> {
  try {
    return list.url === undefined
      ? await fromFile(list, known, tools)
      : await fromAddress(list, list.url, known, tools)
  } catch (error) {
    const isOutside = error instanceof UnavailableError || /^E[A-Z]+$/.test(codeOf(error) ?? '')
    if (!isOutside) throw error
    const state = failed(list, `cannot be read: ${messageOf(error)}`, known, tools)
    // A file that comes back is read again, even as it was.
    return list.url === undefined ? { ...state, edition: undefined } : state
  }
}

/** Where a list comes from, told apart from any other place. */
export function sourceOf({ file, url }: ThreatList): string {
  return url ?? file ?? ''
}

/** Where a fetched list is kept. */
export function savedAt(folder: string, name: string): string {
  return join(folder, 'intel', `${name}.txt`)
}

async function fromFile(list: ThreatList, known: Known, tools: IntelTools): Promise<ListState> {
  const { before, isLoaded } = known
  const path = sourceOf(list)
  const { mtimeMs, size } = await stat(path)
  const edition = `${mtimeMs} ${size}`
  const isSame = before?.edition === edition
  if (isSame && (isLoaded || before.entries === undefined)) return before
  const state = await taken(list, path, known, tools)
  return { ...state, edition }
}

async function fromAddress(
  list: ThreatList,
  url: string,
  known: Known,
  tools: IntelTools,
): Promise<ListState> {
  const { before, isLoaded } = known
  const saved = savedAt(tools.folder, list.name)
  const isLost = before?.entries !== undefined && !isLoaded
  if (before !== undefined && !isDue(before, tools)) {
    if (!isLost) return before
    if (existsSync(saved))
      return { ...before, ...(await taken(list, saved, known, tools)), tried: before.tried }
  }
  const etag = isLoaded ? before?.edition : undefined
  const fetched = await fetchList(url, { etag, stop: tools.stop })
  if (fetched === 'unchanged') return { ...before, ...looked(list, tools), problem: undefined }
  await writeFile(`${saved}.new`, fetched.text)
  const state = await taken(list, `${saved}.new`, known, tools)
  if (state.problem !== undefined) {
    await rm(`${saved}.new`)
    return { ...state, edition: undefined }
  }
  await rename(`${saved}.new`, saved)
  return { ...state, edition: fetched.etag }
}

function isDue({ tried, problem }: ListState, tools: IntelTools): boolean {
  const hours = problem === undefined ? tools.options.hours : Math.min(1, tools.options.hours)
  return tools.now().getTime() - Date.parse(tried) >= hours * hour
}

/** Puts a file's entries into the table, unless something is wrong with them. */
async function taken(list: ThreatList, path: string, known: Known, tools: IntelTools): Promise<ListState> {
  const edition = await look(path, list.name)
  const inUse = known.isLoaded ? (known.before?.entries ?? 0) : 0
  const fault = faultOf(edition, list, inUse)
  if (fault !== undefined) return failed(list, fault, known, tools)
  const entries = await tools.indicators.replace(list.name, entriesOf(path, list.name))
  const { lines, unknown, ordinary } = edition
  tools.log.info('threat list loaded', { list: list.name, entries, lines, unknown, ordinary })
  return { ...looked(list, tools), edition: known.before?.edition, entries }
}

/** Why this edition is not to be used; undefined when it is well. */
function faultOf({ entries, lines, isPage }: Edition, list: ThreatList, inUse: number): string | undefined {
  if (isPage) return 'is a web page now, not a list: check where it comes from'
  if (entries === 0) return 'holds no name, address or network: check where it comes from'
  if (entries < lines / 20) return `is hardly understood (${entries} of ${lines} lines): check its form`
  if (entries > mostEntries) return `has more than ${mostEntries} entries: choose a shorter one`
  const least = list.url === undefined && inUse < small ? 0 : inUse / 2
  if (entries >= least) return undefined
  return `has shrunk from ${inUse} to ${entries} entries, so the old ones stay in use: give it another name in the settings if that is right`
}

function failed(list: ThreatList, fault: string, { before }: Known, tools: IntelTools): ListState {
  const problem = `Threat list ${list.name} ${fault}`
  // A file is looked at each time: the same failure is not written down again and again.
  if (list.url === undefined && before?.problem === problem) return before
  return { ...before, ...looked(list, tools), problem }
}

function looked(list: ThreatList, tools: IntelTools): Pick<ListState, 'source' | 'tried'> {
  return { source: sourceOf(list), tried: tools.now().toISOString() }
}

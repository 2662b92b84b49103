import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Check } from '../core/plugin.ts'
import { type IntelTools, refreshed, savedAt, sourceOf } from './refresh.ts'
import { type ListState, readStates, writeStates } from './states.ts'

/**
 * Brings the table of indicators up to what the lists say: files when they have changed, addresses when they are due
 * (after a failure within the hour). A list that is absent, empty, a web page or has shrunk by half keeps what is in
 * use; one that is not set any more is forgotten. Cheap when nothing is due. Gives one sentence for each list that is
 * not well.
 */
export async function loadLists(tools: IntelTools): Promise<readonly string[]> {
  const { options, folder, indicators, stop } = tools
  const path = statesAt(folder)
  const known = await readStates(path)
  if (options.lists.length === 0 && Object.keys(known).length === 0) return []
  await mkdir(join(folder, 'intel'), { recursive: true })
  const inTable = new Set((await indicators.lists()).map(({ list }) => list))
  const states: Record<string, ListState> = {}
  for (const list of options.lists) {
    const saved = known[list.name]
    const before = saved?.source === sourceOf(list) ? saved : undefined
    const isLoaded = before !== undefined && inTable.has(list.name)
    states[list.name] = await refreshed(list, { before, isLoaded }, tools)
    if (stop.aborted) return []
  }
  for (const name of Object.keys(known).filter((name) => states[name] === undefined)) {
    await indicators.remove(name)
    await rm(savedAt(folder, name), { force: true })
  }
  if (JSON.stringify(known) !== JSON.stringify(states)) await writeStates(path, states)
  return Object.values(states).flatMap(({ problem }) => problem ?? [])
}

/** What is there, one line for each list; or that there is none. */
export async function checkLists({
  options,
  folder,
}: Pick<IntelTools, 'options' | 'folder'>): Promise<Check[]> {
  if (options.lists.length === 0)
    return [
      {
        ok: true,
        optional: true,
        message: 'No threat list is set: add one under intel.lists to be warned of names known as bad',
      },
    ]
  const states = await readStates(statesAt(folder))
  return options.lists.map(({ name }) => {
    const { entries, problem } = states[name] ?? {}
    const read =
      entries === undefined
        ? `Threat list ${name} is not read yet`
        : `Threat list ${name} is in use (entries: ${entries})`
    return { ok: problem === undefined, message: problem ?? read, target: name }
  })
}

function statesAt(folder: string): string {
  return join(folder, 'intel', 'lists.json')
}

import type { Work } from './api/parts.ts'
import type { App } from './app.ts'
import { byName, loopName, placesOn } from './app-tools.ts'
import { collectors } from './collectors/index.ts'
import { messageOf } from './core/errors.ts'
import { detectors } from './detectors/index.ts'
import { pollOnce } from './pipeline/collect.ts'
import { replay } from './pipeline/detect.ts'
import { toSingleTurn, type Turn } from './pipeline/supervise.ts'
import { importedLines, importLines } from './pipeline/import.ts'

/** What the terminal has done for it, over the store, whether or not loops run beside it. */
export function makeWork({
  store,
  board,
  config,
  home,
  log,
  context,
  start,
}: Omit<App, 'parts' | 'api'>): Work {
  const { now, stop } = start

  /** A place that a running loop polls is left to it: two would share a cursor. */
  async function collectFrom(name: string, learning: boolean): Promise<Awaited<ReturnType<Work['collect']>>> {
    const collector = byName(collectors, name)
    const rows: Awaited<ReturnType<Work['collect']>> = []
    const on = placesOn({ config, home }, `collectors.${name}`, collector)
    for (const [place, raw] of config.places(`collectors.${name}`).entries()) {
      const loop = loopName('collectors', name, place)
      const isRunning = board.row(loop) !== undefined && on.some((one) => one.place === place)
      if (raw['enabled'] === false) rows.push({ loop, taken: 0, problem: 'switched off' })
      else if (isRunning) rows.push({ loop, taken: 0, problem: 'the running program collects it by itself' })
      else if (!('poll' in collector))
        rows.push({ loop, taken: 0, problem: 'it listens, and only while the program runs' })
      else {
        const turn = toSingleTurn({ stop, log: log.named(loop) })
        const running = {
          ...{ name: loop, options: collector.options.parse(raw), turn, store, learning },
          context: (given: Turn, options: unknown) => context(options, given),
        }
        rows.push({ loop, ...(await taken(() => pollOnce(collector, running))) })
      }
    }
    return rows
  }

  return {
    async replay({ since = new Date(0), until = now(), detectors: names }) {
      const chosen = (names ?? detectors.map(({ name }) => name)).map((name) => byName(detectors, name))
      const asked = chosen.map((detector) => ({
        detector,
        options: detector.options.parse(config.group(`detectors.${detector.name}`)),
      }))
      const { from, to } = await spanOf(since, until)
      return Array.fromAsync(replay(asked, { from, to }, { store, now }))
    },
    async collect({ names, learning }) {
      const chosen = names.length > 0 ? names : collectors.map(({ name }) => name)
      const rows = []
      for (const name of chosen) rows.push(...(await collectFrom(name, learning)))
      return rows
    },
    importedLines: (of) => importedLines(of, store),
    importLines(piece) {
      const collector = byName(collectors, piece.source)
      const options = collector.options.parse(config.group(`collectors.${piece.source}`))
      return importLines(piece, { collector, options, store })
    },
  }

  /** Only the days that hold events: a replay from 1970 on would take a turn for each day since. */
  async function spanOf(since: Date, until: Date): Promise<{ from: Date; to: Date }> {
    const stats = await store.events.stats()
    const oldest = Math.min(...stats.flatMap(({ oldest: at }) => (at ? [at.getTime()] : [])))
    const newest = Math.max(...stats.flatMap(({ newest: at }) => (at ? [at.getTime() + 1] : [])))
    const day = 86_400_000
    const from = Math.floor(Math.max(since.getTime(), oldest) / day) * day
    return {
      from: new Date(Math.max(from, since.getTime())),
      to: new Date(Math.min(until.getTime(), newest)),
    }
  }
}

async function taken(poll: () => Promise<number>): Promise<{ taken: number; problem?: string }> {
  try {
    return { taken: await poll() }
  } catch (error) {
    return { taken: 0, problem: messageOf(error) }
  }
}

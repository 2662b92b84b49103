import { flushCompileCache } from 'node:module'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import packageFile from '../package.json' with { type: 'json' }
import { type App, openApp, type Start } from './app.ts'
import { openDoors } from './app-doors.ts'
import { runLoops } from './app-loops.ts'
import { codeOf, ConfigError, messageOf, UnavailableError } from './core/errors.ts'
import { pause } from './core/time.ts'

/** Milliseconds that the loops have for ending before the store is closed without them. */
const patience = 4000

/** Milliseconds from the start until every module that is needed has been loaded. */
const settled = 15_000

/** What the command line and the environment say about where and how to start. */
export interface Given {
  readonly data?: string | undefined
  readonly config?: string | undefined
}

/** The start of the program, here or inside Home Assistant. */
export function toStart({ data, config }: Given, environment: NodeJS.ProcessEnv, stop: AbortSignal): Start {
  const token = environment['SUPERVISOR_TOKEN']
  const optionsFile = config ?? environment['HEARTHWARDEN_CONFIG']
  return {
    folder: resolve(data ?? environment['HEARTHWARDEN_DATA'] ?? (token ? '/data' : 'data')),
    ...(optionsFile !== undefined && { optionsFile }),
    environment,
    version: packageFile.version,
    ...(token && { supervisor: { token } }),
    now: () => new Date(),
    stop,
  }
}

/** The daemon: opens the house, runs it until SIGTERM, and ends well. With `once`, until everything has had its turn. */
export async function runDaemon(given: Given, { once }: { once: boolean }): Promise<void> {
  const ending = new AbortController()
  // A second Ctrl+C ends it at once; whoever sends SIGTERM may send it twice, to a process and to its group.
  process.once('SIGINT', () => ending.abort())
  process.on('SIGTERM', () => ending.abort())
  const app = await openApp(toStart(given, process.env, ending.signal))
  process.on('unhandledRejection', (error) => app.log.error('Unexpected', { error: messageOf(error) }))
  app.log.info('started', { version: app.start.version, data: app.start.folder })
  try {
    const { link } = await openDoors(app)
    if (!app.start.supervisor && !once) console.log(`\n  Hearthwarden is watching. Open ${link}\n`)
    const loops = Promise.all([runLoops(app), keepCompiled(ending.signal)])
    if (once) {
      await quiet(app)
      ending.abort()
    }
    await Promise.race([loops, late(ending.signal)])
  } finally {
    await app.close()
  }
  app.log.info('stopped')
}

/** Saves what was compiled for the next start, even if this one is killed, and gives its 5 MB in memory back. */
async function keepCompiled(stop: AbortSignal): Promise<void> {
  await pause(settled, stop)
  flushCompileCache()
}

/** Comes some seconds after `stop`: a loop that does not end must not keep the program. */
async function late(stop: AbortSignal): Promise<void> {
  while (!stop.aborted) await pause(86_400_000, stop)
  await pause(patience, new AbortController().signal)
}

/** Waits until every loop has had a turn (five minutes at most), and then until nothing is stored for two seconds (ten at most). */
async function quiet({ board, store, start: { stop } }: App): Promise<void> {
  const isStarting = () => board.rows().some(({ state }) => state === 'starting')
  for (let second = 0; second < 300 && isStarting() && !stop.aborted; second += 1) await pause(1000, stop)
  let seen = -1
  for (let second = 0; second < 10 && store.commit() !== seen && !stop.aborted; second += 2) {
    seen = store.commit()
    await pause(2000, stop)
  }
}

/** One sentence and 2 when a person must change something, and 1 when somebody did not answer; anything else is a bug and shows its stack. */
export function exitCodeOf(error: unknown): number {
  const isUsage = codeOf(error)?.startsWith('ERR_PARSE_ARGS') ?? false
  const isAway = error instanceof UnavailableError
  if (!(error instanceof ConfigError) && !isUsage && !isAway) throw error
  console.error(messageOf(error))
  return isAway ? 1 : 2
}

if (import.meta.main) {
  try {
    const { values } = parseArgs({ options: { data: { type: 'string' }, config: { type: 'string' } } })
    await runDaemon(values, { once: false })
    process.exit(0)
  } catch (error) {
    process.exit(exitCodeOf(error))
  }
}

import { randomBytes } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { hostname, networkInterfaces } from 'node:os'
import { join } from 'node:path'
import * as z from 'zod'
import { apiOptions } from './api/options.ts'
import type { ApiParts } from './api/parts.ts'
import { type Api, makeApi } from './api/server.ts'
import { loopName, noticesOf } from './app-tools.ts'
import { makeWork } from './app-work.ts'
import type { WordsOf } from './core/alert.ts'
import { bridges } from './bridges/index.ts'
import { collectors } from './collectors/index.ts'
import { type Config, type Group, makeConfig, toGroup } from './config.ts'
import { readOptions, unflattened } from './config-file.ts'
import { ConfigError, messageOf } from './core/errors.ts'
import { type Board, makeBoard } from './core/health.ts'
import { type Log, logLevels, makeLog } from './core/log.ts'
import { choice } from './core/options.ts'
import type { Check, Context, Plugin } from './core/plugin.ts'
import { detectors } from './detectors/index.ts'
import { type HomeConnection, homeAssistantOptions, makeHome } from './homeassistant/connection.ts'
import type { SupervisorAccess } from './homeassistant/supervisor.ts'
import { checkLists } from './intel/lists.ts'
import { intelOptions } from './intel/options.ts'
import { notifiers } from './notifiers/index.ts'
import { makeHouse } from './pipeline/house.ts'
import { houseOptions, recapOptions } from './pipeline/options.ts'
import { ask } from './pipeline/requests.ts'
import { checkAll } from './pipeline/check.ts'
import { pairsOf } from './pipeline/cover.ts'
import { isMissed } from './pipeline/collect.ts'
import { openStore } from './store/open.ts'
import { storeOptions } from './store/options.ts'
import { openSettings, type Settings } from './store/settings.ts'
import type { Store } from './store/store.ts'
import { type Judge, makeJudge } from './triage/llm.ts'
import { triageOptions } from './triage/options.ts'
import { reviewWords } from './triage/review.ts'
import { reviewer } from './triage/rules.ts'

const logOptions = z.object({
  level: choice('Log level', 'What is written to standard output.', logLevels).default('info'),
})

/** The plugins of each kind, as `<kind>.<name>` names them. */
export const kinds: Readonly<Record<string, readonly Plugin<unknown>[]>> = {
  collectors,
  detectors,
  notifiers,
  bridges,
}

/** Every option there is: the parts of the house, then the plugins. */
export const groups: readonly Group[] = [
  part('house', 'The house', houseOptions),
  part('recap', 'Daily recap', recapOptions),
  part('triage', 'Language model', triageOptions),
  part('intel', 'Threat lists', intelOptions),
  part('homeassistant', 'Home Assistant', homeAssistantOptions),
  part('api', 'Page and API', apiOptions),
  part('store', 'Store', storeOptions),
  part('log', 'Log', logOptions),
  ...Object.entries(kinds).flatMap(([kind, plugins]) => plugins.map((plugin) => toGroup(kind, plugin))),
]

function part(path: string, title: string, schema: z.ZodObject): Group {
  return { path, title, schema, isList: false }
}

/** What the program is started with: all that it takes from its surroundings. */
export interface Start {
  /** The data folder; made when it is not there. */
  readonly folder: string
  readonly optionsFile?: string
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly version: string
  /** Inside Home Assistant. */
  readonly supervisor?: SupervisorAccess
  readonly now: () => Date
  /** Aborted when the program is to end. */
  readonly stop: AbortSignal
  /** Where the log goes; nothing is logged below `warning` when a person reads the answer in a terminal. */
  readonly quiet?: boolean
}

/** The house with its doors open and no loop running: what the terminal needs when no daemon runs. */
export interface App {
  readonly start: Start
  readonly config: Config
  readonly settings: Settings
  readonly log: Log
  readonly board: Board
  readonly store: Store
  readonly home: HomeConnection | undefined
  readonly parts: ApiParts
  readonly api: Api
  /** What a plugin gets. */
  context(options: unknown, more: { stop: AbortSignal; log: Log }): Context<unknown>
  /** The options of a part of the house, checked and typed. */
  options<T>(path: string, schema: z.ZodType<T>): T
  /** Further values that no log may show. */
  addSecret(secret: string): void
  close(): Promise<void>
}

/** Opens everything in order. Throws `ConfigError` in one sentence when the options are wrong. */
export async function openApp(start: Start): Promise<App> {
  const { folder, environment, version, supervisor, now, stop } = start
  process.umask(0o077) // what a home does is nobody else's business
  await makeFolder(folder)
  const settings = await openSettings(folder, now)
  const config = makeConfig(groups, { environment, file: await fileOf(start), saved: settings.values })
  const options = <T>(path: string, schema: z.ZodType<T>): T => schema.parse(config.group(path))
  const more = new Set<string>(supervisor ? [supervisor.token] : [])
  const { level } = options('log', logOptions)
  const log = makeLog({
    level: start.quiet ? 'error' : level,
    secrets: () => [...more, ...config.secrets()],
    ...(start.quiet && { to: process.stderr }),
  })
  const board = makeBoard(now)
  const store = await openStore({ folder, memoryLimit: `${options('store', storeOptions).memory}MB`, now })
  await store.devices.own(ownInterfaces(), hostname())
  for (const finding of [...settings.findings, ...store.meta.findings]) log.warning(finding)
  const home = toHomeOf(config)({
    options: options('homeassistant', homeAssistantOptions),
    ...(supervisor && { supervisor }),
    log: log.named('home-assistant'),
    stop,
  })
  const context: App['context'] = (given, { stop: ending, log: own }) => ({
    options: given,
    log: own,
    stop: ending,
    now,
    home,
  })
  const words: WordsOf = (detector) =>
    detector === reviewer ? reviewWords : detectors.find(({ name }) => name === detector)
  const pairs = pairsOf(collectors)
  const house = makeHouse({
    store,
    board,
    pairs,
    words,
    now,
    learning: () => learningOf(options('house', houseOptions), store, now()),
    sensitivity: () => options('house', houseOptions).sensitivity,
    spokenAlerts: () => config.group('notifiers.speech')['enabled'] === true,
  })
  const rooms = {
    ...{ start, config, settings, log, board, store, home, context, options },
    addSecret: (secret: string) => void more.add(secret),
    close: () => store.close(),
  }
  const isPlaceMissed = async (kind: string, name: string, place: number) => {
    const isSet = kind !== 'collectors' || config.isSet(`${kind}.${name}`, place)
    return isMissed({ name: loopName(kind, name, place), isSet }, { store, now })
  }
  const parts: ApiParts = {
    store,
    board,
    house,
    version,
    log: log.named('api'),
    stop,
    now,
    words,
    detectors: detectors.map(({ name, title, technique }) => ({
      name,
      title,
      ...(technique !== undefined && { technique }),
    })),
    ask: (request, by) => ask(request, by, { store, stop }),
    checks: async () => [
      ...(await checkAll({
        kinds,
        config,
        board,
        pairs,
        home,
        context,
        log,
        stop,
        loopName,
        isMissed: isPlaceMissed,
      })),
      {
        plugin: 'triage',
        kind: 'triage',
        title: 'Language model',
        checks: await modelChecks(
          makeJudge({ options: options('triage', triageOptions), home, log, now, random: randomBytes, stop }),
        ),
      },
      {
        plugin: 'intel',
        kind: 'intel',
        title: 'Threat lists',
        checks: await checkLists({ options: options('intel', intelOptions), folder }),
      },
    ],
    notices: () => collectors.flatMap((collector) => noticesOf(collector, rooms)),
    settings: config.settings,
    work: makeWork(rooms),
  }
  return { ...rooms, parts, api: makeApi(parts) }
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
  } catch (error) {
    throw new ConfigError(
      `The data folder ${folder} cannot be made (${messageOf(error)}): choose another with --data`,
      { cause: error },
    )
  }
}

/** Half of its options, saved on the page one after the other, must not keep the program from starting. */
function toHomeOf(config: Config): typeof makeHome {
  const isSaved = config
    .settings()
    .some(({ path, from }) => path.startsWith('homeassistant.') && from === 'saved')
  return (tools) => {
    try {
      return makeHome(tools)
    } catch (error) {
      if (!isSaved || !(error instanceof ConfigError)) throw error
      tools.log.warning(error.message)
      return undefined
    }
  }
}

/** A model that nobody has named and that is not there is no fault. */
async function modelChecks(judge: Judge): Promise<Check[]> {
  const checks = await judge.check()
  if (judge.isChosen || checks.every(({ ok }) => ok)) return checks
  return [
    {
      ok: true,
      optional: true,
      message:
        'No language model: the rules grade alone; set triage.address to an Ollama server to have reasons in plain words',
    },
  ]
}

/** Inside Home Assistant the file is its own form's, and flat. */
async function fileOf({ optionsFile, supervisor, folder }: Start) {
  const name = optionsFile ?? (supervisor ? join(folder, 'options.json') : undefined)
  if (name === undefined) return undefined
  const values = await readOptions(name)
  return { name, values: supervisor ? unflattened(values, groups) : values }
}

/** The addresses of this machine itself. */
function ownInterfaces() {
  return Object.values(networkInterfaces()).flatMap((addresses = []) =>
    addresses.map(({ address, mac }) => ({ address, mac })),
  )
}

/** Whether the house is still learning, and until when. */
export function learningOf(
  { learning, learningDays }: z.infer<typeof houseOptions>,
  { meta }: Store,
  now: Date,
): { on: boolean; until: Date } {
  const until = new Date(meta.createdAt.getTime() + learningDays * 86_400_000)
  return { on: learning === 'auto' ? now < until : learning === 'on', until }
}

import { randomBytes } from 'node:crypto'
import { type App, kinds, learningOf } from './app.ts'
import { toIngressLoop } from './app-doors.ts'
import { bridges } from './bridges/index.ts'
import { collectors } from './collectors/index.ts'
import type { Plugin } from './core/plugin.ts'
import type { RequestResult } from './core/request.ts'
import { detectors } from './detectors/index.ts'
import { loadLists } from './intel/lists.ts'
import { intelOptions } from './intel/options.ts'
import { notifiers } from './notifiers/index.ts'
import { toBridgeLoop } from './pipeline/bridge.ts'
import { toCollectLoop } from './pipeline/collect.ts'
import { toCorrelateLoop } from './pipeline/correlate.ts'
import { tellTest, toDeliverLoop } from './pipeline/deliver.ts'
import { toDetectLoop } from './pipeline/detect.ts'
import { toMaintainLoop } from './pipeline/maintain.ts'
import { houseOptions, recapOptions } from './pipeline/options.ts'
import { makeRecap, toRecapLoop } from './pipeline/recap.ts'
import { ask, toRequestLoop } from './pipeline/requests.ts'
import { makeRunner } from './pipeline/runner.ts'
import { type Loop, recordHealth, type Turn } from './pipeline/supervise.ts'
import { toTriageLoop } from './pipeline/triage.ts'
import { storeOptions } from './store/options.ts'
import { makeJudge } from './triage/llm.ts'
import { triageOptions } from './triage/options.ts'
import { rules } from './triage/rules.ts'

/** Groups whose options are read where they are used: nothing is restarted. */
const readLive = ['house', 'intel']
/** How the loops of each kind are called. */
const prefixes: Readonly<Record<string, string>> = {
  collectors: 'collect',
  detectors: 'detect',
  notifiers: 'notify',
  bridges: 'bridge',
}
/** Groups whose options hold from the next start on. */
const nextStart = ['homeassistant', 'api', 'store', 'log']

/** Runs every loop of the house until `stop`; resolves when the last has ended. */
export async function runLoops(app: App): Promise<void> {
  const { store, board, log, start } = app
  const { now, stop } = start
  const runner = makeRunner({ board, log, stop })
  const { advice } = app.parts
  const recap = { store, board, advice, now, isLearning: () => house().learning }

  function house() {
    const options = app.options('house', houseOptions)
    return { ...options, learning: learningOf(options, store, now()).on }
  }

  const context = (turn: Turn, options: unknown) => app.context(options, turn)
  const deliver = {
    store,
    context,
    advice,
    now,
    isCertain: (detector: string) => rules.find((rule) => rule.detector === detector)?.band.floor === 'high',
    speaksRaises: () => house().speakModelRaises,
  }

  /** The loops of one option group, with the options that it has now. */
  function loopsOf(path: string): Loop[] {
    const [kind = '', name = ''] = path.split('.')
    switch (kind) {
      case 'collectors': {
        const collector = byName(collectors, name)
        return on(app, path, collector).map(({ options, place }) =>
          toCollectLoop(
            { name: place === 0 ? `collect/${name}` : `collect/${name}#${place + 1}`, collector, options },
            { store, context },
          ),
        )
      }
      case 'detectors': {
        const detector = byName(detectors, name)
        return on(app, path, detector).map(({ options }) =>
          toDetectLoop(`detect/${name}`, detector, options, { store, now }),
        )
      }
      case 'notifiers': {
        const notifier = byName(notifiers, name)
        return on(app, path, notifier).map(({ options }) =>
          toDeliverLoop({ name: `notify/${name}`, notifier, options }, deliver),
        )
      }
      case 'bridges': {
        const bridge = byName(bridges, name)
        return on(app, path, bridge).map(({ options }) =>
          toBridgeLoop(
            { name: `bridge/${name}`, bridge, options },
            {
              store,
              house: app.parts.house,
              version: start.version,
              context,
              ask: (request) => ask(request, 'mqtt', { store, stop }),
            },
          ),
        )
      }
      case 'triage': {
        const options = app.options('triage', triageOptions)
        if (!options.enabled) return []
        const tools = { options, log: log.named('triage'), now, random: randomBytes }
        return [
          toTriageLoop({ store, advice, now, judgeUntil: (ending) => makeJudge({ ...tools, stop: ending }) }),
        ]
      }
      case 'recap':
        return [toRecapLoop(app.options('recap', recapOptions).time, recap)]
      default:
        return []
    }
  }

  async function restart(path: string): Promise<void> {
    const loops = loopsOf(path)
    await runner.run(path, loops)
    const [kind = '', name = ''] = path.split('.')
    const plugin = kinds[kind]?.find((one) => one.name === name)
    if (loops.length > 0 || plugin === undefined) return
    const reason = app.config.group(path)['enabled'] === false ? 'Switched off' : 'Not set up'
    board.set(`${prefixes[kind]}/${name}`, { title: plugin.title, state: 'off', reason })
  }
  const pathsOf = (kind: string, plugins: readonly Plugin<unknown>[]) =>
    plugins.map(({ name }) => `${kind}.${name}`)
  const detectorPaths = pathsOf('detectors', detectors)

  const requests = toRequestLoop({
    store,
    now,
    async analyse() {
      for (const path of [...detectorPaths, 'triage']) await restart(path)
      return { ok: true, message: 'Everything is looked at again' }
    },
    async recap() {
      const { headline } = await makeRecap(recap)
      return { ok: true, message: headline }
    },
    set: (option, value) => set(option, value, { app, restart }),
    async test(name, target) {
      const notifier = notifiers.find((one) => one.name === name)
      if (!notifier) return { ok: false, message: `There is no channel ${name}` }
      const [channel] = on(app, `notifiers.${name}`, notifier)
      if (!channel) return { ok: false, message: `${notifier.title} is not set up` }
      const turn = { stop, log: log.named(`notify/${name}`), ok: () => undefined }
      return tellTest(target, {
        name: `notify/${name}`,
        notifier,
        options: channel.options,
        ...deliver,
        turn,
      })
    },
  })

  const maintain = toMaintainLoop({
    store,
    now,
    limits: () => {
      const { days, megabytes } = app.options('store', storeOptions)
      return { days, bytes: megabytes * 1_000_000, closeAfterHours: house().closeAfterHours }
    },
    loops: () =>
      board
        .rows()
        .flatMap(({ loop, state }) => (loop.startsWith('detect/') && state !== 'off' ? [loop] : [])),
    refreshIndicators: () =>
      loadLists({
        options: app.options('intel', intelOptions),
        folder: start.folder,
        log: log.named('intel'),
        stop,
        now,
        indicators: store.indicators,
      }),
  })

  const recording = recordHealth({ board, store, stop, now })
  await runner.run('house', [
    requests,
    maintain,
    toCorrelateLoop({
      store,
      now,
      sensitivity: () => house().sensitivity,
      isLearning: () => house().learning,
    }),
  ])
  if (start.supervisor) await runner.run('ingress', [toIngressLoop(app, start.supervisor)])
  const paths = [
    ...detectorPaths,
    'triage',
    'recap',
    ...pathsOf('notifiers', notifiers),
    ...pathsOf('bridges', bridges),
    ...pathsOf('collectors', collectors),
  ]
  for (const path of paths) await restart(path)
  await runner.ended()
  await recording
}

/** The places of a plugin that are switched on and set up, with their options; the others are shown as off. */
function on(app: App, path: string, plugin: Plugin<unknown>): { options: unknown; place: number }[] {
  return app.config.places(path).flatMap((raw, place) => {
    const options = plugin.options.parse(raw)
    const isOn = raw['enabled'] !== false && (plugin.isSetUp?.(options, app.home) ?? true)
    return isOn ? [{ options, place }] : []
  })
}

function byName<P extends Plugin<unknown>>(plugins: readonly P[], name: string): P {
  const plugin = plugins.find((one) => one.name === name)
  if (plugin === undefined) throw new Error(`there is no plugin ${name}`)
  return plugin
}

/** Saves a setting and restarts what it concerns. What is set outside, unknown or wrong is refused in one sentence. */
async function set(
  option: string,
  value: unknown,
  { app, restart }: { app: App; restart: (path: string) => Promise<void> },
): Promise<RequestResult> {
  const { path } = app.config.accept(option, value)
  await app.settings.set(option, value === null ? undefined : value)
  if (nextStart.includes(path)) return { ok: true, message: 'Saved; it holds from the next start on' }
  if (!readLive.includes(path)) await restart(path)
  return { ok: true, message: 'Saved' }
}

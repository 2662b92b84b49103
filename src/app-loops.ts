import { randomBytes } from 'node:crypto'
import { type App, kinds } from './app.ts'
import { toIngressLoop } from './app-doors.ts'
import { toAppRequests } from './app-requests.ts'
import { byName, deliverTools, houseOf, loopName, placesOn, recapTools } from './app-tools.ts'
import { bridges } from './bridges/index.ts'
import { collectors } from './collectors/index.ts'
import type { Person } from './core/surroundings.ts'
import { detectors } from './detectors/index.ts'
import { homeAssistantOptions } from './homeassistant/connection.ts'
import { followPeople, readResidents } from './homeassistant/residents.ts'
import { loadLists } from './intel/lists.ts'
import { intelOptions } from './intel/options.ts'
import { notifiers } from './notifiers/index.ts'
import { toBridgeLoop } from './pipeline/bridge.ts'
import { toCollectLoop } from './pipeline/collect.ts'
import { toCorrelateLoop } from './pipeline/correlate.ts'
import { toDeliverLoop } from './pipeline/deliver.ts'
import { toDetectLoop } from './pipeline/detect.ts'
import { toHealthLoop } from './pipeline/health.ts'
import { toMaintainLoop } from './pipeline/maintain.ts'
import { recapOptions } from './pipeline/options.ts'
import { toRecapLoop } from './pipeline/recap.ts'
import { ask } from './pipeline/requests.ts'
import { toReviewLoop } from './pipeline/review.ts'
import { makeRunner } from './pipeline/runner.ts'
import { toSurroundingsLoop } from './pipeline/surroundings.ts'
import type { Loop, Turn } from './pipeline/supervise.ts'
import { toTriageLoop } from './pipeline/triage.ts'
import { storeOptions } from './store/options.ts'
import { makeJudge } from './triage/llm.ts'
import { triageOptions } from './triage/options.ts'

/** Runs every loop of the house until `stop`; resolves when the last has ended. */
export async function runLoops(app: App): Promise<void> {
  const { store, board, log, start } = app
  const { now, stop } = start
  const runner = makeRunner({ board, log, stop })
  let noticed: readonly string[] = []

  /** What is done to other machines is said once, and again when it has changed. */
  function sayNotices(): void {
    const notices = app.parts.notices()
    for (const notice of notices) if (!noticed.includes(notice)) log.info(notice)
    noticed = notices
  }

  async function restart(path: string): Promise<void> {
    const loops = loopsOf(path, app)
    await runner.run(path, loops)
    const [kind = '', name = ''] = path.split('.')
    if (kind === 'collectors') sayNotices()
    const plugin = kinds[kind]?.find((one) => one.name === name)
    if (loops.length > 0 || plugin === undefined) return
    board.set(loopName(kind, name), { title: plugin.title, state: 'off' })
  }

  await runner.run('house', [
    toHealthLoop({ board, store, stop, now }),
    toAppRequests(app, restart),
    toUpkeep(app),
    toCorrelateLoop({
      store,
      now,
      sensitivity: () => houseOf(app).sensitivity,
      isLearning: () => houseOf(app).isLearning,
    }),
    ...surroundingsLoops(app),
  ])
  if (start.supervisor) await runner.run('ingress', [toIngressLoop(app, start.supervisor)])
  const pathsOf = (kind: string) => (kinds[kind] ?? []).map(({ name }) => `${kind}.${name}`)
  // What judges and tells comes before what sees, so that the first line is judged like any other.
  for (const path of pathsOf('detectors')) await restart(path)
  for (const path of [
    'triage',
    'recap',
    ...pathsOf('notifiers'),
    ...pathsOf('bridges'),
    ...pathsOf('collectors'),
  ]) {
    await restart(path)
  }
  await runner.ended()
}

/** What Home Assistant knows of people and rooms, where there is one and a person has not forbidden it. */
function surroundingsLoops({ home, options, store, start: { now } }: App): Loop[] {
  if (home === undefined || !options('homeassistant', homeAssistantOptions).people) return []
  const residents = {
    read: () => readResidents(home),
    follow: (people: readonly Person[], stop: AbortSignal) => followPeople(home, people, stop),
  }
  return [toSurroundingsLoop(residents, { store, now })]
}

/** The loops of one option group, with the options that it has now. */
function loopsOf(path: string, app: App): Loop[] {
  const { store, log, start, parts } = app
  const { now } = start
  const context = (turn: Turn, options: unknown) => app.context(options, turn)
  const [kind = '', name = ''] = path.split('.')
  const loop = loopName(kind, name)
  switch (kind) {
    case 'collectors': {
      const collector = byName(collectors, name)
      return placesOn(app, path, collector).map(({ options, place }) =>
        toCollectLoop(
          { name: loopName(kind, name, place), collector, options, isSet: app.config.isSet(path, place) },
          { store, context, now },
        ),
      )
    }
    case 'detectors': {
      const detector = byName(detectors, name)
      return placesOn(app, path, detector).map(({ options }) =>
        toDetectLoop(loop, detector, options, { store, now }),
      )
    }
    case 'notifiers': {
      const notifier = byName(notifiers, name)
      return placesOn(app, path, notifier).map(({ options }) =>
        toDeliverLoop({ name: loop, notifier, options }, deliverTools(app)),
      )
    }
    case 'bridges': {
      const bridge = byName(bridges, name)
      const tools = {
        store,
        house: parts.house,
        version: start.version,
        context,
        ask: askAs(bridge.asker, app),
      }
      return placesOn(app, path, bridge).map(({ options }) =>
        toBridgeLoop({ name: loop, bridge, options }, tools),
      )
    }
    case 'triage': {
      const options = app.options('triage', triageOptions)
      if (!options.enabled) return []
      const judge = makeJudge({
        options,
        home: app.home,
        log: log.named('triage'),
        now,
        random: randomBytes,
        stop: start.stop,
      })
      return [
        toTriageLoop({ store, words: parts.words, now, judge }),
        toReviewLoop({ store, now, judge, interval: options.interval }),
      ]
    }
    case 'recap':
      return [toRecapLoop(app.options('recap', recapOptions).time, recapTools(app))]
    default:
      return []
  }
}

function askAs(by: Parameters<typeof ask>[1], { store, start }: App) {
  return (request: Parameters<typeof ask>[0]) => ask(request, by, { store, stop: start.stop })
}

function toUpkeep(app: App): Loop {
  const { store, board, log, start } = app
  return toMaintainLoop({
    store,
    now: start.now,
    limits: () => {
      const { days, megabytes } = app.options('store', storeOptions)
      return { days, bytes: megabytes * 1_000_000, closeAfterHours: houseOf(app).closeAfterHours }
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
        stop: start.stop,
        now: start.now,
        indicators: store.indicators,
      }),
  })
}

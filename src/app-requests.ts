import type { App } from './app.ts'
import { byName, deliverTools, loopName, placesOn, recapTools } from './app-tools.ts'
import { collectors } from './collectors/index.ts'
import type { PollingCollector } from './core/collector.ts'
import type { RequestResult } from './core/request.ts'
import { detectors } from './detectors/index.ts'
import { makeDashboard } from './homeassistant/dashboard.ts'
import { notifiers } from './notifiers/index.ts'
import { tellTest } from './pipeline/deliver.ts'
import { makeRecap } from './pipeline/recap.ts'
import { askForReview } from './pipeline/review.ts'
import { toRequestLoop } from './pipeline/requests.ts'
import { type Loop, supervise, toSingleTurn } from './pipeline/supervise.ts'

/** Groups whose options are read where they are used: nothing is restarted. */
const readLive = ['house', 'intel']
/** Groups whose options hold from the next start on. */
const nextStart = ['homeassistant', 'api', 'store', 'log']

/** The loop that does what people ask; `restart` starts the loops of an option group anew, where loops run. */
export function toAppRequests(app: App, restart?: (path: string) => Promise<void>): Loop {
  const { store, start, log } = app
  return toRequestLoop({
    store,
    now: start.now,
    async analyse() {
      for (const { name } of detectors) await restart?.(`detectors.${name}`)
      await askForReview(store, start.now())
      await restart?.('triage')
      return { ok: true, message: 'Everything is looked at again' }
    },
    async scan() {
      const scanning = collectors.flatMap((collector) =>
        'poll' in collector && collector.again ? [collector] : [],
      )
      const begun: string[] = []
      const missing: string[] = []
      for (const collector of scanning) {
        const path = `collectors.${collector.name}`
        for (const { options, place } of placesOn(app, path, collector)) {
          const context = app.context(options, { stop: start.stop, log: log.named(collector.name) })
          const lacks = (await collector.check?.(context))?.filter(({ ok }) => !ok) ?? []
          missing.push(...lacks.map(({ message }) => message))
          if (lacks.length > 0) continue
          await lookAgain(collector, loopName('collectors', collector.name, place), store)
          begun.push(collector.title)
        }
        if (begun.includes(collector.title)) await restart?.(path)
      }
      const lack = missing.length > 0 ? `. ${missing.join('. ')}` : ''
      if (begun.length === 0)
        return { ok: false, message: lack.slice(2) || 'No scan is switched on: see collectors.nmap' }
      const when = restart ? 'what is found is shown when it has ended' : 'it is done when the program runs'
      return { ok: true, message: `${restart ? 'Begun' : 'Noted'}: ${begun.join(', ')}; ${when}${lack}` }
    },
    async recap() {
      const { headline } = await makeRecap(recapTools(app))
      return { ok: true, message: headline }
    },
    async dashboard() {
      if (app.home) return makeDashboard(app.home, store.meta.instance)
      return { ok: false, message: 'Home Assistant is not set up: set homeassistant.address and its token' }
    },
    async set(option, value): Promise<RequestResult> {
      const { path } = app.config.accept(option, value)
      await app.settings.set(option, value === null ? undefined : value)
      if (nextStart.includes(path)) return { ok: true, message: 'Saved; it holds from the next start on' }
      if (!readLive.includes(path)) await restart?.(path)
      return { ok: true, message: 'Saved' }
    },
    async test(given, target) {
      const notifier = byName(notifiers, given)
      const [channel] = placesOn(app, `notifiers.${given}`, notifier)
      if (!channel) return { ok: false, message: `${notifier.title} is not set up` }
      const name = loopName('notifiers', given)
      const turn = toSingleTurn({ stop: start.stop, log: log.named(name) })
      return tellTest(target, { ...deliverTools(app), name, notifier, options: channel.options, turn })
    },
  })
}

/** Sets back the loop's cursor, so that its next poll does not wait for its rhythm. */
async function lookAgain(
  collector: PollingCollector<unknown, unknown>,
  loop: string,
  store: App['store'],
): Promise<void> {
  const saved = collector.cursor.safeParse(await store.cursors.get(loop))
  if (saved.success && collector.again) await store.cursors.set(loop, collector.again(saved.data), 'now')
}

/** Only what people ask, until `stop`: for the terminal, when no daemon runs. */
export async function runRequests(app: App): Promise<void> {
  const { board, log, start } = app
  await supervise(toAppRequests(app), { board, log, stop: start.stop })
}

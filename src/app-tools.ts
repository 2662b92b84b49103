import { type App, learningOf } from './app.ts'
import type { Collector } from './core/collector.ts'
import type { Plugin } from './core/plugin.ts'
import { ConfigError } from './core/errors.ts'
import type { DeliverTools } from './pipeline/deliver.ts'
import { houseOptions } from './pipeline/options.ts'
import type { RecapTools } from './pipeline/recap.ts'
import { rules } from './triage/rules.ts'

/** The house's own options as they are now, with whether it is learning. */
export function houseOf(app: App) {
  const options = app.options('house', houseOptions)
  return { ...options, isLearning: learningOf(options, app.store, app.start.now()).on }
}

/** What making a recap needs. */
export function recapTools(app: App): RecapTools {
  const { store, board, start, parts } = app
  return { store, board, words: parts.words, now: start.now, isLearning: () => houseOf(app).isLearning }
}

/** What telling people needs. */
export function deliverTools(app: App): DeliverTools {
  return {
    store: app.store,
    context: (turn, options) => app.context(options, turn),
    words: app.parts.words,
    now: app.start.now,
    isCertain: (detector) => rules.find((rule) => rule.detector === detector)?.band.floor === 'high',
    speaksRaises: () => houseOf(app).speakModelRaises,
  }
}

/** The places of a plugin that are switched on and set up, with their options. */
export function placesOn(
  app: Pick<App, 'config' | 'home'>,
  path: string,
  plugin: Plugin<unknown>,
): { options: unknown; place: number }[] {
  return app.config.places(path).flatMap((raw, place) => {
    const options = plugin.options.parse(raw)
    const isOn = raw['enabled'] !== false && (plugin.isSetUp?.(options, app.home) ?? true)
    return isOn ? [{ options, place }] : []
  })
}

/** What a collector does to other machines, at each place that is on, unless it has shown that it cannot. */
export function noticesOf(collector: Collector, app: Pick<App, 'config' | 'home' | 'board'>): string[] {
  if (!('poll' in collector)) return []
  return placesOn(app, `collectors.${collector.name}`, collector).flatMap(({ options, place }) => {
    const row = app.board.row(loopName('collectors', collector.name, place))
    const cannot = row !== undefined && row.state !== 'starting' && !row.hasWorked
    return cannot ? [] : (collector.notice?.(options) ?? [])
  })
}

/** The plugin of this name; `ConfigError` names those that there are. */
export function byName<P extends { readonly name: string }>(plugins: readonly P[], name: string): P {
  const plugin = plugins.find((one) => one.name === name)
  if (plugin === undefined)
    throw new ConfigError(`There is no ${name}; there are ${plugins.map((one) => one.name).join(', ')}`)
  return plugin
}

/** A loop's name: `collect/pihole-log`, the second place `collect/pihole-log#2`. */
export function loopName(kind: string, name: string, place = 0): string {
  const prefixes = new Map([
    ['collectors', 'collect'],
    ['detectors', 'detect'],
    ['notifiers', 'notify'],
    ['bridges', 'bridge'],
  ])
  return `${prefixes.get(kind) ?? kind}/${name}${place === 0 ? '' : `#${place + 1}`}`
}

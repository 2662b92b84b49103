import { messageOf } from '../core/errors.ts'
import type { Board } from '../core/health.ts'
import type { Home } from '../core/home.ts'
import type { Log } from '../core/log.ts'
import type { Check, Context, Plugin } from '../core/plugin.ts'
import { within } from '../core/time.ts'
import { type Pair, standIns } from './cover.ts'

/** Milliseconds that one plugin may look for. */
const patience = 15_000

export interface CheckTools {
  readonly kinds: Readonly<Record<string, readonly Plugin<unknown>[]>>
  readonly config: { places(path: string): readonly Readonly<Record<string, unknown>>[] }
  readonly board: Board
  /** Sources that stand in for each other. */
  readonly pairs: readonly Pair[]
  loopName(kind: string, name: string, place: number): string
  /** Whether anybody misses what this place's plugin cannot do. */
  isMissed(kind: string, name: string, place: number): Promise<boolean>
  readonly home: Home | undefined
  readonly context: (options: unknown, more: { stop: AbortSignal; log: Log }) => Context<unknown>
  readonly log: Log
  readonly stop: AbortSignal
}

export interface Checked {
  readonly plugin: string
  readonly kind: string
  readonly title: string
  readonly checks: readonly Check[]
  /** The title of what does its work instead. */
  readonly coveredBy?: string
}

const switchedOff: Check = { ok: true, optional: true, message: 'Switched off' }

/**
 * What every plugin finds when it looks, side by side, and what its loop says of itself; one that throws has said what
 * is wrong. What nobody misses is optional.
 */
export async function checkAll(tools: CheckTools): Promise<readonly Checked[]> {
  const all = Object.entries(tools.kinds).flatMap(([kind, plugins]) =>
    plugins.map((plugin) => ({ kind, plugin })),
  )
  const found = await Promise.all(
    all.map(async ({ kind, plugin }) => ({
      plugin: plugin.name,
      kind,
      title: plugin.title,
      checks: await checksOf(kind, plugin, tools),
    })),
  )
  return found.filter(({ checks }) => checks.length > 0).map((one) => withCover(one, found, tools.pairs))
}

/** A source that is not here names the one that was found well in its place. */
function withCover(one: Checked, found: readonly Checked[], pairs: readonly Pair[]): Checked {
  const isAbsent = one.checks.every((check) => check.optional && check !== switchedOff)
  if (one.kind !== 'collectors' || !isAbsent) return one
  const names = standIns(one.plugin, pairs)
  const working = found.find(
    ({ plugin, kind, checks }) =>
      kind === 'collectors' &&
      names.includes(plugin) &&
      checks.every(({ ok }) => ok) &&
      checks.some(({ optional }) => !optional),
  )
  return working ? { ...one, coveredBy: working.title } : one
}

async function checksOf(kind: string, plugin: Plugin<unknown>, tools: CheckTools): Promise<Check[]> {
  const { config, home } = tools
  const checks: Check[] = []
  for (const [place, raw] of config.places(`${kind}.${plugin.name}`).entries()) {
    const options = plugin.options.parse(raw)
    if (raw['enabled'] === false) checks.push(switchedOff)
    else if (plugin.isSetUp && !plugin.isSetUp(options, home))
      checks.push({ ok: true, optional: true, message: 'Not set up' })
    else checks.push(...(await placeChecks(kind, { plugin, options, place }, tools)))
  }
  return checks
}

async function placeChecks(
  kind: string,
  { plugin, options, place }: { plugin: Plugin<unknown>; options: unknown; place: number },
  tools: CheckTools,
): Promise<Check[]> {
  const { context, log, stop, board } = tools
  const found = await look(
    plugin,
    context(options, { log: log.named(plugin.name), stop: within(patience, stop) }),
  )
  const row = board.row(tools.loopName(kind, plugin.name, place))
  const isTroubled = row?.state === 'waiting' || row?.state === 'blocked' || row?.state === 'failing'
  if (found.every(({ ok }) => ok))
    return isTroubled ? [...found, { ok: false, message: row.reason ?? 'It does not work' }] : found
  if (isTroubled || (await tools.isMissed(kind, plugin.name, place))) return found
  return found.map((check) => (check.ok ? check : { ...check, ok: true, optional: true }))
}

async function look(plugin: Plugin<unknown>, context: Context<unknown>): Promise<Check[]> {
  try {
    return (await plugin.check?.(context)) ?? []
  } catch (error) {
    return [{ ok: false, message: messageOf(error) }]
  }
}

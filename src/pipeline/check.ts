import { messageOf } from '../core/errors.ts'
import type { Board } from '../core/health.ts'
import type { Home } from '../core/home.ts'
import type { Log } from '../core/log.ts'
import type { Check, Context, Plugin } from '../core/plugin.ts'
import { within } from '../core/time.ts'

/** Milliseconds that one plugin may look for. */
const patience = 15_000

export interface CheckTools {
  readonly kinds: Readonly<Record<string, readonly Plugin<unknown>[]>>
  readonly config: { places(path: string): readonly Readonly<Record<string, unknown>>[] }
  readonly board: Board
  loopName(kind: string, name: string, place: number): string
  /** Whether anybody misses what this place's plugin cannot do. */
  isMissed(kind: string, name: string, place: number): Promise<boolean>
  readonly home: Home | undefined
  readonly context: (options: unknown, more: { stop: AbortSignal; log: Log }) => Context<unknown>
  readonly log: Log
  readonly stop: AbortSignal
}

/**
 * What every plugin finds when it looks, side by side, and what its loop says of itself; one that throws has said what
 * is wrong. What nobody misses is optional.
 */
export async function checkAll(
  tools: CheckTools,
): Promise<{ plugin: string; kind: string; title: string; checks: readonly Check[] }[]> {
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
  return found.filter(({ checks }) => checks.length > 0)
}

async function checksOf(kind: string, plugin: Plugin<unknown>, tools: CheckTools): Promise<Check[]> {
  const { config, home } = tools
  const checks: Check[] = []
  for (const [place, raw] of config.places(`${kind}.${plugin.name}`).entries()) {
    const options = plugin.options.parse(raw)
    if (raw['enabled'] === false) checks.push({ ok: true, optional: true, message: 'Switched off' })
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

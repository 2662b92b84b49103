import { messageOf } from '../core/errors.ts'
import type { Home } from '../core/home.ts'
import type { Log } from '../core/log.ts'
import type { Check, Context, Plugin } from '../core/plugin.ts'
import { within } from '../core/time.ts'

/** Milliseconds that one plugin may look for. */
const patience = 15_000

export interface CheckTools {
  readonly kinds: Readonly<Record<string, readonly Plugin<unknown>[]>>
  readonly config: { places(path: string): readonly Readonly<Record<string, unknown>>[] }
  readonly home: Home | undefined
  readonly context: (options: unknown, more: { stop: AbortSignal; log: Log }) => Context<unknown>
  readonly log: Log
  readonly stop: AbortSignal
}

/** What every plugin finds when it looks, side by side; one that throws has said what is wrong. */
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

async function checksOf(
  kind: string,
  plugin: Plugin<unknown>,
  { config, home, context, log, stop }: CheckTools,
): Promise<Check[]> {
  const checks: Check[] = []
  for (const place of config.places(`${kind}.${plugin.name}`)) {
    const options = plugin.options.parse(place)
    if (place['enabled'] === false) checks.push({ ok: true, message: 'Switched off' })
    else if (plugin.isSetUp && !plugin.isSetUp(options, home))
      checks.push({ ok: true, message: 'Not set up' })
    else
      checks.push(
        ...(await look(
          plugin,
          context(options, { log: log.named(plugin.name), stop: within(patience, stop) }),
        )),
      )
  }
  return checks
}

async function look(plugin: Plugin<unknown>, context: Context<unknown>): Promise<Check[]> {
  try {
    return (await plugin.check?.(context)) ?? []
  } catch (error) {
    return [{ ok: false, message: messageOf(error) }]
  }
}

import { existsSync } from 'node:fs'
import * as z from 'zod'
import type { PollingCollector } from '../core/collector.ts'
import { messageOf, UnavailableError } from '../core/errors.ts'
import type { HomeApp } from '../core/home.ts'
import type { ContainerState } from '../core/observation.ts'
import { list, path, seconds, text } from '../core/options.ts'
import type { Context } from '../core/plugin.ts'
import type { Container } from '../formats/docker.ts'
import { containersOf } from './containers/engine.ts'

/** Milliseconds after which a state that lasts is told again: one that is well or not to be seen, and a trouble. */
const again = { calm: 3_600_000, trouble: 300_000 }

const options = z.object({
  names: list(
    'Watch list',
    'Containers that must run, or apps of Home Assistant by their slugs; when empty, all that have been seen running.',
    text('Container', 'Its name, such as web, or core_mosquitto.').min(1),
  ).default([]),
  every: seconds('How often to look', 'Seconds between two looks at the containers.', {
    min: 5,
    max: 3600,
  }).default(30),
  socket: path('Socket', 'The socket of Docker, or the compatible one of podman.').default(
    '/var/run/docker.sock',
  ),
})

type Options = z.infer<typeof options>

const told = z.object({
  state: z.string(),
  restarts: z.number().optional(),
  ordered: z.boolean().optional(),
  /** Milliseconds since 1970. */
  at: z.number(),
})

/** What was told of each name last. */
const cursor = z.record(z.string(), told)
type Cursor = z.infer<typeof cursor>

const none = 'There is no Docker here'

/** Sees how containers are, or, inside Home Assistant, the other apps. */
export default {
  name: 'containers',
  title: 'Containers',
  options,
  cursor,
  every: (options) => options.every,

  async poll({ cursor = {}, ...context }) {
    const at = context.now()
    const states = watched(await look(context, cursor, at), context.options.names, cursor, at).map((state) =>
      asToldBefore(state, cursor[state.name]),
    )
    const news = states.filter((state) => isNews(state, cursor[state.name]))
    const next = states.map((one): [string, z.infer<typeof told>] => {
      const before = cursor[one.name]
      return [one.name, before && !news.includes(one) ? before : toTold(one)]
    })
    const absent = isAbsent(context) && next.length === 0 ? none : undefined
    return { observations: news, cursor: Object.fromEntries(next), absent }
  },

  async check(context) {
    if (isAbsent(context)) return [{ ok: true, optional: true, message: none }]
    const states = watched(await look(context, {}, context.now()), context.options.names, {}, context.now())
    return states.map(({ name, state, reason }) => ({
      ok: state === 'running',
      message: `${name} is ${state}${reason === undefined ? '' : `: ${reason}`}`,
    }))
  },
} satisfies PollingCollector<Options, Cursor>

type Looking = Pick<Context<Options>, 'options' | 'now' | 'stop' | 'home'>

/** Nothing is set up that could be looked at, which is no fault. */
function isAbsent({ options, home }: Looking): boolean {
  return home?.isSupervised !== true && options.names.length === 0 && !existsSync(options.socket)
}

/** Where we may not look, what is watched for, or was seen before, cannot be seen: it is not gone. */
async function look(context: Looking, before: Cursor, at: Date): Promise<readonly Container[]> {
  const { options, home, now, stop } = context
  if (isAbsent(context) && Object.keys(before).length === 0) return []
  try {
    if (home?.isSupervised !== true) return await containersOf(options.socket, now, stop)
    const apps = await home.apps()
    if (apps) return apps.map((app) => toApp(app, at))
    throw new UnavailableError('the Supervisor does not tell this app of others')
  } catch (error) {
    const isOdd = error instanceof z.ZodError
    if (stop.aborted || !(isOdd || error instanceof UnavailableError)) throw error
    const known = options.names.length > 0 ? options.names : Object.keys(before)
    const reason = isOdd ? `${options.socket} answers as no engine of containers does` : messageOf(error)
    return (known.length > 0 ? known : ['docker']).map((name) => ({
      state: { kind: 'container', at, name, state: 'unseen', reason },
      isDone: false,
    }))
  }
}

/** An app, by what the Supervisor calls its state: one that is stopped has ended as it should. */
export function toApp({ slug, state }: HomeApp, at: Date): Container {
  const seen = { kind: 'container', at, name: slug } as const
  if (state === 'started' || state === 'startup')
    return { state: { ...seen, state: 'running' }, isDone: false }
  if (state === 'stopped') return { state: { ...seen, state: 'stopped', exitCode: 0 }, isDone: false }
  const reason = `the Supervisor calls it ${state.slice(0, 50)}`
  return { state: { ...seen, state: state === 'error' ? 'stopped' : 'unseen', reason }, isDone: false }
}

/** Those of the watch list; without one, those that run, or did when they were seen before, and are not simply done. */
function watched(
  found: readonly Container[],
  names: readonly string[],
  before: Cursor,
  at: Date,
): readonly ContainerState[] {
  if (names.length === 0)
    return found
      .filter(
        ({ state, isDone }) => state.state === 'unseen' || isUp(state) || (before[state.name] && !isDone),
      )
      .map(({ state }) => state)
  return names.map(
    (name) =>
      found.find(({ state }) => state.name === name)?.state ?? {
        kind: 'container',
        at,
        name,
        state: 'missing',
      },
  )
}

/** Its engine holds it to be on. */
function isUp({ state }: ContainerState): boolean {
  return state !== 'stopped' && state !== 'missing'
}

/** An engine soon forgets that it was told to end one. */
function asToldBefore(state: ContainerState, before: Cursor[string] | undefined): ContainerState {
  const isSame = state.state === 'stopped' && before?.state === 'stopped' && before.ordered === true
  return isSame ? { ...state, ordered: true } : state
}

function isNews(state: ContainerState, before: Cursor[string] | undefined): boolean {
  const { at, restarts, ordered } = state
  if (before === undefined || before.state !== state.state) return true
  if (before.restarts !== restarts || before.ordered !== ordered) return true
  const isCalm = ['running', 'paused', 'unseen'].includes(state.state)
  return at.getTime() - before.at >= (isCalm ? again.calm : again.trouble)
}

function toTold({ state, restarts, ordered, at }: ContainerState): z.infer<typeof told> {
  return {
    state,
    at: at.getTime(),
    ...(restarts !== undefined && { restarts }),
    ...(ordered !== undefined && { ordered }),
  }
}

import * as z from 'zod'
import { ConfigError } from '../core/errors.ts'
import type { EntityState, Home } from '../core/home.ts'
import type { Log } from '../core/log.ts'
import { flag, secret, url } from '../core/options.ts'
import { entityStates, toChanged } from './entities.ts'
import { openSession, type Session } from './session.ts'
import type { Access } from './socket.ts'
import { apps, broker, selfInfo, supervisorAddress, type SupervisorAccess } from './supervisor.ts'

/** Outside Home Assistant only: inside, the Supervisor gives both. */
export const homeAssistantOptions = z.object({
  address: url(
    'Home Assistant’s address',
    'Where Home Assistant is, such as http://homeassistant.local:8123.',
  ).optional(),
  token: secret(
    'Home Assistant’s token',
    'A long-lived access token, made in Home Assistant under your profile, Security.',
  ).optional(),
  people: flag(
    'People and rooms',
    'Whether alerts say whose device it is, in which room it stands and whether anybody was at home.',
  ).default(true),
})

export type HomeAssistantOptions = z.infer<typeof homeAssistantOptions>

/** `unused`: nobody has asked for it yet. `refused`: the token; it is not tried again. */
export type HomeState = 'unused' | 'connecting' | 'connected' | 'away' | 'refused'

/** The connection, and how it is doing. */
export interface HomeConnection extends Home {
  state(): HomeState
}

export interface HomeTools {
  readonly options: Pick<HomeAssistantOptions, 'address' | 'token'>
  /** Inside Home Assistant. It wins over the options. */
  readonly supervisor?: SupervisorAccess
  readonly log: Log
  /** Closes the connection. */
  readonly stop: AbortSignal
}

const answerMilliseconds = 30_000
/** An action ends when it is done: an announcement when it is spoken. */
const actionMilliseconds = 120_000

const config = z.object({ state: z.string() })
const bags = z.record(z.string(), z.unknown())

/**
 * The one connection to Home Assistant, or undefined where none is set. It connects when it is first used, and again
 * when it is used after it was lost; whoever uses it decides when. Throws `ConfigError` when half of it is set.
 */
export function makeHome({ options, supervisor, log, stop }: HomeTools): HomeConnection | undefined {
  const access = toAccess(options, supervisor)
  if (access === undefined) return undefined
  let state: HomeState = 'unused'
  let current: Promise<Session> | undefined

  const connect = async (): Promise<Session> => {
    state = 'connecting'
    try {
      const session = await openSession(access, stop)
      session.ended.throwIfAborted()
      session.ended.addEventListener('abort', () => {
        state = 'away'
        current = undefined
      })
      state = 'connected'
      log.info('connected to Home Assistant', { version: session.version })
      return session
    } catch (error) {
      // A refused token counts as a failed login there: it is not tried again, and everyone hears the same.
      state = error instanceof ConfigError ? 'refused' : 'away'
      if (state === 'away') current = undefined
      throw error
    }
  }
  const session = (): Promise<Session> => (current ??= connect())
  const ask = async (
    command: { readonly type: string } & Readonly<Record<string, unknown>>,
    milliseconds = answerMilliseconds,
  ) => (await session()).ask(command, milliseconds)

  return {
    isSupervised: supervisor !== undefined,
    state: () => state,
    async call({ domain, service, data, target, returnResponse }) {
      const answer = await ask(
        {
          type: 'call_service',
          domain,
          service,
          ...(data && { service_data: data }),
          ...(target && { target }),
          ...(returnResponse === true && { return_response: true }),
        },
        actionMilliseconds,
      )
      return bags.safeParse(answer).data?.['response']
    },
    states: async () => entityStates.parse(await ask({ type: 'get_states' })),
    async *watch(entityIds, until) {
      // Home Assistant takes an empty list for all entities.
      if (entityIds.length === 0) return
      const known = new Map<string, EntityState>()
      const command = { type: 'subscribe_entities', entity_ids: entityIds }
      for await (const event of (await session()).listen(command, until)) {
        for (const entity of toChanged(event, known)) {
          known.set(entity.entity_id, entity)
          yield entity
        }
      }
    },
    async *events(type, until) {
      const command = { type: 'subscribe_events', event_type: type }
      for await (const event of (await session()).listen(command, until)) yield bags.parse(event)
    },
    async *subscribe(message, until) {
      yield* (await session()).listen(message, until)
    },
    send: (message) => ask(message),
    isRunning: async () => config.parse(await ask({ type: 'get_config' })).state === 'RUNNING',
    broker: async () => (supervisor ? broker(supervisor, stop) : undefined),
    apps: async () => (supervisor ? apps(supervisor, stop) : undefined),
    page: async () => (supervisor ? `/app/${(await selfInfo(supervisor, stop)).slug}` : undefined),
  }
}

function toAccess(
  { address, token }: HomeTools['options'],
  supervisor: SupervisorAccess | undefined,
): Access | undefined {
  if (supervisor) {
    const address = `${supervisorAddress(supervisor)}/core`
    return { address, token: supervisor.token, remedy: 'restart this app (add-on)' }
  }
  if (address === undefined && token === undefined) return undefined
  if (address === undefined)
    throw new ConfigError('homeassistant.token is set, but homeassistant.address is not')
  if (token === undefined)
    throw new ConfigError(
      'homeassistant.address is set, but homeassistant.token is not: make a long-lived access token in your profile there',
    )
  return {
    address,
    token,
    remedy: 'set homeassistant.token to a new long-lived token from your profile there',
  }
}

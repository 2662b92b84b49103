import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { WebSocketServer, type RawData } from 'ws'
import * as z from 'zod'
import { toClient, type Client } from './home-client.ts'
import { household, type DoubleEntity } from './household.ts'

/** A websocket command as it came. */
export interface Received {
  readonly type: string
  readonly id: number
  readonly [key: string]: unknown
}

/** An action that was called. */
export interface Call {
  readonly domain: string
  readonly service: string
  readonly data: Readonly<Record<string, unknown>>
  readonly target: Readonly<Record<string, unknown>>
}

export interface HomeDouble {
  /** `http://127.0.0.1:port`: as Home Assistant, and as the Supervisor. */
  readonly address: string
  readonly port: number
  /** Every action called, oldest first. */
  readonly calls: Call[]
  /** Every command, oldest first. */
  readonly received: Received[]
  /** Paths asked over HTTP, the websocket's too, with the authorization they came with. */
  readonly asked: { readonly path: string; readonly authorization: string | undefined }[]
  readonly entities: ReadonlyMap<string, DoubleEntity>
  /** How many were let in so far, and how many are connected. */
  logins(): number
  connected(): number
  /** Sets a state, and tells everyone who watches it. */
  set(entity: string, change: { state?: string; attributes?: Readonly<Record<string, unknown>> }): void
  remove(entity: string): void
  /** An event on the bus. */
  fire(type: string, data: Readonly<Record<string, unknown>>): void
  /** A notification on Home Assistant's own page, which takes the place of an older one of the same id. */
  notify(id: string, message: string, at: Date): void
  /** Plays part of Home Assistant's behaviour otherwise from now on. */
  behave(change: Partial<Behaviour>): void
  /** Pulls the plug: connections break, and the port refuses. */
  die(): Promise<void>
  /** Listens again on the same port, with the same states. */
  comeBack(): Promise<void>
  close(): Promise<void>
}

export interface Behaviour {
  /** `get_config` says so. */
  readonly running: boolean
  /** Answers pings. */
  readonly pongs: boolean
  /** Lets the token in; silent: never answers it. */
  readonly door: 'open' | 'silent'
  /** Speakers play what they are told to speak; a silent one takes it and stays idle. */
  readonly plays: boolean
  /** Milliseconds that a sentence lasts. */
  readonly lasts: number
  /** Actions that are refused, `domain.service`, with Home Assistant's own words. */
  readonly refuses: Readonly<Record<string, { readonly code: string; readonly message: string }>>
  /** What `GET /services/mqtt` answers: a status, and `data` of a 200. */
  readonly mqtt: { readonly status: number; readonly data?: unknown }
  readonly selfInfo: unknown
  /** What `GET /supervisor/info` tells, and `GET /addons`, which the least role may not ask. */
  readonly apps: { readonly info?: unknown; readonly list?: unknown }
}

const command = z.looseObject({ id: z.number(), type: z.string() })
const call = z.object({
  domain: z.string(),
  service: z.string(),
  service_data: z.record(z.string(), z.unknown()).default({}),
  target: z.record(z.string(), z.unknown()).default({}),
})

/** A server on loopback that answers as Home Assistant's websocket and as the Supervisor do. */
export async function startHomeDouble({
  port = 0,
  token = 'long-lived-token',
  entities = household,
}: {
  port?: number
  token?: string
  entities?: readonly DoubleEntity[]
} = {}): Promise<HomeDouble> {
  const states = new Map(entities.map((entity) => [entity.entity_id, entity]))
  const calls: Call[] = []
  const received: Received[] = []
  const asked: { path: string; authorization: string | undefined }[] = []
  const clients = new Set<Client>()
  const notifications = new Map<string, object>()
  let logins = 0
  let behaviour: Behaviour = {
    running: true,
    pongs: true,
    door: 'open',
    plays: true,
    lasts: 40,
    refuses: {},
    mqtt: { status: 400 },
    selfInfo: undefined,
    apps: {},
  }

  const set: HomeDouble['set'] = (entity, { state, attributes = {} }) => {
    const before = states.get(entity) ?? { entity_id: entity, state: 'unknown', attributes: {} }
    states.set(entity, {
      entity_id: entity,
      state: state ?? before.state,
      attributes: { ...before.attributes, ...attributes },
    })
    const plus = { ...(state !== undefined && { s: state }), a: attributes, lc: 1_790_000_000, c: 'context' }
    for (const client of clients) client.changed(entity, { c: { [entity]: { '+': plus } } })
  }

  const speak = (speaker: unknown) => {
    if (typeof speaker !== 'string' || !behaviour.plays) return
    set(speaker, { state: 'playing' })
    setTimeout(() => set(speaker, { state: 'idle' }), behaviour.lasts).unref()
  }

  const act = ({ domain, service, data, target }: Call) => {
    if (domain === 'media_player' && service === 'volume_set')
      set(String(target['entity_id']), { attributes: { volume_level: data['volume_level'] } })
    if (domain === 'tts' && service === 'speak')
      for (const speaker of [data['media_player_entity_id']].flat()) speak(speaker)
  }

  const onCommand = (message: Received, client: Client) => {
    received.push(message)
    switch (message.type) {
      case 'supported_features':
        return client.result(message.id, null)
      case 'ping':
        return behaviour.pongs ? client.send({ id: message.id, type: 'pong' }) : undefined
      case 'get_states':
        return client.result(message.id, [...states.values()])
      case 'get_services':
        return client.result(message.id, { notify: { notify: {}, mobile_app_pixel_9: {} } })
      case 'fire_event':
        return client.result(message.id, { context: { id: 'context' } })
      case 'get_config':
        return client.result(message.id, { state: behaviour.running ? 'RUNNING' : 'STARTING' })
      case 'subscribe_entities': {
        const ids = z.array(z.string()).parse(message['entity_ids'])
        client.watches.set(message.id, new Set(ids))
        client.result(message.id, null)
        const there = ids.map((id) => states.get(id)).filter((entity) => entity !== undefined)
        const a = Object.fromEntries(
          there.map(({ entity_id, state, attributes }) => [
            entity_id,
            { s: state, a: attributes, c: 'context', lc: 1_790_000_000.5 },
          ]),
        )
        return client.event(message.id, { a })
      }
      case 'config/device_registry/list':
      case 'config/area_registry/list':
      case 'config/entity_registry/list':
        return client.result(message.id, [])
      case 'subscribe_events':
        client.listens.set(message.id, String(message['event_type']))
        return client.result(message.id, null)
      case 'persistent_notification/subscribe':
        client.listens.set(message.id, 'persistent_notification')
        client.result(message.id, null)
        return client.event(message.id, { type: 'current', notifications: Object.fromEntries(notifications) })
      case 'unsubscribe_events': {
        const id = Number(message['subscription'])
        client.watches.delete(id)
        client.listens.delete(id)
        return client.result(message.id, null)
      }
      case 'call_service': {
        const { domain, service, service_data, target } = call.parse(message)
        const refusal = behaviour.refuses[`${domain}.${service}`]
        if (refusal) return client.refuse(message.id, refusal)
        const one = { domain, service, data: service_data, target }
        calls.push(one)
        act(one)
        const response = message['return_response'] === true ? { said: true } : null
        return client.result(message.id, { context: { id: 'context' }, response })
      }
      default:
        return client.refuse(message.id, { code: 'unknown_command', message: 'Unknown command.' })
    }
  }

  const onHttp = (request: IncomingMessage, response: ServerResponse) => {
    const path = request.url ?? ''
    asked.push({ path, authorization: request.headers.authorization })
    const { status, data } =
      request.headers.authorization !== `Bearer ${token}`
        ? { status: 403 }
        : path === '/services/mqtt'
          ? behaviour.mqtt
          : path === '/addons/self/info' && behaviour.selfInfo !== undefined
            ? { status: 200, data: behaviour.selfInfo }
            : path === '/supervisor/info' && behaviour.apps.info !== undefined
              ? { status: 200, data: behaviour.apps.info }
              : path === '/addons' && behaviour.apps.list !== undefined
                ? { status: 200, data: behaviour.apps.list }
                : { status: 404 }
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(JSON.stringify(status === 200 ? { result: 'ok', data } : { result: 'error', message: 'No' }))
  }

  const listen = async (on: number) => {
    const server = createServer(onHttp)
    const sockets = new WebSocketServer({ noServer: true })
    server.on('upgrade', (request, socket, head) => {
      if (request.url !== '/api/websocket' && request.url !== '/core/api/websocket')
        return void socket.destroy()
      asked.push({ path: request.url, authorization: request.headers.authorization })
      sockets.handleUpgrade(request, socket, head, (peer) => {
        const client = toClient(peer)
        peer.on('close', () => clients.delete(client))
        peer.on('message', (data) => {
          const message: unknown = JSON.parse(textOf(data))
          if (client.isIn) return onCommand(command.parse(message), client)
          const { access_token } = z.object({ access_token: z.string() }).parse(message)
          if (access_token !== token) {
            client.send({ type: 'auth_invalid', message: 'Invalid access token or password' })
            return peer.close()
          }
          if (behaviour.door === 'silent') return undefined
          client.isIn = true
          clients.add(client)
          logins += 1
          return client.send({ type: 'auth_ok', ha_version: '2026.11.0' })
        })
        client.send({ type: 'auth_required', ha_version: '2026.11.0' })
      })
    })
    server.listen(on, '127.0.0.1')
    await once(server, 'listening')
    return { server, sockets }
  }

  let up: Awaited<ReturnType<typeof listen>> | undefined = await listen(port)
  const at = up.server.address()
  const bound = typeof at === 'object' && at !== null ? at.port : port
  const die = async () => {
    if (up === undefined) return
    const { server, sockets } = up
    up = undefined
    for (const peer of sockets.clients) peer.terminate()
    const closed = once(server, 'close')
    server.close()
    server.closeAllConnections()
    await closed
  }

  return {
    address: `http://127.0.0.1:${bound}`,
    port: bound,
    calls,
    received,
    asked,
    entities: states,
    logins: () => logins,
    connected: () => clients.size,
    set,
    remove(entity) {
      states.delete(entity)
      for (const client of clients) client.changed(entity, { r: [entity] })
    },
    fire(type, data) {
      for (const client of clients)
        for (const [id, wanted] of client.listens)
          if (wanted === type) client.event(id, { event_type: type, data, origin: 'LOCAL' })
    },
    notify(id, message, at) {
      const one = { notification_id: id, title: 'Notification', message, created_at: at.toISOString() }
      notifications.set(id, one)
      for (const client of clients)
        for (const [number, wanted] of client.listens)
          if (wanted === 'persistent_notification')
            client.event(number, { type: 'added', notifications: { [id]: one } })
    },
    behave(change) {
      behaviour = { ...behaviour, ...change }
    },
    die,
    async comeBack() {
      up ??= await listen(bound)
    },
    close: die,
  }
}

function textOf(data: RawData): string {
  return Buffer.concat([data].flat().map((part) => Buffer.from(new Uint8Array(part)))).toString()
}

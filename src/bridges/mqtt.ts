import { once } from 'node:events'
import * as z from 'zod'
import type { Bridge, BridgeContext, HouseState } from '../core/bridge.ts'
import { UnavailableError } from '../core/errors.ts'
import type { Home } from '../core/home.ts'
import { essential, secret, text, url } from '../core/options.ts'
import { pause } from '../core/time.ts'
import { happeningPayload } from './mqtt/attributes.ts'
import { makeCommands } from './mqtt/commands.ts'
import { connect, type Connection, type Place } from './mqtt/connection.ts'
import { toTopics, type Topics } from './mqtt/discovery.ts'
import { makeDisplay } from './mqtt/display.ts'

const topic = /^[A-Za-z0-9_-]{1,40}(?:\/[A-Za-z0-9_-]{1,40}){0,3}$/
const plainTopic = 'must be letters, digits, _ and -, with / between'

const options = z.object({
  address: essential(
    url(
      'MQTT broker',
      'Where the MQTT broker is, such as mqtt://192.168.1.10:1883. Inside Home Assistant it is found by itself.',
      /^mqtts?$/,
    ).optional(),
  ),
  username: text('User name', 'The user name that the broker knows, if it asks for one.').optional(),
  password: secret('Password', 'The password for that user name.').optional(),
  discoveryPrefix: text('Discovery prefix', 'The topic under which Home Assistant looks for devices.')
    .regex(topic, plainTopic)
    .default('homeassistant'),
  baseTopic: text('Base topic', 'The topic under which all our states lie.')
    .regex(topic, plainTopic)
    .default('hearthwarden'),
})
type Options = z.infer<typeof options>

/** Milliseconds: what is sent before Home Assistant has subscribed is lost, unless it is retained, and events never are. */
const settling = 1000
/** Seconds. */
const eventExpiry = 300
/** Milliseconds between `stop` and leaving what is under way. */
const longestEnd = 1000

export default {
  name: 'mqtt',
  title: 'MQTT',
  asker: 'mqtt',
  options,
  isSetUp: ({ address }, home) => address !== undefined || home?.isSupervised === true,
  async check({ options, home, stop }) {
    const place = await toPlace(options, home)
    const connection = await connect(place, { clientId: 'hearthwarden_check' }, stop)
    await connection.close()
    return [{ ok: true, message: `The MQTT broker at ${place.host}:${place.port} lets us in` }]
  },
  async run(context) {
    const { options, instance, stop } = context
    const topics = toTopics({ ...options, instance })
    const will = { topic: topics.status, payload: 'offline' }
    const place = await toPlace(options, context.home)
    const connection = await connect(place, { clientId: `hearthwarden_${instance}`, will }, stop)
    const done = new AbortController()
    try {
      await Promise.race([serve(connection, topics, context), overdue(stop, done.signal)])
    } finally {
      done.abort()
      await connection.close(will)
    }
  },
} satisfies Bridge<Options>

/** Until `stop`: shows each state, tells each happening, brings commands back. */
async function serve(connection: Connection, topics: Topics, context: BridgeContext<Options>): Promise<void> {
  const { house, log, stop, now } = context
  const broken = new AbortController()
  const end = AbortSignal.any([stop, connection.lost, broken.signal])
  const display = makeDisplay(connection, { topics, identity: context, now })
  const commands = makeCommands({ topics, log, ask: (request) => context.ask(request), broken })
  const bell = makeBell()
  await connection.subscribe([topics.birth, topics.commands, topics.discovery], (received) => {
    if (received.topic === topics.discovery) {
      if (received.isRetained) display.remember(received.payload)
    } else if (received.topic === topics.birth) {
      if (received.payload === 'online') display.forget()
    } else commands.take(received)
    bell.ring()
  })
  await connection.publish(topics.status, 'online', { retain: true })
  context.ready()

  let newest: HouseState | undefined
  const listen = async () => {
    for await (const state of house.states(end)) {
      newest = state
      bell.ring()
    }
  }
  const show = async () => {
    while (!end.aborted) {
      if (newest) await display.show(newest)
      await bell.wait(end)
    }
  }
  const settled = pause(settling, end)
  const tell = async () => {
    for await (const happening of house.happenings(end)) {
      await settled
      const how = { retain: false, expiry: eventExpiry }
      if (!end.aborted) await connection.publish(topics.state('alert'), happeningPayload(happening), how)
    }
  }
  await Promise.all([listen(), show(), tell()])
  connection.lost.throwIfAborted()
  broken.signal.throwIfAborted()
}

/** Comes a little after `stop`: a broker that has fallen silent holds nobody up. */
async function overdue(stop: AbortSignal, done: AbortSignal): Promise<void> {
  const either = AbortSignal.any([stop, done])
  if (!either.aborted) await once(either, 'abort')
  await pause(longestEnd, done)
}

/** As it is set, else as the Supervisor tells now: its broker gets a new password when it is installed anew. */
async function toPlace(options: Options, home: Home | undefined): Promise<Place> {
  const { address, username, password } = options
  if (address !== undefined) {
    const { protocol, hostname, port } = new URL(address)
    const isSecure = protocol === 'mqtts:'
    return {
      protocol: isSecure ? 'mqtts' : 'mqtt',
      host: hostname.replaceAll(/[[\]]/g, ''),
      port: Number(port) || (isSecure ? 8883 : 1883),
      ...(username !== undefined && { username }),
      ...(password !== undefined && { password }),
      remedy: 'set bridges.mqtt.username and bridges.mqtt.password',
    }
  }
  const broker = await home?.broker()
  if (broker === undefined)
    throw new UnavailableError('There is no MQTT broker: install one, or set bridges.mqtt.address')
  const { ssl, ...rest } = broker
  return {
    ...rest,
    protocol: ssl ? 'mqtts' : 'mqtt',
    remedy: 'they come from Home Assistant; start its broker anew if this stays',
  }
}

/** Rings once for all rings since the last wait; by itself after a minute, for what changes at its own pace. */
function makeBell() {
  let rung = new AbortController()
  return {
    ring: () => rung.abort(),
    async wait(stop: AbortSignal) {
      await pause(60_000, AbortSignal.any([stop, rung.signal]))
      rung = new AbortController()
    },
  }
}

import type { IClientOptions, MqttClient } from 'mqtt'
import { codeOf, messageOf, UnavailableError } from '../../core/errors.ts'
import { pause } from '../../core/time.ts'

/** Where the broker is, and who we are to it. */
export interface Place {
  readonly protocol: 'mqtt' | 'mqtts'
  readonly host: string
  readonly port: number
  readonly username?: string
  readonly password?: string
  /** What to do when the name or the password is refused: the end of a sentence. */
  readonly remedy: string
}

export interface Session {
  readonly clientId: string
  /** What the broker says, retained, when we are gone without a word. */
  readonly will?: LastWord
}

export interface LastWord {
  readonly topic: string
  readonly payload: string
}

export interface Received {
  readonly topic: string
  readonly payload: string
  /** It lay at the broker before we came. */
  readonly isRetained: boolean
}

/** A connection to a broker, once: when it is lost it stays lost. */
export interface Connection {
  /** Comes when the connection is lost, with an `UnavailableError` as its reason. */
  readonly lost: AbortSignal
  /** QoS 1; resolves when the broker has it. `expiry` in seconds, where the broker can do that. */
  publish(topic: string, payload: string, how: { retain: boolean; expiry?: number }): Promise<void>
  subscribe(topics: readonly string[], listener: (received: Received) => void): Promise<void>
  /** Says the last word, retained, and goodbye, so that the will is not told. Never waits long. */
  close(last?: LastWord): Promise<void>
}

/** Milliseconds. */
const longestGoodbye = 1500

/** Reasons of a CONNACK, of MQTT 3.1.1 and of 5. */
const refusedVersion: ReadonlySet<number | undefined> = new Set([1, 132])
const refusedUser: ReadonlySet<number | undefined> = new Set([4, 5, 134, 135])

/** A broker that starts anew shows several of these in turn: they are one and the same to a person. */
const away: ReadonlySet<string | undefined> = new Set([
  undefined,
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ETIMEDOUT',
])

/**
 * Connects with MQTT 5, or with 3.1.1 where the broker knows no other. Throws `UnavailableError`, also for a refused
 * name or password: while Home Assistant starts, its broker refuses names that it knows a minute later
 * (https://github.com/home-assistant/addons/issues/2618).
 */
export async function connect(place: Place, session: Session, stop: AbortSignal): Promise<Connection> {
  const name = `The MQTT broker at ${place.host}:${place.port}`
  for (const version of [5, 4] as const) {
    try {
      return toConnection(await open(place, session, { version, stop }), { name, version })
    } catch (error) {
      const code = reasonOf(error)
      if (refusedUser.has(code))
        throw new UnavailableError(`${name} refuses our name or password: ${place.remedy}`)
      if (version === 5 && refusedVersion.has(code)) continue
      throw toUnavailable(name, error)
    }
  }
  throw new UnavailableError(`${name} speaks neither MQTT 5 nor 3.1.1`)
}

async function open(
  place: Place,
  session: Session,
  { version, stop }: { version: 4 | 5; stop: AbortSignal },
): Promise<MqttClient> {
  const { default: mqtt } = await import('mqtt')
  const { protocol, host, port, username, password } = place
  const options: IClientOptions = {
    protocol,
    host,
    port,
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    clientId: session.clientId,
    protocolVersion: version,
    clean: true,
    keepalive: 60,
    connectTimeout: 10_000,
    reconnectPeriod: 0,
    resubscribe: false,
    queueQoSZero: false,
    // A table of all 65,536 numbers takes 9 MB, and saves nothing at our pace.
    writeCache: false,
    ...(session.will && {
      will: { ...session.will, payload: Buffer.from(session.will.payload), qos: 1, retain: true },
    }),
  }
  const client = mqtt.connect(options)
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const onStop = () => reject(new Error('stopped'))
  stop.addEventListener('abort', onStop)
  // The listener for errors stays for ever: without one, an error would end the program.
  client.on('error', reject)
  client.on('close', () => reject(new Error('it closed the connection')))
  client.on('connect', () => resolve())
  try {
    await promise
    return client
  } catch (error) {
    client.end(true)
    throw error
  } finally {
    stop.removeEventListener('abort', onStop)
  }
}

function toConnection(client: MqttClient, { name, version }: { name: string; version: 4 | 5 }): Connection {
  const lost = new AbortController()
  client.on('close', () => {
    lost.abort(new UnavailableError(`${name} does not answer`))
    // Ends what still waits for the broker's word.
    client.end(true)
  })
  const taken = async (work: Promise<unknown>): Promise<void> => {
    try {
      await work
    } catch (error) {
      throw toUnavailable(name, error)
    }
  }
  return {
    lost: lost.signal,
    async publish(topic, payload, { retain, expiry }) {
      const properties =
        version === 5 && expiry !== undefined ? { properties: { messageExpiryInterval: expiry } } : {}
      await taken(client.publishAsync(topic, payload, { qos: 1, retain, ...properties }))
    },
    async subscribe(topics, listener) {
      client.on('message', (topic, payload, { retain }) =>
        listener({ topic, payload: payload.toString(), isRetained: retain }),
      )
      await taken(client.subscribeAsync([...topics], { qos: 1 }))
    },
    async close(last) {
      const done = new AbortController()
      const goodbye = async () => {
        if (last) await client.publishAsync(last.topic, last.payload, { qos: 1, retain: true })
        await client.endAsync()
      }
      if (!lost.signal.aborted) await Promise.race([taken(goodbye()), pause(longestGoodbye, done.signal)])
      done.abort()
      client.end(true)
    },
  }
}

/** The reason that the broker itself gave. */
function reasonOf(error: unknown): number | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'number' ? error.code : undefined
}

function toUnavailable(name: string, error: unknown): UnavailableError {
  if (reasonOf(error) !== undefined) return new UnavailableError(`${name} refuses us (${messageOf(error)})`)
  const code = codeOf(error)
  return new UnavailableError(`${name} does not answer${away.has(code) ? '' : ` (${code})`}`)
}

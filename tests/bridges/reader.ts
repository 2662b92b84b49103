import { EventEmitter, once } from 'node:events'
import mqtt from 'mqtt'
import * as z from 'zod'

export interface Seen {
  readonly topic: string
  readonly payload: string
  readonly retain: boolean
  readonly expiry: number | undefined
}

/** A client of its own, as Home Assistant is one: it reads everything and can send. */
export interface Reader {
  /** All that came, in order. */
  readonly all: readonly Seen[]
  /** The newest payload of a topic. */
  newest(topic: string): string | undefined
  /** Resolves once this is true of what has come; fails after five seconds. */
  until(is: () => boolean, what?: string): Promise<void>
  send(topic: string, payload: string, how?: { retain: boolean }): Promise<void>
  close(): Promise<void>
}

export async function startReader(
  address: string,
  login: { username?: string; password?: string } = {},
): Promise<Reader> {
  const client = await mqtt.connectAsync(address, { ...login, protocolVersion: 5, reconnectPeriod: 0 })
  const all: Seen[] = []
  const arrivals = new EventEmitter()
  client.on('message', (topic, payload, packet) => {
    const expiry = packet.properties?.messageExpiryInterval
    all.push({ topic, payload: payload.toString(), retain: packet.retain, expiry })
    arrivals.emit('seen')
  })
  client.on('error', () => undefined)
  await client.subscribeAsync('#', { qos: 1 })
  return {
    all,
    newest: (topic) => all.findLast((seen) => seen.topic === topic)?.payload,
    async until(is, what = is.toString()) {
      const deadline = AbortSignal.timeout(5000)
      while (!is()) {
        try {
          await once(arrivals, 'seen', { signal: deadline })
        } catch (error) {
          throw new Error(`never came true: ${what}`, { cause: error })
        }
      }
    },
    async send(topic, payload, how = { retain: false }) {
      await client.publishAsync(topic, payload, { qos: 1, ...how })
    },
    async close() {
      await client.endAsync(true)
    },
  }
}

const component = z.looseObject({ platform: z.string(), state_topic: z.string().optional() })
const payload = z.object({ components: z.record(z.string(), component) })

/** The components of a discovery payload. */
export function componentsOf(json: string | undefined): Record<string, z.infer<typeof component>> {
  return payload.parse(JSON.parse(json ?? '{}')).components
}

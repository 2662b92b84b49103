import type { HouseState } from '../../core/bridge.ts'
import type { Connection } from './connection.ts'
import { type Identity, toDiscovery, toKnown, type Topics } from './discovery.ts'
import { toEntities } from './entities.ts'
import type { Entity, Platform } from './entity.ts'

/** What the broker shows of the house, and what is to be changed there. */
export interface Display {
  /** Publishes what differs from what is there. One call at a time. */
  show(state: HouseState): Promise<void>
  /** All is to be published again: Home Assistant has started anew. */
  forget(): void
  /** An earlier payload of ours that lies at the broker: what it tells of and the house has no more is removed. */
  remember(payload: string): void
}

/** Milliseconds that a row may be away: a sensor that has not measured yet today comes back, and keeps its history. */
const patience = 600_000

/** A display that knows only what this connection has shown, and what lay at the broker. */
export function makeDisplay(
  connection: Connection,
  { topics, identity, now }: { topics: Topics; identity: Identity; now: () => Date },
): Display {
  const shown = new Map<string, { payload: string; at: number }>()
  const known = new Map<string, { platform: Platform; awaySince?: number }>()
  let told = ''

  /** What was told of and has been away too long. Until then it is left alive: a payload without it changes nothing. */
  function goneBeside(entities: readonly Entity[]): Map<string, Platform> {
    const at = now().getTime()
    const here = new Set(entities.map(({ key }) => key))
    const gone = new Map<string, Platform>()
    for (const [key, { platform, awaySince = at }] of known) {
      known.set(key, here.has(key) ? { platform } : { platform, awaySince })
      if (!here.has(key) && at - awaySince >= patience) gone.set(key, platform)
    }
    return gone
  }

  async function showEntities(entities: readonly Entity[]): Promise<void> {
    const gone = goneBeside(entities)
    const discovery = toDiscovery(entities, new Map(), topics, identity)
    if (gone.size === 0 && discovery === told) return
    if (gone.size > 0) {
      await connection.publish(topics.discovery, toDiscovery(entities, gone, topics, identity), {
        retain: true,
      })
      for (const key of gone.keys())
        for (const topic of [topics.state(key), topics.attributes(key)])
          await connection.publish(topic, '', { retain: true })
    }
    await connection.publish(topics.discovery, discovery, { retain: true })
    told = discovery
    for (const key of gone.keys()) known.delete(key)
    for (const { key, platform } of entities) known.set(key, { platform })
    // What Home Assistant learns of an entity takes effect with its next state.
    shown.clear()
  }

  async function showOne(topic: string, payload: string | undefined, pace: number): Promise<void> {
    const before = shown.get(topic)
    const at = now().getTime()
    if (payload === undefined || payload === before?.payload) return
    if (before !== undefined && at >= before.at && at - before.at < pace * 1000) return
    await connection.publish(topic, payload, { retain: true })
    shown.set(topic, { payload, at })
  }

  return {
    async show(state) {
      const entities = toEntities(state)
      await showEntities(entities)
      for (const entity of entities) {
        await showOne(topics.state(entity.key), entity.state?.(state), entity.pace ?? 0)
        await showOne(topics.attributes(entity.key), entity.attributes?.(state), entity.pace ?? 0)
      }
    },
    forget() {
      told = ''
    },
    remember(payload) {
      for (const [key, platform] of toKnown(payload)) known.set(key, { platform })
    },
  }
}

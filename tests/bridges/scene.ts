import { once } from 'node:events'
import type { Server } from 'node:net'
import { after, afterEach, before } from 'node:test'
import type { HouseState } from '../../src/core/bridge.ts'
import { without } from '../partners.ts'
import { at, makeHouse, type TestHouse } from './house.ts'
import { startMosquitto, type Mosquitto } from './mosquitto.ts'
import { componentsOf, startReader, type Reader, type Seen } from './reader.ts'
import { instance, runBridge, type Running } from './run.ts'

export const skip = without('mosquitto')
export const base = `hearthwarden/${instance}`
export const discovery = `homeassistant/device/hearthwarden_${instance}/config`
export const hostile = '{{ states("x") }} {% raw %} # + / \u202E\u0000 @everyone'.repeat(20)

/** One for each file of tests. */
export let broker: Mosquitto
before(async () => {
  if (skip === false) broker = await startMosquitto()
})
after(async () => {
  if (skip === false) await broker.close()
})

/** What a test has opened, ended after it whatever came of it. */
const opened: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const end of opened.splice(0).reverse()) await Promise.allSettled([end()])
})

export async function read(...given: Parameters<typeof startReader>): Promise<Reader> {
  const reader = await startReader(...given)
  opened.push(async () => reader.close())
  return reader
}

export function run(...given: Parameters<typeof runBridge>): Running {
  const bridge = runBridge(...given)
  opened.push(async () => bridge.stop())
  return bridge
}

export async function startOwn(...given: Parameters<typeof startMosquitto>): Promise<Mosquitto> {
  const own = await startMosquitto(...given)
  opened.push(async () => own.close())
  return own
}

/** Gives the port. */
export async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  opened.push(async () => {
    server.close()
  })
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

/** Whether these messages hold a discovery payload and, after it, a state of each of its entities; what lay there before does not count. */
export function isShown(messages: readonly Seen[]): boolean {
  const live = messages.filter(({ retain }) => !retain)
  const told = live.findLastIndex(({ topic }) => topic === discovery)
  if (told === -1) return false
  const later = new Set(live.slice(told).map(({ topic }) => topic))
  return Object.values(componentsOf(live[told]?.payload)).every(
    ({ platform, state_topic: topic }) => platform === 'event' || topic === undefined || later.has(topic),
  )
}

export interface Scene {
  readonly reader: Reader
  readonly house: TestHouse
  readonly bridge: Running
  /** Minutes go by. */
  later(minutes: number): void
}

/** A reader and a running bridge; at the end the broker forgets what was retained. */
export async function scene(state: HouseState, play: (parts: Scene) => Promise<void>): Promise<void> {
  const reader = await read(broker.address)
  const house = makeHouse(state)
  let minutes = 0
  const now = () => new Date(at.getTime() + minutes * 60_000)
  const bridge = run({ address: broker.address }, house, { now })
  const later = (more: number) => {
    minutes += more
  }
  await reader.until(() => isShown(reader.all), 'the states are there')
  await play({ reader, house, bridge, later })
  await bridge.stop()
  for (const topic of new Set(reader.all.map((seen) => seen.topic)))
    await reader.send(topic, '', { retain: true })
}

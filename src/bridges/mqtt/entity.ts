import { createHash } from 'node:crypto'
import type { HouseState } from '../../core/bridge.ts'
import type { RequestInput } from '../../core/request.ts'
import { slug } from './plain.ts'

/** Home Assistant's kinds of entities that we use. */
export const platforms = ['sensor', 'binary_sensor', 'event', 'button', 'switch', 'select'] as const
export type Platform = (typeof platforms)[number]

/** One entity in Home Assistant. A new one is a row of the table below. */
export interface Entity {
  /** Lasting, `[a-z0-9_]+`: part of its topics and of its id for ever. */
  readonly key: string
  readonly platform: Platform
  /** What Home Assistant may call it at first: `<platform>.hearthwarden_<suggested>`. The key, when absent. */
  readonly suggested?: string
  /** Its discovery beside ids and topics: https://www.home-assistant.io/integrations/mqtt/#mqtt-discovery */
  readonly about: Readonly<Record<string, string | number | readonly string[]>>
  state?(state: HouseState): string
  /** JSON, at most 8 KB. */
  attributes?(state: HouseState): string
  /** What a command asks; undefined when it is no command of ours. */
  request?(payload: string): RequestInput | undefined
  /** Seconds at least between two states: for what changes all the time. */
  readonly pace?: number
}

/** Home Assistant's word for "not known". */
export const unknown = 'None'

/** What is looked at when something is wrong. */
export const diagnostic = { entity_category: 'diagnostic' } as const
/** What is set. */
export const config = { entity_category: 'config' } as const

/** Home Assistant's words for true and false. */
export function onOff(is: boolean): string {
  return is ? 'ON' : 'OFF'
}

/** A number that goes up and down. */
export function measured(unit: string) {
  return { state_class: 'measurement', unit_of_measurement: unit } as const
}

/** A number that grows through the day and begins anew. */
export function counted(unit: string) {
  return { state_class: 'total_increasing', unit_of_measurement: unit } as const
}

/** Lasting and unique, though what it is made of may hold anything. */
export function toKey(kind: string, name: string): string {
  return `${kind}_${slug(name)}_${createHash('sha256').update(name).digest('hex').slice(0, 6)}`
}

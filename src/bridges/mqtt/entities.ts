import { createHash } from 'node:crypto'
import type { HouseState, Temperature } from '../../core/bridge.ts'
import type { HealthRow } from '../../core/health.ts'
import type { RequestInput } from '../../core/request.ts'
import { severities } from '../../core/severity.ts'
import { alertAttributes, healthAttributes, recapAttributes } from './attributes.ts'
import { plain, slug } from './plain.ts'

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
const unknown = 'None'
const sensitivities = ['relaxed', 'balanced', 'strict'] as const
const mostTemperatures = 12
const mostLoops = 40

const diagnostic = { entity_category: 'diagnostic' } as const
const config = { entity_category: 'config' } as const
/** What a loop is to a person, by the first part of its name. */
const kinds: Readonly<Record<string, string>> = {
  collect: 'Source',
  detect: 'Detector',
  notify: 'Channel',
  bridge: 'Bridge',
}

/** The entities that every house has. */
export const table: readonly Entity[] = [
  {
    key: 'severity',
    platform: 'sensor',
    about: { name: 'Severity', icon: 'mdi:shield-alert', device_class: 'enum', options: severities },
    state: ({ severity }) => severity,
    attributes: ({ lastAlert }) => alertAttributes(lastAlert),
  },
  {
    key: 'open_alerts',
    platform: 'sensor',
    about: { name: 'Open alerts', icon: 'mdi:alert', ...measured('alerts') },
    state: ({ openAlerts }) => String(openAlerts),
  },
  {
    key: 'threat',
    platform: 'binary_sensor',
    about: { name: 'Threat', device_class: 'safety' },
    state: ({ threat }) => onOff(threat),
  },
  {
    key: 'last_analysis',
    platform: 'sensor',
    about: { name: 'Last analysis', device_class: 'timestamp', ...diagnostic },
    state: ({ lastAnalysis }) => lastAnalysis?.toISOString() ?? unknown,
  },
  {
    key: 'devices',
    platform: 'sensor',
    about: { name: 'Devices', icon: 'mdi:devices', ...measured('devices'), ...diagnostic },
    state: ({ devices }) => String(devices),
  },
  {
    key: 'dns_today',
    platform: 'sensor',
    about: { name: 'DNS queries today', icon: 'mdi:dns', ...counted('queries'), ...diagnostic },
    state: ({ dnsToday }) => String(dnsToday),
    pace: 60,
  },
  {
    key: 'new_domains_today',
    platform: 'sensor',
    about: { name: 'New domains today', icon: 'mdi:web', ...counted('domains'), ...diagnostic },
    state: ({ newDomainsToday }) => String(newDomainsToday),
    pace: 60,
  },
  {
    key: 'new_devices_today',
    platform: 'sensor',
    about: { name: 'New devices today', icon: 'mdi:new-box', ...counted('devices'), ...diagnostic },
    state: ({ newDevicesToday }) => String(newDevicesToday),
  },
  {
    key: 'recap',
    platform: 'sensor',
    about: { name: 'Daily recap', icon: 'mdi:text-box' },
    state: ({ recap }) => (recap === undefined ? unknown : plain(recap.headline, 255)),
    attributes: ({ recap }) => recapAttributes(recap),
  },
  {
    key: 'alert',
    platform: 'event',
    about: { name: 'Alert', icon: 'mdi:bell-alert', event_types: ['low', 'medium', 'high', 'resolved'] },
  },
  {
    key: 'analyse_now',
    platform: 'button',
    about: { name: 'Analyse now', icon: 'mdi:magnify', ...config },
    request: (payload) => (payload === 'PRESS' ? { kind: 'analyse' } : undefined),
  },
  {
    key: 'acknowledge',
    platform: 'button',
    about: { name: 'Acknowledge all alerts', icon: 'mdi:check-all' },
    request: (payload) => (payload === 'PRESS' ? { kind: 'acknowledge' } : undefined),
  },
  {
    key: 'recap_now',
    platform: 'button',
    about: { name: 'Recap now', icon: 'mdi:text-box-plus', ...config },
    request: (payload) => (payload === 'PRESS' ? { kind: 'recap' } : undefined),
  },
  {
    key: 'spoken_alerts',
    platform: 'switch',
    about: { name: 'Spoken alerts', icon: 'mdi:bullhorn', ...config },
    state: ({ spokenAlerts }) => onOff(spokenAlerts),
    request: (payload) => toSwitch(payload, 'notifiers.speech.enabled', { ON: true, OFF: false }),
  },
  {
    key: 'learning',
    platform: 'switch',
    about: { name: 'Learning', icon: 'mdi:school', ...config },
    state: ({ learning }) => onOff(learning.on),
    attributes: ({ learning }) => JSON.stringify({ until: learning.until.toISOString() }),
    request: (payload) => toSwitch(payload, 'house.learning', { ON: 'on', OFF: 'off' }),
  },
  {
    key: 'sensitivity',
    platform: 'select',
    about: { name: 'Sensitivity', icon: 'mdi:tune', options: sensitivities, ...config },
    state: ({ sensitivity }) => sensitivity,
    request: (payload) =>
      sensitivities.some((word) => word === payload)
        ? { kind: 'set', option: 'house.sensitivity', value: payload }
        : undefined,
  },
]

/** The table, and a row for each sensor of this machine and for each loop. */
export function toEntities({ temperatures, health }: HouseState): Entity[] {
  const sensors = temperatures.toSorted((a, b) => (a.sensor < b.sensor ? -1 : 1)).slice(0, mostTemperatures)
  const loops = health.filter(({ state }) => state !== 'off').slice(0, mostLoops)
  return [...table, ...sensors.map(toTemperatureEntity), ...loops.map(toHealthEntity)]
}

function toTemperatureEntity({ sensor, value }: Temperature): Entity {
  return {
    key: toKey('temperature', sensor),
    platform: 'sensor',
    suggested: `temperature_${slug(sensor)}`,
    about: {
      name: `Temperature ${plain(sensor, 60)}`,
      device_class: 'temperature',
      suggested_display_precision: 1,
      ...measured('°C'),
      ...diagnostic,
    },
    state: () => String(Math.round(value * 10) / 10),
    pace: 60,
  }
}

function toHealthEntity(row: HealthRow): Entity {
  const [kind = ''] = row.loop.split('/')
  const title = plain(row.title, 60)
  return {
    key: toKey('health', row.loop),
    platform: 'binary_sensor',
    suggested: `health_${slug(row.loop)}`,
    about: {
      name: kinds[kind] === undefined ? title : `${kinds[kind]} ${title}`,
      device_class: 'problem',
      ...diagnostic,
    },
    state: () => (row.state === 'starting' ? unknown : onOff(row.state !== 'ok')),
    attributes: () => healthAttributes(row),
  }
}

function toSwitch(
  payload: string,
  option: string,
  values: Readonly<Record<'ON' | 'OFF', string | boolean>>,
): RequestInput | undefined {
  return payload === 'ON' || payload === 'OFF' ? { kind: 'set', option, value: values[payload] } : undefined
}

function onOff(is: boolean): string {
  return is ? 'ON' : 'OFF'
}

function measured(unit: string) {
  return { state_class: 'measurement', unit_of_measurement: unit } as const
}

function counted(unit: string) {
  return { state_class: 'total_increasing', unit_of_measurement: unit } as const
}

/** Lasting and unique, though what it is made of may hold anything. */
function toKey(kind: string, name: string): string {
  return `${kind}_${slug(name)}_${createHash('sha256').update(name).digest('hex').slice(0, 6)}`
}

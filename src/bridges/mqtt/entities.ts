import type { HouseState, Temperature } from '../../core/bridge.ts'
import type { HealthRow } from '../../core/health.ts'
import type { RequestInput } from '../../core/request.ts'
import { severities } from '../../core/severity.ts'
import {
  alertAttributes,
  healthAttributes,
  openAttributes,
  recapAttributes,
  weekAttributes,
} from './attributes.ts'
import { config, counted, diagnostic, measured, onOff, toKey, unknown, type Entity } from './entity.ts'
import { plain, slug } from './plain.ts'
import { toSituationEntities } from './situation-entities.ts'

const sensitivities = ['relaxed', 'balanced', 'strict'] as const
const mostTemperatures = 12
const mostLoops = 40

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
    attributes: ({ open }) => openAttributes(open),
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
    key: 'devices_online',
    platform: 'sensor',
    about: { name: 'Devices online', icon: 'mdi:lan-connect', ...measured('devices'), ...diagnostic },
    state: ({ devicesOnline }) => String(devicesOnline),
    pace: 60,
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
    key: 'week',
    platform: 'sensor',
    about: { name: 'Last seven days', icon: 'mdi:calendar-week' },
    state: ({ week }) => plain(week.headline, 255),
    attributes: ({ week }) => weekAttributes(week),
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
    key: 'scan_now',
    platform: 'button',
    about: { name: 'Scan now', icon: 'mdi:radar', ...config },
    request: (payload) => (payload === 'PRESS' ? { kind: 'scan' } : undefined),
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

/** The table, what is known of how things stand, and a row for each sensor of this machine and for each loop. */
export function toEntities(state: HouseState): Entity[] {
  const { temperatures, health } = state
  const sensors = temperatures.toSorted((a, b) => (a.sensor < b.sensor ? -1 : 1)).slice(0, mostTemperatures)
  const loops = health.filter(({ state }) => state !== 'off').slice(0, mostLoops)
  return [
    ...table,
    ...toSituationEntities(state.situation),
    ...sensors.map(toTemperatureEntity),
    ...loops.map(toHealthEntity),
  ]
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

import type { Client } from './api/client.ts'
import { toLocal } from './cli-print.ts'
import { type HealthRow, healthWords } from './core/health.ts'

type Status = Awaited<ReturnType<Client['status']>>

/** The house in a few lines, and one more for each part that needs a person. */
export function toSummary({ state, findings }: Pick<Status, 'state' | 'findings'>): string {
  const { openAlerts, severity, devices, devicesOnline, newDevicesToday, dnsToday, learning, health } = state
  const troubled = health.filter((row) => isTroubled(row))
  return [
    openAlerts === 0
      ? 'Nothing is open.'
      : `${openAlerts} open, the worst ${severity}: see hearthwarden alerts.`,
    `${counted(devices, 'device')}, ${devicesOnline} seen lately, ${newDevicesToday} new today; ${counted(dnsToday, 'name')} looked up today.`,
    watched(health),
    ...(learning.on
      ? [`Learning until ${toLocal(learning.until)}: until then only what is certain is told at once.`]
      : []),
    ...troubled.map((row) => `${healthWords[row.state]}: ${row.title}. ${row.reason ?? ''}`),
    ...findings,
  ].join('\n')
}

function watched(health: Status['state']['health']): string {
  const all = health.filter(({ loop }) => loop.startsWith('collect/'))
  if (all.length === 0) return 'The program does not run, so nothing is watched.'
  const sources = all.filter(({ state }) => state !== 'off')
  const absent = all.filter(({ state, coveredBy }) => state === 'off' && coveredBy === undefined)
  const ill = sources.filter((row) => isTroubled(row)).length
  const how = ill === 0 ? 'all well' : `${ill} not well`
  return `${counted(sources.length, 'source')} watched, ${how}; ${absent.length} not set up: see hearthwarden status --all.`
}

/** `1 device`, `2 devices` */
function counted(count: number, one: string): string {
  return `${count} ${one}${count === 1 ? '' : 's'}`
}

function isTroubled({ state }: Pick<HealthRow, 'state'>): boolean {
  return state === 'waiting' || state === 'blocked' || state === 'failing'
}

/** What an event says beside when, of what kind and whose. What strangers wrote stands in it as it is. */
export function toWhat(event: Readonly<Record<string, string | number | boolean | undefined>>): string {
  const { kind, originator, originatorPort, responder, responderPort } = event
  if (kind === 'connection') {
    const [from, to] = [toPlace(originator, originatorPort), toPlace(responder, responderPort)]
    const bytes = typeof event['bytesOut'] === 'number' ? `${event['bytesOut']} bytes out` : ''
    return [from, '→', to, event['protocol'], event['state'], bytes].filter(Boolean).join(' ')
  }
  const left = [
    'seq',
    'collectedBy',
    'imported',
    'device',
    'at',
    'kind',
    ...(kind === 'presence' ? [] : ['address']),
  ]
  return Object.entries(event)
    .flatMap(([name, value]) => (left.includes(name) || value === undefined ? [] : [value]))
    .join(' ')
}

/** `192.168.1.5:443`, `[fd00::1]:443` */
function toPlace(address: unknown, port: unknown): string {
  const host = String(address)
  if (typeof port !== 'number') return host
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}

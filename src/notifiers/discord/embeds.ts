import type { APIEmbed, APIEmbedField } from 'discord.js'
import type { AlertView } from '../../core/alert.ts'
import type { Recap, RecapValue } from '../../core/recap.ts'
import type { Severity } from '../../core/severity.ts'
import type { StoredSignal } from '../../core/signal.ts'
import { toCircumstances } from '../../core/surroundings.ts'
import { plain } from './markdown.ts'

/** What Discord takes: https://discord.com/developers/docs/resources/message#embed-object-embed-limits */
const longestDescription = 4096

const colours: Record<Severity, number> = {
  none: 0x64748b,
  low: 0x2563eb,
  medium: 0xd97706,
  high: 0xdc2626,
}
const words: Record<Severity, string> = { none: 'Harmless', low: 'Low', medium: 'Medium', high: 'High' }
const statuses = { acknowledged: 'Acknowledged', expected: 'Expected', closed: 'Closed' } as const

/** How many signals an alert's embed shows, and how many messages a recap takes at most. */
const strongest = 5
const mostPages = 10

/** One alert: what, how bad, why, the numbers behind it, what to do. Its parts add up to less than Discord's 6,000. */
export function toAlertEmbed(alert: AlertView): APIEmbed {
  const signals = alert.signals.filter((signal) => signal.grant === undefined).slice(0, strongest)
  const status = alert.status === 'open' ? [] : [field('Status', statuses[alert.status])]
  const advice = alert.advice.map((sentence) => `- ${plain(sentence, 300)}`).join('\n')
  return {
    title: `${words[alert.severity]} · ${plain(alert.deviceView.name, 80)}: ${plain(alert.title, 150)}`,
    color: alert.status === 'open' ? colours[alert.severity] : colours.none,
    description: plain(alert.verdict?.reason ?? alert.title, 1200),
    fields: [
      ...signals.map(toSignalField),
      ...toCircumstanceFields(alert),
      ...(advice === '' ? [] : [field('What to do', lines(advice, 900))]),
      ...status,
    ],
    footer: { text: `Hearthwarden · ${alert.id}` },
    timestamp: alert.updatedAt.toISOString(),
  }
}

function toCircumstanceFields({ surroundings = {} }: AlertView) {
  const words = toCircumstances(surroundings)
  return words === undefined ? [] : [field('At home', plain(words, 200))]
}

/** What an older message becomes when its alert is told anew below. */
export function toMovedEmbed(alert: AlertView): APIEmbed {
  return {
    title: `${plain(alert.deviceView.name, 80)}: ${plain(alert.title, 150)}`,
    color: colours.none,
    description: 'It has grown worse: see the newer message about it below.',
    footer: { text: `Hearthwarden · ${alert.id}` },
    timestamp: alert.openedAt.toISOString(),
  }
}

/** Many at once, one line each. */
export function toFoldEmbed(alerts: readonly AlertView[]): APIEmbed {
  const worst = alerts.find((alert) => alert.severity === 'high') ?? alerts[0]
  return {
    title: `${alerts.length} more alerts`,
    color: colours[worst?.severity ?? 'none'],
    description: lines(alerts.map(toAlertLine).join('\n'), longestDescription),
    footer: { text: 'Hearthwarden' },
  }
}

/** The day in one embed for each message that it needs. */
export function toRecapEmbeds(recap: Recap): APIEmbed[] {
  const pages = toPages(recapLines(recap), 4000).slice(0, mostPages)
  return pages.map((description, index) => ({
    title: `Daily recap of ${plain(recap.id, 40)}${pages.length > 1 ? `, ${index + 1} of ${pages.length}` : ''}`,
    color: colours[recap.alerts[0]?.severity ?? 'none'],
    description,
    footer: { text: 'Hearthwarden' },
    timestamp: recap.at.toISOString(),
  }))
}

/** What a person sees who asked for a test. */
export function toTestEmbed(): APIEmbed {
  return {
    title: 'This is a test',
    color: colours.none,
    description: 'Alerts and the daily recap will arrive here.',
    footer: { text: 'Hearthwarden' },
  }
}

/** Lines packed into pieces of at most so many UTF-16 units. No line may be longer than that. */
export function toPages(all: readonly string[], longest: number): string[] {
  const pages: string[] = []
  for (const line of all) {
    const last = pages.at(-1)
    if (last !== undefined && last.length + 1 + line.length <= longest)
      pages[pages.length - 1] = `${last}\n${line}`
    else pages.push(line)
  }
  return pages
}

function recapLines(recap: Recap): string[] {
  const troubles = recap.health.filter((row) => row.state !== 'ok' && row.state !== 'off')
  return [
    plain(recap.headline, 600),
    ...(recap.learning ? ['Still learning what is normal: only what is certain is told at once.'] : []),
    ...section('Alerts', recap.alerts.map(toAlertLine)),
    ...section(
      'New devices',
      recap.newDevices.map((name) => `- ${plain(name, 120)}`),
    ),
    ...section('New domains', recap.newDomains > 0 ? [`- ${recap.newDomains}`] : []),
    ...section('Values', recap.values.map(toValueLine)),
    ...section(
      'Needs a look',
      troubles.map((row) => `- ${plain(row.title, 80)}: ${plain(row.reason ?? row.state, 300)}`),
    ),
  ]
}

function section(title: string, content: readonly string[]): string[] {
  return content.length === 0 ? [] : [`**${title}**`, ...content]
}

function toAlertLine(alert: AlertView): string {
  const status = alert.status === 'open' ? '' : `, ${alert.status}`
  return `- ${words[alert.severity]} · ${plain(alert.deviceView.name, 80)}: ${plain(alert.title, 200)} (${alert.id}${status})`
}

function toValueLine({ device, subject, value, unit, usual }: RecapValue): string {
  const beside = usual === undefined ? '' : `, usually ${round(usual)}`
  return `- ${plain(device, 80)}, ${plain(subject, 80)}: ${round(value)} ${plain(unit, 20)}${beside}`
}

function toSignalField(signal: StoredSignal): APIEmbedField {
  const numbers = Object.entries(signal.evidence).map(
    ([name, value]) => `${plain(name, 40)} ${plain(String(value), 60)}`,
  )
  return field(
    `Evidence, ${Math.round(signal.confidence * 100)} % sure`,
    lines([plain(signal.summary, 300), ...numbers].join('\n'), 500),
  )
}

function field(name: string, value: string): APIEmbedField {
  return { name, value: value === '' ? '-' : value }
}

/** The first whole lines that fit. The first one must. */
function lines(text: string, longest: number): string {
  if (text.length <= longest) return text
  const end = text.lastIndexOf('\n', longest - 2)
  return `${text.slice(0, end)}\n…`
}

function round(value: number): string {
  return String(Math.round(value * 10) / 10)
}

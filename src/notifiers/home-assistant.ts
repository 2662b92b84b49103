import * as z from 'zod'
import { ConfigError, messageOf, UnavailableError } from '../core/errors.ts'
import type { Home } from '../core/home.ts'
import type { Message } from '../core/message.ts'
import type { Notifier } from '../core/notifier.ts'
import { list } from '../core/options.ts'
import type { Check } from '../core/plugin.ts'
import { toAlertText, toFoldText, toRecapText } from './home-assistant/markdown.ts'
import { type PhoneData, toPhoneData } from './home-assistant/phone.ts'

const phone = z.string().regex(/^mobile_app_[a-z0-9_]{1,100}$/, 'must be a name such as mobile_app_pixel_9')

const options = z.object({
  phones: list(
    'Phones',
    'Phones with Home Assistant’s app that get alerts with buttons, such as mobile_app_pixel_9.',
    phone,
  ).default([]),
})
type Options = z.infer<typeof options>

export default {
  name: 'home-assistant',
  title: 'Notifications in Home Assistant',
  medium: 'text',
  options,
  isSetUp: (_, home) => home !== undefined,
  async check({ home, options }) {
    if (home === undefined) return []
    const isRunning = await home.isRunning()
    const message = isRunning
      ? 'Home Assistant shows notifications.'
      : 'Home Assistant is still starting: its notifications come when it has started.'
    return [{ ok: isRunning, message }, ...toPhoneChecks(await phonesOf(home), options.phones)]
  },
  async tell(message, { home, options, log }) {
    if (home === undefined)
      throw new ConfigError(
        'notifications need Home Assistant: set homeassistant.address and homeassistant.token',
      )
    const id = idOf(message)
    const page = placeOf(message, await home.page())
    if (isOver(message)) await dismiss(home, id)
    else await show(home, { notification_id: id, ...toNotification(message, page) })
    const data = toPhoneData(message, id, page ?? '/')
    if (data === undefined) return { id }
    const told = await Promise.all(
      options.phones.map(async (one) => [one, await push(home, one, data)] as const),
    )
    const failed = told.filter(([, how]) => how !== 'told')
    if (failed.length > 0) log.warning('not every phone was told', Object.fromEntries(failed))
    return { id, ...Object.fromEntries(told) }
  },
} satisfies Notifier<Options>

/** The same for the same thing: what is told again replaces what was told. */
export function idOf(message: Message): string {
  return `hearthwarden_${message.kind === 'alert' ? message.alert.id : message.kind}`
}

/** Where a message leads: to its alert on our page, if Home Assistant has our page. */
export function placeOf(message: Message, page: string | undefined): string | undefined {
  if (page === undefined) return undefined
  if (message.kind === 'alert') return `${page}/alerts/${message.alert.id}`
  return message.kind === 'fold' ? `${page}/alerts` : page
}

/** Title as plain text, message as Markdown: the one is shown as it stands, the other is drawn. `page` is where it leads. */
export function toNotification(message: Message, page?: string): { title: string; message: string } {
  const { title, message: text } = toWords(message)
  const isLinked = page !== undefined && (message.kind === 'alert' || message.kind === 'fold')
  return { title, message: isLinked ? `${text}\n\n[Show me](${page})` : text }
}

function toWords(message: Message): { title: string; message: string } {
  switch (message.kind) {
    case 'alert':
      return { title: `Hearthwarden: ${message.alert.severity} alert`, message: toAlertText(message.alert) }
    case 'fold':
      return {
        title: `Hearthwarden: ${message.alerts.length} more alerts`,
        message: toFoldText(message.alerts),
      }
    case 'recap':
      return { title: 'Hearthwarden: daily recap', message: toRecapText(message.recap) }
    case 'test':
      return { title: 'Hearthwarden: test', message: 'Alerts and the daily recap are shown here.' }
  }
}

/** Acknowledged, expected or closed: there is nothing left to look at. */
function isOver(message: Message): boolean {
  return message.kind === 'alert' && message.occasion === 'completed' && message.alert.status !== 'open'
}

async function show(home: Home, data: Readonly<Record<string, string>>): Promise<void> {
  await home.call({ domain: 'persistent_notification', service: 'create', data })
}

async function dismiss(home: Home, id: string): Promise<void> {
  const data = { notification_id: id }
  await home.call({ domain: 'persistent_notification', service: 'dismiss', data })
}

/** One phone; what is wrong with it keeps nobody else from being told. */
async function push(home: Home, phone: string, data: PhoneData): Promise<string> {
  try {
    await home.call({ domain: 'notify', service: phone, data: { ...data } })
    return 'told'
  } catch (error) {
    if (error instanceof UnavailableError) throw error
    return `not told: ${messageOf(error)}`
  }
}

const services = z.object({ notify: z.record(z.string(), z.unknown()).default({}) })

/** The phones that Home Assistant can notify. */
async function phonesOf(home: Home): Promise<string[]> {
  const { notify } = services.parse(await home.send({ type: 'get_services' }))
  return Object.keys(notify).filter((name) => phone.safeParse(name).success)
}

function toPhoneChecks(found: readonly string[], chosen: readonly string[]): Check[] {
  return [
    ...found.map((name) => ({
      ok: true,
      message: `Phone ${name} is there${chosen.includes(name) ? ' and chosen' : ''}.`,
    })),
    ...chosen
      .filter((name) => !found.includes(name))
      .map((name) => ({
        ok: false,
        message: `Home Assistant has no ${name}: choose another in notifiers.home-assistant.phones.`,
      })),
  ]
}

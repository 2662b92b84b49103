import * as z from 'zod'
import { ConfigError } from '../core/errors.ts'
import type { Home } from '../core/home.ts'
import type { Message } from '../core/message.ts'
import type { Notifier } from '../core/notifier.ts'
import { toAlertText, toFoldText, toRecapText } from './home-assistant/markdown.ts'

const options = z.object({})
type Options = z.infer<typeof options>

export default {
  name: 'home-assistant',
  title: 'Notifications in Home Assistant',
  medium: 'text',
  options,
  isSetUp: (_, home) => home !== undefined,
  async check({ home }) {
    if (home === undefined) return []
    const isRunning = await home.isRunning()
    const message = isRunning
      ? 'Home Assistant shows notifications.'
      : 'Home Assistant is still starting: its notifications come when it has started.'
    return [{ ok: isRunning, message }]
  },
  async tell(message, { home }) {
    if (home === undefined)
      throw new ConfigError(
        'notifications need Home Assistant: set homeassistant.address and homeassistant.token',
      )
    const id = idOf(message)
    if (isOver(message)) await dismiss(home, id)
    else await show(home, { notification_id: id, ...toNotification(message) })
    return { id }
  },
} satisfies Notifier<Options>

/** The same for the same thing: what is told again replaces what was told. */
export function idOf(message: Message): string {
  return `hearthwarden_${message.kind === 'alert' ? message.alert.id : message.kind}`
}

/** Title as plain text, message as Markdown: the one is shown as it stands, the other is drawn. */
export function toNotification(message: Message): { title: string; message: string } {
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

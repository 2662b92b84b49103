import type { AlertView } from '../../core/alert.ts'
import type { Message } from '../../core/message.ts'
import { toCircumstances } from '../../core/surroundings.ts'
import { bare } from '../../core/text.ts'

/** What is sent to a phone: https://companion.home-assistant.io/docs/notifications/notifications-basic */
export interface PhoneData {
  readonly title?: string
  readonly message: string
  readonly data: Readonly<Record<string, unknown>>
}

/** Shown on a phone, with buttons; undefined where it has nothing to say to one. `page` is where *Show me* leads. */
export function toPhoneData(message: Message, id: string, page: string): PhoneData | undefined {
  const about = { tag: id, group: 'hearthwarden', url: page, clickAction: page }
  switch (message.kind) {
    case 'alert':
      return toAlertData(message.alert, message.occasion, about)
    case 'fold':
      return {
        title: `Hearthwarden: ${message.alerts.length} more alerts`,
        message: message.alerts.map(({ deviceView }) => bare(deviceView.name, 40)).join(', '),
        data: { ...about, ...urgent },
      }
    case 'test':
      return { title: 'Hearthwarden: test', message: 'High alerts are shown here.', data: about }
    case 'recap':
      return undefined
  }
}

/** Delivered at once, though the phone sleeps: https://companion.home-assistant.io/docs/notifications/critical-notifications */
const urgent = {
  ttl: 0,
  priority: 'high',
  channel: 'Hearthwarden alerts',
  importance: 'high',
  push: { 'interruption-level': 'time-sensitive' },
} as const
/** A phone that has shown it makes no sound again. */
const silent = { alert_once: true, push: { 'interruption-level': 'passive' } } as const

type About = Readonly<Record<'tag' | 'group' | 'url' | 'clickAction', string>>

function toAlertData(
  { id, status, severity, deviceView, verdict, title, surroundings = {} }: AlertView,
  occasion: 'new' | 'again' | 'completed',
  about: About,
): PhoneData {
  if (occasion === 'completed' && status !== 'open')
    return { message: 'clear_notification', data: { tag: about.tag } }
  const circumstances = [toCircumstances(surroundings) ?? []].flat()
  return {
    title: `Hearthwarden: ${severity} alert`,
    message: [`${bare(deviceView.name, 60)}: ${bare(verdict?.reason ?? title, 240)}`, ...circumstances].join(
      '. ',
    ),
    data: {
      ...about,
      ...urgent,
      ...(occasion === 'completed' && silent),
      actions: [
        { action: `HEARTHWARDEN_EXPECT_${id}`, title: 'Expected' },
        { action: `HEARTHWARDEN_MUTE_${id}`, title: 'Mute a day' },
        { action: 'URI', title: 'Show me', uri: about.url },
      ],
    },
  }
}

import * as z from 'zod'
import type { Bridge, BridgeContext, Happening } from '../core/bridge.ts'
import { ConfigError, UnavailableError } from '../core/errors.ts'
import type { Home } from '../core/home.ts'
import { flag } from '../core/options.ts'
import type { RequestInput } from '../core/request.ts'
import { bare } from '../core/text.ts'

const options = z.object({
  events: flag(
    'Events in Home Assistant',
    'Whether each alert fires the event hearthwarden_alert there, for automations without MQTT.',
  ).default(true),
})
type Options = z.infer<typeof options>

/** What automations listen to. */
const eventType = 'hearthwarden_alert'
/** What the companion app fires when a button of a notification is tapped. */
const tapType = 'mobile_app_notification_action'
/** Two of the buttons that a notification has; the third opens a page and asks nothing. */
const tap = z.object({
  data: z.object({ action: z.string().regex(/^HEARTHWARDEN_(?:EXPECT|MUTE|ACKNOWLEDGE)_a\d{1,15}$/) }),
})

export default {
  name: 'home-assistant',
  title: 'Taps and events in Home Assistant',
  asker: 'phone',
  options,
  isSetUp: (_, home) => home !== undefined,
  async run(context) {
    const { home, stop } = context
    if (home === undefined)
      throw new ConfigError('taps need Home Assistant: set homeassistant.address and homeassistant.token')
    // Automations are not there before: an event would be lost.
    if (!(await home.isRunning())) throw new UnavailableError('Home Assistant is still starting')
    const over = new AbortController()
    const end = AbortSignal.any([stop, over.signal])
    const ends = [obeyTaps(home, context, end), ...(context.options.events ? [tell(home, context, end)] : [])]
    context.ready()
    try {
      await Promise.all(ends)
    } finally {
      over.abort()
      await Promise.allSettled(ends)
    }
  },
} satisfies Bridge<Options>

/** Does what is tapped on a phone, one after the other. */
async function obeyTaps(home: Home, { ask, log }: BridgeContext<Options>, stop: AbortSignal): Promise<void> {
  for await (const event of home.events(tapType, stop)) {
    const request = toRequest(event)
    if (request === undefined) continue
    const { ok, message } = await ask(request)
    log.info('did what was tapped on a phone', { request: request.kind, ok, message })
  }
}

/** What a tap asks; undefined when it is on a notification of somebody else. */
export function toRequest(event: unknown): RequestInput | undefined {
  const [, what, alert = ''] = tap.safeParse(event).data?.data.action.split('_') ?? []
  switch (what) {
    case 'EXPECT':
      return { kind: 'expect', alert }
    case 'MUTE':
      return { kind: 'mute', alert, hours: 24 }
    case 'ACKNOWLEDGE':
      return { kind: 'acknowledge', alert }
    default:
      return undefined
  }
}

/** Fires an event for each opening, each rise and each end of an alert. */
async function tell(home: Home, { house }: BridgeContext<Options>, stop: AbortSignal): Promise<void> {
  for await (const happening of house.happenings(stop)) {
    await home.send({ type: 'fire_event', event_type: eventType, event_data: toEventData(happening) })
  }
}

/** The same words as the MQTT event's: https://www.home-assistant.io/docs/configuration/events/ */
export function toEventData({ type, alert }: Happening): Readonly<Record<string, string | number | null>> {
  return {
    type,
    alert_id: alert.id,
    severity: alert.severity,
    status: alert.status,
    title: bare(alert.title, 200),
    reason: bare(alert.verdict?.reason ?? alert.title, 240),
    device: bare(alert.deviceView.name, 80),
    address: alert.deviceView.addresses[0] ?? null,
    confidence: Math.round(alert.confidence * 100),
  }
}

import * as z from 'zod'
import type { Core } from './core.ts'

/** What reached the phone. */
export const pushSchema = z.object({
  title: z.string().optional(),
  message: z.string(),
  data: z
    .looseObject({
      tag: z.string().optional(),
      actions: z
        .array(z.object({ action: z.string(), title: z.string(), uri: z.string().optional() }))
        .default([]),
    })
    .optional(),
})
export type Push = z.infer<typeof pushSchema>

/** A telephone with the companion app, as Core sees it: pushes come over the websocket, so that no cloud is needed. */
export interface Phone {
  /** Its notify action, without the domain. */
  readonly service: string
  /** What has reached it, oldest first. */
  pushes(): readonly Push[]
  /** Taps the button with this title on a push. */
  tap(push: Push, title: string): Promise<void>
  /** Tells Core where it is: `home` or `not_home`. */
  move(to: string): Promise<void>
}

/** Registers a phone of this name. */
export async function addPhone(core: Core, name: string): Promise<Phone> {
  const { webhook_id: webhook } = z.object({ webhook_id: z.string() }).parse(
    await core.post('/api/mobile_app/registrations', {
      device_id: `id-${name}`,
      app_id: 'test.phone',
      app_name: 'Test',
      app_version: '1',
      device_name: name,
      manufacturer: 'T',
      model: 'T',
      os_name: 'Android',
      os_version: '15',
      supports_encryption: false,
      app_data: { push_websocket_channel: true },
    }),
  )
  const wire = await core.wire()
  const events = await wire.listen({
    type: 'mobile_app/push_notification_channel',
    webhook_id: webhook,
    support_confirm: false,
  })
  const hook = (type: string, data: object) => core.post(`/api/webhook/${webhook}`, { type, data })
  return {
    service: `mobile_app_${name.toLowerCase().replaceAll(' ', '_')}`,
    pushes: () => events.map((event) => pushSchema.parse(event)),
    async tap(push, title) {
      const action = push.data?.actions.find((one) => one.title === title)
      await hook('fire_event', {
        event_type: 'mobile_app_notification_action',
        event_data: { action: action?.action, tag: push.data?.tag },
      })
    },
    async move(to) {
      await hook('update_location', { location_name: to })
    },
  }
}

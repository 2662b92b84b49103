import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import * as z from 'zod'
import { until } from '../daemon.ts'
import { withoutCore } from './build.ts'
import { type Core, startCore } from './core.ts'
import { bad, startHouse, stateOf, type TestHouse } from './house.ts'
import { addPhone, type Phone, type Push } from './phone.ts'
import type { Wire } from './wire.ts'

const skip = await withoutCore()

const grants = z.array(
  z.object({
    detector: z.string(),
    device: z.string(),
    target: z.string(),
    until: z.coerce.date(),
    by: z.string(),
    alert: z.string(),
  }),
)

suite('alerts in a real Home Assistant, and what people tap there', { skip }, () => {
  let core: Core
  let wire: Wire
  let phone: Phone
  let house: TestHouse
  const ends: (() => Promise<void> | void)[] = []

  before(async () => {
    core = await startCore()
    ends.push(() => core.stop())
    phone = await addPhone(core, 'Phone')
    wire = await core.wire()
    ends.push(() => wire.close())
    house = await startHouse({ after: (end: () => Promise<void>) => ends.push(end) }, core, {
      notifiers: { 'home-assistant': { phones: [phone.service] } },
    })
    await stateOf(house.daemon, 'bridge/home-assistant', 'ok')
  })
  after(async () => {
    for (const end of ends.reverse()) await end()
  })

  /** Waits for a push about this device; `nth` counts those about it. */
  function pushed(about: string): Promise<Push> {
    return until(() => phone.pushes().find(({ message }) => message.includes(about)), {
      seconds: 10,
      what: () => `a push about ${about}: ${JSON.stringify(phone.pushes())}`,
    })
  }

  /** The notifications that stand in Home Assistant, by id. */
  async function standing(): Promise<Map<string, { title: string; message: string }>> {
    const list = z
      .array(z.object({ notification_id: z.string(), title: z.string(), message: z.string() }))
      .parse(await wire.ask({ type: 'persistent_notification/get' }))
    return new Map(list.map((one) => [one.notification_id, one]))
  }

  test('an alert stands there, reaches the phone with buttons, and fires an event', async () => {
    const events = await wire.listen({ type: 'subscribe_events', event_type: 'hearthwarden_alert' })
    await house.attack('192.168.1.41')
    const { id } = await house.alertOf('192.168.1.41')
    const { title, message, data } = await pushed('192.168.1.41')
    assert.equal(title, 'Hearthwarden: high alert')
    assert.match(message, /^192\.168\.1\.41: Asked for "evil-control\.example"/)
    assert.equal(data?.tag, `hearthwarden_${id}`)
    assert.deepEqual(
      data?.actions.map((one) => one.title),
      ['Expected', 'Mute a day', 'Show me'],
    )
    const shown = await until(async () => (await standing()).get(`hearthwarden_${id}`), {
      seconds: 5,
      what: () => 'the notification',
    })
    assert.equal(shown.title, 'Hearthwarden: high alert')
    assert.match(shown.message, /\*\*High\*\*/)
    const event = await until(() => events[0], { seconds: 5, what: () => 'the event' })
    const { data: fields } = z.object({ data: z.record(z.string(), z.json()) }).parse(event)
    assert.equal(fields['type'], 'high')
    assert.equal(fields['alert_id'], id)
    assert.equal(fields['address'], '192.168.1.41')
  })

  test('Expected, tapped: a narrow grant with an end, and the notification is gone', async () => {
    await house.attack('192.168.1.42')
    const { id, device } = await house.alertOf('192.168.1.42')
    const begun = Date.now()
    await phone.tap(await pushed('192.168.1.42'), 'Expected')
    await becomes(id, ({ status }) => status === 'expected')
    const given = grants.parse(await house.daemon.get('/api/grants'))
    const [grant, ...more] = given.filter(({ alert }) => alert === id)
    assert.deepEqual(more, [])
    assert.ok(grant)
    assert.deepEqual(
      { ...grant, until: undefined },
      { ...grant, device, detector: 'threat-intel', target: bad, by: 'phone', until: undefined },
    )
    const days = (grant.until.getTime() - begun) / 86_400_000
    assert.ok(days > 29.9 && days < 30.1, `it ends: ${days}`)
    await until(async () => ((await standing()).has(`hearthwarden_${id}`) ? undefined : true), {
      seconds: 5,
      what: () => 'the notification to go',
    })
    await until(
      () =>
        phone
          .pushes()
          .find(
            ({ message, data }) => message === 'clear_notification' && data?.tag === `hearthwarden_${id}`,
          ),
      { seconds: 5, what: () => 'the push to go' },
    )
  })

  test('Mute a day, tapped: the alert is open and quiet for a day', async () => {
    await house.attack('192.168.1.43')
    const { id } = await house.alertOf('192.168.1.43')
    await phone.tap(await pushed('192.168.1.43'), 'Mute a day')
    const { status, mutedUntil } = await becomes(id, (row) => row.mutedUntil !== undefined)
    assert.equal(status, 'open')
    const hours = (new Date(mutedUntil ?? 0).getTime() - Date.now()) / 3_600_000
    assert.ok(hours > 23.9 && hours <= 24, `${hours}`)
  })

  test('a tap on what is not ours, or on nothing, is nobody’s business', async () => {
    const before = grants.parse(await house.daemon.get('/api/grants')).length
    for (const action of ['HEARTHWARDEN_EXPECT_a1 OR 1=1', 'HEARTHWARDEN_EXPECT_', 'OTHER_EXPECT_a1', ''])
      await wire.ask({
        type: 'fire_event',
        event_type: 'mobile_app_notification_action',
        event_data: { action },
      })
    await wire.ask({ type: 'fire_event', event_type: 'mobile_app_notification_action', event_data: {} })
    await house.attack('192.168.1.44')
    const { id } = await house.alertOf('192.168.1.44')
    await phone.tap(await pushed('192.168.1.44'), 'Mute a day')
    await becomes(id, (row) => row.mutedUntil !== undefined)
    assert.equal(grants.parse(await house.daemon.get('/api/grants')).length, before)
    await stateOf(house.daemon, 'bridge/home-assistant', 'ok')
  })

  test('after Home Assistant has started anew, taps and events go on', async () => {
    wire.close()
    await core.restart()
    wire = await core.wire()
    phone = await addPhone(core, 'Phone')
    await stateOf(house.daemon, 'bridge/home-assistant', 'ok')
    const events = await wire.listen({ type: 'subscribe_events', event_type: 'hearthwarden_alert' })
    await house.attack('192.168.1.45')
    const { id } = await house.alertOf('192.168.1.45')
    await phone.tap(await pushed('192.168.1.45'), 'Expected')
    await becomes(id, ({ status }) => status === 'expected')
    await until(() => (events.length >= 2 ? true : undefined), { seconds: 5, what: () => 'both events' })
  })

  const row = z.object({ id: z.string(), status: z.string(), mutedUntil: z.string().optional() })

  /** Waits until an alert is so. */
  function becomes(id: string, isSo: (alert: z.infer<typeof row>) => boolean): Promise<z.infer<typeof row>> {
    return until(
      async () => {
        const rows = z.array(row).parse(await house.daemon.get('/api/alerts'))
        return rows.find((one) => one.id === id && isSo(one))
      },
      { seconds: 10, what: () => `${id} to change: ${house.daemon.output()}` },
    )
  }
})

import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import * as z from 'zod'
import { type Mosquitto, startMosquitto } from '../bridges/mosquitto.ts'
import { until } from '../daemon.ts'
import { withoutCore } from './build.ts'
import { type Core, startCore } from './core.ts'
import { startHouse, type TestHouse } from './house.ts'

const skip = await withoutCore()

const stateSchema = z.object({
  entity_id: z.string(),
  state: z.string(),
  attributes: z.record(z.string(), z.json()),
})
type State = z.infer<typeof stateSchema>

const registrySchema = z.array(
  z.object({ entity_id: z.string(), entity_category: z.string().nullable(), platform: z.string() }),
)

/** Every entity that each house has: its name, its category, what else Home Assistant is to make of it, its state. */
const expected: readonly (readonly [string, string, string | null, object, RegExp])[] = [
  [
    'sensor.hearthwarden_severity',
    'Severity',
    null,
    { device_class: 'enum', options: ['none', 'low', 'medium', 'high'] },
    /^none$/,
  ],
  [
    'sensor.hearthwarden_open_alerts',
    'Open alerts',
    null,
    { unit_of_measurement: 'alerts', state_class: 'measurement' },
    /^0$/,
  ],
  ['binary_sensor.hearthwarden_threat', 'Threat', null, { device_class: 'safety' }, /^off$/],
  [
    'sensor.hearthwarden_last_analysis',
    'Last analysis',
    'diagnostic',
    { device_class: 'timestamp' },
    /^(unknown|\d{4}-.*)$/,
  ],
  [
    'sensor.hearthwarden_devices',
    'Devices',
    'diagnostic',
    { unit_of_measurement: 'devices', state_class: 'measurement' },
    /^1$/,
  ],
  [
    'sensor.hearthwarden_devices_online',
    'Devices online',
    'diagnostic',
    { unit_of_measurement: 'devices', state_class: 'measurement' },
    /^\d+$/,
  ],
  [
    'sensor.hearthwarden_dns_today',
    'DNS queries today',
    'diagnostic',
    { unit_of_measurement: 'queries', state_class: 'total_increasing' },
    /^0$/,
  ],
  [
    'sensor.hearthwarden_new_domains_today',
    'New domains today',
    'diagnostic',
    { unit_of_measurement: 'domains', state_class: 'total_increasing' },
    /^0$/,
  ],
  [
    'sensor.hearthwarden_new_devices_today',
    'New devices today',
    'diagnostic',
    { unit_of_measurement: 'devices', state_class: 'total_increasing' },
    /^\d$/,
  ],
  ['sensor.hearthwarden_recap', 'Daily recap', null, {}, /./],
  [
    'sensor.hearthwarden_week',
    'Last seven days',
    null,
    { high: 0, worst: null },
    /^no alerts; \d new devices?$/,
  ],
  [
    'event.hearthwarden_alert',
    'Alert',
    null,
    { event_types: ['low', 'medium', 'high', 'resolved'] },
    /^unknown$/,
  ],
  ['button.hearthwarden_analyse_now', 'Analyse now', 'config', {}, /^unknown$/],
  ['button.hearthwarden_acknowledge', 'Acknowledge all alerts', null, {}, /^unknown$/],
  ['button.hearthwarden_scan_now', 'Scan now', 'config', {}, /^unknown$/],
  ['button.hearthwarden_recap_now', 'Recap now', 'config', {}, /^unknown$/],
  ['switch.hearthwarden_spoken_alerts', 'Spoken alerts', 'config', {}, /^(on|off)$/],
  ['switch.hearthwarden_learning', 'Learning', 'config', {}, /^on$/],
  [
    'select.hearthwarden_sensitivity',
    'Sensitivity',
    'config',
    { options: ['relaxed', 'balanced', 'strict'] },
    /^balanced$/,
  ],
  [
    'sensor.hearthwarden_temperature_disk_temp1',
    'Temperature disk/temp1',
    'diagnostic',
    { device_class: 'temperature', unit_of_measurement: '°C', state_class: 'measurement' },
    /^48\.[23]\d*$/,
  ],
  [
    'binary_sensor.hearthwarden_health_collect_pihole_log',
    'Source Pi-hole log',
    'diagnostic',
    { device_class: 'problem' },
    /^off$/,
  ],
]

suite('in a real Home Assistant', { skip }, () => {
  let broker: Mosquitto
  let core: Core
  let house: TestHouse
  const ends: (() => Promise<void> | void)[] = []

  before(async () => {
    broker = await startMosquitto()
    ends.push(() => broker.close())
    core = await startCore({ brokerPort: broker.port })
    ends.push(() => core.stop())
    house = await startHouse({ after: (end: () => Promise<void>) => ends.push(end) }, core, {
      bridges: { mqtt: { address: broker.address } },
    })
  })
  after(async () => {
    for (const end of ends.reverse()) await end()
  })

  /** Our entities, by id. */
  async function ours(): Promise<Map<string, State>> {
    const states = z.array(stateSchema).parse(await core.get('/api/states'))
    return new Map(
      states.filter(({ entity_id: id }) => id.includes('.hearthwarden')).map((one) => [one.entity_id, one]),
    )
  }

  /** Waits until all that is expected is there and says something. */
  function alive(): Promise<Map<string, State>> {
    let missing: string[] = []
    return until(
      async () => {
        const found = await ours()
        missing = expected
          .filter(([id, , , , state]) => !state.test(found.get(id)?.state ?? 'absent'))
          .map(([id]) => `${id}: ${found.get(id)?.state}`)
        return missing.length === 0 ? found : undefined
      },
      { seconds: 30, what: () => missing.join(', ') },
    )
  }

  async function registered() {
    const wire = await core.wire()
    const rows = registrySchema.parse(await wire.ask({ type: 'config/entity_registry/list' }))
    wire.close()
    return rows.filter(({ platform, entity_id: id }) => platform === 'mqtt' && id.includes('hearthwarden'))
  }

  test('every entity has the right name, unit, class and category', async () => {
    const found = await alive()
    const categories = new Map((await registered()).map((row) => [row.entity_id, row.entity_category]))
    for (const [id, name, category, attributes] of expected) {
      const about = found.get(id)?.attributes ?? {}
      assert.equal(about['friendly_name'], `Hearthwarden ${name}`, id)
      assert.equal(categories.get(id), category, id)
      assert.deepEqual({ ...about, ...attributes }, about, id)
    }
    assert.equal(categories.size, found.size, 'each is alive')
  })

  test('what is pressed, switched and chosen there is done here', async () => {
    await house.attack('192.168.1.23')
    const { id } = await house.alertOf('192.168.1.23')
    await says('sensor.hearthwarden_severity', 'high')
    await says('binary_sensor.hearthwarden_threat', 'on')
    const { attributes } = await says('sensor.hearthwarden_open_alerts', '1').then(() =>
      state('event.hearthwarden_alert'),
    )
    assert.equal(attributes['event_type'], 'high')
    assert.equal(attributes['alert_id'], id)
    await act('button', 'press', 'button.hearthwarden_acknowledge')
    await says('sensor.hearthwarden_open_alerts', '0')
    assert.equal((await house.alertOf('192.168.1.23')).status, 'acknowledged')

    await act('select', 'select_option', 'select.hearthwarden_sensitivity', { option: 'strict' })
    await says('select.hearthwarden_sensitivity', 'strict')
    await act('switch', 'turn_off', 'switch.hearthwarden_learning')
    await says('switch.hearthwarden_learning', 'off')
    await act('switch', 'turn_on', 'switch.hearthwarden_spoken_alerts')
    await says('switch.hearthwarden_spoken_alerts', 'on')
    const before = await state('sensor.hearthwarden_recap')
    await act('button', 'press', 'button.hearthwarden_recap_now')
    await until(
      async () => ((await state('sensor.hearthwarden_recap')).state === before.state ? undefined : true),
      { seconds: 10, what: () => 'a recap' },
    )
    await act('button', 'press', 'button.hearthwarden_analyse_now')
    await until(() => (/"request":"analyse","ok":true/.test(house.daemon.output()) ? true : undefined), {
      seconds: 10,
      what: () => `an analysis: ${house.daemon.output()}`,
    })
  })

  test('they come back after Home Assistant, the broker and the program start anew', async () => {
    const before = [...(await ours()).keys()].sort()
    await core.restart()
    await says('sensor.hearthwarden_severity', /^(none|low|medium|high)$/)
    await broker.kill()
    await says('sensor.hearthwarden_severity', 'unavailable')
    await broker.start()
    await says('sensor.hearthwarden_severity', /^(none|low|medium|high)$/)
    await says('select.hearthwarden_sensitivity', 'strict')
    const ended = house.restart()
    await says('sensor.hearthwarden_severity', 'unavailable')
    await ended
    await says('sensor.hearthwarden_severity', /^(none|low|medium|high)$/)
    const after = await ours()
    assert.deepEqual([...after.keys()].sort(), before, 'the same, and no second ones')
    for (const [id, one] of after) assert.notEqual(one.state, 'unavailable', id)
  })

  test('nothing in its log is about us', async () => {
    const lines = (await core.log()).split('\n')
    const about = lines.filter((line) => /hearthwarden/i.test(line) && /WARNING|ERROR/.test(line))
    assert.deepEqual(about, [])
  })

  async function state(id: string): Promise<State> {
    return stateSchema.parse(await core.get(`/api/states/${id}`))
  }

  /** Waits until an entity says that. */
  async function says(id: string, what: string | RegExp): Promise<State> {
    let last = ''
    return until(
      async () => {
        const one = await state(id)
        last = one.state
        return (typeof what === 'string' ? what === last : what.test(last)) ? one : undefined
      },
      { seconds: 40, what: () => `${id} to say ${what}, it says ${last}` },
    )
  }

  function act(domain: string, service: string, entity: string, data: object = {}): Promise<unknown> {
    return core.post(`/api/services/${domain}/${service}`, { entity_id: entity, ...data })
  }
})

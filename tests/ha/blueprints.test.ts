import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import * as z from 'zod'
import { freePort, type Mosquitto, startMosquitto } from '../bridges/mosquitto.ts'
import { until } from '../daemon.ts'
import { withoutCore } from './build.ts'
import { type Core, type Recorded, startCore } from './core.ts'
import { startHouse, stateOf, type TestHouse } from './house.ts'
import { addPhone, type Phone, type Push } from './phone.ts'
import type { Wire } from './wire.ts'

const skip = await withoutCore()
const imported = z.object({
  suggested_filename: z.string(),
  raw_data: z.string(),
  blueprint: z.object({ metadata: z.object({ name: z.string(), domain: z.literal('automation') }) }),
  validation_errors: z.null(),
})
const standing = z.array(z.object({ notification_id: z.string(), title: z.string(), message: z.string() }))
const traces = z.array(z.looseObject({ script_execution: z.string().nullable() }))

suite('the blueprints, imported into a real Home Assistant', { skip }, () => {
  let broker: Mosquitto
  let core: Core
  let wire: Wire
  let phone: Phone
  let house: TestHouse
  let shelf: string
  const ends: (() => Promise<unknown> | void)[] = []

  before(async () => {
    broker = await startMosquitto()
    ends.push(() => broker.close())
    core = await startCore({ brokerPort: broker.port })
    ends.push(() => core.stop())
    phone = await addPhone(core, 'Phone')
    wire = await core.wire()
    ends.push(() => wire.close())
    shelf = await serveBlueprints(ends)
    house = await startHouse({ after: (end: () => Promise<void>) => ends.push(end) }, core, {
      bridges: { mqtt: { address: broker.address } },
    })
    await stateOf(house.daemon, 'bridge/home-assistant', 'ok')
  })
  after(async () => {
    for (const end of ends.reverse()) await end()
  })

  /** As a person does it: import from the address, save, make an automation of it. Gives the automation's entity. */
  async function use(name: string, input: Readonly<Record<string, unknown>>, id = name): Promise<string> {
    const { raw_data: yaml, blueprint } = imported.parse(
      await wire.ask({ type: 'blueprint/import', url: `${shelf}/${name}.yaml` }),
    )
    const path = `hearthwarden/${name}.yaml`
    await wire.ask({ type: 'blueprint/save', domain: 'automation', path, yaml, allow_override: true })
    await core.post(`/api/config/automation/config/${id}`, {
      alias: id,
      use_blueprint: { path, input },
    })
    assert.match(blueprint.metadata.name, /^Hearthwarden: /)
    return `automation.${id.replaceAll('-', '_')}`
  }

  function pushed(about: string): Promise<Push> {
    return until(() => phone.pushes().find(({ message }) => message.includes(about)), {
      seconds: 30,
      what: () => `a push about ${about}: ${JSON.stringify(phone.pushes())}`,
    })
  }

  function did(entity: string, is: (one: Recorded) => boolean): Promise<Recorded> {
    return until(async () => (await core.recorded()).findLast((one) => one.entity === entity && is(one)), {
      seconds: 15,
      what: () => `the ${entity}: ${house.daemon.output()}`,
    })
  }

  test('notify with buttons: a phone is told, and its buttons do what they say', async () => {
    await use('notify', { notifier: phone.service })
    await house.attack('192.168.1.61')
    const { id } = await house.alertOf('192.168.1.61')
    const push = await pushed('192.168.1.61')
    assert.equal(push.data?.tag, `hearthwarden_${id}`)
    const titles = push.data?.actions.map(({ title }) => title)
    assert.deepEqual(titles, ['Expected', 'Mute a day'])
    await phone.tap(push, 'Expected')
    await until(
      async () => ((await house.alertOf('192.168.1.61')).status === 'expected' ? true : undefined),
      { seconds: 10, what: () => 'the alert to be expected' },
    )
    await house.attack('192.168.1.62')
    await house.alertOf('192.168.1.62')
    await phone.tap(await pushed('192.168.1.62'), 'Mute a day')
    const muted = z.object({ mutedUntil: z.string().optional(), status: z.string() })
    const row = await until(
      async () => {
        const found = muted.parse(await house.alertOf('192.168.1.62'))
        return found.mutedUntil === undefined ? undefined : found
      },
      { seconds: 10, what: () => 'the alert to be muted' },
    )
    assert.equal(row.status, 'open')
  })

  test('flash lights: they flash at a high alert', async () => {
    await use('flash-lights', { lights: { entity_id: 'light.lamp' } })
    await house.attack('192.168.1.63')
    assert.equal((await did('lamp', () => true))['flash'], 'long')
  })

  test('pause a smart plug: off at an alert of its device alone, on again after the pause', async () => {
    await use('pause-plug', { device: '192.168.1.64', plug: 'switch.plug', pause: { seconds: 1 } })
    await house.attack('192.168.1.65')
    await house.alertOf('192.168.1.65')
    await until(
      async () =>
        (await traced('pause-plug')).some((one) => one.script_execution === 'failed_conditions') || undefined,
      { seconds: 10, what: () => 'the alert of another device to be passed over' },
    )
    await house.attack('192.168.1.64')
    await did('plug', ({ turned }) => turned === 'on')
    const turns = (await core.recorded())
      .filter(({ entity }) => entity === 'plug')
      .map(({ turned }) => turned)
    assert.deepEqual(turns, ['off', 'on'])
  })

  /** What became of an automation's runs. */
  async function traced(id: string) {
    return traces.parse(await wire.ask({ type: 'trace/list', domain: 'automation', item_id: id }))
  }

  test('weekly summary: on its day at its time, in plain words, on a phone or in Home Assistant', async () => {
    const week = z.object({ attributes: z.object({ text: z.string(), high: z.number() }) })
    const { text } = await until(
      async () => {
        const { attributes } = week.parse(await core.get('/api/states/sensor.hearthwarden_week'))
        return attributes.high >= 5 ? attributes : undefined
      },
      { seconds: 40, what: () => 'the sensor of the week' },
    )
    assert.match(
      text,
      /^The last seven days: 5 high alerts; \d+ new devices\. The worst: .* high: Asked for "evil/,
    )

    // Core's own time trigger, ten seconds from now; its time zone is UTC.
    const soon = new Date(Date.now() + 10_000)
    const days = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']
    const [today, tomorrow] = [soon.getUTCDay(), (soon.getUTCDay() + 1) % 7].map((day) => days[day])
    const time = soon.toISOString().slice(11, 19)
    await use('weekly-summary', { weekday: today, time, notifier: phone.service }, 'week-phone')
    await use('weekly-summary', { weekday: today, time }, 'week-here')
    await use('weekly-summary', { weekday: tomorrow, time }, 'week-other')
    const push = await pushed('The last seven days')
    assert.deepEqual([push.title, push.message], ['Hearthwarden: the week', text])
    const shown = await until(
      async () =>
        standing
          .parse(await wire.ask({ type: 'persistent_notification/get' }))
          .find(({ notification_id: id }) => id === 'hearthwarden_week'),
      { seconds: 20, what: () => 'the notification' },
    )
    assert.equal(shown.title, 'Hearthwarden: the week')
    assert.equal(shown.message.replaceAll(/\\([!-/:-@[-`{-~])/g, '$1'), text)
    assert.match(shown.message, /\\"evil\\-control\\.example\\"/, 'nothing in it is Markdown')
    const [other] = await until(
      async () => {
        const found = await traced('week-other')
        return found.length > 0 ? found : undefined
      },
      { seconds: 10, what: () => 'the automation of another day' },
    )
    assert.equal(other?.script_execution, 'failed_conditions')
    assert.equal(phone.pushes().filter(({ message }) => message.includes('The last seven days')).length, 1)
  })

  test('nothing in its log is about them', async () => {
    const lines = (await core.log()).split('\n')
    const about = lines.filter(
      (line) => /hearthwarden|blueprint|automation/i.test(line) && /WARNING|ERROR/.test(line),
    )
    assert.deepEqual(about, [])
  })
})

/** The folder of blueprints, as the place that an import's address names. */
async function serveBlueprints(ends: (() => Promise<unknown> | void)[]): Promise<string> {
  const port = await freePort()
  const server = createServer((incoming, response) => {
    const name = /^\/([a-z-]+\.yaml)$/.exec(incoming.url ?? '')?.[1]
    readFile(`addon/blueprints/${name}`, 'utf8').then(
      (text) => response.end(text),
      () => response.writeHead(404).end(),
    )
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  ends.push(async () => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${port}`
}

import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import * as z from 'zod'
import { at, makeHealth, makeHouse, makeState, type TestHouse } from '../bridges/house.ts'
import { type Mosquitto, startMosquitto } from '../bridges/mosquitto.ts'
import { type Running, runBridge } from '../bridges/run.ts'
import { makeAlertView, makeRecap, makeSignal } from '../core/alert-view.ts'
import { until } from '../daemon.ts'
import { withoutCore } from './build.ts'
import { type Core, startCore } from './core.ts'

const skip = await withoutCore()
const hostile = '{{ states("x") }} {% raw %} # + / \u202E\u0000 <b>@everyone</b>'.repeat(20)

const states = z.array(
  z.object({ entity_id: z.string(), state: z.string(), attributes: z.record(z.string(), z.json()) }),
)

/** The bridge with a house whose state and clock the test sets, shown in a real Home Assistant. */
suite('what the bridge shows a real Home Assistant', { skip }, () => {
  let broker: Mosquitto
  let core: Core
  let house: TestHouse
  let bridge: Running
  let minutes = 0
  const ends: (() => Promise<void>)[] = []

  before(async () => {
    broker = await startMosquitto()
    ends.push(() => broker.close())
    core = await startCore({ brokerPort: broker.port })
    ends.push(() => core.stop())
    house = makeHouse(makeState())
    const now = () => new Date(at.getTime() + minutes * 60_000)
    bridge = runBridge({ address: broker.address }, house, { now })
    ends.push(() => bridge.stop())
  })
  after(async () => {
    for (const end of ends.reverse()) await end()
  })

  async function ours() {
    const all = states.parse(await core.get('/api/states'))
    return new Map(
      all.filter(({ entity_id: id }) => id.includes('.hearthwarden')).map((one) => [one.entity_id, one]),
    )
  }

  async function registered(): Promise<string[]> {
    const wire = await core.wire()
    const rows = z
      .array(z.object({ entity_id: z.string() }))
      .parse(await wire.ask({ type: 'config/entity_registry/list' }))
    wire.close()
    return rows.map(({ entity_id: id }) => id).filter((id) => id.includes('.hearthwarden'))
  }

  test('one that goes leaves no ghost, and one that is away for a moment stays', async () => {
    const id = 'sensor.hearthwarden_temperature_old_disk'
    const measured = makeState({ temperatures: [{ sensor: 'old disk', value: 40, at }] })
    house.set(measured)
    await until(async () => ((await ours()).get(id)?.state === '40' ? true : undefined), {
      seconds: 20,
      what: () => id,
    })
    house.set(makeState({ openAlerts: 1 }))
    await until(
      async () => ((await ours()).get('sensor.hearthwarden_open_alerts')?.state === '1' ? true : undefined),
      { seconds: 10, what: () => 'the next state' },
    )
    assert.equal((await ours()).get(id)?.state, '40')
    minutes += 11
    house.set(makeState({ openAlerts: 2 }))
    await until(async () => ((await ours()).has(id) ? undefined : true), {
      seconds: 10,
      what: () => `${id} to go`,
    })
    assert.equal((await registered()).includes(id), false)
    await core.restart()
    await until(
      async () => ((await ours()).get('sensor.hearthwarden_open_alerts')?.state === '2' ? true : undefined),
      { seconds: 20, what: () => 'the others to be back' },
    )
    assert.equal((await ours()).has(id), false, 'not after a restart either')
    assert.equal((await registered()).includes(id), false)
  })

  test('hostile text stays text within every limit', async () => {
    const lastAlert = makeAlertView({
      title: hostile,
      signals: Array.from({ length: 30 }, () => makeSignal({ summary: `${hostile}😀`.repeat(10) })),
      deviceView: { ...makeAlertView().deviceView, name: hostile },
      advice: [hostile],
    })
    house.set(
      makeState({
        severity: 'high',
        threat: true,
        lastAlert,
        temperatures: Array.from({ length: 30 }, (_, index) => ({
          sensor: `${hostile}${index}`,
          value: 1,
          at,
        })),
        health: Array.from({ length: 60 }, (_, index) =>
          makeHealth(`collect/${hostile}#${index}`, { title: hostile, state: 'waiting', reason: hostile }),
        ),
        recap: makeRecap({
          alerts: Array.from({ length: 50 }, () => lastAlert),
          headline: '😀'.repeat(300),
          newDevices: [hostile],
        }),
      }),
    )
    house.happen({ type: 'high', alert: lastAlert })
    const all = await until(
      async () => {
        const found = await ours()
        const isThere =
          found.get('sensor.hearthwarden_severity')?.state === 'high' &&
          found.get('event.hearthwarden_alert')?.attributes['event_type'] === 'high' &&
          [...found.values()].filter(({ state }) => state === 'on').length > 40
        return isThere ? found : undefined
      },
      { seconds: 30, what: () => 'all of it' },
    )
    assert.match(all.get('sensor.hearthwarden_recap')?.state ?? '', /^😀+…$/u)
    for (const [id, { state, attributes }] of all) {
      assert.ok(Array.from(state).length <= 255, id)
      // Names are ours and Home Assistant's together; the recorder's limit is 16 KB.
      assert.ok(Buffer.byteLength(JSON.stringify(attributes)) <= 8192 + 1024, id)
      assert.doesNotMatch(JSON.stringify(attributes), /\{\{|\{%|\u202E/)
    }
    const about = (await core.log())
      .split('\n')
      .filter((line) => /hearthwarden|mqtt/i.test(line) && /WARNING|ERROR/.test(line))
    assert.deepEqual(about, [])
  })
})

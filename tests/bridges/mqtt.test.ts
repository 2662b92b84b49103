import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect as connectTcp, createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { after, afterEach, before, test } from 'node:test'
import mqtt from '../../src/bridges/mqtt.ts'
import type { HouseState } from '../../src/core/bridge.ts'
import { UnavailableError } from '../../src/core/errors.ts'
import type { Broker, Home } from '../../src/core/home.ts'
import { makeAlertView, makeRecap, makeSignal } from '../core/alert-view.ts'
import { without } from '../partners.ts'
import { devicePayload } from './discovery-rules.ts'
import { at, makeHealth, makeHouse, makeState, type TestHouse } from './house.ts'
import { startMosquitto, type Mosquitto } from './mosquitto.ts'
import { componentsOf, startReader, type Reader, type Seen } from './reader.ts'
import { instance, runBridge, type Running } from './run.ts'

const skip = without('mosquitto')
const base = `hearthwarden/${instance}`
const discovery = `homeassistant/device/hearthwarden_${instance}/config`
const hostile = '{{ states("x") }} {% raw %} # + / \u202E\u0000 @everyone'.repeat(20)

let broker: Mosquitto
before(async () => {
  if (skip === false) broker = await startMosquitto()
})
after(async () => {
  if (skip === false) await broker.close()
})

/** What a test has opened, ended after it whatever came of it. */
const opened: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const end of opened.splice(0).reverse()) await Promise.allSettled([end()])
})

async function read(...given: Parameters<typeof startReader>): Promise<Reader> {
  const reader = await startReader(...given)
  opened.push(async () => reader.close())
  return reader
}

function run(...given: Parameters<typeof runBridge>): Running {
  const bridge = runBridge(...given)
  opened.push(async () => bridge.stop())
  return bridge
}

async function startOwn(...given: Parameters<typeof startMosquitto>): Promise<Mosquitto> {
  const own = await startMosquitto(...given)
  opened.push(async () => own.close())
  return own
}

/** Gives the port. */
async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  opened.push(async () => {
    server.close()
  })
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

/** Whether these messages hold a discovery payload and, after it, a state of each of its entities; what lay there before does not count. */
function isShown(messages: readonly Seen[]): boolean {
  const live = messages.filter(({ retain }) => !retain)
  const told = live.findLastIndex(({ topic }) => topic === discovery)
  if (told === -1) return false
  const later = new Set(live.slice(told).map(({ topic }) => topic))
  return Object.values(componentsOf(live[told]?.payload)).every(
    ({ platform, state_topic: topic }) => platform === 'event' || topic === undefined || later.has(topic),
  )
}

interface Scene {
  readonly reader: Reader
  readonly house: TestHouse
  readonly bridge: Running
  /** Minutes go by. */
  later(minutes: number): void
}

/** A reader and a running bridge; at the end the broker forgets what was retained. */
async function scene(state: HouseState, play: (parts: Scene) => Promise<void>): Promise<void> {
  const reader = await read(broker.address)
  const house = makeHouse(state)
  let minutes = 0
  const now = () => new Date(at.getTime() + minutes * 60_000)
  const bridge = run({ address: broker.address }, house, { now })
  const later = (more: number) => {
    minutes += more
  }
  await reader.until(() => isShown(reader.all), 'the states are there')
  await play({ reader, house, bridge, later })
  await bridge.stop()
  for (const topic of new Set(reader.all.map((seen) => seen.topic)))
    await reader.send(topic, '', { retain: true })
}

test('one payload tells Home Assistant of all entities, by its rules', { skip }, async () => {
  const state = makeState({
    temperatures: [{ sensor: 'coretemp/Core 0', value: 48.25, at }],
    health: [
      makeHealth('collect/pihole-log', { title: 'Pi-hole log' }),
      makeHealth('triage', { state: 'waiting' }),
    ],
  })
  await scene(state, async ({ reader, bridge }) => {
    const payload = devicePayload.parse(JSON.parse(reader.newest(discovery) ?? ''))
    assert.equal(payload.device.identifiers[0], `hearthwarden_${instance}`)
    assert.equal(payload.availability[0]?.topic, `${base}/status`)
    const names = Object.values(payload.components).map(({ platform, name }) => `${platform}: ${name}`)
    assert.deepEqual(names, [
      'sensor: Severity',
      'sensor: Open alerts',
      'binary_sensor: Threat',
      'sensor: Last analysis',
      'sensor: Devices',
      'sensor: DNS queries today',
      'sensor: New domains today',
      'sensor: New devices today',
      'sensor: Daily recap',
      'event: Alert',
      'button: Analyse now',
      'button: Acknowledge all alerts',
      'button: Recap now',
      'switch: Spoken alerts',
      'switch: Learning',
      'select: Sensitivity',
      'sensor: Temperature coretemp/Core 0',
      'binary_sensor: Source Pi-hole log',
      'binary_sensor: triage',
    ])
    assert.equal(reader.newest(`${base}/status`), 'online')
    assert.equal(bridge.readies, 1)
    for (const component of Object.values(payload.components)) {
      if (!('state_topic' in component) || component.platform === 'event') continue
      assert.notEqual(reader.newest(component.state_topic), undefined, component.name)
    }
  })
})

test('states are what the house says, retained, and published when they differ', { skip }, async () => {
  const lastAlert = makeAlertView()
  const state = makeState({ severity: 'high', openAlerts: 2, threat: true, lastAlert, recap: makeRecap() })
  await scene(state, async ({ reader, house }) => {
    const newest = (key: string) => reader.newest(`${base}/${key}`)
    assert.equal(newest('severity/state'), 'high')
    assert.equal(newest('open_alerts/state'), '2')
    assert.equal(newest('threat/state'), 'ON')
    assert.equal(newest('last_analysis/state'), 'None')
    assert.equal(newest('dns_today/state'), '4711')
    assert.equal(newest('recap/state'), '1 high and 1 low alert; all sources well')
    assert.equal(newest('learning/state'), 'ON')
    const attributes: unknown = JSON.parse(newest('severity/attributes') ?? '')
    assert.deepEqual(attributes, {
      alert_id: 'a12',
      severity: 'high',
      status: 'open',
      title: lastAlert.title,
      device: 'Living room TV',
      address: '192.168.1.23',
      confidence: 95,
      reason: lastAlert.title,
      since: '2026-11-20T19:30:00.000Z',
      advice: lastAlert.advice,
      signals: [{ detector: 'threat-intel', confidence: 95, summary: lastAlert.title }],
    })

    const before = reader.all.length
    house.set({ ...state, openAlerts: 1, lastAnalysis: at, dnsToday: 4712 })
    await reader.until(() => newest('last_analysis/state') === at.toISOString())
    const later = reader.all.slice(before).map(({ topic }) => topic.slice(base.length + 1))
    assert.deepEqual(later, ['open_alerts/state', 'last_analysis/state'], 'what changes all the time waits')

    const second = await read(broker.address)
    await second.until(() => second.newest(`${base}/open_alerts/state`) === '1')
    assert.ok(second.all.every(({ retain }) => retain))
  })
})

test(
  'happenings are events: never retained, expiring, and not before Home Assistant can hear',
  { skip },
  async () => {
    await scene(makeState(), async ({ reader, house }) => {
      const begun = performance.now()
      house.happen({ type: 'high', alert: makeAlertView() })
      house.happen({ type: 'resolved', alert: makeAlertView({ status: 'acknowledged' }) })
      const events = () => reader.all.filter(({ topic }) => topic === `${base}/alert/state`)
      await reader.until(() => events().length === 2)
      assert.ok(performance.now() - begun > 700)
      const [high, resolved] = events()
      assert.deepEqual(JSON.parse(high?.payload ?? ''), {
        event_type: 'high',
        alert_id: 'a12',
        severity: 'high',
        status: 'open',
        title: makeAlertView().title,
        device: 'Living room TV',
        address: '192.168.1.23',
        confidence: 95,
      })
      assert.ok((high?.expiry ?? 0) > 0 && (high?.expiry ?? 0) <= 300)
      assert.match(resolved?.payload ?? '', /"resolved"/)
      const second = await read(broker.address)
      await second.until(() => second.newest(`${base}/status`) === 'online')
      assert.ok(!second.all.some(({ topic }) => topic === `${base}/alert/state`))
    })
  },
)

test('commands become requests; what is retained, strange or too much does not', { skip }, async () => {
  await scene(makeState(), async ({ reader, bridge }) => {
    const commands = [
      ['analyse_now', 'PRESS'],
      ['acknowledge', 'PRESS'],
      ['recap_now', 'PRESS'],
      ['spoken_alerts', 'OFF'],
      ['learning', 'OFF'],
      ['sensitivity', 'strict'],
    ] as const
    const garbage = ['', 'press', '{}', 'high; rm -rf /', hostile, '\u0000']
    for (const payload of garbage)
      for (const key of ['analyse_now', 'learning', 'sensitivity', 'severity', 'nothing'])
        await reader.send(`${base}/${key}/set`, payload)
    for (const [key, payload] of commands) await reader.send(`${base}/${key}/set`, payload)
    await reader.send('homeassistant/status', 'online')
    await reader.until(() => reader.all.filter(({ topic }) => topic === discovery).length === 2)
    assert.deepEqual(bridge.asked, [
      { kind: 'analyse' },
      { kind: 'acknowledge' },
      { kind: 'recap' },
      { kind: 'set', option: 'notifiers.speech.enabled', value: false },
      { kind: 'set', option: 'house.learning', value: 'off' },
      { kind: 'set', option: 'house.sensitivity', value: 'strict' },
    ])
    assert.equal(bridge.log.filter((line) => line.includes('ignored a command')).length, 1)
  })
})

test('a retained command does nothing', { skip }, async () => {
  const reader = await read(broker.address)
  await reader.send(`${base}/acknowledge/set`, 'PRESS', { retain: true })
  await scene(makeState(), async ({ bridge }) => {
    assert.deepEqual(bridge.asked, [])
    assert.ok(bridge.log.some((line) => line.includes('it is retained')))
  })
})

test('not many commands at once, and a house that fails ends the bridge', { skip }, async () => {
  const reader = await read(broker.address)
  const failing = Promise.withResolvers<never>()
  const bridge = run({ address: broker.address }, makeHouse(makeState()), {
    ask: async () => failing.promise,
  })
  await reader.until(() => isShown(reader.all))
  for (let count = 0; count < 20; count += 1) await reader.send(`${base}/analyse_now/set`, 'PRESS')
  await reader.send('homeassistant/status', 'online')
  await reader.until(() => reader.all.filter(({ topic }) => topic === discovery).length === 2)
  assert.equal(bridge.asked.length, 5)
  failing.reject(new Error('the store is closed'))
  await assert.rejects(bridge.done, /the store is closed/)
})

test('when Home Assistant starts anew, all is told again, states last', { skip }, async () => {
  await scene(makeState(), async ({ reader }) => {
    const before = reader.all.length
    await reader.send('homeassistant/status', 'online')
    await reader.until(() =>
      reader.all.slice(before).some(({ topic }) => topic === `${base}/sensitivity/state`),
    )
    const topics = reader.all.slice(before).map(({ topic }) => topic)
    assert.deepEqual(topics.slice(0, 2), ['homeassistant/status', discovery])
    assert.ok(topics.includes(`${base}/severity/state`) && topics.includes(`${base}/dns_today/state`))
  })
})

test('a row that stays away is removed: once as its bare platform, then not at all', { skip }, async () => {
  const pihole = makeHealth('collect/pihole-log')
  const health = [pihole, makeHealth('notify/discord')]
  await scene(makeState({ health }), async ({ reader, house, later }) => {
    const before = reader.all.length
    const told = () => reader.all.slice(before).filter(({ topic }) => topic === discovery)
    house.set(makeState({ health: [pihole, makeHealth('notify/discord', { state: 'off' })] }))
    await reader.until(() => told().length === 1)
    later(10)
    house.set(makeState({ health: [pihole] }))
    await reader.until(() => told().length === 3)
    const bare = Object.entries(componentsOf(told()[1]?.payload)).filter(
      ([, one]) => Object.keys(one).length === 1,
    )
    assert.equal(bare.length, 1)
    const [key = '', component] = bare[0] ?? []
    assert.match(key, /^health_notify_discord_[0-9a-f]{6}$/)
    assert.deepEqual(component, { platform: 'binary_sensor' })
    assert.ok(!(key in componentsOf(told()[2]?.payload)))
    assert.equal(reader.newest(`${base}/${key}/state`), '')
  })
})

test('a row that is away for a while keeps its life', { skip }, async () => {
  const temperatures = [{ sensor: 'gpu', value: 50, at }]
  await scene(makeState({ temperatures }), async ({ reader, house, later }) => {
    const before = reader.all.length
    const told = () => reader.all.slice(before).filter(({ topic }) => topic === discovery)
    house.set(makeState())
    await reader.until(() => told().length === 1)
    later(9)
    house.set(makeState({ temperatures }))
    await reader.until(() => told().length === 2)
    later(9)
    house.set(makeState())
    await reader.until(() => told().length === 3)
    assert.ok(told().every(({ payload }) => !payload.includes('{"platform":"sensor"}')))
  })
})

test('what an earlier run has told of is removed too', { skip }, async () => {
  const first = await read(broker.address)
  const gpu = makeState({ temperatures: [{ sensor: 'gpu', value: 50, at }] })
  const bridge = run({ address: broker.address }, makeHouse(gpu))
  await first.until(() => isShown(first.all))
  await bridge.stop()
  await scene(makeState(), async ({ reader, house, later }) => {
    later(10)
    house.set(makeState({ openAlerts: 1 }))
    await reader.until(() =>
      reader.all.some(
        ({ topic, payload }) =>
          topic === discovery && /"temperature_gpu_\w{6}":\{"platform":"sensor"\}/.test(payload),
      ),
    )
  })
})

test('a clean end says offline; the broker says it for a process that was killed', { skip }, async () => {
  const reader = await read(broker.address)
  const status = () => reader.newest(`${base}/status`)
  const bridge = run({ address: broker.address }, makeHouse(makeState()))
  await reader.until(() => status() === 'online')
  await bridge.stop()
  await reader.until(() => status() === 'offline')

  const child = spawn(process.execPath, [join(import.meta.dirname, 'mqtt/victim.ts'), broker.address])
  await reader.until(() => status() === 'online')
  child.kill('SIGKILL')
  await once(child, 'exit')
  await reader.until(() => status() === 'offline')
})

test(
  'a broker that dies ends the run; with the broker the next run has everything back',
  { skip },
  async () => {
    const own = await startOwn()
    const house = makeHouse(makeState({ openAlerts: 1 }))
    const first = run({ address: own.address }, house)
    const before = await read(own.address)
    await before.until(() => before.newest(`${base}/sensitivity/state`) !== undefined)
    const away = {
      name: 'UnavailableError',
      message: `The MQTT broker at 127.0.0.1:${own.port} does not answer`,
    }
    const ended = assert.rejects(first.done, away)
    await own.kill()
    await ended
    await assert.rejects(
      run({ address: own.address }, house).done,
      away,
      'the same words: they are said once',
    )
    await own.start()
    const again = run({ address: own.address }, house)
    const reader = await read(own.address)
    await reader.until(() => reader.newest(`${base}/open_alerts/state`) === '1')
    await again.stop()
  },
)

test('wrong credentials are said in one sentence without them', { skip }, async () => {
  const own = await startOwn({ user: { name: 'house', password: 'right-password' } })
  const house = makeHouse(makeState())
  const wrong = { address: own.address, username: 'house', password: 'wrong-password' }
  await assert.rejects(run(wrong, house).done, (error: Error) => {
    assert.ok(error instanceof UnavailableError)
    assert.match(error.message, /set bridges\.mqtt\.username and bridges\.mqtt\.password$/)
    assert.ok(!error.message.includes('wrong-password'))
    return true
  })
  const login = { username: 'house', password: 'right-password' }
  const bridge = run({ address: own.address, ...login }, house)
  const reader = await read(own.address, login)
  await reader.until(() => reader.newest(`${base}/status`) === 'online')
  await bridge.stop()
})

test('without an address, the broker is the one that Home Assistant knows', { skip }, async () => {
  const answers: (Broker | undefined)[] = [undefined, { host: '127.0.0.1', port: broker.port, ssl: false }]
  const refuse = () => assert.fail('not asked for')
  const home: Home = {
    call: refuse,
    states: refuse,
    watch: refuse,
    events: refuse,
    send: refuse,
    isRunning: refuse,
    broker: async () => answers.shift(),
  }
  assert.equal(mqtt.isSetUp(mqtt.options.parse({}), undefined), false)
  assert.equal(mqtt.isSetUp(mqtt.options.parse({}), home), true)
  await assert.rejects(run({}, makeHouse(makeState()), { home }).done, UnavailableError)
  const bridge = run({}, makeHouse(makeState()), { home })
  const reader = await read(broker.address)
  await reader.until(() => reader.newest(`${base}/status`) === 'online')
  await bridge.stop()
})

test('a broker that knows only MQTT 3.1.1 will do', { skip }, async () => {
  const refusal = Buffer.from([0x20, 0x02, 0x00, 0x01])
  // The protocol's level is the tenth byte of a CONNECT whose length takes one byte, the eleventh when it takes two.
  const levelOf = (connect: Buffer) => connect[((connect[1] ?? 0) & 0x80) === 0 ? 8 : 9]
  const levels: (number | undefined)[] = []
  const old = createServer((socket) => {
    socket.once('data', (connect) => {
      levels.push(levelOf(connect))
      if (levels.at(-1) === 5) {
        socket.end(refusal)
        return
      }
      const onward = connectTcp(broker.port, '127.0.0.1')
      onward.write(connect)
      socket.pipe(onward).pipe(socket)
      socket.on('error', () => onward.destroy())
    })
  })
  const port = await listen(old)
  const reader = await read(broker.address)
  const bridge = run({ address: `mqtt://127.0.0.1:${port}` }, makeHouse(makeState()))
  await reader.until(() => reader.newest(`${base}/sensitivity/state`) !== undefined)
  assert.deepEqual(levels, [5, 4])
  await bridge.stop()
  await reader.until(() => reader.newest(`${base}/status`) === 'offline')
})

test('a broker that falls silent holds up neither start nor end', { skip }, async () => {
  let stall: () => void = () => undefined
  const silent = createServer((socket) => {
    const onward = connectTcp(broker.port, '127.0.0.1')
    socket.pipe(onward).pipe(socket)
    socket.on('error', () => onward.destroy())
    stall = () => onward.pause()
  })
  const port = await listen(silent)
  const house = makeHouse(makeState())
  const bridge = run({ address: `mqtt://127.0.0.1:${port}` }, house)
  const reader = await read(broker.address)
  await reader.until(() => reader.newest(`${base}/sensitivity/state`) !== undefined)
  stall()
  house.set(makeState({ openAlerts: 7 }))
  const begun = performance.now()
  await bridge.stop().catch((error: unknown) => assert.ok(error instanceof UnavailableError))
  assert.ok(performance.now() - begun < 4000)
})

test('hostile names stay data: no template, no topic, within every limit', { skip }, async () => {
  const lastAlert = makeAlertView({
    title: hostile,
    signals: Array.from({ length: 30 }, () => makeSignal({ summary: `${hostile}😀`.repeat(10) })),
    deviceView: { ...makeAlertView().deviceView, name: hostile },
    advice: [hostile],
  })
  const alerts = Array.from({ length: 50 }, () => lastAlert)
  const state = makeState({
    severity: 'high',
    lastAlert,
    temperatures: Array.from({ length: 30 }, (_, index) => ({ sensor: `${hostile}${index}`, value: 1, at })),
    health: Array.from({ length: 60 }, (_, index) =>
      makeHealth(`collect/${hostile}#${index}`, { title: hostile, state: 'waiting', reason: hostile }),
    ),
    recap: makeRecap({ alerts, headline: '😀'.repeat(300), newDevices: [hostile] }),
  })
  await scene(state, async ({ reader, house }) => {
    house.happen({ type: 'high', alert: lastAlert })
    await reader.until(() => reader.newest(`${base}/alert/state`) !== undefined)
    const { components } = devicePayload.parse(JSON.parse(reader.newest(discovery) ?? ''))
    assert.equal(Object.keys(components).filter((key) => key.startsWith('temperature_')).length, 12)
    assert.equal(Object.keys(components).filter((key) => key.startsWith('health_')).length, 40)
    for (const { topic, payload } of reader.all) {
      assert.match(topic, /^[a-z0-9_/]+$/)
      assert.doesNotMatch(payload, /\{\{|\{%|\u202E/)
      if (topic.endsWith('/attributes')) assert.ok(Buffer.byteLength(payload) <= 8192, topic)
      if (topic.endsWith('/state') && !topic.includes('/alert/'))
        assert.ok(Array.from(payload).length <= 255, topic)
    }
  })
})

test('the check says where it was let in, and who is not there', { skip }, async () => {
  const context = (address: string) => ({
    options: mqtt.options.parse({ address }),
    log: { debug() {}, info() {}, warning() {}, error() {}, named: () => assert.fail() },
    stop: new AbortController().signal,
    now: () => at,
    home: undefined,
  })
  assert.deepEqual(await mqtt.check(context(broker.address)), [
    { ok: true, message: `The MQTT broker at 127.0.0.1:${broker.port} lets us in` },
  ])
  await assert.rejects(mqtt.check(context('mqtt://127.0.0.1:1')), UnavailableError)
})

test('topics are letters and digits, whatever is set', () => {
  const takes = (options: object) => mqtt.options.safeParse(options).success
  assert.ok(takes({ baseTopic: 'house/watch', discoveryPrefix: 'ha' }))
  for (const baseTopic of ['#', 'a/+', '', '/a', 'a//b', 'a b', '$SYS'])
    assert.ok(!takes({ baseTopic }), baseTopic)
  assert.ok(takes({ address: 'mqtt://192.168.1.10' }) && takes({ address: 'mqtts://broker.lan:8883' }))
  assert.ok(!takes({ address: 'http://192.168.1.10' }))
})

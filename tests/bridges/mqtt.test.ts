import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as z from 'zod'
import mqtt from '../../src/bridges/mqtt.ts'
import { makeAlertView, makeRecap, makeSignal } from '../core/alert-view.ts'
import { devicePayload } from './discovery-rules.ts'
import { at, makeHealth, makeState } from './house.ts'
import { instance } from './run.ts'
import { base, broker, discovery, hostile, read, scene, skip } from './scene.ts'

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
      'sensor: Devices online',
      'sensor: DNS queries today',
      'sensor: New domains today',
      'sensor: New devices today',
      'sensor: Daily recap',
      'sensor: Last seven days',
      'event: Alert',
      'button: Analyse now',
      'button: Acknowledge all alerts',
      'button: Scan now',
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

test('what a source tells has its entities, and what none tells has not', { skip }, async () => {
  const login = { at, user: hostile, service: 'sshd', from: '192.168.1.9' }
  const situation = {
    failedLoginsToday: 7,
    lastLogin: login,
    links: [
      { target: 'gateway', rtt: 1.26, loss: 0, at },
      { target: 'one.example', loss: 100, at },
    ],
    connections: 41,
    openPorts: 12,
    lastScan: at,
    processes: [{ name: 'ollama', state: 'missing' }],
    containers: [{ name: 'frigate', state: 'unseen' }],
  }
  await scene(makeState({ situation }), async ({ reader, house }) => {
    const { components } = devicePayload.parse(JSON.parse(reader.newest(discovery) ?? ''))
    const stateOf = (name: string) => {
      const found = Object.values(components).find((one) => one.name === name)
      return found && 'state_topic' in found ? reader.newest(found.state_topic) : undefined
    }
    assert.equal(stateOf('Failed logins today'), '7')
    assert.equal(stateOf('Last login'), at.toISOString())
    assert.equal(stateOf('Connections'), '41')
    assert.equal(stateOf('Open ports'), '12')
    assert.equal(stateOf('Last scan'), at.toISOString())
    assert.equal(stateOf('Process problems'), '1')
    assert.equal(stateOf('Container problems'), 'None')
    assert.equal(stateOf('Round-trip time gateway'), '1.3')
    assert.equal(stateOf('Packet loss one.example'), '100')
    assert.equal(stateOf('Round-trip time one.example'), 'None')
    const attributes = JSON.parse(reader.newest(`${base}/process_problems/attributes`) ?? '')
    assert.deepEqual(attributes, { problems: ['ollama: missing'], cannot_see: [] })
    const user = z
      .object({ user: z.string() })
      .parse(JSON.parse(reader.newest(`${base}/last_login/attributes`) ?? ''))
    assert.doesNotMatch(user.user, /[{}]/)
    house.set(makeState({ situation: { links: [] } }))
    await reader.until(() => !(reader.newest(discovery) ?? '').includes('Open ports'))
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
    open: Array.from({ length: 20 }, () => ({ id: 'a1', severity: 'high', title: hostile, device: hostile })),
    week: {
      alerts: { low: 1, medium: 2, high: 3 },
      worst: { id: 'a12', severity: 'high', title: hostile, device: hostile },
      newDevices: { count: 500, names: Array.from({ length: 20 }, () => hostile) },
      headline: hostile,
    },
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

test('topics are letters and digits, whatever is set', () => {
  const takes = (options: object) => mqtt.options.safeParse(options).success
  assert.ok(takes({ baseTopic: 'house/watch', discoveryPrefix: 'ha' }))
  for (const baseTopic of ['#', 'a/+', '', '/a', 'a//b', 'a b', '$SYS'])
    assert.ok(!takes({ baseTopic }), baseTopic)
  assert.ok(takes({ address: 'mqtt://192.168.1.10' }) && takes({ address: 'mqtts://broker.lan:8883' }))
  assert.ok(!takes({ address: 'http://192.168.1.10' }))
})

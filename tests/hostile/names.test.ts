import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { Readable } from 'node:stream'
import * as z from 'zod'
import { makeApi } from '../../src/api/server.ts'
import { alertRowSchema, alertStorySchema, deviceSchema, signalSchema } from '../../src/api/wire/alerts.ts'
import { alertAttributes, happeningPayload } from '../../src/bridges/mqtt/attributes.ts'
import { toDiscovery, toTopics } from '../../src/bridges/mqtt/discovery.ts'
import { toEntities } from '../../src/bridges/mqtt/entities.ts'
import { toTable } from '../../src/cli-print.ts'
import type { AlertView } from '../../src/core/alert.ts'
import { messageOf } from '../../src/core/errors.ts'
import { visibleJson } from '../../src/core/text.ts'
import type { Observation } from '../../src/core/observation.ts'
import type { Signal } from '../../src/core/signal.ts'
import { detectors } from '../../src/detectors/index.ts'
import { openWebhook } from '../../src/notifiers/discord/webhook.ts'
import { toAlertEmbed, toFoldEmbed, toRecapEmbeds } from '../../src/notifiers/discord/embeds.ts'
import { toNotification } from '../../src/notifiers/home-assistant.ts'
import { toSentence } from '../../src/notifiers/speech/sentence.ts'
import { toCorrelateLoop } from '../../src/pipeline/correlate.ts'
import { replay } from '../../src/pipeline/detect.ts'
import { supervise } from '../../src/pipeline/supervise.ts'
import { openTestHouse, type TestHouse } from '../api/house.ts'
import { devicePayload } from '../bridges/discovery-rules.ts'
import { makeHealth, makeState } from '../bridges/house.ts'
import { makeRecap } from '../core/alert-view.ts'
import { until } from '../daemon.ts'
import { startDiscordDouble } from '../notifiers/discord-double.ts'
import { hostileNames } from './names.ts'

/** Two thousand hostile names go the whole way: what people and programs get of them is data and nothing else. */

const names = hostileNames(2000)
/** Each device bears so many of them, and asks for as many. */
const each = 4
const bad = (place: number) => `evil-control-${place}.example`
/** So long that what it stands below is not cut off. */
const longestAsked = 900
const unseen = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\u2028\u2029]/u

suite('hostile names', () => {
  let house: TestHouse
  let signals: readonly Signal[]
  let views: readonly AlertView[]
  const stop = new AbortController()
  let correlating: Promise<void>

  before(async () => {
    house = await openTestHouse()
    await happen(house)
    signals = await judged(house)
    await house.store.signals.claim({ loop: 'detect/all', signals, cursor: { seq: 0 } })
    const { store, board, log, now } = house.parts
    const loop = toCorrelateLoop({ store, now, sensitivity: () => 'balanced', isLearning: () => false })
    correlating = supervise(loop, { board, log, stop: stop.signal })
    const alerts = await until(
      async () => {
        const all = await store.alerts.changed(0)
        return all.length > 0 ? all : undefined
      },
      { seconds: 60, what: () => `the alerts; ${house.log()}` },
    )
    const whole: AlertView[] = []
    for (const alert of alerts) whole.push(await store.alerts.view(alert, house.parts.words))
    views = whole.flatMap(asEachName)
  })
  after(async () => {
    stop.abort()
    await correlating
    await house.close()
  })

  test('are all judged, and all on a list are found', () => {
    const found = (detector: string) => signals.filter((signal) => signal.detector === detector).length
    assert.equal(found('threat-intel'), names.filter(({ length }) => length <= longestAsked).length)
    for (const detector of ['dga', 'new-domain', 'temperature'])
      assert.ok(found(detector) > 20, `${detector}: ${found(detector)}`)
    for (const { summary, evidence } of signals) {
      assert.doesNotMatch(summary, unseen)
      for (const value of Object.values(evidence)) assert.doesNotMatch(String(value), unseen)
      assert.ok(summary.length <= 300)
    }
    assert.ok(views.length > 1500, `${views.length}`)
  })

  test('reach Discord letter by letter, mention nobody and keep its limits (I9)', async (t) => {
    const discord = await startDiscordDouble()
    t.after(() => discord.close())
    const webhook = await openWebhook(discord.webhook, AbortSignal.timeout(60_000))
    t.after(() => webhook.close())
    const recaps = inPieces(views, 50).flatMap((alerts) =>
      toRecapEmbeds(makeRecap({ alerts, newDevices: alerts.map(({ deviceView }) => deviceView.name) })),
    )
    const embeds = [...views.map(toAlertEmbed), ...inPieces(views, 50).map(toFoldEmbed), ...recaps]
    const some = embeds.filter((_, at) => at % 40 === 0)
    for (const embed of some) await webhook.send(embed)
    assert.equal(discord.messages().length, some.length, 'none is refused')
    for (const { title = '', description = '', fields = [] } of embeds)
      for (const text of [title, description, ...fields.flatMap(({ name, value }) => [name, value])]) {
        const ours = text.replaceAll(/^(?:\*\*[A-Z][a-z ]+\*\*$|- )|\(a\d+\)$/gm, '')
        assert.doesNotMatch(ours.replaceAll(/\\[!-/:-@[-`{-~]/g, ''), /[\\*_~`|<>#[\]@]|:\S/, text)
        assert.doesNotMatch(ours.replaceAll('\n', ''), unseen, text)
      }
  })

  test('draw nothing in Home Assistant’s notifications (I10)', () => {
    for (const alert of views) {
      const { title, message } = toNotification({ kind: 'alert', occasion: 'new', alert })
      assert.match(title, /^Hearthwarden: (?:none|low|medium|high) alert$/)
      const ours = message.replaceAll(/^\*\*[A-Z][a-z]+\*\* |^- |, \d+ % sure$/gm, '')
      assert.doesNotMatch(ours.replaceAll(/\\[!-/:-@[-`{-~]/g, ''), /[!-/:-@[-`{-~]/, message)
      assert.doesNotMatch(ours.replaceAll('\n', ''), unseen)
    }
  })

  test('make no template, topic or broken JSON at the broker (I10)', () => {
    const topics = toTopics({
      baseTopic: 'hearthwarden',
      discoveryPrefix: 'homeassistant',
      instance: 'abcd1234',
    })
    const identity = { instance: 'abcd1234', version: '0.1.0' }
    for (const alert of views)
      for (const json of [alertAttributes(alert), happeningPayload({ type: 'high', alert })]) isPlain(json)
    for (const piece of inPieces(names, 12)) {
      const at = new Date()
      const state = makeState({
        temperatures: piece.map((sensor) => ({ sensor, value: 50, at })),
        health: piece.map((name) =>
          makeHealth(`collect/${name}`, { title: name, state: 'waiting', reason: name }),
        ),
        recap: makeRecap({ headline: piece.join(), newDevices: piece }),
      })
      const entities = toEntities(state)
      devicePayload.parse(JSON.parse(toDiscovery(entities, new Map(), topics, identity)))
      isPlain(toDiscovery(entities, new Map(), topics, identity), Infinity)
      for (const { key, state: stateOf, attributes } of entities) {
        for (const topic of [topics.state(key), topics.attributes(key), topics.command(key)])
          assert.match(topic, /^[a-z0-9_]+(?:\/[a-z0-9_]+)+$/)
        assert.ok(Array.from(stateOf?.(state) ?? '').length <= 255)
        assert.doesNotMatch(stateOf?.(state) ?? '', unseen)
        if (attributes !== undefined) isPlain(attributes(state))
      }
    }
  })

  test('are never spoken (I8)', () => {
    for (const alert of views)
      assert.match(
        toSentence({ kind: 'alert', occasion: 'new', alert }) ?? '',
        /^(?:None|Low|Medium|High) alert about (?:a device|the machine that Hearthwarden runs on): it does something unusual\.$/,
      )
  })

  test('are one line each in the log, and none that a terminal obeys', () => {
    const before = house.log().length
    for (const name of names)
      house.parts.log.named(name).warning(messageOf(new Error(name)), { name, deep: [{ name }] })
    const lines = house.log().slice(before).split('\n')
    assert.equal(lines.pop(), '')
    assert.equal(lines.length, names.length)
    for (const [at, line] of lines.entries()) {
      assert.doesNotMatch(line, /[\p{Cc}\p{Cf}\u2028\u2029]/u)
      const { level, deep } = logLine.parse(JSON.parse(line))
      assert.equal(level, 'warning')
      assert.equal(deep[0]?.name, names[at])
    }
  })

  test('are one line each in a terminal, quickly', () => {
    const rows = names.map((name) => ({ name }))
    const began = process.threadCpuUsage()
    const table = toTable(rows, { Name: ({ name }) => name, Row: (row) => row, Last: ({ name }) => name })
    const { user } = process.threadCpuUsage(began)
    assert.ok(user < 2_000_000, `${user / 1e6} s`)
    const lines = table.split('\n').slice(1)
    assert.equal(lines.length, names.length)
    for (const line of lines) assert.doesNotMatch(line, unseen)
    for (const name of names) {
      const json = visibleJson(JSON.stringify({ name }))
      assert.doesNotMatch(json, /[\p{Cc}\p{Cf}\u2028\u2029]/u)
      assert.deepEqual(JSON.parse(json), { name })
    }
  })

  test('are what they were in the API’s JSON', async () => {
    const api = makeApi(house.parts)
    const get = async <T>(path: string, schema: z.ZodType<T>, init: RequestInit = {}): Promise<T> => {
      const answer = await api.request(path, init)
      assert.equal(answer.status, 200, path)
      assert.match(answer.headers.get('content-type') ?? '', /^application\/json/)
      return schema.parse(await answer.json())
    }
    await get('/api/alerts?limit=500', z.array(alertRowSchema))
    await get('/api/signals?limit=1000', z.array(signalSchema))
    const devices = await get('/api/devices', z.array(deviceSchema))
    const known = new Set(devices.flatMap(({ hostnames }) => hostnames))
    for (const name of names) {
      const bare = name.trim().slice(0, 255).toWellFormed()
      assert.ok(bare === '' || known.has(bare), JSON.stringify(bare))
    }
    for (const id of new Set(views.slice(0, 200).map((alert) => alert.id)))
      await get(`/api/alerts/${id}`, alertStorySchema)
    for (const name of names.filter(({ length }) => length > 2 && length < 255).slice(0, 100)) {
      const headers = { 'content-type': 'application/json' }
      const found = await get('/api/events/search', z.array(z.looseObject({ kind: z.string() })), {
        method: 'POST',
        headers,
        body: JSON.stringify({ text: name.toWellFormed(), kinds: ['reading'] }),
      })
      assert.ok(found.length > 0, JSON.stringify(name))
    }
    assert.equal(house.log().includes('an answer failed'), false)
  })
})

const logLine = z.object({ level: z.string(), deep: z.array(z.object({ name: z.string() })) })

/** Devices call themselves so, ask for it, ask for what does not exist, and this machine's sensors are called so and hot. */
async function happen({ store }: TestHouse): Promise<void> {
  const lists = Array.from({ length: each }, (_, place) => ({
    list: 'bad',
    type: 'domain' as const,
    value: bad(place),
  }))
  await store.indicators.replace('bad', Readable.from([lists]))
  const now = Date.now()
  const observations = names.flatMap((name, index): Observation[] => {
    const device = Math.floor(index / each)
    const [high, low] = [device >> 8, device & 255]
    const address = `10.0.${high}.${low}`
    const mac = `02:00:00:00:${[high, low].map((part) => part.toString(16).padStart(2, '0')).join(':')}`
    const at = new Date(now - 10_000 + index)
    const sensor = {
      kind: 'reading',
      quantity: 'temperature',
      sensor: name,
      value: 99,
      unit: '°C',
      limit: 60,
    } as const
    return [
      { kind: 'presence', at, address, mac, hostname: name, via: 'lease' },
      { kind: 'dns-query', at, address, qname: `${name}.${bad(index % each)}`, qtype: name },
      { kind: 'dns-query', at, address, qname: `${name}.com`, qtype: 'A' },
      { kind: 'dns-answer', at, qname: `${name}.com`, rcode: 'NXDOMAIN', answer: name, source: 'upstream' },
      { ...sensor, at },
      { ...sensor, at },
    ]
  })
  await store.events.save({ loop: 'collect/test', observations })
}

/** What every detector claims of it. */
async function judged({ parts: { store, now } }: TestHouse): Promise<Signal[]> {
  const options: Readonly<Record<string, object>> = { 'new-domain': { settle: 0, most: 100 } }
  const all = detectors.map((detector) => ({
    detector,
    options: detector.options.parse(options[detector.name] ?? {}),
  }))
  const span = { from: new Date(Date.now() - 60_000), to: new Date(Date.now() + 600_000) }
  return Array.fromAsync(replay(all, span, { store, now }))
}

/** The alert as it would be if its device were called by each of its names, and rested on each of its signals. */
function asEachName(alert: AlertView): AlertView[] {
  const { deviceView, signals } = alert
  const count = Math.max(deviceView.hostnames.length, signals.length)
  return Array.from({ length: count }, (_, place) => {
    const signal = signals[place % signals.length]
    const name = deviceView.hostnames[place % Math.max(1, deviceView.hostnames.length)] ?? deviceView.name
    return {
      ...alert,
      deviceView: { ...deviceView, name },
      ...(signal && { title: signal.summary, signals: [signal, ...signals.slice(0, 3)] }),
    }
  })
}

function inPieces<T>(all: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, at) =>
    all.slice(at * size, (at + 1) * size),
  )
}

/** JSON without a template, and without anything unseen in its texts. */
function isPlain(json: string, mostBytes = 8192): void {
  assert.ok(Buffer.byteLength(json) <= mostBytes)
  assert.doesNotMatch(json, /\{\{|\{%|\{#/)
  JSON.parse(json, (_, value: unknown) => {
    if (typeof value === 'string') assert.doesNotMatch(value, unseen)
    return value
  })
}

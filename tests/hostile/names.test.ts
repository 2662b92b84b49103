import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import * as z from 'zod'
import { makeApi } from '../../src/api/server.ts'
import { alertRowSchema, alertStorySchema, deviceSchema, signalSchema } from '../../src/api/wire/alerts.ts'
import { alertAttributes, happeningPayload } from '../../src/bridges/mqtt/attributes.ts'
import { toDiscovery, toTopics } from '../../src/bridges/mqtt/discovery.ts'
import { toEntities } from '../../src/bridges/mqtt/entities.ts'
import { toTable, visible } from '../../src/cli-print.ts'
import { messageOf } from '../../src/core/errors.ts'
import { visibleJson } from '../../src/core/text.ts'
import { openWebhook } from '../../src/notifiers/discord/webhook.ts'
import { toAlertEmbed, toFoldEmbed, toRecapEmbeds } from '../../src/notifiers/discord/embeds.ts'
import { toNotification } from '../../src/notifiers/home-assistant.ts'
import { toSentence } from '../../src/notifiers/speech/sentence.ts'
import { devicePayload } from '../bridges/discovery-rules.ts'
import { makeHealth, makeState } from '../bridges/house.ts'
import { makeRecap } from '../core/alert-view.ts'
import { startDiscordDouble } from '../notifiers/discord-double.ts'
import { longestAsked, openHostileHouse, type HostileHouse } from './house.ts'
import { hostileNames } from './names.ts'

/** Two thousand hostile names go the whole way: what people and programs get of them is data and nothing else. */

const names = hostileNames(2000)
const unseen = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\u2028\u2029]/u

suite('hostile names', () => {
  let opened: HostileHouse
  before(async () => {
    opened = await openHostileHouse(names)
  })
  after(() => opened.close())

  test('are all judged, and all on a list are found', () => {
    const { signals, views } = opened
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
    const { views } = opened
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
    const { views } = opened
    for (const alert of views) {
      const { title, message } = toNotification({ kind: 'alert', occasion: 'new', alert })
      assert.match(title, /^Hearthwarden: (?:none|low|medium|high) alert$/)
      const ours = message.replaceAll(
        /^\*\*(?:[A-Z][a-z]+\*\* |What you can do\*\*$)|^- |, \d+ % sure$/gm,
        '',
      )
      assert.doesNotMatch(ours.replaceAll(/\\[!-/:-@[-`{-~]/g, ''), /[!-/:-@[-`{-~]/, message)
      assert.doesNotMatch(ours.replaceAll('\n', ''), unseen)
    }
  })

  test('make no template, topic or broken JSON at the broker (I10)', () => {
    const { views } = opened
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
    const { views } = opened
    for (const alert of views)
      assert.match(
        toSentence({ kind: 'alert', occasion: 'new', alert }) ?? '',
        /^(?:None|Low|Medium|High) alert about (?:a device|the machine that Hearthwarden runs on): it does something unusual\.$/,
      )
  })

  test('are one line each in the log, and none that a terminal obeys', () => {
    const { house } = opened
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
      assert.doesNotMatch(visible(`It is called ${name}`), /[^\n\P{Cc}]|[\p{Cf}\u2028\u2029]/u)
      const json = visibleJson(JSON.stringify({ name }))
      assert.doesNotMatch(json, /[\p{Cc}\p{Cf}\u2028\u2029]/u)
      assert.deepEqual(JSON.parse(json), { name })
    }
  })

  test('are what they were in the API’s JSON', async () => {
    const { house, views } = opened
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

import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { Writable } from 'node:stream'
import { inspect } from 'node:util'
import fc from 'fast-check'
import type * as z from 'zod'
import { ConfigError, UnavailableError } from '../../src/core/errors.ts'
import { makeLog } from '../../src/core/log.ts'
import type { Message } from '../../src/core/message.ts'
import type { Receipt, TellContext } from '../../src/core/notifier.ts'
import { metaOf } from '../../src/core/options.ts'
import discord from '../../src/notifiers/discord.ts'
import { toAlertEmbed, toFoldEmbed, toRecapEmbeds } from '../../src/notifiers/discord/embeds.ts'
import { plain } from '../../src/notifiers/discord/markdown.ts'
import { makeAlertView, makeRecap, makeSignal } from '../core/alert-view.ts'
import { startDiscordDouble, type DiscordDouble } from './discord-double.ts'

const at = new Date('2026-11-20T20:00:00Z')
const hostile = '@everyone <@1> [click](http://x.example) `a` ```b``` **c** ||d|| \u202Ee\u0000 {{ f }}'

type Options = z.infer<typeof discord.options>
const makeContext = (webhook: string, given: Partial<TellContext<Options>> = {}): TellContext<Options> => ({
  options: discord.options.parse({ webhook }),
  log: makeLog({ level: 'debug', secrets: () => [], to: new Writable({ write: (_, __, done) => done() }) }),
  stop: new AbortController().signal,
  now: () => at,
  home: undefined,
  earlier: undefined,
  remembered: undefined,
  remember: async () => undefined,
  ...given,
})

const alertOf = (occasion: 'new' | 'again' | 'completed', changes = {}): Message => ({
  kind: 'alert',
  occasion,
  alert: makeAlertView(changes),
})

let double: DiscordDouble
before(async () => {
  double = await startDiscordDouble()
})
after(async () => double.close())
beforeEach(() => {
  for (const { id } of double.messages()) double.forget(id)
  double.requests.splice(0)
})
const tell = async (message: Message, given: Partial<TellContext<Options>> = {}): Promise<Receipt> =>
  discord.tell(message, makeContext(double.webhook, given))
const shown = () => double.messages().map(({ embeds }) => embeds[0])

test('tells an alert and completes it in place', async () => {
  const receipt = await tell(alertOf('new'))
  const verdict = {
    at,
    severity: 'high',
    reason: 'It asked three times and was not blocked',
    evidence: ['s1'],
    status: 'ok',
    model: 'llama3.1:8b',
    signalsSeq: 40,
    latencyMs: 900,
    cached: false,
  } as const
  const [first] = shown()
  assert.match(first?.title ?? '', /^High · Living room TV: Asked for "evil\.example"/)
  assert.equal(first?.color, 0xdc2626)
  assert.equal(first?.footer?.text, 'Hearthwarden · a12')
  assert.equal(first?.timestamp, '2026-11-20T19:30:00.000Z')
  assert.deepEqual(first?.fields?.[0], {
    name: 'Evidence, 95 % sure',
    value: [
      'Asked for "evil.example", which stands on a threat list',
      'list urlhaus',
      'queries 3',
      'blocked false',
    ].join('\n'),
  })
  assert.equal(first?.fields?.[1]?.name, 'What to do')

  const again = await tell(alertOf('completed', { verdict, status: 'acknowledged' }), { earlier: receipt })
  assert.deepEqual(again, receipt)
  const [completed, ...others] = double.messages()
  assert.equal(others.length, 0)
  assert.equal(completed?.edits, 1)
  assert.equal(completed?.embeds[0]?.description, 'It asked three times and was not blocked')
  assert.equal(completed?.embeds[0]?.fields?.at(-1)?.value, 'Acknowledged')
})

test('tells anew what rose anew, and points to it from the older message', async () => {
  const earlier = await tell(alertOf('new'))
  const later = await tell(alertOf('again'), { earlier })
  assert.notDeepEqual(later, earlier)
  const [older, newer] = shown()
  assert.match(older?.description ?? '', /newer message/)
  assert.equal(newer?.color, 0xdc2626)
})

test('sends a message that was deleted anew', async () => {
  const earlier = await tell(alertOf('new'))
  for (const { id } of double.messages()) double.forget(id)
  const later = await tell(alertOf('completed'), { earlier })
  assert.equal(double.messages().length, 1)
  assert.notDeepEqual(later, earlier)
})

test('folds many into one message', async () => {
  await tell({
    kind: 'fold',
    alerts: [makeAlertView(), makeAlertView({ id: 'a13' }), makeAlertView({ id: 'a14' })],
  })
  assert.equal(shown()[0]?.title, '3 more alerts')
  assert.equal(shown()[0]?.description?.split('\n').length, 3)
})

test('splits a long recap, edits it, and takes back what is too many', async () => {
  const alerts = Array.from({ length: 90 }, (_, index) => makeAlertView({ id: `a${index}` }))
  const earlier = await tell({ kind: 'recap', recap: makeRecap({ alerts }) })
  const { length } = double.messages()
  assert.ok(length > 2)
  const all = shown()
    .map((embed) => embed?.description)
    .join('\n')
  for (const { id } of alerts) assert.ok(all.includes(`(${id})`), id)
  assert.match(shown()[0]?.title ?? '', new RegExp(`1 of ${length}$`))

  await tell({ kind: 'recap', recap: makeRecap() }, { earlier })
  assert.equal(double.messages().length, 1)
  assert.match(shown()[0]?.description ?? '', /usually 48/)
})

test('does not send twice what was sent of a recap before Discord failed', async () => {
  const alerts = Array.from({ length: 60 }, (_, index) => makeAlertView({ id: `a${index}` }))
  const recap = makeRecap({ alerts })
  let remembered: Receipt | undefined
  const remember = async (state: Receipt | undefined) => {
    remembered = state
  }
  const { length } = toRecapEmbeds(recap)
  const failing = {
    remember: async (state: Receipt | undefined) => {
      await remember(state)
      double.answer({ status: 502 })
    },
  }
  await assert.rejects(tell({ kind: 'recap', recap }, failing), UnavailableError)
  assert.equal(double.messages().length, 1)
  await tell({ kind: 'recap', recap }, { remembered, remember })
  assert.equal(double.messages().length, length)
  assert.equal(remembered, undefined)
})

test('waits as Discord asks, but not long', async () => {
  double.answer({
    status: 429,
    headers: { 'retry-after': '0.2' },
    body: { retry_after: 0.2, global: false },
  })
  await tell(alertOf('new'))
  assert.deepEqual(double.requests, ['POST', 'POST'])
  for (const headers of [{ 'retry-after': '61' }, {}] as const) {
    double.answer({ status: 429, headers, body: { retry_after: 61, global: false } })
    await assert.rejects(tell(alertOf('new')), UnavailableError)
  }
})

test('stops waiting when the house stops', async () => {
  const stop = new AbortController()
  double.answer({ status: 429, headers: { 'retry-after': '5' }, body: { retry_after: 5, global: false } })
  const telling = tell(alertOf('new'), { stop: stop.signal })
  while (double.requests.length === 0) await new Promise((resolve) => setImmediate(resolve))
  const begun = performance.now()
  stop.abort()
  await assert.rejects(telling, UnavailableError)
  assert.ok(performance.now() - begun < 1000)
})

test('says what went wrong in one sentence, and never the address', async () => {
  const fails = async (canned: Parameters<DiscordDouble['answer']>[0], kind: new () => Error) => {
    double.answer(canned)
    await assert.rejects(tell(alertOf('new')), (error: Error) => {
      assert.ok(error instanceof kind, String(error))
      assert.ok(!inspect(error, { depth: 9 }).includes(double.token))
      assert.ok(!error.message.includes('\n'))
      return true
    })
  }
  await fails({ status: 500 }, UnavailableError)
  await fails({ status: 503, body: 'upstream' }, UnavailableError)
  await fails({ status: 404, body: { code: 10_015, message: 'Unknown Webhook' } }, ConfigError)
  await fails({ status: 401, body: { code: 50_027, message: 'Invalid Webhook Token' } }, ConfigError)
  await fails({ status: 400, body: { code: 50_035, message: 'Invalid Form Body' } }, Error)
  const closed = await startDiscordDouble()
  await closed.close()
  await assert.rejects(discord.tell(alertOf('new'), makeContext(closed.webhook)), UnavailableError)
})

test('knows the webhook, or says what to do', async () => {
  assert.deepEqual(await discord.check(makeContext(double.webhook)), [
    { ok: true, message: 'Discord knows the webhook as "House \\u{22}alerts\\u{22}" in channel 42' },
  ])
  const other = await startDiscordDouble()
  other.deleteWebhook()
  const [check] = await discord.check(makeContext(other.webhook))
  assert.equal(check?.ok, false)
  await assert.rejects(discord.tell(alertOf('new'), makeContext(other.webhook)), ConfigError)
  await other.close()
})

test('sends the test that was asked for', async () => {
  await tell({ kind: 'test' })
  assert.equal(shown()[0]?.title, 'This is a test')
})

test('take a webhook of Discord alone', () => {
  const takes = (webhook: string) => discord.options.safeParse({ webhook }).success
  assert.ok(takes('https://discord.com/api/webhooks/123/abc-DEF_1'))
  assert.ok(takes('https://canary.discord.com/api/v10/webhooks/123/abc'))
  assert.ok(takes('https://discordapp.com/api/webhooks/123/abc'))
  assert.ok(!takes('http://discord.com/api/webhooks/123/abc'))
  assert.ok(!takes('https://discord.com.evil.example/api/webhooks/123/abc'))
  assert.ok(!takes('http://127.0.0.1:80@evil.example/api/webhooks/123/abc'))
  assert.equal(discord.isSetUp(discord.options.parse({})), false)
  const { secret, essential } = metaOf(discord.options.shape.webhook)
  assert.deepEqual({ secret, essential }, { secret: true, essential: true })
})

test('neutralise hostile text', () => {
  assert.equal(plain('a\u202Eb\u0000c\nd', 100), 'abc d')
  assert.equal(plain('@everyone <@1> [x](y)', 100), '\\@everyone \\<\\@1\\> \\[x\\]\\(y\\)')
  for (const mark of ['`', '*', '_', '~', '|', '#', '>', '-', '[', '@', '<', '\\', ':'])
    assert.equal(plain(mark, 10), `\\${mark}`)
})

test('cut text without splitting an escape or a character', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc.integer({ min: 4, max: 40 }),
      (text, longest) => {
        const shown = plain(text, longest)
        assert.ok(shown.length <= longest)
        assert.ok(shown.isWellFormed())
        // Nothing special stands without a backslash of its own, and no backslash stands alone.
        assert.match(shown, /^(?:\\[\\*_~`|<>#\-+[\]()@:&]|[^\\*_~`|<>#\-+[\]()@:&])*$/u)
      },
    ),
  )
})

test('keep Discord’s limits whatever is in them', () => {
  const long = hostile.repeat(200)
  const evidence = Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`${index}${long}`, long]))
  const alert = makeAlertView({
    title: long,
    status: 'expected',
    advice: [long, long, long, long, long],
    signals: Array.from({ length: 30 }, () => makeSignal({ summary: long, evidence })),
    deviceView: { ...makeAlertView().deviceView, name: long },
  })
  const recap = makeRecap({
    alerts: Array.from({ length: 500 }, () => alert),
    newDevices: [long],
    headline: long,
    health: [
      {
        loop: 'collect/x',
        title: long,
        state: 'waiting',
        reason: long,
        since: at,
        hasWorked: true,
        count: 0,
        dropped: 0,
      },
    ],
  })
  const embeds = [toAlertEmbed(alert), toFoldEmbed(recap.alerts), ...toRecapEmbeds(recap)]
  for (const { title = '', description = '', fields = [], footer } of embeds) {
    assert.ok(title.length <= 256 && description.length <= 4096 && fields.length <= 25)
    for (const { name, value } of fields)
      assert.ok(name.length <= 256 && value.length <= 1024 && value.length > 0)
    const parts = [
      title,
      description,
      footer?.text ?? '',
      ...fields.flatMap(({ name, value }) => [name, value]),
    ]
    assert.ok(parts.join('').length <= 6000)
    for (const part of parts) assert.doesNotMatch(part, /(?<!\\)[@<`[]|\*\*c/)
  }
  assert.ok(embeds.length <= 12)
})

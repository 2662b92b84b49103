import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import fc from 'fast-check'
import * as z from 'zod'
import { UnavailableError } from '../../src/core/errors.ts'
import { makeLog } from '../../src/core/log.ts'
import type { Message } from '../../src/core/message.ts'
import type { Receipt, TellContext } from '../../src/core/notifier.ts'
import { makeHome } from '../../src/homeassistant/connection.ts'
import homeAssistant, { placeOf, toNotification } from '../../src/notifiers/home-assistant.ts'
import { plain } from '../../src/notifiers/home-assistant/markdown.ts'
import { makeAlertView, makeRecap, makeSignal } from '../core/alert-view.ts'
import { startHomeDouble } from '../homeassistant/home-double.ts'

const log = makeLog({ level: 'error', secrets: () => [] })
const alertOf = (occasion: 'new' | 'again' | 'completed', changes = {}): Message => ({
  kind: 'alert',
  occasion,
  alert: makeAlertView(changes),
})

async function enter(t: TestContext, phones: string[] = []) {
  const double = await startHomeDouble()
  const stop = new AbortController()
  const home = makeHome({
    options: { address: double.address, token: 'long-lived-token' },
    log,
    stop: stop.signal,
  })
  t.after(() => {
    stop.abort()
    return double.close()
  })
  const context: TellContext<z.infer<typeof homeAssistant.options>> = {
    options: { phones },
    log,
    stop: stop.signal,
    now: () => new Date(),
    home,
    earlier: undefined,
    remembered: undefined,
    remember: async () => undefined,
  }
  return { double, context }
}

test('tells under a stable id, completes in place, and clears away what is over', async (t) => {
  const { double, context } = await enter(t)
  assert.deepEqual(await homeAssistant.tell(alertOf('new'), context), { id: 'hearthwarden_a12' })
  await homeAssistant.tell(alertOf('completed'), context)
  await homeAssistant.tell(alertOf('completed', { status: 'acknowledged' }), context)
  await homeAssistant.tell({ kind: 'recap', recap: makeRecap() }, context)
  await homeAssistant.tell({ kind: 'fold', alerts: [makeAlertView()] }, context)
  await homeAssistant.tell({ kind: 'test' }, context)
  assert.deepEqual(
    double.calls.map(
      ({ domain, service, data }) => `${domain}.${service} ${String(data['notification_id'])}`,
    ),
    [
      'persistent_notification.create hearthwarden_a12',
      'persistent_notification.create hearthwarden_a12',
      'persistent_notification.dismiss hearthwarden_a12',
      'persistent_notification.create hearthwarden_recap',
      'persistent_notification.create hearthwarden_fold',
      'persistent_notification.create hearthwarden_test',
    ],
  )
  assert.equal(double.calls[0]?.data['title'], 'Hearthwarden: high alert')
  await double.die()
  await assert.rejects(homeAssistant.tell(alertOf('new'), context), UnavailableError)
})

test('shows what a person needs of an alert and of a day', () => {
  assert.equal(
    toNotification(alertOf('new')).message,
    [
      '**High** · Living room TV',
      '- Asked for \\"evil\\.example\\"\\, which stands on a threat list, 95 % sure',
      '**What you can do**',
      '- Take it off the network and look for what asked',
    ].join('\n\n'),
  )
  const day = toNotification({ kind: 'recap', recap: makeRecap() }).message
  assert.match(day, /^\*\*1 high and 1 low alert\\; all sources well\*\*/)
  assert.match(day, /- Low · Living room TV: .* \(a13, acknowledged\)/)
  assert.match(day, /- this machine, temperature\\\/cpu: 61\.3 °C, usually 48/)
})

test('leads to the alert on our page where Home Assistant shows it', () => {
  const app = '/app/0123abcd_hearthwarden'
  const page = placeOf(alertOf('new'), app)
  assert.equal(placeOf({ kind: 'test' }, app), app)
  assert.equal(placeOf(alertOf('new'), undefined), undefined)
  assert.match(
    toNotification(alertOf('new'), page).message,
    /\n\n\[Show me\]\(\/app\/0123abcd_hearthwarden\/alerts\/a12\)$/,
  )
  assert.doesNotMatch(toNotification(alertOf('new')).message, /Show me/)
  assert.doesNotMatch(toNotification({ kind: 'test' }, page).message, /Show me/)
})

test('says what Home Assistant knew of the people', () => {
  const surroundings = { area: 'Study', owner: { name: '*Anna*', isHome: false }, isAnybodyHome: false }
  const words = '\n\n\\*Anna\\*’s device\\, Study\\, while \\*Anna\\* was away and nobody was at home\n\n'
  assert.ok(toNotification(alertOf('new', { surroundings })).message.includes(words))
})

test('strangers cannot draw, link or template (I10)', () => {
  const bad =
    '{{ states }} {% x %} [a](http://e.example) ![](x) <img src=x> `c` **b** www.e.example\n# h\u202E'
  const shown = toNotification(
    alertOf('new', { title: bad, signals: [makeSignal({ summary: bad })], advice: [] }),
  ).message
  assert.ok(!shown.includes('{{') && !shown.includes('{%') && !shown.includes('www.e'))
  fc.assert(
    fc.property(fc.string({ maxLength: 400, unit: 'binary' }), (text) => {
      const line = plain(text, 100)
      assert.doesNotMatch(line.replaceAll(/\\[!-/:-@[-`{-~]/g, ''), /[!-/:-@[-`{-~\n\r]/)
      assert.ok(line.length <= 400)
    }),
  )
})

test('a phone gets buttons, hears a completion silently, and is cleared when it is over', async (t) => {
  const { double, context } = await enter(t, ['mobile_app_pixel_9'])
  const title = '<b>{{ x }}</b> & "evil.example"\u202E'
  const told = await homeAssistant.tell(alertOf('new', { title }), context)
  assert.deepEqual(told, { id: 'hearthwarden_a12', mobile_app_pixel_9: 'told' })
  await homeAssistant.tell(alertOf('completed', { title }), context)
  await homeAssistant.tell(alertOf('completed', { title, status: 'expected' }), context)
  await homeAssistant.tell({ kind: 'recap', recap: makeRecap() }, context)
  const pushes = double.calls.filter(({ domain }) => domain === 'notify').map(({ data }) => data)
  const about = z.object({
    message: z.string(),
    data: z.looseObject({ tag: z.literal('hearthwarden_a12'), alert_once: z.boolean().default(false) }),
  })
  assert.deepEqual(
    pushes.map((push) => about.parse(push)).map(({ message, data }) => [message, data.alert_once]),
    [
      ['Living room TV: b x /b "evil.example"', false],
      ['Living room TV: b x /b "evil.example"', true],
      ['clear_notification', false],
    ],
  )
})

test('a phone that Home Assistant does not know keeps nobody from being told', async (t) => {
  const { double, context } = await enter(t, ['mobile_app_gone', 'mobile_app_pixel_9'])
  const code = 'not_found'
  double.behave({ refuses: { 'notify.mobile_app_gone': { code, message: 'Action not found.' } } })
  const { mobile_app_gone: gone, ...rest }: Receipt = await homeAssistant.tell(alertOf('new'), context)
  assert.match(String(gone), /^not told: .*Action not found/)
  assert.deepEqual(rest, { id: 'hearthwarden_a12', mobile_app_pixel_9: 'told' })
  assert.deepEqual((await homeAssistant.check(context)).at(-1), {
    ok: false,
    message: 'Home Assistant has no mobile_app_gone: choose another in notifiers.home-assistant.phones.',
  })
})

test('is there where Home Assistant is', async (t) => {
  const { double, context } = await enter(t)
  assert.equal(homeAssistant.isSetUp({ phones: [] }, undefined), false)
  assert.equal(homeAssistant.isSetUp({ phones: [] }, context.home), true)
  assert.deepEqual(await homeAssistant.check(context), [
    { ok: true, message: 'Home Assistant shows notifications.' },
    { ok: true, message: 'Phone mobile_app_pixel_9 is there.' },
  ])
  double.behave({ running: false })
  assert.equal((await homeAssistant.check(context))[0]?.ok, false)
})

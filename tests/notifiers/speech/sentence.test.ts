import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { thisMachine } from '../../../src/core/device.ts'
import { toSentence } from '../../../src/notifiers/speech/sentence.ts'
import { makeAlertView, makeRecap, makeSignal } from '../../core/alert-view.ts'

const labelled = (label: string) => makeAlertView({ deviceView: { ...makeAlertView().deviceView, label } })
const say = (alert = makeAlertView(), occasion: 'new' | 'again' | 'completed' = 'new') =>
  toSentence({ kind: 'alert', occasion, alert })

test('says severity, the name that a person chose and fixed words', () => {
  const alert = { ...labelled('Kitchen TV'), spoken: 'it asked for a name on a threat list' }
  assert.equal(say(alert), 'High alert about Kitchen TV: it asked for a name on a threat list.')
  assert.equal(
    say(alert, 'again'),
    'High alert about Kitchen TV again: it asked for a name on a threat list.',
  )
  assert.equal(say(alert, 'completed'), undefined)
  assert.equal(say(), 'High alert about a device: it does something unusual.')
  assert.equal(
    say(makeAlertView({ device: thisMachine })),
    'High alert about the machine that Hearthwarden runs on: it does something unusual.',
  )
  assert.equal(
    toSentence({ kind: 'fold', alerts: [alert, alert, alert] }),
    '3 more alerts wait on the Hearthwarden page.',
  )
  assert.equal(toSentence({ kind: 'recap', recap: makeRecap() }), undefined)
})

test('never reads out an address or markup, not even when a person wrote it', () => {
  for (const [label, name] of [
    ['192.168.1.23', 'a device'],
    ['02:00:00:00:00:07', 'a device'],
    ['fe80::1', 'a device'],
    ['TV 192.168.1.23', 'TV'],
    ['<speak>Ann’s phone</speak>', 'speak Ann’s phone speak'],
    ['{{ states("x") }}', 'states x'],
    ['…', 'a device'],
    ['Küche №5', 'Küche No5'],
  ] as const)
    assert.equal(say(labelled(label)), `High alert about ${name}: it does something unusual.`)
})

test('no text of strangers is spoken, whatever it is, and never more than 200 characters (I8)', () => {
  const text = fc.string({ minLength: 6, maxLength: 60, unit: 'binary' })
  fc.assert(
    fc.property(text, fc.string({ maxLength: 60, unit: 'binary' }), (strange, label) => {
      const hidden = `zq${strange}qz`
      const { deviceView } = makeAlertView()
      const alert = makeAlertView({
        title: hidden,
        deviceView: { ...deviceView, label, name: hidden, hostnames: [hidden], addresses: [hidden] },
        signals: [makeSignal({ summary: hidden, target: hidden, evidence: { said: hidden } })],
        advice: [hidden],
      })
      const sentence = say(alert) ?? ''
      assert.ok(sentence.length <= 200)
      assert.doesNotMatch(sentence, /[<>{}%\\/\n]/)
      const without = say(makeAlertView({ deviceView: { ...deviceView, label } }))
      assert.equal(sentence, without)
    }),
  )
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cost, nameModel } from '../../src/math/name-model.ts'
import { nameScore } from '../../src/math/name-score.ts'

test('names that programs made up look made up', () => {
  const names = ['xkqzvbwplmtr.com', 'aupllwbehsyxt.biz', 'k7qz2x0v9mwp4tj.com', 'qwjzkxvhrtplm.ddns.net']
  for (const name of names) {
    const { confidence, reasons } = nameScore(name)
    assert.ok(confidence >= 0.35 && confidence <= 0.5, `${name}: ${confidence}`)
    assert.match(reasons.join('; '), /^spelt unlike ordinary names: \d+ bits/)
  }
})

test('names that people chose do not', () => {
  const names =
    'wikipedia.org amazonaws.com googleusercontent.com gvt1.com fbcdn.net ytimg.com akamaiedge.net bbc.co.uk nrk.no ' +
    'xkcd.com svtplay.se tvnz.co.nz versicherungsvergleich.de 163.com 1and1.com hetzner.cloud msftncsi.com krk.pl'
  for (const name of names.split(' ')) assert.ok(nameScore(name).confidence <= 0.15, name)
})

test('what nobody registers is not judged', () => {
  const names =
    'gnzwqbsxkvq qxzkvjwpqtm.lan xkqzvbwplmtr.local 4.3.2.1.in-addr.arpa d3kqzxwvj8q1.cloudfront.net xn--qzkvxw-3ya.de ' +
    'a1b2c3d4e5f6.home.arpa 192.168.1.7 com'
  for (const name of [...names.split(' '), '', '..', '\u0000', 'ß'.repeat(300)]) {
    const { confidence, reasons } = nameScore(name)
    assert.equal(confidence, 0, name)
    assert.match(reasons.join(), /^not judged: /)
  }
})

test('the registered part decides, not the host', () => {
  assert.deepEqual(nameScore('e4f9a7c1d0b35288.xkqzvbwplmtr.example.com'), nameScore('example.com'))
})

test('a model finds what it has learned cheaper than what it has not', () => {
  const model = nameModel(['banana', 'bandana', 'cabana'])
  assert.equal(model.length, 29 ** 3)
  assert.ok(cost('banana', model) < cost('xqzjkv', model))
})

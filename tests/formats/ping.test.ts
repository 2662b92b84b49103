import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { isNoWay, parsePing } from '../../src/formats/ping.ts'

function read(name: string): string {
  return readFileSync(new URL(`ping/${name}`, import.meta.url), 'utf8')
}

const printed = {
  'jc-alpine-linux-3.13-ping-ip.txt': { sent: 1, received: 1, mean: 1.637 },
  'jc-centos-7.7-ping-ip-dup.txt': { sent: 2, received: 2, mean: 504.26 },
  'jc-fedora32-ping-ip-O.txt': { sent: 20, received: 20, mean: 0.093 },
  'jc-osx-10.14.6-ping-ip-dup.txt': { sent: 2, received: 2, mean: 226.389 },
  'jc-osx-10.14.6-ping6-ip.txt': { sent: 3, received: 3, mean: 0.115 },
  'jc-ubuntu-22.04-ping-dest-unreachable.txt': { sent: 3, received: 0 },
  'telegraf-busyBoxPingOutput.txt': { sent: 4, received: 4, mean: 17.611 },
  'telegraf-lossyPingOutput.txt': { sent: 5, received: 3, mean: 44.033 },
} as const

test('the counts and the mean are found in what each ping prints', () => {
  for (const [name, expected] of Object.entries(printed))
    assert.deepEqual(parsePing(read(name)), expected, name)
})

test('garbage, a usage message and a cut text count nothing', () => {
  const text = read('telegraf-lossyPingOutput.txt')
  for (const odd of [
    '',
    '\0'.repeat(1000),
    'x'.repeat(100_000),
    read('telegraf-fatalPingOutput.txt'),
    text.slice(0, 200),
  ])
    assert.equal(parsePing(odd), undefined)
  assert.deepEqual(parsePing('0 packets transmitted, 0 received'), undefined)
  assert.deepEqual(parsePing('5 packets transmitted, 9 received'), { sent: 5, received: 5 })
})

test('a way or a name that is not there is told apart from a right that is lacking', () => {
  for (const words of [
    'ping: connect: Network is unreachable',
    'ping: nas.invalid: Name or service not known',
    'ping: nas.invalid: Temporary failure in name resolution',
    "ping: bad address 'nas.invalid'",
    'ping: cannot resolve nas.invalid: Unknown host',
  ])
    assert.ok(isNoWay(words), words)
  assert.ok(!isNoWay('ping: socktype: SOCK_RAW\nping: socket: Operation not permitted'))
  assert.ok(!isNoWay(read('telegraf-fatalPingOutput.txt')))
})

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import fc from 'fast-check'
import { parseConntrack } from '../../src/formats/conntrack.ts'

const linesOf = (name: string) =>
  readFileSync(new URL(`conntrack/${name}`, import.meta.url), 'utf8')
    .split('\n')
    .filter((line) => line !== '')

test('an event says what, when, who and how much', () => {
  const line =
    '[1795216134.655745]\t[DESTROY] ipv4     2 tcp      6 120 CLOSE src=192.168.50.21 dst=203.0.113.80 sport=52846 dport=9999 packets=1 bytes=60 [UNREPLIED] src=203.0.113.80 dst=198.51.100.2 sport=9999 dport=52846 packets=1 bytes=40 delta-time=7 id=1863790850'
  assert.deepEqual(parseConntrack(line), {
    event: 'destroy',
    at: new Date('2026-11-20T23:08:54.655Z'),
    id: '1863790850',
    protocol: 'tcp',
    originator: '192.168.50.21',
    originatorPort: 52_846,
    responder: '203.0.113.80',
    responderPort: 9999,
    answered: false,
    duration: 7,
    bytesOut: 60,
    bytesIn: 40,
    packetsOut: 1,
    packetsIn: 1,
  })
})

test('a ping’s own id is not the connection’s', () => {
  const icmp = linesOf('events.txt').find((line) => line.includes('icmp') && line.includes('[NEW]')) ?? ''
  const entry = parseConntrack(icmp)
  assert.equal(entry?.protocol, 'icmp')
  assert.equal(entry.id, /id=(\d+)$/.exec(icmp)?.[1])
  assert.equal(entry.responderPort, undefined)
})

test('every line of real tables and events is understood', () => {
  for (const file of ['events.txt', 'table.txt', 'table-ipv6.txt', 'proc.txt', 'router.txt'])
    for (const line of linesOf(file)) assert.notEqual(parseConntrack(line), undefined, `${file}: ${line}`)
  const events = linesOf('events.txt').map((line) => parseConntrack(line))
  assert.deepEqual(new Set(events.map((entry) => entry?.event)), new Set(['new', 'update', 'destroy']))
  assert.equal(
    linesOf('table.txt').every((line) => parseConntrack(line)?.id !== undefined),
    true,
  )
  assert.equal(parseConntrack(linesOf('table-ipv6.txt')[0] ?? '')?.originator, '2001:db8:50::21')
})

test('a table and the kernel’s own file say the same', () => {
  const without = (line: string) => {
    const { id: _, duration: __, ...rest } = parseConntrack(line) ?? { protocol: 'none' }
    return JSON.stringify(rest)
  }
  assert.deepEqual(linesOf('table.txt').map(without).toSorted(), linesOf('proc.txt').map(without).toSorted())
})

test('who only says no has not answered', () => {
  const reset = (packets: string, rest = '') =>
    parseConntrack(
      `[DESTROY] tcp 6 CLOSE src=192.168.1.5 dst=192.0.2.1 sport=1 dport=2 ${packets} src=192.0.2.1 dst=192.168.1.5 sport=2 dport=1 ${packets}${rest}`,
    )?.answered
  assert.equal(reset('packets=1 bytes=60'), false)
  assert.equal(reset('packets=9 bytes=6000'), true)
  assert.equal(reset(''), false)
  assert.equal(reset('', ' delta-time=30'), true)
})

test('who comes in through a forwarded port reaches the device behind it; who goes out is not followed', () => {
  const reached = (line: string) => {
    const { originator, responder, responderPort } = parseConntrack(line) ?? {}
    return [originator, responder, responderPort]
  }
  assert.deepEqual(
    reached(
      '[NEW] tcp 6 120 SYN_SENT src=203.0.113.9 dst=198.51.100.2 sport=40100 dport=8443 [UNREPLIED] src=192.168.50.21 dst=203.0.113.9 sport=443 dport=40100',
    ),
    ['203.0.113.9', '192.168.50.21', 443],
  )
  assert.deepEqual(
    reached(
      'tcp 6 9 TIME_WAIT src=192.168.50.21 dst=203.0.113.80 sport=53025 dport=443 src=192.168.50.1 dst=192.168.50.21 sport=1080 dport=53025',
    ),
    ['192.168.50.21', '203.0.113.80', 443],
    'a proxy in between is not whom it meant',
  )
  assert.deepEqual(
    reached(
      'tcp 6 9 SYN_SENT src=203.0.113.9 dst=198.51.100.2 sport=40100 dport=22 src=198.51.100.2 dst=203.0.113.9 sport=22 dport=40100',
    ),
    ['203.0.113.9', '198.51.100.2', 22],
    'the router itself',
  )
})

test('what is not counted is not zero', () => {
  const entry = parseConntrack(
    'udp 17 30 src=192.168.1.5 dst=192.0.2.1 sport=1 dport=2 [UNREPLIED] src=192.0.2.1 dst=192.168.1.5 sport=2 dport=1 mark=0',
  )
  assert.equal(entry !== undefined && 'bytesOut' in entry, false)
})

test('garbage, cut lines and hostile text are nothing, and take no time', () => {
  const [good = ''] = linesOf('events.txt')
  for (let length = 0; length < good.indexOf('id='); length += 1)
    assert.doesNotThrow(() => parseConntrack(good.slice(0, length)))
  for (const line of [
    '',
    ' ',
    '[NEW]',
    'tcp 6',
    'tcp 6 src=x dst=y src=a dst=b',
    'src=1.1.1.1 '.repeat(5000),
  ])
    assert.equal(parseConntrack(line), undefined, line.slice(0, 40))
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.string(), fc.constantFrom(...good.split(/\s+/))), { maxLength: 80 }),
      (words) => {
        parseConntrack(words.join(' '))
      },
    ),
    { numRuns: 3000 },
  )
})

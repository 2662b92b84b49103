import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { makeDnsmasqParser, type DnsmasqLine } from '../../src/formats/dnsmasq.ts'

const written = new Date('2026-11-21T12:00:00Z')

/** What a line with this message says, without its kind and time. */
function said(message: string, head = 'Nov 20 12:00:00 dnsmasq[418]: '): unknown {
  const seen = makeDnsmasqParser(written)(`${head}${message}`)
  if (typeof seen === 'string') return seen
  const { at, kind, ...rest } = seen
  assert.equal(at.getTime(), new Date(2026, 10, 20, 12).getTime())
  return kind === 'dns-answer' ? { ...rest } : rest
}

const answer = (qname: string, source: string, text?: string, rcode = 'NOERROR') => ({
  qname,
  rcode,
  ...(text !== undefined && { answer: text }),
  source,
})

describe('a line of dnsmasq', () => {
  it('is a question', () => {
    assert.deepEqual(said('query[A] example.com from 192.168.1.5'), {
      address: '192.168.1.5',
      qname: 'example.com',
      qtype: 'A',
    })
    assert.deepEqual(said('query[type=65] Example.COM. from fe80::1%br-lan'), {
      address: 'fe80::1',
      qname: 'example.com',
      qtype: 'type=65',
    })
    assert.deepEqual(said('query[NS] . from 2001:db8::21'), {
      address: '2001:db8::21',
      qname: '.',
      qtype: 'NS',
    })
    assert.deepEqual(said('query[A] <name unprintable> from 10.0.0.1'), {
      address: '10.0.0.1',
      qname: '<name unprintable>',
      qtype: 'A',
    })
  })

  it('cannot be made to name another asker by the name asked for', () => {
    assert.deepEqual(said('query[A] a from 10.0.0.99 b.example from 10.0.0.1'), {
      address: '10.0.0.1',
      qname: 'a from 10.0.0.99 b.example',
      qtype: 'A',
    })
  })

  it('is an answer', () => {
    for (const [message, expected] of [
      ['reply example.com is 203.0.113.80', answer('example.com', 'upstream', '203.0.113.80')],
      ['reply example.com is 2001:db8::1', answer('example.com', 'upstream', '2001:db8::1')],
      ['reply www.example.com is <CNAME>', answer('www.example.com', 'upstream', '<CNAME>')],
      ['reply txt.example is v=spf1 is fine', answer('txt.example', 'upstream', 'v=spf1 is fine')],
      ['reply a.example is NXDOMAIN', answer('a.example', 'upstream', undefined, 'NXDOMAIN')],
      ['reply a.example is NODATA', answer('a.example', 'upstream')],
      ['cached a.example is NODATA-IPv6', answer('a.example', 'cache')],
      ['cached-stale a.example is 192.0.2.1', answer('a.example', 'cache', '192.0.2.1')],
      ['reply a.example is SERVFAIL', answer('a.example', 'upstream', undefined, 'SERVFAIL')],
      ['config a.example is SERVFAIL (EDE: not ready)', answer('a.example', 'config', undefined, 'SERVFAIL')],
      ['reply a.example is not implemented', answer('a.example', 'upstream', undefined, 'NOTIMP')],
      ['config a.lan is 192.168.1.2', answer('a.lan', 'config', '192.168.1.2')],
      ['config a.lan is NXDOMAIN', answer('a.lan', 'config', undefined, 'NXDOMAIN')],
      ['/etc/hosts nas is 192.168.1.3', answer('nas', 'hosts', '192.168.1.3')],
      ['/etc/my hosts nas is 192.168.1.3', answer('nas', 'hosts', '192.168.1.3')],
      ['/etc/hosts 192.168.1.3 is nas', answer('192.168.1.3', 'hosts', 'nas')],
      ['DHCP laptop.lan is 192.168.1.4', answer('laptop.lan', 'hosts', '192.168.1.4')],
      ['Pi-hole hostname pi.hole is 0.0.0.0', answer('pi.hole', 'config', '0.0.0.0')],
      [
        'Rate-limiting a.example is REFUSED (EDE: blocked)',
        answer('a.example', 'config', undefined, 'REFUSED'),
      ],
    ] as const)
      assert.deepEqual(said(message), expected, message)
  })

  it('is a block', () => {
    for (const [message, expected] of [
      ['gravity blocked ads.example is 0.0.0.0', answer('ads.example', 'blocked', '0.0.0.0')],
      ['gravity blocked ads.example is NODATA', answer('ads.example', 'blocked')],
      ['regex blacklisted ads.example is NXDOMAIN', answer('ads.example', 'blocked', undefined, 'NXDOMAIN')],
      ['regex denied ads.example is ::', answer('ads.example', 'blocked', '::')],
      ['exactly blacklisted ads.example is 0.0.0.0', answer('ads.example', 'blocked', '0.0.0.0')],
      ['exactly denied ads.example is 0.0.0.0', answer('ads.example', 'blocked', '0.0.0.0')],
      ['blacklisted ads.example is 0.0.0.0', answer('ads.example', 'blocked', '0.0.0.0')],
      [
        'special domain mask.icloud.com is NXDOMAIN',
        answer('mask.icloud.com', 'blocked', undefined, 'NXDOMAIN'),
      ],
      ['reply ads.example is blocked during CNAME inspection', answer('ads.example', 'blocked')],
      [
        '/etc/pihole/gravity.list ads.example is 192.168.1.2',
        answer('ads.example', 'blocked', '192.168.1.2'),
      ],
      ['config ads.example is 0.0.0.0', answer('ads.example', 'blocked', '0.0.0.0')],
      ['/etc/hosts.ads ads.example is ::', answer('ads.example', 'blocked', '::')],
    ] as const)
      assert.deepEqual(said(message), expected, message)
  })

  it('tells with log-queries=extra who was answered', () => {
    assert.deepEqual(said('17 192.168.1.5/40123 query[A] example.com from 192.168.1.5'), {
      address: '192.168.1.5',
      qname: 'example.com',
      qtype: 'A',
    })
    assert.deepEqual(said('17 2001:db8::21/53 reply example.com is 203.0.113.80'), {
      address: '2001:db8::21',
      ...answer('example.com', 'upstream', '203.0.113.80'),
    })
    assert.deepEqual(said('17 192.168.1.5/40123 gravity blocked ads.example is 0.0.0.0'), {
      address: '192.168.1.5',
      ...answer('ads.example', 'blocked', '0.0.0.0'),
    })
    assert.deepEqual(said('17 /etc/hosts nas is 192.168.1.3'), answer('nas', 'hosts', '192.168.1.3'))
    assert.equal(said('17 dnssec-query[DS] example.com to 9.9.9.9'), 'nothing')
  })

  it('is a lease', () => {
    const head = 'Nov 20 12:00:00 dnsmasq-dhcp[418]: '
    const lease = { address: '192.168.50.104', mac: '02:42:c0:a8:32:64', via: 'lease' }
    assert.deepEqual(said('DHCPACK(br-lan) 192.168.50.104 02:42:C0:A8:32:64 front-door-cam', head), {
      ...lease,
      hostname: 'front-door-cam',
    })
    assert.deepEqual(said('3184557426 DHCPACK(br-lan) 192.168.50.104 02:42:c0:a8:32:64 ', head), lease)
    assert.equal(said('DHCPOFFER(br-lan) 192.168.50.104 02:42:c0:a8:32:64 ', head), 'nothing')
    assert.equal(said('DHCPACK(br-lan) somewhere 02:42:c0:a8:32:64', head), 'unknown')
  })

  it('may come through syslog, from another time form, or with a carriage return', () => {
    const asked = { address: '192.168.1.5', qname: 'example.com', qtype: 'A' }
    for (const head of [
      'Nov 20 12:00:00 dnsmasq: ',
      'Nov 20 12:00:00 router dnsmasq[1]: ',
      'Nov 20 12:00:00 dnsmasq dnsmasq[1]: ',
      'Fri Nov 20 12:00:00 2026 daemon.info dnsmasq[1]: ',
      '2026-11-20T12:00:00 router dnsmasq[1]: ',
    ])
      assert.deepEqual(said('query[A] example.com from 192.168.1.5', head), asked, head)
    assert.deepEqual(said('query[A] example.com from 192.168.1.5\r'), asked)
  })

  it('may say nothing about a device', () => {
    for (const message of [
      'forwarded example.com to 198.51.100.1#5353',
      'validation result is INSECURE',
      'validation example.com is BOGUS (EDE: DNSSEC bogus)',
      'dnssec-query[DS] github.io to 127.0.0.1#5335',
      'reply github.io is no DS',
      'reply github.io is DS keytag 2371, algo 13, digest 2',
      'reply github.io is DNSKEY keytag 2371, algo 13',
      'reply error is REFUSED',
      'config error is REFUSED (EDE: not ready)',
      'reply is truncated',
      'query is duplicate',
      'nftset add lan 192.0.2.1 example.com',
      'started, version 2.90 cachesize 150',
      'warning: ignoring resolv-file flag because no-resolv is set',
      'read /etc/hosts - 7 names',
    ])
      assert.equal(said(message), 'nothing', message)
    assert.equal(said('Accepted password for alice', 'Nov 20 12:00:00 router sshd[12]: '), 'nothing')
    assert.equal(said('sent /pxelinux.0 to 192.168.1.9', 'Nov 20 12:00:00 dnsmasq-tftp[1]: '), 'nothing')
  })

  it('is unknown when it is cut or something else', () => {
    for (const line of [
      '',
      'x',
      '\0\0\0',
      'Nov 20 12:00:00 dnsmasq[4',
      'query[A] example.com from 192.168.1.5',
    ])
      assert.equal(makeDnsmasqParser(written)(line), 'unknown', line)
    for (const message of [
      'query[A] example.com from 192.168.',
      'query[A] example.com',
      'query[A]',
      'query[A] a from b',
    ])
      assert.equal(said(message), 'unknown', message)
  })

  it('is cut where it is too long', () => {
    const seen = makeDnsmasqParser(written)(
      `Nov 20 12:00:00 dnsmasq[1]: reply ${'a'.repeat(1000)} is ${'b'.repeat(1000)}`,
    )
    assert.ok(typeof seen !== 'string' && seen.kind === 'dns-answer')
    assert.equal(seen.qname.length, 255)
    assert.equal(seen.answer?.length, 255)
  })
})

/** How many lines of a file are of each kind. */
function kinds(file: string): Record<string, number> {
  const parse = makeDnsmasqParser(written)
  const seen = readFileSync(new URL(`dnsmasq/${file}`, import.meta.url), 'utf8')
    .trimEnd()
    .split('\n')
    .map(parse)
  const counts: Record<string, number> = {}
  for (const line of seen) {
    const kind = typeof line === 'string' ? line : line.kind
    counts[kind] = (counts[kind] ?? 0) + 1
  }
  return counts
}

describe('a real log', () => {
  it('is understood to the last line', () => {
    assert.deepEqual(kinds('lab-router.log'), { nothing: 56, 'dns-query': 8, 'dns-answer': 6, presence: 2 })
    assert.deepEqual(kinds('extra.log'), { nothing: 27, 'dns-query': 23, 'dns-answer': 19 })
    assert.deepEqual(kinds('pihole-v5.log'), { nothing: 26, 'dns-query': 40, 'dns-answer': 34 })
    assert.deepEqual(kinds('access-point.log'), { nothing: 12, 'dns-query': 3, 'dns-answer': 8 })
  })
})

const vocabulary =
  'query[A]|query[|reply|cached|config|gravity blocked|/etc/hosts|forwarded| is | from | to |NXDOMAIN|<CNAME>|(EDE: ' +
  '|192.168.1.5|::1|fe80::1%eth0|example.com|17 10.0.0.1/5 |DHCPACK(a) |02:42:c0:a8:32:64|error|\0|\uFFFD|\u{1F600}| '

describe('hostile lines', () => {
  it('raise nothing, whatever they hold', () => {
    const words = fc.constantFrom(...vocabulary.split('|'))
    const heads = fc.constantFrom(
      'Nov 20 12:00:00 dnsmasq[1]: ',
      'Nov 20 12:00:00 dnsmasq-dhcp[1]: ',
      'Feb 30 ',
      '',
    )
    const parse = makeDnsmasqParser(written)
    const line = fc.tuple(heads, fc.array(fc.oneof(words, fc.string({ maxLength: 12 })), { maxLength: 9 }))
    fc.assert(
      fc.property(line, ([head, parts]) => isWhole(parse(head + parts.join(' ')))),
      { numRuns: 100_000 },
    )
  })

  it('take time in proportion to their length', () => {
    const parse = makeDnsmasqParser(written)
    const parts = [
      ' is ',
      ' from ',
      ' ',
      'a',
      '[',
      ']',
      ': ',
      '/',
      '9',
      'query[A] ',
      'not implemented (',
      ' blocked',
    ]
    const head = 'Nov 20 12:00:00 dnsmasq[1]: '
    for (const part of parts) {
      for (const before of ['', head, `${head}reply `, `${head}1 `, 'Nov ', '2026-11-20T12:00:00.']) {
        const began = performance.now()
        for (let round = 0; round < 10; round++) parse(before + part.repeat(100_000 / part.length))
        assert.ok(
          performance.now() - began < 250,
          `ten lines of 100 kB of ${JSON.stringify(part)} after ${before}`,
        )
      }
    }
  })
})

function isWhole(seen: DnsmasqLine): boolean {
  if (typeof seen === 'string') return true
  if (seen.kind === 'presence') return seen.mac.length === 17
  return seen.qname.length > 0 && seen.qname.length <= 255 && !Number.isNaN(seen.at.getTime())
}

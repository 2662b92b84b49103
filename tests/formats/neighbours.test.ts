import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { parseArpTable, parseIpNeigh } from '../../src/formats/neighbours.ts'

const fixture = (name: string) => readFileSync(new URL(`neighbours/${name}`, import.meta.url), 'utf8')

describe('a neighbour table', () => {
  it('is read from ip neigh, IPv6 too, without what never answered', () => {
    const entries = parseIpNeigh(fixture('ip-neigh.txt')).map(({ address, mac, isFresh }) => [
      address,
      mac,
      isFresh,
    ])
    assert.deepEqual(entries, [
      ['198.51.100.1', 'da:8e:63:c2:e4:5a', true],
      ['192.168.50.22', '1a:a7:66:21:92:15', true],
      ['192.168.50.21', '1a:a7:66:21:92:15', true],
      ['2001:db8:50::21', '1a:a7:66:21:92:15', false],
      ['fe80::18a7:66ff:fe21:9215', '1a:a7:66:21:92:15', true],
      ['fe80::42:c0ff:fea8:3264', '02:42:c0:a8:32:64', false],
    ])
  })

  it('is read from the kernel, without incomplete entries', () => {
    const entries = parseArpTable(fixture('proc-net-arp.txt')).map(({ address }) => address)
    assert.deepEqual(entries, ['198.51.100.1', '192.168.50.22', '192.168.50.21'])
  })

  it('holds hardware alone', () => {
    const lines = [
      '192.168.1.255 dev eth0 lladdr ff:ff:ff:ff:ff:ff PERMANENT',
      'ff02::1 dev eth0 lladdr 33:33:00:00:00:01 NOARP',
      '192.168.1.7 dev eth0 lladdr 00:00:00:00:00:00 STALE',
      '192.168.1.8 dev eth0 proxy',
      'x dev eth0 lladdr 1a:a7:66:21:92:15 STALE',
      'lladdr',
      '',
    ]
    assert.deepEqual(parseIpNeigh(lines.join('\n')), [])
    assert.deepEqual(parseIpNeigh('fe80::1 dev eth0 lladdr 1A:A7:66:21:92:15 router REACHABLE \n'), [
      { address: 'fe80::1', mac: '1a:a7:66:21:92:15', isFresh: true },
    ])
  })
})

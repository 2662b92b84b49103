import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isGroup, isPrivate, isPublic, isShared, normalAddress } from '../../src/core/address.ts'
import { isOnInternet } from '../../src/store/asked-names.ts'

const places: Readonly<Record<string, readonly string[]>> = {
  home: '10.0.0.1 127.0.0.1 172.16.0.1 172.31.255.255 192.168.1.1 169.254.7.7 ::1 fc00::1 fd7a:115c:a1e0::1 fe80::1 febf::1 fec0::1'.split(
    ' ',
  ),
  shared: '100.64.0.0 100.79.1.1 100.101.7.9 100.127.255.255'.split(' '),
  group: '224.0.0.251 239.255.255.250 255.255.255.255 ff02::fb ff05::2'.split(' '),
  nowhere: '0.0.0.0 192.0.0.8 198.18.0.1 198.19.255.255 240.0.0.1 :: 100::1'.split(' '),
  internet:
    '1.1.1.1 9.9.9.9 100.63.255.255 100.128.0.1 169.253.1.1 172.15.1.1 172.32.0.1 192.0.1.1 192.167.1.1 198.17.1.1 198.20.1.1 203.0.113.9 223.255.1.1 2001:db8::1 2606:4700::1111 2a00::1'.split(
      ' ',
    ),
}

void test('each address is in one place', () => {
  const placeOf = (address: string) =>
    [
      isPrivate(address) && 'home',
      isShared(address) && 'shared',
      isGroup(address) && 'group',
      isPublic(address) && 'internet',
    ]
      .filter((one) => one !== false)
      .join() || 'nowhere'
  for (const [place, addresses] of Object.entries(places))
    for (const address of addresses) assert.equal(placeOf(address), place, address)
})

void test('the store calls the same addresses the internet', () => {
  const pattern = /regexp_matches\(address,\s*'([^']+)'/.exec(isOnInternet('address'))?.[1]
  assert.ok(pattern)
  for (const [place, addresses] of Object.entries(places))
    for (const address of addresses)
      assert.equal(!new RegExp(pattern).test(address), place === 'internet', address)
})

void test('an IPv4 address in the dress of another is known', () => {
  assert.equal(normalAddress('::ffff:192.0.2.7'), '192.0.2.7')
  assert.equal(normalAddress('64:ff9b::192.0.2.7'), '192.0.2.7')
  assert.equal(normalAddress('64:FF9B::c000:207'), '192.0.2.7')
  assert.equal(normalAddress('64:ff9b::7'), '64:ff9b::7')
  assert.equal(normalAddress('64:ff9b::7f00:1'), '64:ff9b::7f00:1', 'nobody is this machine by translation')
  assert.equal(normalAddress('64:ff9b::192.168.1.7'), '64:ff9b::c0a8:107')
  assert.equal(normalAddress('64:ff9b:0:0:1::7'), '64:ff9b::1:0:0:7')
  assert.equal(normalAddress('64:ff9b:1::7'), '64:ff9b:1::7')
})

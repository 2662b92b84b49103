import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseRoutes, parseRoutes6 } from '../../src/formats/routes.ts'

const head = 'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n'

test('the gateway is that of the best default route', () => {
  const table = `${head}wlan0\t00000000\t0101A8C0\t0003\t0\t0\t600\t00000000\t0\t0\t0
eth0\t00000000\t010200C0\t0003\t0\t0\t100\t00000000\t0\t0\t0
eth0\t000200C0\t00000000\t0001\t0\t0\t100\t00FFFFFF\t0\t0\t0\n`
  assert.equal(parseRoutes(table, 'LE'), '192.0.2.1')
  assert.equal(parseRoutes(table, 'BE'), '1.2.0.192')
})

test('without a default route there is no gateway', () => {
  assert.equal(parseRoutes(head, 'LE'), undefined)
  assert.equal(
    parseRoutes(`${head}eth0\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n`, 'LE'),
    undefined,
  )
  // A tunnel is a way out without a gateway.
  assert.equal(
    parseRoutes(`${head}tun0\t00000000\t00000000\t0001\t0\t0\t0\t00000000\t0\t0\t0\n`, 'LE'),
    undefined,
  )
  for (const odd of ['', '\0', 'x'.repeat(100_000), '\t'.repeat(5000)]) {
    assert.equal(parseRoutes(odd, 'LE'), undefined)
    assert.equal(parseRoutes6(odd), undefined)
  }
})

test('the gateway of IPv6 is named with its interface', () => {
  const none = '0'.repeat(32)
  const table = `fe80${'0'.repeat(28)} 40 ${none} 00 ${none} 00000100 00000001 00000000 00000001     eth0
${none} 00 ${none} 00 fe800000000000000000000000000001 00000400 00000003 00000000 00000003     eth0
${none} 00 ${none} 00 ${none} ffffffff 00000001 00000000 00200200       lo\n`
  assert.equal(parseRoutes6(table), 'fe80:0000:0000:0000:0000:0000:0000:0001%eth0')
})

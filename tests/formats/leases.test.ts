import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toLease } from '../../src/formats/leases.ts'

describe('a line of a lease file', () => {
  const lease = { address: '192.168.50.104', mac: '02:42:c0:a8:32:64' }

  it('is a lease', () => {
    assert.deepEqual(
      toLease('1795219771 02:42:c0:a8:32:64 192.168.50.104 front-door-cam 01:02:42:c0:a8:32:64'),
      {
        ...lease,
        hostname: 'front-door-cam',
        expires: new Date('2026-11-21T00:09:31Z'),
      },
    )
    assert.deepEqual(toLease('0 02:42:C0:A8:32:64 192.168.50.104 * *'), lease)
  })

  it('may count from the start of a server without a clock', () => {
    assert.deepEqual(toLease('43200 02:42:c0:a8:32:64 192.168.50.104 * *'), lease)
  })

  it('may name no hardware', () => {
    assert.equal(toLease('duid 00:01:00:01:2a:3b:4c:5d:02:42:c0:a8:32:01'), 'nothing')
    assert.equal(toLease('1795219771 14168292 2001:db8:50::104 laptop 00:01:00:01:2a:3b'), 'nothing')
    assert.equal(toLease('1795219771 T14168292 2001:db8:50::104 laptop 00:01:00:01:2a:3b'), 'nothing')
    assert.equal(toLease(''), 'nothing')
  })

  it('is unknown when it is something else', () => {
    for (const line of [
      'lease 192.168.0.2 {',
      '1795219771 02:42:c0:a8:32 192.168.50.104 x',
      '1 2 3 4',
      '\0'.repeat(100_000),
    ])
      assert.equal(toLease(line), 'unknown')
  })
})

import assert from 'node:assert/strict'
import { stat } from 'node:fs/promises'
import { test } from 'node:test'
import { vendorOf } from '../../src/store/vendors.ts'

void test('a MAC tells whose make a thing is', () => {
  const makers = {
    'b8:27:eb:12:34:56': 'Raspberry Pi Foundation',
    '3c:22:fb:12:34:56': 'Apple',
    '24:0a:c4:12:34:56': 'Espressif',
    // The first prefix of the table.
    '00:00:00:12:34:56': 'XEROX',
  }
  for (const [mac, maker] of Object.entries(makers)) assert.equal(vendorOf(mac), maker, mac)
})

void test('the narrowest of the assigned prefixes counts', () => {
  assert.equal(vendorOf('10:06:48:1f:00:00'), 'KYTRONICS')
  assert.equal(vendorOf('10:06:48:2f:00:00'), 'Dynics')
  assert.equal(vendorOf('10:06:48:ff:00:00'), undefined, 'of a block that was assigned in parts')
})

void test('a MAC that was made up, or that nobody was assigned, tells nothing', () => {
  for (const mac of ['da:a1:19:00:00:02', '02:42:ac:11:00:02', 'fc:ff:ff:00:00:00', '10:00:00:00:00:00'])
    assert.equal(vendorOf(mac), undefined, mac)
})

void test('the table is small', async () => {
  assert.ok((await stat(new URL('../../src/store/vendors.bin', import.meta.url))).size < 500_000)
})

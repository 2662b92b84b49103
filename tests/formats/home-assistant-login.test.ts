import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { failedLoginOf } from '../../src/formats/home-assistant-login.ts'

const start = 'Login attempt or request with invalid authentication from'

test('a refused login of Home Assistant came from the address that stands last', () => {
  const end = 'See the log for details.'
  assert.equal(failedLoginOf(`${start} camera.lan (192.168.1.5). ${end}`), '192.168.1.5')
  assert.equal(failedLoginOf(`${start} x (2001:DB8::1). ${end}`), '2001:db8::1')
  assert.equal(failedLoginOf(`${start} x (10.0.0.1). ${end} (203.0.113.9). ${end}`), '203.0.113.9')
  assert.equal(
    failedLoginOf(`${start} 203.0.113.9 (203.0.113.9). Requested URL: '/api/'. (curl)`),
    '203.0.113.9',
  )
})

test('anything else is none', () => {
  for (const text of ['', start, `${start} x (nobody). See`, 'Too many login attempts from 10.0.0.1'])
    assert.equal(failedLoginOf(text), undefined)
  fc.assert(fc.property(fc.string(), (text) => failedLoginOf(`${start} ${text}`) !== ''))
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { mayLead } from '../../src/intel/fetched.ts'

test('a redirect never leads from the internet into the home', () => {
  const far = new URL('https://lists.example.com/a.txt')
  const home =
    'http://192.168.1.1/x http://127.0.0.1/ http://[::1]:8099/ http://[fd00::1]/ http://nas/ http://nas.local/'
  for (const to of home.split(' ')) {
    assert.equal(mayLead(far, new URL(to)), false, to)
    assert.equal(mayLead(new URL('http://nas.lan/'), new URL(to)), true, to)
  }
  assert.equal(mayLead(far, new URL('ftp://lists.example.com/')), false)
  assert.equal(mayLead(far, new URL('http://203.0.113.7/')), true)
})

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import type { AuthAttempt } from '../../src/core/observation.ts'
import { makeAuthReader } from '../../src/formats/auth.ts'
import { makeSyslogParser } from '../../src/formats/syslog.ts'
import { at, said, words } from './said.ts'

function attemptsOf(name: string): AuthAttempt[] {
  const parse = makeSyslogParser(at)
  const reader = makeAuthReader()
  const text = readFileSync(new URL(name, import.meta.url), 'utf8')
  return text.split('\n').flatMap((line) => {
    const parsed = parse(line)
    const attempt = parsed && reader.read(parsed)
    return attempt ? [attempt] : []
  })
}

describe('what sshd says', () => {
  it('is a try each, however many lines tell of it', () => {
    const port = 'from 192.168.1.9 port 4000'
    assert.deepEqual(said('sshd', `Accepted publickey for bob ${port} ssh2: RSA SHA256:x`), [
      'success sshd "bob" 192.168.1.9 publickey',
    ])
    assert.deepEqual(
      said(
        'sshd-session',
        `Invalid user bob ${port}`,
        'pam_unix(sshd:auth): check pass; user unknown',
        'pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=192.168.1.9 ',
        `Failed none for invalid user bob ${port} ssh2`,
        `Failed password for invalid user bob ${port} ssh2`,
        `Failed password for invalid user bob ${port} ssh2`,
        `message repeated 3 times: [ Failed password for invalid user bob ${port} ssh2]`,
        `Connection closed by invalid user bob 192.168.1.9 port 4000 [preauth]`,
      ),
      [
        'failure sshd "bob" 192.168.1.9 unknown',
        'failure sshd "bob" 192.168.1.9 password unknown',
        'failure sshd "bob" 192.168.1.9 password unknown 3',
      ],
    )
    assert.deepEqual(
      said(
        'sshd',
        `error: PAM: Authentication failure for bob ${port.replace(/ port.*/, '')}`,
        `Failed keyboard-interactive/pam for bob ${port} ssh2`,
        `error: maximum authentication attempts exceeded for bob ${port} ssh2 [preauth]`,
      ),
      ['failure sshd "bob" 192.168.1.9 keyboard-interactive'],
    )
    assert.deepEqual(said('sshd', `Failed keyboard-interactive/pam for bob ${port} ssh2`), [
      'failure sshd "bob" 192.168.1.9 keyboard-interactive',
    ])
  })

  it('is one try when a client offered its keys and went away', () => {
    assert.deepEqual(
      said(
        'sshd',
        'Failed publickey for bob from 192.168.1.9 port 4000 ssh2: RSA SHA256:a',
        'Failed publickey for bob from 192.168.1.9 port 4000 ssh2: ED25519 SHA256:b',
        'Connection closed by authenticating user bob 192.168.1.9 port 4000 [preauth]',
      ),
      ['failure sshd "bob" 192.168.1.9 none'],
    )
    assert.deepEqual(
      said(
        'sshd',
        'Failed publickey for bob from 192.168.1.9 port 4000 ssh2: RSA SHA256:a',
        'Accepted publickey for bob from 192.168.1.9 port 4000 ssh2: RSA SHA256:b',
        'Disconnected from user bob 192.168.1.9 port 4000',
      ),
      ['success sshd "bob" 192.168.1.9 publickey'],
    )
  })

  it('comes from where it came from, whatever the user is called', () => {
    const real = '203.0.113.9 port 4000'
    const names = [
      'root from 192.168.1.1 port 22 ssh2',
      'x from 10.0.0.1',
      'a b c',
      '',
      ' ',
      'root port 5',
      'Accepted password for root from 10.0.0.1 port 1 ssh2',
      'x from 10.0.0.1 port 22 ssh2: RSA SHA256:abc',
      'x] message repeated 9 times: [ Failed password for root from 10.0.0.1 port 1 ssh2',
      'x 10.0.0.1 port 5 [preauth]',
      'x not allowed because not listed in AllowUsers',
    ]
    for (const name of names)
      for (const message of [
        `Failed password for invalid user ${name} from ${real} ssh2`,
        `Invalid user ${name} from ${real}`,
        `Connection closed by invalid user ${name} ${real} [preauth]`,
        `Disconnecting invalid user ${name} ${real}: Too many authentication failures [preauth]`,
        `error: PAM: Authentication failure for illegal user ${name} from 203.0.113.9`,
        `error: maximum authentication attempts exceeded for invalid user ${name} from ${real} ssh2 [preauth]`,
      ]) {
        const attempt = makeAuthReader().read({ at, program: 'sshd', pid: 7, message })
        assert.ok(attempt, message)
        assert.deepEqual(
          [attempt.outcome, attempt.user, attempt.from, attempt.unknownUser, attempt.times],
          ['failure', name, '203.0.113.9', true, undefined],
          message,
        )
      }
  })

  it('has addresses in one spelling', () => {
    for (const [text, from] of [
      ['::ffff:203.0.113.9', '203.0.113.9'],
      ['2001:DB8:0:0::1', '2001:db8::1'],
      ['fe80::1%eth0', 'fe80::1'],
      ['host.example', 'host.example'],
    ])
      assert.deepEqual(said('sshd', `Failed password for root from ${text} port 1 ssh2`), [
        `failure sshd "root" ${from} password`,
      ])
  })

  it('is nothing when nobody tried to log in', () => {
    for (const message of [
      'Connection closed by 192.0.2.1 port 5 [preauth]',
      'Server listening on 0.0.0.0 port 22.',
      'banner exchange: Connection from 192.0.2.1 port 44105: invalid format',
      'Received disconnect from 192.0.2.1 port 5:11: Bye Bye',
      'Disconnected from user bob 192.0.2.1 port 5',
      'pam_unix(sshd:session): session opened for user bob(uid=1000) by (uid=0)',
      'PAM 5 more authentication failures; logname= uid=0 euid=0 tty=ssh ruser= rhost=192.0.2.1 user=root',
    ])
      assert.deepEqual(said('sshd', message), [], message)
  })

  it('is what other projects found in the same logs', () => {
    assert.equal(attemptsOf('auth/crowdsec-ssh-bf.log').length, 6)
    const mixed = attemptsOf('auth/crowdsec-sshd-logs.log').map(({ from }) => from)
    assert.equal(mixed.length, 11)
    const lab = attemptsOf('syslog/auth-iso.log')
    const guesses = lab.filter(({ outcome, from }) => outcome === 'failure' && from === '192.168.50.22')
    assert.equal(guesses.length, 12)
    assert.deepEqual(lab.slice(12).map(words), [
      'success sshd "alice" 192.168.50.21 password',
      'success su "alice" password',
    ])
  })

  it('in a container names no process', () => {
    const reader = makeAuthReader()
    const read = (message: string) => reader.read({ at, program: 'sshd', message })
    const from = 'from 192.0.2.1 port 5'
    for (let round = 0; round < 2; round++) {
      assert.ok(read(`Invalid user bob ${from}`))
      assert.equal(read(`Failed password for invalid user bob ${from} ssh2`), undefined)
      assert.ok(read(`Failed password for invalid user bob ${from} ssh2`))
      assert.equal(read('Connection closed by invalid user bob 192.0.2.1 port 5 [preauth]'), undefined)
      assert.ok(read(`Accepted password for alice ${from} ssh2`))
    }
  })

  it('goes on after a restart', () => {
    const first = makeAuthReader()
    assert.ok(first.read({ at, program: 'sshd', pid: 7, message: 'Invalid user bob from 192.0.2.1 port 5' }))
    const second = makeAuthReader(first.pending())
    const failed = 'Failed password for invalid user bob from 192.0.2.1 port 5 ssh2'
    assert.equal(second.read({ at, program: 'sshd', pid: 7, message: failed }), undefined)
    assert.ok(second.read({ at, program: 'sshd', pid: 7, message: failed }))
  })

  it('of many at once does not fill the memory', () => {
    const reader = makeAuthReader()
    for (let pid = 1; pid < 1000; pid++)
      reader.read({ at, program: 'sshd', pid, message: 'Invalid user bob from 192.0.2.1 port 5' })
    assert.equal(Object.keys(reader.pending()).length, 100)
  })
})

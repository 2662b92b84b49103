import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import type { AuthAttempt } from '../../src/core/observation.ts'
import { makeAuthReader } from '../../src/formats/auth.ts'
import { makeSyslogParser } from '../../src/formats/syslog.ts'

const at = new Date('2026-11-20T12:00:00Z')

/** What these messages of one process say: a word for each part. */
function said(program: string, ...messages: string[]): string[] {
  const reader = makeAuthReader()
  return messages.flatMap((message) => {
    const attempt = reader.read({ at, program, pid: 7, message })
    return attempt ? [words(attempt)] : []
  })
}

function words({ outcome, service, user, from, method, unknownUser, times }: AuthAttempt): string {
  const all = [outcome, service, JSON.stringify(user), from, method, unknownUser && 'unknown', times]
  return all.filter((word) => word !== undefined).join(' ')
}

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
      ['failure sshd "bob" 192.168.1.9'],
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

describe('what other programs say', () => {
  const cases: readonly (readonly [string, string, string | undefined])[] = [
    ['sudo', 'alice : TTY=pts/0 ; PWD=/home/alice ; USER=root ; COMMAND=/usr/bin/ls', 'success sudo "alice"'],
    [
      'sudo',
      '   alice : 3 incorrect password attempts ; TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/bin/sh',
      'failure sudo "alice" password 3',
    ],
    [
      'sudo',
      'alice : TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/bin/echo x : 3 incorrect password attempts ; ',
      'success sudo "alice"',
    ],
    [
      'sudo',
      'eve : user NOT in sudoers ; TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/bin/sh',
      'failure sudo "eve"',
    ],
    ['sudo', 'eve : a password is required ; TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/bin/sh', undefined],
    [
      'sudo',
      'pam_unix(sudo:auth): authentication failure; logname=a uid=1 euid=0 tty=x ruser=a rhost=  user=a',
      undefined,
    ],
    ['su', '(to root) alice on pts/1', 'success su "root" password'],
    ['su', 'FAILED SU (to root) alice on pts/1', 'failure su "root" password'],
    ['su', 'Successful su for root by alice', 'success su "root" password'],
    ['su', "'su root' failed for lonvick on /dev/pts/8", 'failure su "root" password'],
    ['su', '+ /dev/pts/1 alice:root', undefined],
    ['su', 'pam_unix(su:session): session opened for user root by alice(uid=1000)', undefined],
    ['login', 'FAILED LOGIN 1 FROM tty1 FOR root, Authentication failure', 'failure login "root" password'],
    [
      'login',
      'FAILED LOGIN 2 FROM 192.0.2.7 FOR bob, Authentication failure',
      'failure login "bob" 192.0.2.7 password',
    ],
    [
      'login',
      "FAILED LOGIN (1) on '/dev/pts/2' from '192.0.2.7' FOR 'UNKNOWN', User not known to the underlying module",
      'failure login "UNKNOWN" 192.0.2.7 password',
    ],
    [
      'login',
      "invalid password for 'root' on 'pts/0' from '192.0.2.7'",
      'failure login "root" 192.0.2.7 password',
    ],
    ['login', 'LOGIN ON tty1 BY alice', 'success login "alice"'],
    ['login', 'ROOT LOGIN ON tty2', 'success login "root"'],
    [
      'dropbear',
      "Bad password attempt for 'root' from 192.168.1.5:49242",
      'failure dropbear "root" 192.168.1.5 password',
    ],
    [
      'dropbear',
      "Bad PAM password attempt for 'x' from 1.2.3.4:5' from 192.168.1.5:49242",
      `failure dropbear "x' from 1.2.3.4:5" 192.168.1.5 password`,
    ],
    [
      'dropbear',
      'Login attempt for nonexistent user from 192.168.1.5:49906',
      'failure dropbear "" 192.168.1.5 unknown',
    ],
    [
      'dropbear',
      "Password auth succeeded for 'root' from fd00::5:49906",
      'success dropbear "root" fd00::5 password',
    ],
    [
      'dropbear',
      "Pubkey auth succeeded for 'root' with ssh-ed25519 key SHA256:abc from 192.168.1.5:49906",
      'success dropbear "root" 192.168.1.5 publickey',
    ],
    ['dropbear', 'Exit before auth from <192.168.1.1:35928>: Bad buf_getptr', undefined],
    [
      'uhttpd',
      'luci: failed login on /admin for root from 192.168.1.5',
      'failure luci "root" 192.168.1.5 password',
    ],
    [
      'uhttpd',
      'luci: accepted login on / for root from 192.168.1.5',
      'success luci "root" 192.168.1.5 password',
    ],
    [
      'vsftpd',
      'pam_unix(vsftpd:auth): authentication failure; logname= uid=0 euid=0 tty=ftp ruser=an8767 rhost=192.0.2.5',
      'failure vsftpd "an8767" 192.0.2.5 password',
    ],
    [
      'daemon',
      'pam_unix(auth): authentication failure; logname= uid=0 euid=0 tty=x ruser=test rhost=192.0.2.151 rhost=192.0.2.1',
      'failure daemon "test rhost=192.0.2.151" 192.0.2.1 password',
    ],
    [
      'daemon',
      'pam_unix(auth): authentication failure; logname= uid=0 euid=0 tty=x ruser= rhost=192.0.2.2 user=test rhost=192.0.2.152',
      'failure daemon "test rhost=192.0.2.152" 192.0.2.2 password',
    ],
    [
      'sshd(pam_unix)',
      'authentication failure; logname= uid=0 euid=0 tty=NODEVssh ruser= rhost=218.188.2.4 ',
      'failure sshd "" 218.188.2.4 password',
    ],
    [
      'gdm-password',
      'pam_unix(gdm-password:session): session opened for user bob(uid=1000) by (uid=0)',
      'success gdm-password "bob"',
    ],
    ['CRON', 'pam_unix(cron:session): session opened for user root(uid=0) by (uid=0)', undefined],
    ['systemd-logind', 'New session 5 of user bob.', undefined],
    ['constructor', 'anything', undefined],
  ]
  for (const [program, message, expected] of cases)
    it(`${program}: ${message.slice(0, 60)}`, () =>
      assert.deepEqual(said(program, message), expected === undefined ? [] : [expected]))

  it('a console tells a login twice and it counts once', () => {
    const opened = 'pam_unix(login:session): session opened for user alice(uid=1000) by LOGIN(uid=0)'
    assert.deepEqual(said('login', opened, 'LOGIN ON tty1 BY alice'), ['success login "alice"'])
  })
})

it('any message is read in time and throws at nothing', () => {
  const programs = ['sshd', 'sudo', 'su', 'login', 'dropbear', 'uhttpd', 'vsftpd', 'gdm-password']
  const starts = ['Failed password for ', 'Invalid user ', 'error: PAM: x for ', "Bad password attempt for '"]
  const parts = [
    ' from ',
    ' port ',
    '1.2.3.4',
    "'",
    ' : ',
    ' rhost=',
    ' user=',
    ' ruser=',
    'ssh2',
    ': ',
    '[preauth]',
  ]
  fc.assert(
    fc.property(
      fc.constantFrom(...programs),
      fc.constantFrom('', 'authentication failure; ', ...starts),
      fc.array(fc.oneof(fc.constantFrom(...parts), fc.string())),
      (program, start, rest) => {
        const message = start + rest.join('')
        const attempt = makeAuthReader().read({ at, program, pid: 1, message })
        if (attempt) assert.ok(attempt.user.length <= message.length && !attempt.from?.includes(' '))
      },
    ),
    { numRuns: 20_000 },
  )
  for (const program of programs)
    for (const start of ['', ...starts, 'FAILED LOGIN 1 FROM x ', 'authentication failure; '])
      for (const part of parts) {
        const began = process.cpuUsage().user
        makeAuthReader().read({ at, program, pid: 1, message: start + part.repeat(100_000 / part.length) })
        assert.ok(process.cpuUsage().user - began < 200_000, `${program} ${start} ${part}`)
      }
})

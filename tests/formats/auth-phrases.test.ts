import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { makeAuthReader } from '../../src/formats/auth.ts'
import { at, said } from './said.ts'

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

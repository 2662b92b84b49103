import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, it } from 'node:test'
import authJournal from '../../src/collectors/auth-journal.ts'
import { UnavailableError } from '../../src/core/errors.ts'
import type { Observation } from '../../src/core/observation.ts'
import { contextOf } from './collecting.ts'
import { until } from './dnsmasq.ts'
import { withoutJournal, writeJournal, type Entry } from './journal.ts'
import { listen, seenAll } from './listening.ts'

let folder = ''
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'auth-journal-'))))
afterEach(() => rmSync(folder, { recursive: true }))

const sshd = (MESSAGE: string): Entry => ({
  SYSLOG_FACILITY: '4',
  SYSLOG_IDENTIFIER: 'sshd',
  _PID: '7',
  MESSAGE,
})
const from = 'from 192.168.1.9 port 4000'

function words(observation: Observation): string {
  assert.ok(observation.kind === 'auth-attempt')
  const { outcome, service, user, host } = observation
  return [outcome, service, user, host, observation.from ?? ''].join(' ')
}

describe('logins in a real journal', { skip: withoutJournal }, () => {
  it('are told as they come, and not again after a restart', async () => {
    const options = { use: 'always', folder } as const
    writeJournal(folder, [sshd(`Failed password for old ${from} ssh2`)], new Date(Date.now() - 2 * 3_600_000))
    writeJournal(folder, [
      sshd(`Invalid user bob ${from}`),
      { SYSLOG_IDENTIFIER: 'cron', SYSLOG_FACILITY: '9', MESSAGE: `Failed password for no ${from} ssh2` },
    ])
    let began = 0
    const first = await listen(authJournal, { options }, async (seen) => {
      await seenAll(seen, 1)
      began = performance.now()
      writeJournal(folder, [
        {
          SYSLOG_FACILITY: '10',
          SYSLOG_IDENTIFIER: 'sudo',
          MESSAGE: 'alice : TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/bin/ls',
        },
      ])
      await seenAll(seen, 2)
      began = performance.now() - began
    })
    assert.deepEqual(first.seen.map(words), ['failure sshd bob box 192.168.1.9', 'success sudo alice box '])
    assert.ok(began < 1000, `${Math.round(began)} ms from the entry to the observation`)
    writeJournal(folder, [
      sshd(`Failed password for invalid user bob ${from} ssh2`),
      sshd(`Failed password for invalid user bob ${from} ssh2`),
      sshd(`Connection closed by invalid user bob 192.168.1.9 port 4000 [preauth]`),
      sshd(`Accepted password for alice from 192.168.1.20 port 4000 ssh2`),
    ])
    const second = await listen(authJournal, { options, cursor: first.cursor }, (seen) => seenAll(seen, 2))
    assert.deepEqual(second.seen.map(words), [
      'failure sshd bob box 192.168.1.9',
      'success sshd alice box 192.168.1.20',
    ])
  })

  const isRoot = process.getuid?.() === 0
  for (const [when, before] of [
    ['it holds nothing of this', [{ SYSLOG_IDENTIFIER: 'cron', SYSLOG_FACILITY: '9', MESSAGE: 'x' }]],
    ['nothing at all was ever written', []],
  ] as const)
    it(`is absent while ${when}, and there from its first entry on`, { skip: !isRoot }, async () => {
      const options = { use: 'always', folder } as const
      if (before.length > 0) writeJournal(folder, before)
      const said: string[] = []
      await listen(authJournal, { options, says: (state) => said.push(state) }, async (seen) => {
        await until(() => said.length > 0)
        writeJournal(folder, [sshd(`Invalid user bob ${from}`)])
        await seenAll(seen, 1)
      })
      assert.match(said[0] ?? '', /^The journal here holds nothing of this/)
      assert.deepEqual(said.slice(1), ['ready'])
    })

  it('goes on where it was after the machine has started anew', async () => {
    const options = { use: 'always', folder } as const
    const boots = ['1', '2', '3'].map((boot) => boot.repeat(32))
    const write = (user: string, boot = 0) =>
      writeJournal(folder, [
        { ...sshd(`Failed password for ${user} ${from} ssh2`), _BOOT_ID: boots[boot] ?? '' },
      ])
    write('ann')
    const first = await listen(authJournal, { options }, (seen) => seenAll(seen, 1))
    write('ben')
    write('cat', 1)
    const second = await listen(authJournal, { options, cursor: first.cursor }, async (seen) => {
      await seenAll(seen, 2)
      write('dan', 2)
      await seenAll(seen, 3)
    })
    const users = second.seen.map((each) => each.kind === 'auth-attempt' && each.user)
    assert.deepEqual(users, ['ben', 'cat', 'dan'])
  })

  it('that may not be read, or is broken, is one sentence', async () => {
    const options = { use: 'always', folder } as const
    writeJournal(folder, [sshd('x')])
    const cursor = { journal: 's=nonsense', pending: {} }
    await assert.rejects(
      listen(authJournal, { options, cursor }, () => new Promise(() => undefined)),
      (error) => error instanceof UnavailableError && error.message.startsWith('journalctl has ended: '),
    )
    assert.deepEqual(await authJournal.check(contextOf(options)), [
      { ok: true, message: 'The journal is followed' },
    ])
    rmSync(join(folder, 'x.journal'))
    const [empty] = await authJournal.check(contextOf(options))
    assert.equal(empty?.ok, isRoot, 'to root, an empty journal is empty')
    assert.match(empty?.message ?? '', isRoot ? /holds nothing/ : /group systemd-journal/)
  })
})

it('without a journal there is nothing to follow, and that is no fault', async () => {
  const options = { use: 'always', folder: join(folder, 'none') } as const
  assert.deepEqual(await authJournal.check(contextOf(options)), [
    { ok: true, optional: true, message: 'There is no journal of systemd here' },
  ])
  const { seen } = await listen(authJournal, { options }, async () => undefined)
  assert.deepEqual(seen, [])
})

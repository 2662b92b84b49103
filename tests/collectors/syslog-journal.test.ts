import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, it } from 'node:test'
import syslogJournal from '../../src/collectors/syslog-journal.ts'
import { withoutJournal, writeJournal } from './journal.ts'
import { listen, seenAll } from './listening.ts'

let folder = ''
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'syslog-journal-'))))
afterEach(() => rmSync(folder, { recursive: true }))

it(
  'lines of a real journal are kept, but for logins and what is not wanted',
  { skip: withoutJournal },
  async () => {
    const options = syslogJournal.options.parse({ use: 'always', folder })
    const at = new Date()
    writeJournal(
      folder,
      [
        { SYSLOG_IDENTIFIER: 'sudo', SYSLOG_FACILITY: '10', MESSAGE: 'a login' },
        {
          SYSLOG_IDENTIFIER: 'dnsmasq',
          SYSLOG_FACILITY: '3',
          MESSAGE: 'query[A] a.example from 192.168.1.5',
        },
        { SYSLOG_IDENTIFIER: 'x', SYSLOG_FACILITY: '3', PRIORITY: '7', MESSAGE: 'debug' },
        {
          SYSLOG_IDENTIFIER: 'kernel',
          SYSLOG_FACILITY: '0',
          PRIORITY: '3',
          MESSAGE: 'mce: CPU 3 has failed 12 times',
        },
      ],
      at,
    )
    const first = await listen(syslogJournal, { options }, (seen) => seenAll(seen, 1))
    assert.deepEqual(first.seen, [
      {
        kind: 'log-line',
        at,
        facility: 'kern',
        severity: 'err',
        host: 'box',
        program: 'kernel',
        message: 'mce: CPU 3 has failed 12 times',
        template: 'mce: CPU <n> has failed <n> times',
      },
    ])
    writeJournal(folder, [{ _COMM: 'backup', MESSAGE: 'done' }])
    const second = await listen(syslogJournal, { options, cursor: first.cursor }, (seen) => seenAll(seen, 1))
    assert.deepEqual(
      second.seen.map((one) => one.kind === 'log-line' && one.program),
      ['backup'],
    )
  },
)

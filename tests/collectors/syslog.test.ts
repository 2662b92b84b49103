import assert from 'node:assert/strict'
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, it } from 'node:test'
import syslog from '../../src/collectors/syslog.ts'
import type { Observation } from '../../src/core/observation.ts'
import { collect, contextOf } from './collecting.ts'

let folder = ''
let file = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'syslog-'))
  file = join(folder, 'syslog')
})
afterEach(() => rmSync(folder, { recursive: true }))

const now = new Date('2026-11-20T12:00:00Z')

function words(observation: Observation): string {
  assert.ok(observation.kind === 'log-line')
  const { severity, host, program, pid, template } = observation
  return [severity, host, program, pid, template].filter((word) => word !== undefined).join(' ')
}

describe('a system log', () => {
  const lines = [
    '<3>1 2026-11-20T11:59:00Z box kernel - - - usb 1-1: device not accepting address 5, error -71',
    '<31>1 2026-11-20T11:59:01Z box app 5 - - debug text',
    '<30>1 2026-11-20T11:59:02Z box app 5 - - took 12 ms',
    '<86>1 2026-11-20T11:59:03Z box sudo 6 - - alice : TTY=pts/0 ; COMMAND=/bin/ls',
    '2026-11-20T11:59:04Z box dnsmasq[7]: query[A] a.example from 192.168.1.5',
    '2026-11-20T11:59:05Z box backup[8]: copied 17 files',
  ]
  const expected = [
    'err box kernel usb <n>-<n>: device not accepting address <n>, error <n>',
    'info box app 5 took <n> ms',
    'box backup 8 copied <n> files',
  ]

  it('is kept line by line, with templates', async () => {
    writeFileSync(file, `${lines.join('\n')}\nno line at all\n`)
    const options = syslog.options.parse({ file })
    const { observations, pieces, cursor } = await collect(syslog, { options, now })
    assert.deepEqual(observations.map(words), expected)
    assert.deepEqual(pieces, [{ count: 3, history: false, unknown: 1 }])
    appendFileSync(file, '2026-11-20T12:00:01Z box backup[8]: done\n')
    const next = await collect(syslog, { options, cursor, now })
    assert.deepEqual(next.observations.map(words), ['box backup 8 done'])
  })

  it('leaves out what it is told to', async () => {
    writeFileSync(file, `${lines.join('\n')}\n`)
    const keep = async (change: object) =>
      (await collect(syslog, { options: syslog.options.parse({ file, ...change }), now })).observations.length
    assert.equal(await keep({ severity: 'debug' }), 4)
    assert.equal(await keep({ severity: 'err' }), 2)
    assert.equal(await keep({ without: ['backup', 'kernel', 'app'] }), 1)
  })

  it('is imported with the same words', async () => {
    async function* all() {
      yield* lines
    }
    const seen = await Array.fromAsync(syslog.read(all(), syslog.options.parse({}), now))
    assert.deepEqual(seen.map(words), expected)
  })

  it('of a real machine is understood', async () => {
    writeFileSync(file, readFileSync(new URL('../formats/syslog/auth-iso.log', import.meta.url)))
    const { pieces } = await collect(syslog, { options: syslog.options.parse({ file }), now })
    assert.deepEqual(pieces, [{ count: 71, history: false, unknown: 0 }])
    assert.deepEqual(await syslog.check(contextOf(syslog.options.parse({ file }))), [
      { ok: true, message: `${file} is followed` },
    ])
  })
})

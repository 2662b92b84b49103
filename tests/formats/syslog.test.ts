import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { toJournalLine } from '../../src/formats/journal.ts'
import { makeSyslogParser } from '../../src/formats/syslog.ts'

const written = new Date('2026-11-20T23:30:00Z')

function linesOf(name: string): string[] {
  return readFileSync(new URL(`syslog/${name}`, import.meta.url), 'utf8')
    .trimEnd()
    .split('\n')
}

function parse(text: string) {
  return makeSyslogParser(written)(text)
}

describe('a line of a system log', () => {
  it('is the same in each form that it is written in', () => {
    const [old, iso, full] = ['auth-rfc3164-file.log', 'auth-iso.log', 'auth-rfc5424.log'].map((name) => {
      const read = makeSyslogParser(written)
      return linesOf(name).map((line) => read(line))
    })
    assert.ok(old && iso && full && iso.length === 71)
    for (const [index, line] of iso.entries()) {
      assert.ok(line)
      const { at, ...words } = line
      assert.equal(full[index]?.at.getTime(), at.getTime())
      assert.equal(old[index]?.at.getUTCSeconds(), at.getUTCSeconds())
      for (const other of [old[index], full[index]]) {
        assert.equal(other?.host, words.host)
        assert.equal(other?.program, words.program)
        assert.equal(other?.pid, words.pid)
        assert.equal(other?.message, words.message)
      }
    }
    assert.equal(full[0]?.facility, 'auth')
    assert.equal(full[0]?.severity, 'info')
  })

  it('has what its form allows', () => {
    const at = new Date('2003-10-11T22:14:15.003Z')
    assert.deepEqual(parse("<34>1 2003-10-11T22:14:15.003Z my.example su - ID47 - BOM'su root' failed"), {
      at,
      facility: 'auth',
      severity: 'crit',
      host: 'my.example',
      program: 'su',
      message: "'su root' failed",
    })
    assert.deepEqual(
      parse('<190>1 2003-10-11T22:14:15.003Z - app 12 ID47 [a@1 b="x \\"] y"][c@2 d="]"] An event [x]'),
      { at, facility: 'local7', severity: 'info', program: 'app', pid: 12, message: 'An event [x]' },
    )
    const local = new Date(2026, 10, 20, 12)
    assert.deepEqual(parse('Fri Nov 20 12:00:00 2026 authpriv.warn dropbear[77]: Bad password attempt'), {
      at: local,
      facility: 'authpriv',
      severity: 'warning',
      program: 'dropbear',
      pid: 77,
      message: 'Bad password attempt',
    })
    assert.deepEqual(parse('<35>Nov 20 12:00:00 box sshd(pam_unix)[19]: authentication failure'), {
      at: local,
      facility: 'auth',
      severity: 'err',
      host: 'box',
      program: 'sshd(pam_unix)',
      pid: 19,
      message: 'authentication failure',
    })
    assert.deepEqual(parse('Nov 20 12:00:00 box kernel: [    0.5] usb 1-1: new'), {
      at: local,
      host: 'box',
      program: 'kernel',
      message: '[    0.5] usb 1-1: new',
    })
    assert.deepEqual(parse('Nov 20 12:00:00 box -- MARK --'), {
      at: local,
      host: 'box',
      program: 'syslog',
      message: '-- MARK --',
    })
    assert.equal(parse('Nov 20 12:00:00 cron[5]: job')?.program, 'cron')
  })

  it('without a time is none', () => {
    for (const text of [
      '',
      'what is this',
      '<34>',
      '<3444>Nov 20 12:00:00 a su: x',
      '<13>1 - box app - - - x',
    ])
      assert.equal(parse(text), undefined, text)
    assert.equal(linesOf('jc-3164.txt').filter((line) => parse(line) !== undefined).length, 30)
    assert.equal(linesOf('jc-5424.txt').filter((line) => parse(line) !== undefined).length, 5)
  })

  it('may hold anything', () => {
    const starts = ['<34>1 2026-11-20T12:00:00Z ', 'Nov 20 12:00:00 ', '2026-11-20T12:00:00Z ', '']
    const part = fc.constantFrom(' ', '[', ']', '"', '\\', ':', '-', 'a', '1', '\0', '\u2028', '<', '>')
    fc.assert(
      fc.property(fc.constantFrom(...starts), fc.array(part), fc.string(), (start, parts, end) => {
        const line = parse(start + parts.join('') + end)
        if (line) assert.ok(line.program.length > 0 && line.program.length <= 128)
      }),
      { numRuns: 5000 },
    )
    for (const filler of ['a', '[', '[a="', '\\', ': ', ' ', 'x[1'])
      for (const start of starts) {
        const began = process.cpuUsage().user
        parse(start + filler.repeat(100_000 / filler.length))
        assert.ok(process.cpuUsage().user - began < 100_000)
      }
  })
})

describe('a line of the journal', () => {
  const entry = {
    __CURSOR: 's=68;i=fd',
    __REALTIME_TIMESTAMP: '1585114672027448',
    PRIORITY: '6',
    _HOSTNAME: 'box',
    SYSLOG_FACILITY: '10',
    SYSLOG_IDENTIFIER: 'sudo',
    _PID: '20747',
    MESSAGE: 'pam_unix(sudo:session): session opened',
  }

  it('says the same as in a file', () => {
    assert.deepEqual(toJournalLine(JSON.stringify(entry)), {
      cursor: 's=68;i=fd',
      line: {
        at: new Date(1_585_114_672_027),
        facility: 'authpriv',
        severity: 'info',
        host: 'box',
        program: 'sudo',
        pid: 20_747,
        message: 'pam_unix(sudo:session): session opened',
      },
    })
  })

  it('may have its message as bytes, twice, or not at all', () => {
    const messageOf = (MESSAGE: unknown) => toJournalLine(JSON.stringify({ ...entry, MESSAGE }))?.line.message
    assert.equal(messageOf([...Buffer.from('grün')]), 'grün')
    assert.equal(messageOf(['one', 'two']), 'one')
    assert.equal(messageOf('two\n  lines'), 'two lines')
    for (const none of [null, undefined, '', [], 5, {}]) assert.equal(messageOf(none), undefined)
    for (const text of ['', '{', '[]', 'null', '{"__CURSOR":"x"}'])
      assert.equal(toJournalLine(text), undefined)
  })
})

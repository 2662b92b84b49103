import assert from 'node:assert/strict'
import { appendFileSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, it } from 'node:test'
import dhcpLeases from '../../src/collectors/dhcp-leases.ts'
import { UnavailableError } from '../../src/core/errors.ts'
import { collect, contextOf } from './collecting.ts'

let folder = ''
let file = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'leases-'))
  file = join(folder, 'dhcp.leases')
})
afterEach(() => rmSync(folder, { recursive: true }))

const now = new Date('2026-11-20T12:00:00Z')
const line = (hours: number, number: number, name: string) =>
  `${now.getTime() / 1000 + hours * 3600} 02:42:c0:a8:32:0${number} 192.168.50.${number} ${name} *\n`

describe('DHCP leases', () => {
  it('are told once, and again when they are renewed', async () => {
    const written = new Date('2026-11-20T11:00:00Z')
    writeFileSync(file, line(1, 1, 'cam') + line(12, 2, '*') + line(-1, 3, 'gone'))
    utimesSync(file, written, written)
    const first = await collect(dhcpLeases, { options: { file, every: 10 }, now })
    const seen = { kind: 'presence', at: written, via: 'lease' }
    assert.deepEqual(first.observations, [
      { ...seen, address: '192.168.50.1', mac: '02:42:c0:a8:32:01', hostname: 'cam' },
      { ...seen, address: '192.168.50.2', mac: '02:42:c0:a8:32:02' },
    ])
    const second = await collect(dhcpLeases, { options: { file, every: 10 }, cursor: first.cursor, now })
    assert.deepEqual(second.observations, [])
    writeFileSync(file, line(2, 1, 'cam') + line(12, 2, '*'))
    appendFileSync(file, 'what is this\n')
    const third = await collect(dhcpLeases, { options: { file, every: 10 }, cursor: second.cursor, now })
    assert.deepEqual(
      third.observations.map((one) => one.address),
      ['192.168.50.1'],
    )
    assert.deepEqual(third.pieces, [{ count: 1, history: false, unknown: 1 }])
  })

  it('are missed only where a file was named', async () => {
    const isMissing = (error: unknown) =>
      error instanceof UnavailableError && /dhcp\.leases does not exist/.test(error.message)
    await assert.rejects(collect(dhcpLeases, { options: { file, every: 10 } }), isMissing)
    await assert.rejects(dhcpLeases.check(contextOf({ file, every: 10 })), isMissing)
    await collect(dhcpLeases, { options: { every: 10 } })
    assert.equal((await dhcpLeases.check(contextOf({ every: 10 })))[0]?.ok, true)
  })
})

import assert from 'node:assert/strict'
import { appendFile, mkdir, mkdtemp, open, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { execa } from 'execa'
import { codeOf } from '../../src/core/errors.ts'
import { type Daemon, startDaemon, until } from '../daemon.ts'

/** The disk is full: what is stored stays, it is said once, and it goes on when there is room again. */

const skip = process.getuid?.() !== 0 && 'needs root, to mount a small disk'
const lines = 20_000

test('the disk is full, and has room again', { skip, timeout: 120_000 }, async (t) => {
  const around = await mkdtemp(join(tmpdir(), 'hearthwarden-'))
  const [log, disk] = [join(around, 'dnsmasq.log'), join(around, 'disk')]
  await Promise.all([mkdir(disk), writeFile(log, linesOf(0, 100))])
  await execa('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'tmpfs', disk])
  const ends: (() => Promise<void>)[] = []
  t.after(async () => {
    for (const end of ends) await end()
    await execa('umount', ['-l', disk])
    await rm(around, { recursive: true })
  })
  const off = ['auth-log', 'auth-journal', 'syslog', 'syslog-journal', 'temperature', 'neighbours']
  const others = ['dhcp-leases', 'processes', 'containers', 'ping']
  const daemon = await startDaemon(disk, {
    triage: { enabled: false },
    collectors: {
      'pihole-log': { file: log },
      ...Object.fromEntries([...off, ...others].map((name) => [name, { enabled: false }])),
    },
  })
  ends.push(() => daemon.kill())
  await stored(daemon, 100)

  const ballast = join(disk, 'ballast')
  await fill(ballast)
  await appendFile(log, linesOf(100, lines))
  await until(() => (/make room/.test(daemon.output()) ? true : undefined), {
    seconds: 30,
    what: () => `the full disk to be told of: ${daemon.output()}`,
  })
  await stored(daemon, 100)
  // It tries again, and says no more of it.
  const began = performance.now()
  await until(() => (performance.now() > began + 5000 ? true : undefined), {
    seconds: 10,
    what: () => 'two more tries',
  })
  const told = daemon
    .output()
    .split('\n')
    .filter((line) => line.includes('"collect/pihole-log"'))
  assert.equal(told.length, 1, told.join('\n'))
  assert.doesNotMatch(daemon.output(), /"level":"error"/)

  await rm(ballast)
  await stored(daemon, lines)
  const { code } = await daemon.stop()
  assert.equal(code, 0, daemon.output())
  assert.doesNotMatch(daemon.output(), /"level":"error"/)
})

/** Waits until there are at least so many questions; there are never more. */
async function stored(daemon: Daemon, count: number): Promise<void> {
  let rows = 0
  await until(
    async () => {
      const { kinds } = await daemon.get<{ kinds: { kind: string; rows: number }[] }>('/api/stats')
      rows = kinds.find(({ kind }) => kind === 'dns-query')?.rows ?? 0
      return rows >= count ? true : undefined
    },
    { seconds: 90, what: () => `${count} questions, not ${rows}: ${daemon.output()}` },
  )
  assert.ok(rows >= count && rows <= lines, `${rows} rows`)
}

/** Writes a file until the disk is full. */
async function fill(name: string): Promise<void> {
  await using file = await open(name, 'w')
  for (const size of [65_536, 1024, 1])
    for (;;) {
      try {
        await file.write(Buffer.alloc(size, 7))
      } catch (error) {
        if (codeOf(error) !== 'ENOSPC') throw error
        break
      }
    }
}

function linesOf(from: number, to: number): string {
  const stamp = `${new Date().toString().slice(4, 10).replace(/ 0/, '  ')} ${new Date().toTimeString().slice(0, 8)}`
  return Array.from(
    { length: to - from },
    (_, index) =>
      `${stamp} dnsmasq[1]: query[A] n${from + index}.ordinary.example from 192.168.77.${index % 20}\n`,
  ).join('')
}

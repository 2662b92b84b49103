import assert from 'node:assert/strict'
import { appendFileSync, readdirSync, readFileSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { type Daemon, makeFolder, startDaemon, until } from '../daemon.ts'

/** The programs that ours starts are not there, die, hang or talk nonsense: each is said once, and the rest goes on. */

const programs = ['conntrack', 'nmap', 'journalctl'] as const
type Program = (typeof programs)[number]
const loops: Readonly<Record<Program, string>> = {
  conntrack: 'collect/conntrack',
  nmap: 'collect/nmap',
  journalctl: 'collect/syslog-journal',
}
/** A process that is left over is known by this. */
const mark = `98765.${process.pid}`

interface Health {
  readonly loop: string
  readonly state: string
  readonly reason?: string
}

/** Starts ours with these scripts in place of the programs, and with nothing else to start. */
async function startWith(
  t: TestContext,
  scripts: Partial<Record<Program, string>>,
): Promise<{ daemon: Daemon; log: string }> {
  const folder = await makeFolder(t)
  const [log, path, journal] = [join(folder, 'dnsmasq.log'), join(folder, 'path'), join(folder, 'journal')]
  await Promise.all([mkdir(path), mkdir(journal), writeFile(log, '')])
  for (const [name, script] of Object.entries(scripts))
    await writeFile(join(path, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 })
  const off = ['auth-log', 'auth-journal', 'syslog', 'temperature', 'neighbours', 'dhcp-leases', 'processes']
  const daemon = await startDaemon(
    folder,
    {
      triage: { enabled: false },
      collectors: {
        'pihole-log': { file: log },
        'syslog-journal': { use: 'always', folder: journal },
        conntrack: { open: 10 },
        nmap: { targets: ['127.0.0.1'], limit: 30 },
        ...Object.fromEntries([...off, 'containers', 'ping'].map((name) => [name, { enabled: false }])),
      },
    },
    { PATH: path },
  )
  t.after(() => daemon.kill())
  t.after(endLeft)
  return { daemon, log }
}

/** What our scripts have started and is still there. */
function left(): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(mark)
      } catch {
        return false // it has ended by now
      }
    })
    .map(Number)
}

function endLeft(): void {
  for (const pid of left()) process.kill(pid, 'SIGKILL')
}

async function healthOf(daemon: Daemon, program: Program): Promise<Health | undefined> {
  const { state } = await daemon.get<{ state: { health: Health[] } }>('/api/status')
  return state.health.find(({ loop }) => loop === loops[program])
}

/** Waits until a loop says what is wrong with its program. */
function told(daemon: Daemon, program: Program, words: RegExp): Promise<true> {
  let last: Health | undefined
  return until(
    async () => {
      last = await healthOf(daemon, program)
      return words.test(last?.reason ?? '') && !['ok', 'failing'].includes(last?.state ?? '')
        ? true
        : undefined
    },
    { seconds: 50, what: () => `${program} to be told of: ${JSON.stringify(last)}; ${daemon.output()}` },
  )
}

/** The other loops go on, nothing was said twice, and ours ends soon with all that it started. */
async function endsWell({ daemon, log }: { daemon: Daemon; log: string }): Promise<void> {
  const stamp = `${new Date().toString().slice(4, 10).replace(/ 0/, '  ')} ${new Date().toTimeString().slice(0, 8)}`
  appendFileSync(log, `${stamp} dnsmasq[1]: query[A] still.example from 192.168.77.5\n`)
  await until(
    async () => {
      const { kinds } = await daemon.get<{ kinds: { kind: string; rows: number }[] }>('/api/stats')
      return kinds.some(({ kind, rows }) => kind === 'dns-query' && rows === 1) ? true : undefined
    },
    { seconds: 10, what: () => `the log to be read: ${daemon.output()}` },
  )
  const lines = daemon.output().split('\n')
  for (const name of Object.values(loops)) {
    const said = lines.filter(
      (line) => line.includes(`"${name}"`) && /"level":"(?:warning|error)"/.test(line),
    )
    assert.ok(said.length <= 1, `said more than once: ${said.join('\n')}`)
  }
  assert.doesNotMatch(daemon.output(), /"level":"error"|"stack"/)
  const { code, milliseconds } = await daemon.stop()
  assert.equal(code, 0, daemon.output())
  assert.ok(milliseconds < 5000, `ended in ${milliseconds} ms`)
  assert.deepEqual(left(), [])
}

test('programs that are not there', async (t) => {
  const running = await startWith(t, {})
  for (const program of programs) await told(running.daemon, program, new RegExp(`program ${program}`))
  await endsWell(running)
})

test('programs that die at once', async (t) => {
  const script = 'echo "it broke" >&2; exit 3'
  const running = await startWith(t, { conntrack: script, nmap: script, journalctl: script })
  for (const program of programs) await told(running.daemon, program, /it broke/)
  await endsWell(running)
})

test('programs that die again and again, after they had begun well', async (t) => {
  const script = 'test "$1" = -L && exit 0; echo "it broke" >&2; exit 3'
  const running = await startWith(t, { conntrack: script, journalctl: script })
  const began = performance.now()
  for (const program of ['conntrack', 'journalctl'] as const) await told(running.daemon, program, /it broke/)
  // Long enough for a third try: what was said once is not said anew.
  await until(() => (performance.now() > began + 5000 ? true : undefined), {
    seconds: 10,
    what: () => 'two more tries',
  })
  assert.doesNotMatch(running.daemon.output(), /works again/)
  await endsWell(running)
})

test('programs that print garbage', async (t) => {
  const script = `echo "\u0001\u00ff <<< {{{ 12 [NEW] x"; echo '{"a":'; echo '%s%n'; test "$1" = -L || exec /bin/sleep ${mark}`
  const nmap = 'echo "<nmaprun><host><address <<<"'
  const running = await startWith(t, { conntrack: script, nmap, journalctl: script })
  await told(running.daemon, 'nmap', /nmap/)
  await told(running.daemon, 'conntrack', /conntrack/)
  await told(running.daemon, 'journalctl', /journalctl/)
  await endsWell(running)
})

test('programs that hang, with what they have started', async (t) => {
  const script = `/bin/sleep ${mark} & exec /bin/sleep ${mark}`
  const running = await startWith(t, { conntrack: script, nmap: script, journalctl: script })
  await until(() => (left().length >= 6 ? true : undefined), { seconds: 20, what: () => 'all to hang' })
  await told(running.daemon, 'nmap', /30 seconds/)
  await told(running.daemon, 'conntrack', /conntrack/)
  await endsWell(running)
})

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { appendFileSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import authLog from '../../src/collectors/auth-log.ts'
import conntrack from '../../src/collectors/conntrack.ts'
import piholeLog from '../../src/collectors/pihole-log.ts'
import { UnavailableError } from '../../src/core/errors.ts'
import { makeBoard } from '../../src/core/health.ts'
import { makeLog } from '../../src/core/log.ts'
import { openRemoteLog, reader } from '../../src/core/remote-log.ts'
import { followThere, runThere } from '../../src/core/ssh.ts'
import { readOn } from '../../src/core/tail.ts'
import { toCollectLoop } from '../../src/pipeline/collect.ts'
import { supervise } from '../../src/pipeline/supervise.ts'
import { openStore } from '../../src/store/open.ts'
import { without } from '../partners.ts'
import { contextOf } from './collecting.ts'
import { until } from './dnsmasq.ts'
import { lackingSshd, startSshd } from './sshd.ts'

const real = { skip: lackingSshd, timeout: 60_000 }
const now = new Date()

function question(name: string): string {
  const month = now.toLocaleString('en-US', { month: 'short' })
  const day = String(now.getDate()).padStart(2)
  const time = [now.getHours(), now.getMinutes(), now.getSeconds()]
    .map((one) => String(one).padStart(2, '0'))
    .join(':')
  return `${month} ${day} ${time} dnsmasq[7]: query[A] ${name} from 192.168.1.20\n`
}

test(
  'a log on another machine is read on, over restarts of its sshd, without loss or doubles',
  real,
  async (t) => {
    const sshd = await startSshd(t)
    const file = join(sshd.folder, "pi'hole log.log")
    const folder = mkdtempSync(join(tmpdir(), 'elsewhere-'))
    const store = await openStore({ folder, now: () => new Date() })
    const stop = new AbortController()
    const log = makeLog({ level: 'error', secrets: () => [] })
    const board = makeBoard(() => new Date())
    const options = piholeLog.options.parse({ ...sshd.options, file })
    const context = () => ({ ...contextOf(options), stop: stop.signal, now: () => new Date() })
    const place = { name: 'collect/pihole-log', collector: piholeLog, options, isSet: true }
    const loop = toCollectLoop(place, { store, context, now: () => new Date() })
    let written = 0
    const write = (count: number) => {
      for (const end = written + count; written < end; written++)
        appendFileSync(file, question(`n${written}.example.com`))
    }
    const names = async () => {
      const found = await store.events.search({ limit: 1000 })
      return found.flatMap(({ event }) => (event.kind === 'dns-query' ? [event.qname] : [])).toReversed()
    }
    const all = () => Array.from({ length: written }, (_, index) => `n${index}.example.com`)
    write(20)
    const running = supervise(loop, { board, log, stop: stop.signal })
    try {
      await until(async () => (await names()).length === written)
      await sshd.stop()
      write(15)
      await until(async () => board.row(loop.name)?.state === 'waiting')
      await sshd.start()
      await until(async () => (await names()).length === written)
      assert.equal(board.row(loop.name)?.state, 'ok')
      // While the connection is away, the log is renamed and begun anew.
      await sshd.stop()
      write(10)
      renameSync(file, `${file}.1`)
      write(5)
      await sshd.start()
      await until(async () => (await names()).length === written)
      write(5)
      await until(async () => (await names()).length === written)
      assert.deepEqual(await names(), all())
    } finally {
      stop.abort()
      await running
      await store.close()
      rmSync(folder, { recursive: true })
    }
  },
)

test('a machine that shows another key is refused, in one sentence', real, async (t) => {
  const sshd = await startSshd(t)
  const file = join(sshd.folder, 'host.pub')
  const refused = async (what: RegExp) => {
    await assert.rejects(openRemoteLog(sshd.options, file, AbortSignal.timeout(20_000)), (error) => {
      assert.ok(error instanceof UnavailableError)
      assert.match(error.message, what)
      assert.ok(!error.message.includes('\n'))
      return true
    })
  }
  sshd.knowAs('other')
  await refused(/shows another key than .* holds/)
  writeFileSync(sshd.options.sshHosts, '')
  await refused(/The key of \[127\.0\.0\.1\]:\d+ is not in/)
  sshd.knowAs('host')
  writeFileSync(join(sshd.folder, 'authorized'), '')
  await refused(/does not let us in: add the public key/)
  await sshd.stop()
  await refused(/cannot be reached through ssh: .*refused/)
})

test('a key that may read one log alone is enough, and does nothing else', real, async (t) => {
  const sshd = await startSshd(t)
  const script = join(sshd.folder, 'hearthwarden-log')
  const file = join(sshd.folder, 'dns.log')
  writeFileSync(script, reader)
  writeFileSync(file, `${'x'.repeat(5000)}\nsecond\n`)
  sshd.restrictTo(`sh ${script} ${file}`)
  await using there = await openRemoteLog(sshd.options, '/etc/passwd', AbortSignal.timeout(20_000))
  const piece = await readOn(there.name, undefined, 1e6, there)
  assert.deepEqual(
    piece.lines.map(({ length }) => length),
    [5000, 6],
  )
  assert.equal(there.address, '127.0.0.1')
  assert.equal((await readOn(there.name, undefined, 20, there)).lines.join(), 'second')
  const ran = await runThere(sshd.options, ['cat', '/etc/passwd'], {
    stop: AbortSignal.timeout(20_000),
    timeout: 1500,
  })
  assert.ok(!ran?.out.includes('root:'))
})

test('what another machine tells of itself has its address', real, async (t) => {
  const sshd = await startSshd(t)
  const file = join(sshd.folder, 'auth.log')
  const at = new Date().toISOString()
  writeFileSync(
    file,
    `${at} pi sshd[7]: Accepted publickey for anna from 192.0.2.9 port 4711 ssh2: ED25519 SHA256:x\n`,
  )
  const options = authLog.options.parse({ ...sshd.options, file })
  assert.deepEqual(await authLog.check(contextOf(options)), [
    { ok: true, message: `${options.ssh}:${file} is followed` },
  ])
  await using there = await authLog.reach(contextOf(options))
  const { observations } = await authLog.poll({ ...contextOf(options), cursor: undefined, there })
  assert.deepEqual(
    observations.map((one) => (one.kind === 'auth-attempt' ? [one.from, one.address, one.user] : one.kind)),
    [['192.0.2.9', '127.0.0.1', 'anna']],
  )
  await assert.rejects(there?.statOf(`${there.name}.9`) ?? Promise.resolve(), UnavailableError)
})

test('a program there is run and followed', real, async (t) => {
  const sshd = await startSshd(t)
  const stop = AbortSignal.timeout(20_000)
  const odd = `a 'b' "c" $HOME * \\ ; id`
  assert.equal((await runThere(sshd.options, ['printf', '%s', odd], { stop }))?.out, odd)
  assert.equal(await runThere(sshd.options, ['no-such-program'], { stop }), undefined)
  const lines: string[] = []
  const following = async () => {
    for await (const line of followThere(sshd.options, ['printf', 'one\ntwo\n'], stop)) lines.push(line)
  }
  await assert.rejects(following, UnavailableError)
  assert.deepEqual(lines, ['one', 'two'])
})

test(
  'the table of connections of another machine is seen',
  { ...real, skip: lackingSshd || without('conntrack') || (process.getuid?.() !== 0 && 'needs root') },
  async (t) => {
    const sshd = await startSshd(t)
    const options = conntrack.options.parse(sshd.options)
    const [checked] = await conntrack.check(contextOf(options))
    assert.ok(checked?.ok, checked?.message)
  },
)

test('a user, an address and no option of ssh', () => {
  const take = (ssh: string) => piholeLog.options.safeParse({ ssh }).success
  for (const ssh of ['pi@192.168.1.2', 'root@2001:db8::1', 'log_reader@pi.hole']) assert.ok(take(ssh), ssh)
  for (const ssh of ['pi', '-oProxyCommand=id@x', 'a@-x', 'a b@c', 'a@b c', 'a@$(id)', ''])
    assert.ok(!take(ssh), ssh)
})

test('busybox’s shell runs the program there, too', { skip: without('busybox') }, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'reader-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'dns.log')
  writeFileSync(file, 'one\ntwo\n')
  writeFileSync(`${file}.1`, 'x'.repeat(9000))
  const input = '- 0 1\n.1 2 5\n.1 9 1\n.2 0 1\n?\n- 0 x\n- 0 1\n'
  const { stdout, status } = spawnSync('busybox', ['sh', '-c', reader, 'reader', file], {
    input,
    encoding: 'utf8',
  })
  // What is no request ends it.
  assert.equal(status, 1)
  assert.match(
    stdout,
    /^hearthwarden ?\n\d+ 8 \d+ 8\none\ntwo\n\d+ 9000 \d+ 808\nx{808}\d+ 9000 \d+ 0\nmissing\n\.1\n\.\n$/,
  )
})

test('the documents show the program that such a key may run', () => {
  const documents = readFileSync(new URL('../../DOCS.md', import.meta.url), 'utf8')
  assert.ok(documents.includes(`\n${reader}\n`))
})

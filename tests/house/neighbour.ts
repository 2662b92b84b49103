import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { execa } from 'execa'
import { makeFolder, startDaemon, until } from '../daemon.ts'
import { machinesOf } from '../network.ts'
import { find } from '../partners.ts'
import { alertOf, home, isWell } from './house.ts'

/** Run on a machine of the home that is not its router; the network's kernel does not count bytes. */
const machines = machinesOf(Number(process.env['HOUSE_PID']))

/** The router's sshd, which lets in one key; gives the options of a place that is reached through it. */
async function openRouter(): Promise<{ folder: string; place: Readonly<Record<string, unknown>> }> {
  const folder = await mkdtemp(join(tmpdir(), 'hearthwarden-router-'))
  const path = (name: string) => join(folder, name)
  for (const name of ['host', 'key'])
    await execa('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', path(name)])
  await writeFile(path('allowed'), await readFile(path('key.pub')), { mode: 0o600 })
  await writeFile(path('known'), `192.168.77.1 ${await readFile(path('host.pub'), 'utf8')}`)
  const settings = [
    'Port 22',
    `HostKey ${path('host')}`,
    'PidFile none',
    'UsePAM no',
    'StrictModes no',
    'PermitRootLogin prohibit-password',
    `AuthorizedKeysFile ${path('allowed')}`,
  ]
  await writeFile(path('sshd.conf'), `${settings.join('\n')}\n`)
  await execa('mkdir', ['-p', '/run/sshd'])
  machines.start('router', find('sshd') || 'sshd', '-D', '-f', path('sshd.conf'))
  await until(
    async () => ((await machines.run('router', 'ss', '-ltn')).includes(':22 ') ? true : undefined),
    { seconds: 10, what: () => 'the router’s sshd' },
  )
  return { folder, place: { ssh: 'root@192.168.77.1', sshKey: path('key'), sshHosts: path('known') } }
}

test('connections of the router are seen from a neighbour, through ssh', async (t) => {
  const { folder, place } = await openRouter()
  t.after(async () => {
    for (const child of machines.running) child.kill('SIGKILL')
    await rm(folder, { recursive: true })
  })
  const daemon = await startDaemon(await makeFolder(t), {
    house: { learning: 'off' },
    triage: { enabled: false },
    collectors: {
      conntrack: place,
      temperature: { enabled: false },
      nmap: { enabled: false },
      ping: { enabled: false },
      neighbours: { enabled: false },
    },
  })
  t.after(() => daemon.kill())
  await isWell(daemon, 'collect/conntrack')
  // The first word over ssh takes a moment.
  await until(
    async () => {
      await machines.run('phone', 'ping', '-c', '1', '-W', '1', '203.0.113.80')
      const { kinds } = await daemon.get<{ kinds: { kind: string; rows: number }[] }>('/api/stats')
      return (kinds.find(({ kind }) => kind === 'connection')?.rows ?? 0) > 0 ? true : undefined
    },
    { seconds: 20, what: () => `a connection: ${daemon.output()}` },
  )
  await machines.run(
    'phone',
    'nmap',
    ...['-sT', '-Pn', '-n', '-T4', '--max-retries', '0', '-p', '1-200', '192.168.77.1'],
  )
  const { alert } = await alertOf(daemon, home.phone, 'port-scan')
  assert.equal(alert.severity, 'high')
  const rows = await daemon.post<{ bytesOut?: number; state: string }[]>('/api/events/search', {
    kinds: ['connection'],
    limit: 1000,
  })
  assert.ok(rows.length >= 100, `${rows.length} rows`)
  assert.deepEqual(
    rows.filter(({ bytesOut }) => bytesOut !== undefined),
    [],
    'nobody counts',
  )
  const checks =
    await daemon.get<{ plugin: string; checks: { ok: boolean; message: string }[] }[]>('/api/checks')
  const found =
    checks.find(({ plugin }) => plugin === 'conntrack')?.checks.map(({ message }) => message) ?? []
  assert.match(found.join(' '), /nf_conntrack_acct=1/)
})

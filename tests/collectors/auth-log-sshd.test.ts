import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  appendFileSync,
  chmodSync,
  chownSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test, type TestContext } from 'node:test'
import authLog from '../../src/collectors/auth-log.ts'
import { find, without } from '../partners.ts'
import { collect } from './collecting.ts'
import { until } from './dnsmasq.ts'

const skip = without('sshd', 'openssh-server') || without('ssh', 'openssh-client')
const stranger = 'no such user from 10.0.0.1 port 22'

test('each password that a real sshd refuses is told once', { skip, timeout: 40_000 }, async (t) => {
  const { file, guess } = await startSshd(t)
  await guess(stranger)
  await guess('root')
  const options = authLog.options.parse({ file })
  const read = async () => (await collect(authLog, { options })).observations
  await until(async () => (await read()).length >= 4)
  assert.deepEqual(
    (await read()).map((one) => {
      assert.ok(one.kind === 'auth-attempt')
      return [one.outcome, one.user, one.from, one.method]
    }),
    [
      // The first try of one whom sshd does not know is told at once, before it has failed.
      ['failure', stranger, '127.0.0.1', undefined],
      ['failure', stranger, '127.0.0.1', 'password'],
      ['failure', 'root', '127.0.0.1', 'password'],
      ['failure', 'root', '127.0.0.1', 'password'],
    ],
  )
})

/** One of its own on loopback, whose lines stand in a log as a container's do: without a process id. */
async function startSshd(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'sshd-'))
  const path = (name: string) => join(folder, name)
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', path('host')])
  const port = await freePort()
  const lines = [
    `ListenAddress 127.0.0.1:${port}`,
    `HostKey ${path('host')}`,
    'PidFile none',
    'UsePAM no',
    'PermitRootLogin yes',
    'KbdInteractiveAuthentication no',
  ]
  writeFileSync(path('sshd.conf'), `${lines.join('\n')}\n`)
  writeFileSync(path('ask'), '#!/bin/sh\necho wrong\n')
  chmodSync(path('ask'), 0o700)
  const file = path('auth.log')
  writeFileSync(file, '')
  // As root it would want a folder of the system's.
  const isRoot = process.getuid?.() === 0
  const nobody = { uid: 65_534, gid: 65_534 }
  if (isRoot) for (const name of ['', 'host', 'sshd.conf']) chownSync(path(name), nobody.uid, nobody.gid)
  const program = find('sshd')
  assert.ok(program !== false)
  const server = spawn(program, ['-D', '-e', '-f', path('sshd.conf')], {
    stdio: ['ignore', 'ignore', 'pipe'],
    ...(isRoot && nobody),
  })
  const ended = once(server, 'exit')
  t.after(async () => {
    server.kill()
    await ended
    rmSync(folder, { recursive: true })
  })
  assert.ok(server.stderr)
  createInterface(server.stderr).on('line', (line) =>
    appendFileSync(file, `${new Date().toISOString()} server sshd: ${line}\n`),
  )
  await until(() => readFileSync(file, 'utf8').includes('Server listening'))
  const wanted = {
    UserKnownHostsFile: path('known'),
    StrictHostKeyChecking: 'no',
    PubkeyAuthentication: 'no',
    NumberOfPasswordPrompts: '2',
  }
  const options = Object.entries(wanted).flatMap(([name, value]) => ['-o', `${name}=${value}`])
  return {
    file,
    /** Two wrong passwords. */
    async guess(user: string) {
      const client = spawn(
        'ssh',
        ['-F', 'none', '-p', `${port}`, '-l', user, ...options, '127.0.0.1', 'true'],
        {
          env: { ...process.env, SSH_ASKPASS: path('ask'), SSH_ASKPASS_REQUIRE: 'force' },
          timeout: 20_000,
          stdio: 'ignore',
        },
      )
      await once(client, 'exit')
    },
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address !== null ? address.port : 0
}

import assert from 'node:assert/strict'
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { find, without } from '../partners.ts'

/** For a test's `skip`. */
export const lackingSshd = without('sshd', 'openssh-server') || without('ssh', 'openssh-client')

/** A real sshd of its own, on loopback, that lets the current user in with a key; and what a place's options must say. */
export async function startSshd(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'sshd-'))
  const path = (name: string) => join(folder, name)
  // Where sshd shuts its parts in: made at the start of a system, which a container has none of.
  if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 })
  for (const name of ['host', 'key', 'other'])
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', path(name)])
  const publicKey = readFileSync(path('key.pub'), 'utf8')
  writeFileSync(path('authorized'), publicKey)
  const port = await freePort()
  const lines = [
    `ListenAddress 127.0.0.1:${port}`,
    `HostKey ${path('host')}`,
    `AuthorizedKeysFile ${path('authorized')}`,
    'PidFile none',
    'UsePAM no',
    'PermitRootLogin yes',
    'PasswordAuthentication no',
    'StrictModes no',
  ]
  writeFileSync(path('sshd.conf'), `${lines.join('\n')}\n`)
  let server: ChildProcess | undefined
  const knowAs = (key: string) =>
    writeFileSync(path('known'), `[127.0.0.1]:${port} ${readFileSync(path(`${key}.pub`), 'utf8')}`)
  const house = {
    folder,
    options: {
      ssh: `${userInfo().username}@127.0.0.1`,
      sshPort: port,
      sshKey: path('key'),
      sshHosts: path('known'),
    },
    /** Which of the two keys the machine is known by: its own, or another. */
    knowAs,
    /** What this key may do. */
    restrictTo(command: string) {
      writeFileSync(path('authorized'), `restrict,command="${command}" ${publicKey}`)
    },
    async start() {
      const sshd = find('sshd')
      assert.ok(sshd !== false)
      const started = spawn(sshd, ['-D', '-e', '-f', path('sshd.conf')], {
        stdio: ['ignore', 'ignore', 'pipe'],
      })
      server = started
      let said = ''
      for await (const text of started.stderr) {
        said += String(text)
        if (said.includes('Server listening')) return
      }
      assert.fail(said)
    },
    /** With the connections that it has. */
    async stop() {
      if (server?.pid === undefined || server.exitCode !== null || server.signalCode !== null) return
      const ended = once(server, 'exit')
      execFileSync('sh', [
        '-c',
        `kill -KILL $(ps -o pid= --ppid ${server.pid}) 2>/dev/null; kill -KILL ${server.pid}`,
      ])
      await ended
    },
  }
  knowAs('host')
  t.after(async () => {
    await house.stop()
    rmSync(folder, { recursive: true })
  })
  await house.start()
  return house
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address !== null ? address.port : 0
}

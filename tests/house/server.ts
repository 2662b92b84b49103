import { appendFile, chmod, mkdir, writeFile } from 'node:fs/promises'
import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { execa } from 'execa'
import { until } from '../daemon.ts'
import { find } from '../partners.ts'
import type { Machines } from '../network.ts'

/** A real sshd on the router, with one account that a password opens; its lines stand in a log as a system writes them. */
export interface Sshd {
  readonly log: string
  readonly user: string
  /** Tries these passwords one after the other from a machine, one connection each; the right one is `password`. */
  guess(machine: string, passwords: readonly string[]): Promise<void>
  readonly password: string
  close(): Promise<void>
}

const prefix = 'hw-test-'

/** Removes the accounts of tests that were killed. */
async function sweep(): Promise<void> {
  for (const line of readFileSync('/etc/passwd', 'utf8').split('\n')) {
    const [user = ''] = line.split(':')
    const pid = user.startsWith(prefix) ? Number(user.slice(prefix.length)) : Number.NaN
    if (pid > 0 && !existsSync(`/proc/${pid}`)) await execa('userdel', [user], { reject: false })
  }
}

/** Starts it where the test runs. The account is the test's own, and gone with it. */
export async function startSshd(folder: string, machines: Machines): Promise<Sshd> {
  const path = (name: string) => join(folder, name)
  await sweep()
  const user = `${prefix}${process.pid}`
  const password = 'correct horse'
  const { stdout: hash } = await execa('openssl', ['passwd', '-6', password])
  await execa('useradd', ['--no-create-home', '--shell', '/bin/sh', '--password', hash, user])
  await execa('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', path('host')])
  const settings = [
    'Port 22',
    `HostKey ${path('host')}`,
    'PidFile none',
    'UsePAM no',
    'PasswordAuthentication yes',
    'KbdInteractiveAuthentication no',
  ]
  await writeFile(path('sshd.conf'), `${settings.join('\n')}\n`)
  const log = path('auth.log')
  await writeFile(log, '')
  if (!existsSync('/run/sshd')) await mkdir('/run/sshd')
  const program = find('sshd')
  if (program === false) throw new Error('sshd is not here')
  const server: ChildProcess = spawn(program, ['-D', '-e', '-f', path('sshd.conf')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  if (server.stderr)
    createInterface(server.stderr).on('line', (line) => {
      void appendFile(log, `${new Date().toISOString()} router sshd[${server.pid}]: ${line}\n`)
    })
  await until(() => (readFileSync(log, 'utf8').includes('Server listening') ? true : undefined), {
    seconds: 10,
    what: () => `sshd: ${readFileSync(log, 'utf8')}`,
  })
  await writeFile(path('ask'), '#!/bin/sh\necho "$GUESS"\n')
  await chmod(path('ask'), 0o755)
  const wanted = {
    UserKnownHostsFile: path('known'),
    StrictHostKeyChecking: 'no',
    PubkeyAuthentication: 'no',
    NumberOfPasswordPrompts: '1',
    ConnectTimeout: '5',
  }
  const options = Object.entries(wanted).flatMap(([name, value]) => ['-o', `${name}=${value}`])
  return {
    log,
    user,
    password,
    async guess(machine, passwords) {
      for (const guess of passwords)
        await execa(
          'ip',
          [
            ...['netns', 'exec', machines.spaceOf(machine), 'ssh', '-F', 'none', '-l', user],
            ...options,
            ...['192.168.77.1', 'true'],
          ],
          {
            reject: false,
            timeout: 20_000,
            env: { GUESS: guess, SSH_ASKPASS: path('ask'), SSH_ASKPASS_REQUIRE: 'force', DISPLAY: 'none' },
            stdin: 'ignore',
          },
        )
    },
    async close() {
      server.kill('SIGKILL')
      await execa('userdel', [user], { reject: false })
    },
  }
}

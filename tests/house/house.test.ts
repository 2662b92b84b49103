import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { makeNetwork, withoutNetworks } from '../network.ts'
import { without } from '../partners.ts'
import { buildPage } from '../web/browser.ts'
import { home } from './house.ts'

const skip =
  withoutNetworks() ||
  without('dnsmasq', 'dnsmasq-base') ||
  without('mosquitto') ||
  without('nmap') ||
  without('sshd', 'openssh-server') ||
  without('chromium')

/** Runs scenes on a machine of a network, as the program does. */
async function play(scenes: string, machine: string, { accounting }: { accounting: boolean }): Promise<void> {
  await using network = await makeNetwork({ home, accounting })
  const file = fileURLToPath(new URL(scenes, import.meta.url))
  const node = [process.execPath, '--disable-warning=ExperimentalWarning', '--test', file]
  const { exitCode, stdout, stderr } = await execa(
    'ip',
    ['netns', 'exec', network.spaceOf(machine), ...node],
    {
      reject: false,
      timeout: 380_000,
      env: { NODE_TEST_CONTEXT: undefined, HOUSE_PID: String(process.pid) },
    },
  )
  assert.equal(exitCode, 0, `${stdout}\n${stderr}`)
  assert.match(stdout, /pass [1-9]/)
}

test('a whole home, with the program on its router', { skip, timeout: 400_000 }, async () => {
  buildPage()
  await play('scenes.ts', 'router', { accounting: true })
})

test(
  'a home whose router is watched by a neighbour, through ssh, and counts no bytes',
  {
    skip,
    timeout: 120_000,
  },
  () => play('neighbour.ts', 'recorder', { accounting: false }),
)

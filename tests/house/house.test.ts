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

/** The scenes run on the router, as the program does. */
test('a whole home, with the program on its router', { skip, timeout: 400_000 }, async () => {
  buildPage()
  await using network = await makeNetwork({ home, accounting: true })
  const scenes = fileURLToPath(new URL('scenes.ts', import.meta.url))
  const { exitCode, stdout, stderr } = await execa(
    'ip',
    [
      'netns',
      'exec',
      network.spaceOf('router'),
      process.execPath,
      '--disable-warning=ExperimentalWarning',
      '--test',
      scenes,
    ],
    {
      reject: false,
      timeout: 380_000,
      env: { NODE_TEST_CONTEXT: undefined, HOUSE_PID: String(process.pid) },
    },
  )
  assert.equal(exitCode, 0, `${stdout}\n${stderr}`)
  assert.match(stdout, /pass [1-9]/)
})

import { test } from 'node:test'
import { withoutNetworks } from '../network.ts'
import { without } from '../partners.ts'
import { buildPage } from '../web/browser.ts'
import { play } from './play.ts'

const skip =
  withoutNetworks() ||
  without('dnsmasq', 'dnsmasq-base') ||
  without('mosquitto') ||
  without('nmap') ||
  without('sshd', 'openssh-server') ||
  without('chromium')

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

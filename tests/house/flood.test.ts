import { test } from 'node:test'
import { withoutNetworks } from '../network.ts'
import { without } from '../partners.ts'
import { play } from './play.ts'

const skip = withoutNetworks() || without('nmap')

test('a flood of connections through a real kernel', { skip, timeout: 380_000 }, () =>
  play('flood.ts', 'router', { accounting: true }),
)

import { test } from 'node:test'
import { withoutNetworks } from '../network.ts'
import { without } from '../partners.ts'
import { play } from './play.ts'

const skip = withoutNetworks() || without('ping', 'iputils-ping')

test('a provider that loses packets, and a link that is full', { skip, timeout: 240_000 }, () =>
  play('line.ts', 'router', { accounting: false }),
)

import { test } from 'node:test'
import { runInside, withoutNetwork } from './network.ts'

test(
  'inside Home Assistant: behind the Supervisor and its ingress',
  { skip: withoutNetwork, timeout: 180_000 },
  () => runInside(new URL('scenes.ts', import.meta.url), { seconds: 150 }),
)

import { test } from 'node:test'
import { runInside, withoutNetwork } from '../ingress/network.ts'
import { withoutCore } from './build.ts'

const skip = (await withoutCore()) || withoutNetwork

test('the page in the real frontend, through the real Core’s ingress', { skip, timeout: 180_000 }, () =>
  runInside(new URL('ingress-scenes.ts', import.meta.url), { seconds: 150 }),
)

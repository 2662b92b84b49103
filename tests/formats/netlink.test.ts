import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseNetlinkDrops } from '../../src/formats/netlink.ts'

const head =
  'sk               Eth Pid        Groups   Rmem     Wmem     Dump  Locks    Drops    Inode            \n'
const row = (protocol: number, groups: string, drops: string) =>
  `0000000052b813f5 ${protocol}  2528845245 ${groups} 0        0        0     2        ${drops}     2076815         \n`

test('lost events are those of who listens to begins and ends of connections', () => {
  const others = row(12, '00000000', '7') + row(15, '00000005', '9') + row(12, '00000007', '11')
  assert.equal(parseNetlinkDrops(head + row(12, '00000005', '5637') + others), 5637)
  assert.equal(parseNetlinkDrops(head + row(12, '00000005', '1') + row(12, '00000005', '2')), 3)
})

test('nothing is lost where the kernel does not say', () => {
  for (const text of ['', head, row(12, '00000005', 'many'), row(12, '00000005', '-4'), '12 12 12 00000005'])
    assert.equal(parseNetlinkDrops(text), 0)
})

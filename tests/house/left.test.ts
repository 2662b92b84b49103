import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { test } from 'node:test'
import { execa } from 'execa'
import { until } from '../daemon.ts'
import { makeNetwork, withoutNetworks } from '../network.ts'

const skip = withoutNetworks()

/** Makes a network with a program that outlives its parent, says its number, and dies without a chance to clean up. */
const killed = `import { makeNetwork } from './tests/network.ts'
const network = await makeNetwork({ home: {}, accounting: false })
console.log(await network.run('router', 'sh', '-c', 'sleep 600 >/dev/null 2>&1 & echo $!'))
process.kill(process.pid, 'SIGKILL')`

const isGone = (pid: number) => (existsSync(`/proc/${pid}`) ? undefined : true)
const leftOf = async (pid: number | undefined) =>
  (await readdir('/run/netns').catch(() => [])).filter((name) => name.includes(`-${pid}-`))

test(
  'what a killed test has left is removed by the next one, and nothing is left by that',
  { skip },
  async () => {
    const child = execa(process.execPath, ['--input-type=module', '-e', killed], { reject: false })
    const { stdout, signal } = await child
    assert.equal(signal, 'SIGKILL')
    const left = Number(stdout)
    assert.ok(existsSync(`/proc/${left}`), 'it runs on')
    assert.equal((await leftOf(child.pid)).length, 2)
    let own = 0
    {
      await using network = await makeNetwork({ home: {}, accounting: false })
      own = Number(await network.run('router', 'sh', '-c', 'sleep 600 >/dev/null 2>&1 & echo $!'))
    }
    assert.deepEqual([...(await leftOf(child.pid)), ...(await leftOf(process.pid))], [])
    for (const pid of [left, own])
      await until(() => isGone(pid), { seconds: 5, what: () => `the end of ${pid}` })
  },
)

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, it } from 'node:test'
import processes from '../../src/collectors/processes.ts'
import { find, without } from '../partners.ts'
import { collect } from './collecting.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'processes-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const start = new Date('2026-11-20T10:00:00Z')
const after = (seconds: number) => new Date(start.getTime() + 1000 * seconds)

function put(pid: number, comm: string, cmdline: string): void {
  mkdirSync(join(folder, String(pid)), { recursive: true })
  writeFileSync(join(folder, String(pid), 'stat'), `${pid} (${comm}) S 1 1 1\n`)
  writeFileSync(join(folder, String(pid), 'cmdline'), cmdline)
}

async function states(names: string[], cursor?: Record<string, { state: string; at: number }>, now = start) {
  const options = processes.options.parse({ names, proc: folder })
  const { observations, cursor: next } = await collect(processes, { options, cursor, now })
  const told = observations.map((one) =>
    one.kind === 'process' ? `${one.name} ${one.state} ${one.count}` : one.kind,
  )
  return { told, next }
}

describe('processes of a watch list', () => {
  it('are not watched while the list is empty', () => {
    assert.equal(processes.isSetUp(processes.options.parse({})), false)
  })

  it('are told when they change, a trouble each five minutes and all each hour', async () => {
    put(1, 'init', 'init\0')
    put(40, 'mosquitto', '/usr/sbin/mosquitto\0-v\0')
    const names = ['mosquitto', 'zigbee2mqtt']
    const first = await states(names)
    assert.deepEqual(first.told, ['mosquitto running 1', 'zigbee2mqtt missing 0'])
    const second = await states(names, first.next, after(299))
    assert.deepEqual(second.told, [])
    const third = await states(names, second.next, after(300))
    assert.deepEqual(third.told, ['zigbee2mqtt missing 0'])
    rmSync(join(folder, '40'), { recursive: true })
    put(50, 'node', 'node\0/opt/zigbee2mqtt/zigbee2mqtt\0')
    const fourth = await states(names, third.next, after(315))
    assert.deepEqual(fourth.told, ['mosquitto missing 0', 'zigbee2mqtt running 1'])
    const fifth = await states(['zigbee2mqtt'], fourth.next, after(315 + 3600))
    assert.deepEqual(fifth.told, ['zigbee2mqtt running 1'])
  })

  it('cannot be seen where the kernel hides those of others, but what is found runs', async () => {
    put(40, 'mosquitto', 'mosquitto\0')
    assert.deepEqual((await states(['mosquitto', 'sshd'])).told, [
      'mosquitto running 1',
      'sshd unseen undefined',
    ])
  })

  it('are the real ones of this machine', { skip: without('sleep', 'coreutils') }, async () => {
    const program = join(folder, `watched-${process.pid}`)
    const sleep = find('sleep')
    assert.ok(sleep)
    copyFileSync(sleep, program)
    const child = spawn(program, ['60'])
    try {
      await once(child, 'spawn')
      const names = [`watched-${process.pid}`, `not-there-${process.pid}`]
      const { observations } = await collect(processes, { options: processes.options.parse({ names }) })
      const told = observations.map((one) => (one.kind === 'process' ? one.state : one.kind))
      assert.equal(told[0], 'running')
      // In a container of its own this machine cannot be seen.
      assert.ok(told[1] === 'missing' || told[1] === 'unseen')
    } finally {
      child.kill('SIGKILL')
      await once(child, 'exit')
    }
  })

  it(
    'cannot be seen from a namespace of its own',
    { skip: process.getuid?.() === 0 ? without('unshare', 'util-linux') : 'needs root' },
    async () => {
      const module = new URL('../../src/collectors/processes.ts', import.meta.url).href
      const program = `const { default: processes } = await import(${JSON.stringify(module)})
      const options = processes.options.parse({ names: ['mosquitto', 'node'] })
      const { observations } = await processes.poll({ options, now: () => new Date() })
      console.log(observations.map(({ name, state, reason }) => [name, state, reason].join(' ')).join(String.fromCharCode(10)))`
      const child = spawn('unshare', [
        '--pid',
        '--fork',
        '--mount-proc',
        process.execPath,
        '--input-type=module',
        '-e',
        program,
      ])
      let out = ''
      child.stdout.on('data', (text) => (out += String(text)))
      await once(child, 'close')
      assert.deepEqual(out.trim().split('\n'), [
        'mosquitto unseen a container sees its own processes alone: run it with the process namespace of its host',
        'node running',
      ])
    },
  )

  it('are named without a folder', () => {
    const take = (name: string) => processes.options.safeParse({ names: [name] }).success
    assert.ok(take('mosquitto') && take('Plex Media Server'))
    for (const name of ['', '/usr/bin/x', 'a\nb', 'a\0']) assert.ok(!take(name), name)
  })
})

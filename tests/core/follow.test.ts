import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { UnavailableError } from '../../src/core/errors.ts'
import { follow } from '../../src/core/follow.ts'
import { without } from '../partners.ts'
import { hasEnded } from './processes.ts'

const stop = () => AbortSignal.timeout(30_000)

describe('a program that is followed', () => {
  it('gives its lines as it prints them, and its complaint when it ends', async () => {
    const lines: string[] = []
    await assert.rejects(
      async () => {
        const args = ['-c', 'echo one; echo two words; printf unfinished; echo oh >&2; echo no >&2; exit 3']
        for await (const line of follow('sh', args, stop())) lines.push(line)
      },
      (error) => error instanceof UnavailableError && error.message === 'sh has ended: no',
    )
    assert.deepEqual(lines, ['one', 'two words'])
  })

  it('that is not there is one sentence', async () => {
    await assert.rejects(
      Array.fromAsync(follow('no-such-program', [], stop())),
      (error) => error instanceof UnavailableError && /no-such-program.*install/.test(error.message),
    )
  })

  it('is killed with all that it started when it is stopped', async () => {
    const end = new AbortController()
    const pids: number[] = []
    for await (const line of follow('sh', ['-c', 'sleep 60 & echo $!; echo $$; wait'], end.signal)) {
      pids.push(Number(line))
      if (pids.length === 2) end.abort()
    }
    assert.equal(pids.length, 2)
    for (const pid of pids) await hasEnded(pid)
  })

  it(
    'dies with a program that is killed and cannot end it',
    { skip: without('setpriv', 'util-linux') },
    async () => {
      const script = `
      import { follow } from ${JSON.stringify(join(import.meta.dirname, '../../src/core/follow.ts'))}
      const lines = follow('sh', ['-c', 'echo $$; exec sleep 60'], new AbortController().signal)
      for await (const line of lines) console.log(line)`
      const parent = spawn(process.execPath, ['--input-type=module', '-e', script], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      const [line] = await once(parent.stdout, 'data')
      parent.kill('SIGKILL')
      await hasEnded(Number(String(line)))
    },
  )

  it('is killed when nobody reads on', async () => {
    let pid = 0
    for await (const line of follow('sh', ['-c', 'echo $$; while :; do echo x; done'], stop())) {
      pid = Number(line)
      break
    }
    await hasEnded(pid)
  })

  it('may never end a line', async () => {
    let length = 0
    const end = new AbortController()
    for await (const line of follow('sh', ['-c', 'tr "\\0" x < /dev/zero'], end.signal)) {
      length = line.length
      end.abort()
    }
    assert.ok(length >= 1_000_000 && length < 2_000_000)
  })
})

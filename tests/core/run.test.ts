import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { run } from '../../src/core/run.ts'

const stop = new AbortController().signal

describe('running a program', () => {
  it('gives what it said and how it ended', async () => {
    const ran = await run('sh', ['-c', 'echo out; echo err >&2; exit 3'], { stop })
    assert.deepEqual(ran, { code: 3, out: 'out', err: 'err' })
  })

  it('passes arguments as they are', async () => {
    assert.equal((await run('echo', ['$HOME; `id` "x"'], { stop }))?.out, '$HOME; `id` "x"')
  })

  it('is nothing where there is no such program', async () => {
    assert.equal(await run('no-such-program-here', [], { stop }), undefined)
  })

  it('kills it in time, with what it started', async () => {
    const began = performance.now()
    const ran = await run('sh', ['-c', 'sleep 30 & echo begun; sleep 30'], { stop, timeout: 200 })
    assert.deepEqual(ran, { code: undefined, out: 'begun', err: '' })
    assert.ok(performance.now() - began < 5000)
  })

  it('ends with the app', async () => {
    const ending = new AbortController()
    const running = run('sleep', ['30'], { stop: ending.signal })
    ending.abort()
    assert.equal((await running)?.code, undefined)
  })

  it('does not fill memory', async () => {
    const ran = await run('yes', [], { stop, limit: 1000 })
    assert.ok((ran?.out.length ?? 0) <= 1000)
  })
})

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import * as z from 'zod'
import containers, { toApp } from '../../src/collectors/containers.ts'
import { collect, contextOf } from './collecting.ts'

const folder = new URL('containers/', import.meta.url)
const read = (name: string): string => readFileSync(new URL(name, folder), 'utf8')
const inspected = z.looseObject({ Id: z.string(), Name: z.string(), RestartCount: z.number() })

/** An engine on a socket of its own, that answers as a real one has; `change` makes another of what it tells of one. */
async function startEngine(t: TestContext) {
  const place = mkdtempSync(join(tmpdir(), 'engine-'))
  const told = new Map(
    readdirSync(folder)
      .filter((name) => name.startsWith('lab-inspect-'))
      .map((name) => inspected.parse(JSON.parse(read(name))))
      .map((one) => [one.Name.slice(1), one]),
  )
  const server = createServer(({ url = '' }, response) => {
    const id = /^\/v1\.41\/containers\/([\da-f]+)\/json$/.exec(url)?.[1]
    const listed = z
      .array(z.looseObject({ Id: z.string() }))
      .parse(JSON.parse(read('lab-containers-json-all.json')))
    const container = [...told.values()].find(({ Id }) => Id === id)
    if (url === '/version') response.end(read('lab-version.json'))
    else if (url === '/v1.41/containers/json?all=true') response.end(JSON.stringify(listed))
    else if (container) response.end(JSON.stringify(container))
    else response.writeHead(404).end('{"message":"No such container"}')
  })
  const socket = join(place, 'docker.sock')
  server.listen(socket)
  await once(server, 'listening')
  t.after(() => {
    server.close()
    rmSync(place, { recursive: true })
  })
  return { socket, told, server }
}

type Cursor = z.infer<typeof containers.cursor>

async function states(socket: string, names: readonly string[] = [], cursor?: Cursor, now = new Date(0)) {
  const options = containers.options.parse({ socket, names })
  const { observations, cursor: next } = await collect(containers, { options, cursor, now })
  const seen = observations.map((one) =>
    one.kind === 'container' ? [one.name, one.state, one.restarts, one.exitCode].join(' ').trim() : one.kind,
  )
  return { seen: seen.toSorted(), next, observations }
}

describe('containers', () => {
  it('are those that run, when none are named', async (t) => {
    const { socket } = await startEngine(t)
    const { seen, next } = await states(socket)
    assert.deepEqual(seen, [
      'crash-loop restarting 7 3',
      'db-unhealthy unhealthy 0',
      'hostnet running 0',
      'paused paused 0',
      'slow-starting running 0',
      'web-healthy running 0',
    ])
    assert.deepEqual((await states(socket, [], next, new Date(30_000))).seen, [])
    // A trouble is told again, and what is well after an hour.
    assert.equal((await states(socket, [], next, new Date(300_000))).seen.length, 2)
    assert.equal((await states(socket, [], next, new Date(3_600_000))).seen.length, 6)
  })

  it('are told when they stop, are restarted, or are gone', async (t) => {
    const { socket, told } = await startEngine(t)
    const { next } = await states(socket)
    const web = told.get('web-healthy')
    const loop = told.get('crash-loop')
    const host = told.get('hostnet')
    assert.ok(web && loop && host)
    told.set('web-healthy', { ...web, State: { Status: 'exited', ExitCode: 1, OOMKilled: true } })
    told.set('crash-loop', { ...loop, RestartCount: 8 })
    // One that was told to run once is done.
    told.set('hostnet', { ...host, State: { Status: 'exited', ExitCode: 0 } })
    told.delete('slow-starting')
    const { seen, observations } = await states(socket, [], next, new Date(30_000))
    assert.deepEqual(seen, ['crash-loop restarting 8 3', 'web-healthy stopped 0 1'])
    assert.ok(observations.some((one) => one.kind === 'container' && one.reason?.includes('memory')))
  })

  it('are those of the watch list, also when they never ran or are not there', async (t) => {
    const { socket } = await startEngine(t)
    assert.deepEqual((await states(socket, ['killed', 'nobody', 'created-only', 'web-healthy'])).seen, [
      'created-only missing',
      'killed stopped 0 137',
      'nobody missing',
      'web-healthy running 0',
    ])
  })

  it('cannot be seen where the engine does not answer, which is not the same as well or gone', async (t) => {
    const { socket, server } = await startEngine(t)
    const { next } = await states(socket)
    server.close()
    server.closeAllConnections()
    const { seen } = await states(socket, [], next, new Date(30_000))
    assert.equal(seen.length, 6)
    assert.ok(seen.every((one) => one.includes(' unseen')))
    assert.deepEqual((await states(socket, ['web'])).seen, ['web unseen'])
  })

  it('are none, and no fault, where there is no engine and none is asked for', async () => {
    assert.deepEqual((await states('/nowhere/docker.sock')).seen, [])
    const options = containers.options.parse({ socket: '/nowhere/docker.sock' })
    assert.deepEqual(await containers.check(contextOf(options)), [
      { ok: true, optional: true, message: 'There is no Docker here' },
    ])
  })

  it('are cannot-see where a stranger answers', async (t) => {
    const place = mkdtempSync(join(tmpdir(), 'engine-'))
    const socket = join(place, 'odd.sock')
    let answer = '<html>'
    const server = createServer((_, response) => response.end(answer))
    server.listen(socket)
    await once(server, 'listening')
    t.after(() => {
      server.close()
      rmSync(place, { recursive: true })
    })
    for (answer of ['<html>', '{"ApiVersion":7}', '[]', ''])
      assert.deepEqual((await states(socket)).seen, ['docker unseen'])
  })
})

it('apps of Home Assistant are well, stopped, failed or not to be seen', () => {
  const at = new Date(0)
  const state = (word: string) => {
    const { state, exitCode } = toApp({ slug: 'core_mosquitto', state: word }, at).state
    return [state, exitCode]
  }
  assert.deepEqual(state('started'), ['running', undefined])
  assert.deepEqual(state('stopped'), ['stopped', 0])
  assert.deepEqual(state('error'), ['stopped', undefined])
  assert.deepEqual(state('unknown'), ['unseen', undefined])
})

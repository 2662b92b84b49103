import assert from 'node:assert/strict'
import { chmod, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import * as z from 'zod'
import { makeClient } from '../../src/api/client.ts'
import { listen, type Listener, makeApi } from '../../src/api/server.ts'
import { exchange } from './http.ts'
import { openTestHouse, type TestHouse } from './house.ts'

const token = 'the-right-token'
const stop = new AbortController()
let house: TestHouse
let listener: Listener

before(async () => {
  house = await openTestHouse()
  listener = await listen({
    app: makeApi(house.parts, { page: join(house.folder, 'no-page') }),
    host: '127.0.0.1',
    port: 0,
    access: { kind: 'token', token, hosts: [] },
    now: () => new Date(),
    stop: stop.signal,
  })
})

after(async () => {
  stop.abort()
  await listener.closed
  await house.close()
})

test('no route but health answers anybody without the token', async () => {
  const { body } = await exchange(listener.port, '/api/openapi.json', {
    headers: { Authorization: `Bearer ${token}` },
  })
  const { paths } = z
    .object({ paths: z.record(z.string(), z.record(z.string(), z.unknown())) })
    .parse(JSON.parse(body))
  const routes = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => ({
      path: path.replaceAll(/\{\w+\}/g, 'a1'),
      method: method.toUpperCase(),
    })),
  )
  assert.equal(routes.length > 20, true)
  for (const { path, method } of routes.filter(({ path }) => path !== '/health'))
    for (const headers of [
      {},
      { Authorization: 'Bearer wrong' },
      { Authorization: 'Basic YWRtaW46YWRtaW4=' },
      { Cookie: 'hearthwarden=' },
      { Authorization: `Bearer ${token}`, Host: 'evil.example' },
    ]) {
      const { status } = await exchange(listener.port, path, {
        method,
        headers,
        body: method === 'GET' ? '' : '{}',
      })
      assert.equal(
        [401, 403, 429].includes(status),
        true,
        `${method} ${path} ${JSON.stringify(headers)}: ${status}`,
      )
    }
})

test('while the page is not built, one sentence says so', async () => {
  const reply = await exchange(listener.port, '/', { headers: { Authorization: `Bearer ${token}` } })
  assert.equal(reply.status, 503)
  assert.match(reply.body, /npm run build/)
})

test('the client finds the daemon by its file, and finds none where none runs', async () => {
  const file = join(house.folder, 'daemon.json')
  const seek = () => makeClient({ folder: house.folder, stop: stop.signal })
  assert.equal(await seek(), undefined)
  await writeFile(file, JSON.stringify({ address: 'http://127.0.0.1:9', token }))
  assert.equal(await seek(), undefined)
  await writeFile(file, JSON.stringify({ address: listener.address, token }))
  await chmod(file, 0o600)
  const client = await seek()
  assert.equal((await client?.status())?.version, '0.1.0')
  assert.deepEqual(await client?.ask({ kind: 'analyse' }), { ok: true, message: 'Looked' })
})

test('a stream tells the state at once, and each change and happening after it', async () => {
  const left = new AbortController()
  const response = await fetch(`${listener.address}/api/stream`, {
    headers: { Authorization: `Bearer ${token}` },
    signal: AbortSignal.any([left.signal, AbortSignal.timeout(20_000)]),
  })
  assert.equal(response.headers.get('content-type'), 'text/event-stream')
  const wanted = new Set(['state', 'beat', 'changed alerts', 'happening high'])
  const device = await house.deviceAt('192.168.1.30', 'tv')
  let asked = false
  let text = ''
  const decoder = new TextDecoder()
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true })
    for (const [, event, data = ''] of text.matchAll(/event: (\w+)\ndata: (.*)\n\n/g)) {
      if (event === 'changed') wanted.delete(`changed ${data}`)
      else if (event === 'happening')
        wanted.delete(`happening ${z.object({ type: z.string() }).parse(JSON.parse(data)).type}`)
      else wanted.delete(event ?? '')
    }
    if (!wanted.has('state') && !asked) {
      asked = true
      await house.alert(device, 'high', 'c.example')
    }
    if (wanted.size === 0) break
  }
  left.abort()
  assert.deepEqual([...wanted], [])
})

test('many questions at once are all answered', async () => {
  const paths = ['/api/status', '/api/alerts', '/api/devices', '/api/stats', '/api/signals', '/api/settings']
  const replies = await Promise.all(
    Array.from({ length: 180 }, (_, index) =>
      exchange(listener.port, paths[index % paths.length] ?? '/', {
        headers: { Authorization: `Bearer ${token}` },
      }),
    ),
  )
  assert.deepEqual(new Set(replies.map(({ status }) => status)), new Set([200]))
})

test('stopping ends open streams at once', async () => {
  const gone = new AbortController()
  const second = await listen({
    app: makeApi(house.parts),
    host: '127.0.0.1',
    port: 0,
    access: { kind: 'gateway', address: '127.0.0.1' },
    now: () => new Date(),
    stop: gone.signal,
  })
  const response = await fetch(`${second.address}/api/stream`, { signal: AbortSignal.timeout(20_000) })
  const began = performance.now()
  gone.abort()
  await second.closed
  await assert.rejects(response.text())
  assert.equal(performance.now() - began < 2000, true)
})

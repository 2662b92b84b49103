import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { test } from 'node:test'
import { openApp } from '../src/app.ts'
import { toIngressLoop } from '../src/app-doors.ts'
import { supervise } from '../src/pipeline/supervise.ts'
import { makeFolder, until } from './daemon.ts'

test('the page in Home Assistant is there as soon as its place is free', async (t) => {
  const taken = createServer().listen(0, '127.0.0.1')
  await once(taken, 'listening')
  const place = taken.address()
  assert.ok(typeof place === 'object' && place !== null)
  const data = { slug: 'hearthwarden', ip_address: '127.0.0.1', ingress_port: place.port }
  const supervisorDouble = createServer((_, reply) => {
    reply.setHeader('Content-Type', 'application/json')
    reply.end(JSON.stringify({ result: 'ok', data }))
  }).listen(0, '127.0.0.1')
  await once(supervisorDouble, 'listening')
  const own = supervisorDouble.address()
  assert.ok(typeof own === 'object' && own !== null)
  const ending = new AbortController()
  const app = await openApp({
    folder: await makeFolder(t),
    environment: {},
    version: '0.0.0',
    now: () => new Date(),
    stop: ending.signal,
    quiet: true,
  })
  const supervisor = { token: 'token', address: `http://127.0.0.1:${own.port}` }
  const { board, log } = app
  const ended = supervise(toIngressLoop(app, supervisor), { board, log, stop: ending.signal })
  const reaches = (state: string) =>
    until(() => (board.row('ingress')?.state === state ? true : undefined), {
      seconds: 10,
      what: () => `${state}, not ${JSON.stringify(board.row('ingress'))}`,
    })
  try {
    await reaches('waiting')
    taken.close()
    await reaches('ok')
  } finally {
    ending.abort()
    await ended
    await app.close()
    taken.close()
    supervisorDouble.close()
  }
})

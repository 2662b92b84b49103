import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Hono } from 'hono'
import type { ApiEnv } from '../../src/api/router.ts'
import { listen, type Listener } from '../../src/api/server.ts'
import { ConfigError } from '../../src/core/errors.ts'
import { exchange } from './http.ts'

const token = 'a-token-that-nobody-guesses'
const bearer = { Authorization: `Bearer ${token}` }
const stop = new AbortController()
let clock = new Date('2026-11-20T12:00:00Z')
let listener: Listener
let ingress: Listener
let elsewhere: Listener

/** Says who asks: the guard's word for it. */
const app = new Hono<ApiEnv>()
  .get('/health', (c) => c.json({ alive: true }))
  .all('*', (c) => c.json({ by: c.get('by') ?? null }))

before(async () => {
  const common = { app, host: '127.0.0.1', port: 0, now: () => clock, stop: stop.signal }
  listener = await listen({ ...common, access: { kind: 'token', token, hosts: ['nas.home.arpa'] } })
  ingress = await listen({ ...common, access: { kind: 'gateway', address: '127.0.0.1' } })
  elsewhere = await listen({ ...common, access: { kind: 'gateway', address: '172.30.32.2' } })
})

after(async () => {
  stop.abort()
  await Promise.all([listener.closed, ingress.closed, elsewhere.closed])
})

test('health is for all and says no more than that it lives', async () => {
  const { status, body } = await exchange(listener.port, '/health')
  assert.equal(status, 200)
  assert.deepEqual(JSON.parse(body), { alive: true })
})

for (const path of [
  '/',
  '/api/status',
  '/assets/index.js',
  '/health/',
  '//health',
  '/health/../api/status',
  '/HEALTH',
  '/health%2f..%2fapi%2fstatus',
  '/health;/api/status',
])
  test(`without the token ${path} tells nothing`, async () => {
    const reply = await exchange(listener.port, path)
    assert.equal(reply.status, 401)
    assert.doesNotMatch(reply.body, /"by"/)
  })

test('without the token the page says how to get in, the API one sentence', async () => {
  const page = await exchange(listener.port, '/')
  assert.match(page.body, /<h1>This page needs its link<\/h1>/)
  const policy = String(page.headers['content-security-policy'])
  assert.match(policy, /default-src 'none'; style-src 'sha256-/)
  const api = await exchange(listener.port, '/api/status')
  assert.deepEqual(JSON.parse(api.body), { error: 'This needs the token.' })
})

test('upgrades, overrides and forwarded headers open nothing', async () => {
  for (const headers of [
    { Connection: 'Upgrade, HTTP2-Settings', Upgrade: 'h2c', 'HTTP2-Settings': 'AAMAAABkAAQAAP__' },
    { 'X-HTTP-Method-Override': 'GET', 'X-Original-URL': '/health' },
    { 'X-Forwarded-For': '172.30.32.2', 'X-Ingress-Path': '/api/hassio_ingress/x' },
    { 'X-Forwarded-For': '127.0.0.1', 'X-Remote-User-Id': 'admin' },
  ])
    assert.equal((await exchange(listener.port, '/api/status', { headers })).status, 401)
})

test('the link sets a cookie that only this site gets, and the cookie lets the page in', async () => {
  const reply = await exchange(listener.port, `/?token=${token}`)
  assert.equal(reply.status, 302)
  assert.equal(reply.headers['location'], './')
  const [cookie] = [reply.headers['set-cookie']].flat()
  assert.match(cookie ?? '', /^hearthwarden=.*; Max-Age=\d+; Path=\/; HttpOnly; SameSite=Strict$/)
  const inside = await exchange(listener.port, '/api/status', {
    headers: { Cookie: cookie?.split(';')[0] ?? '' },
  })
  assert.deepEqual(JSON.parse(inside.body), { by: 'page' })
})

test('a bearer is the terminal', async () => {
  const reply = await exchange(listener.port, '/api/status', { headers: bearer })
  assert.deepEqual(JSON.parse(reply.body), { by: 'cli' })
})

test('a name that may be rebound is refused, an address and our own names are not', async () => {
  const statusFor = async (host: string) =>
    (await exchange(listener.port, '/api/status', { headers: { ...bearer, Host: host } })).status
  for (const host of ['evil.example', 'localhost.evil.example', '127.0.0.1.nip.io', 'nas'])
    assert.equal(await statusFor(host), 403, host)
  for (const host of ['localhost:8099', '127.0.0.1:8099', '[::1]:8099', '192.168.1.5', 'NAS.home.arpa'])
    assert.equal(await statusFor(host), 200, host)
})

test('another site cannot make this browser change anything', async () => {
  const post = async (headers: Record<string, string>) =>
    (
      await exchange(listener.port, '/api/requests', {
        method: 'POST',
        headers: { ...bearer, Host: 'localhost:8099', ...headers },
      })
    ).status
  assert.equal(await post({ Origin: 'http://evil.example' }), 403)
  assert.equal(await post({ Origin: 'http://localhost:1234' }), 403)
  assert.equal(await post({ Origin: 'null' }), 403)
  assert.equal(await post({ 'Sec-Fetch-Site': 'cross-site' }), 403)
  assert.equal(await post({ 'Sec-Fetch-Site': 'same-site' }), 403)
  assert.equal(await post({ Origin: 'http://localhost:8099' }), 200)
  assert.equal(await post({ Origin: 'http://evil.example', 'Sec-Fetch-Site': 'same-origin' }), 200)
  assert.equal(await post({}), 200)
})

test('wrong tokens are counted, and the right one still opens', async () => {
  clock = new Date('2026-11-20T13:00:00Z')
  const guess = async () =>
    (await exchange(listener.port, '/api/status', { headers: { Authorization: 'Bearer guess' } })).status
  for (let tries = 0; tries < 10; tries++) assert.equal(await guess(), 401)
  assert.equal(await guess(), 429)
  assert.equal((await exchange(listener.port, '/api/status', { headers: bearer })).status, 200)
  clock = new Date('2026-11-20T13:01:00Z')
  assert.equal(await guess(), 401)
})

test('every answer carries the headers that keep a browser safe', async () => {
  const { headers } = await exchange(listener.port, '/', { headers: bearer })
  const policy = String(headers['content-security-policy'])
  assert.match(policy, /default-src 'none'/)
  assert.match(policy, /frame-ancestors 'self'/)
  assert.doesNotMatch(policy, /unsafe/)
  assert.equal(headers['x-content-type-options'], 'nosniff')
  assert.equal(headers['referrer-policy'], 'no-referrer')
})

test('a header of 20 kB is refused by the door itself', async () => {
  const { status } = await exchange(listener.port, '/health', {
    headers: { 'X-Long': 'x'.repeat(20_000) },
  })
  assert.equal(status, 431)
})

test('the ingress listener answers its gateway alone, without a token', async () => {
  const inside = await exchange(ingress.port, '/api/status', {
    headers: { Host: 'anything.example', 'X-Ingress-Path': '/api/hassio_ingress/abc' },
  })
  assert.deepEqual(JSON.parse(inside.body), { by: 'page' })
  assert.equal((await exchange(elsewhere.port, '/api/status')).status, 403)
  assert.equal((await exchange(elsewhere.port, '/health')).status, 403)
  assert.equal(
    (await exchange(elsewhere.port, '/', { headers: { 'X-Forwarded-For': '172.30.32.2' } })).status,
    403,
  )
})

test('behind ingress Home Assistant’s own origin is no other page, a foreign site is', async () => {
  const post = async (headers: Record<string, string>) =>
    (
      await exchange(ingress.port, '/api/requests', {
        method: 'POST',
        headers: { Host: '172.30.32.1:8099', ...headers },
      })
    ).status
  assert.equal(await post({ Origin: 'http://homeassistant.local:8123' }), 200)
  assert.equal(await post({ Origin: 'https://ha.example', 'Sec-Fetch-Site': 'same-origin' }), 200)
  assert.equal(await post({ Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' }), 403)
})

test('an old link does not lock out a browser that is in already', async () => {
  const { status, body } = await exchange(listener.port, '/?token=old', {
    headers: { Cookie: `hearthwarden=${token}` },
  })
  assert.equal(status, 200)
  assert.deepEqual(JSON.parse(body), { by: 'page' })
})

test('a port that is taken is one sentence', async () => {
  await assert.rejects(
    listen({
      app,
      host: '127.0.0.1',
      port: listener.port,
      now: () => clock,
      stop: stop.signal,
      access: { kind: 'token', token, hosts: [] },
    }),
    (error: unknown) =>
      error instanceof ConfigError &&
      error.message ===
        `cannot listen on 127.0.0.1 port ${listener.port}: another program has it; set api.host or api.port to another`,
  )
})

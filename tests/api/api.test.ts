import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import * as z from 'zod'
import { clientOf, type Client } from '../../src/api/client.ts'
import { depthOf } from '../../src/api/depth.ts'
import { type Api, makeApi } from '../../src/api/server.ts'
import type { DeviceId } from '../../src/core/device.ts'
import { hostileName, openTestHouse, type TestHouse } from './house.ts'

let house: TestHouse
let app: Api
let client: Client
let device: DeviceId
let alert: string

before(async () => {
  house = await openTestHouse()
  app = makeApi(house.parts)
  client = clientOf(app)
  device = await house.deviceAt('192.168.1.23', hostileName)
  alert = await house.alert(device, 'high', 'login.bad.example')
})

after(() => house.close())

const post = (path: string, body: unknown, method = 'POST') =>
  app.request(path, {
    method,
    headers: { 'Content-Type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
const errorOf = async (response: Response) =>
  z.object({ error: z.string() }).parse(await response.json()).error

test('the status is the house at a glance', async () => {
  const { version, since, state } = await client.status()
  assert.equal(version, '0.1.0')
  assert.equal(since, house.store.meta.createdAt.toISOString())
  assert.equal(state.severity, 'high')
  assert.equal(state.openAlerts, 1)
  assert.equal(state.dnsToday + state.devices > 0, true)
  assert.equal(state.health.find(({ loop }) => loop === 'collect/temperature')?.state, 'blocked')
})

test('alerts are found by status and severity', async () => {
  const open = await client.alerts({ status: 'open,acknowledged' })
  assert.deepEqual(
    open.map(({ id, severity, deviceName }) => ({ id, severity, deviceName })),
    [{ id: alert, severity: 'high', deviceName: hostileName }],
  )
  assert.deepEqual(await client.alerts({ severity: 'low' }), [])
  assert.equal(
    await errorOf(await app.request('/api/alerts?status=loud')).then((error) =>
      error.startsWith('status.0: '),
    ),
    true,
  )
})

test('one alert comes with its signals, evidence, advice and story', async () => {
  const { alert: view, story } = await client.alert(alert)
  assert.equal(view.signals[0]?.target, 'login.bad.example')
  assert.deepEqual(view.signals[0]?.evidence, { list: 'test', timesSeen: 3, blocked: false })
  assert.deepEqual(view.advice, ['Unplug it until you know why it did that.'])
  assert.equal(view.deviceView.hostnames[0], hostileName)
  assert.equal(
    story.some(({ what }) => what === 'Opened'),
    true,
  )
  assert.deepEqual(
    story.map(({ at }) => at),
    story.map(({ at }) => at).toSorted(),
  )
})

test('what is not there is one sentence', async () => {
  const response = await app.request('/api/alerts/a999')
  assert.equal(response.status, 404)
  assert.equal(await errorOf(response), 'There is no alert a999.')
  await assert.rejects(client.alert('a999'), { message: 'There is no alert a999.' })
  assert.equal((await app.request('/api/devices/nobody')).status, 404)
  assert.equal((await app.request('/api/recap')).status, 404)
  assert.equal((await app.request('/api/nothing')).status, 404)
})

test('a device tells what it asks for, and takes a name of ours', async () => {
  const before = await client.device('192.168.1.23')
  assert.deepEqual(
    before.domains.map(({ domain, queries }) => ({ domain, queries })),
    [{ domain: 'bad.example', queries: 1 }],
  )
  assert.equal(before.alerts[0]?.id, alert)
  const named = await post(`/api/devices/${device}/name`, { label: ' Television ' })
  assert.deepEqual(await named.json(), { ok: true, message: 'It is called Television now' })
  assert.equal((await client.device(device)).device.name, 'Television')
})

test('events are searched by a body, and page on', async () => {
  const [newest, ...older] = await client.events({ device, limit: 10 })
  assert.ok(newest)
  assert.equal(older.length > 0, true)
  const next = await client.events({ device, before: newest.seq })
  assert.deepEqual(next, older)
  const found = await client.events({ kinds: ['dns-query'], text: 'login.bad' })
  assert.deepEqual(
    found.map((event) => event.kind === 'dns-query' && event.qname),
    ['login.bad.example'],
  )
})

test('"this is expected" grants exactly the signals, and the grant can be taken back', async () => {
  const expected = await house.alert(
    await house.deviceAt('192.168.1.24', 'printer', '02:00:00:00:00:02'),
    'medium',
    'b.example',
  )
  const done = z
    .object({ ok: z.boolean() })
    .parse(await (await post(`/api/alerts/${expected}/expect`, { days: 7 })).json())
  assert.equal(done.ok, true)
  const [grant] = z
    .array(
      z.object({
        id: z.string(),
        detector: z.string(),
        target: z.string(),
        active: z.boolean(),
        by: z.string(),
      }),
    )
    .parse(await (await app.request('/api/grants')).json())
  assert.deepEqual(grant && { ...grant, id: '' }, {
    id: '',
    detector: 'threat-intel',
    target: 'b.example',
    active: true,
    by: 'cli',
  })
  assert.equal((await client.alert(expected)).alert.status, 'expected')
  const revoked = await post(`/api/grants/${grant?.id}/revoke`, {})
  assert.deepEqual(await revoked.json(), { ok: true, message: 'It is no longer expected' })
})

test('muting and acknowledging are requests like any other', async () => {
  assert.equal((await post(`/api/alerts/${alert}/mute`, { hours: 24 })).status, 200)
  assert.ok((await client.alert(alert)).alert.mutedUntil)
  assert.deepEqual(await client.ask({ kind: 'acknowledge', alert }), { ok: true, message: 'Acknowledged' })
  const { alert: view, story } = await client.alert(alert)
  assert.equal(view.status, 'acknowledged')
  assert.equal(story.at(-1)?.what, 'Acknowledged in the terminal')
  assert.equal((await client.ask({ kind: 'acknowledge', alert: 'a999' })).ok, false)
})

test('a setting is saved by a request, and a secret is never shown', async () => {
  const saved = await post('/api/settings', { path: 'house.sensitivity', value: 'strict' }, 'PUT')
  assert.deepEqual(await saved.json(), { ok: true, message: 'house.sensitivity is saved' })
  const settings = await client.settings()
  assert.equal(settings.find(({ path }) => path === 'house.sensitivity')?.value, 'strict')
  const webhook = settings.find(({ path }) => path === 'notifiers.discord.webhook')
  assert.deepEqual([webhook?.value, webhook?.isSet, webhook?.locked], [undefined, true, true])
})

test('signals, baselines, recaps, checks and stats answer', async () => {
  assert.equal((await client.signals({ detector: 'threat-intel' })).length, 2)
  assert.deepEqual(await client.baselines({}), [])
  assert.deepEqual(await client.recaps({}), [])
  assert.equal((await client.checks())[0]?.checks[0]?.target, 'media_player.kitchen')
  assert.equal(
    (await client.stats()).kinds.some(({ kind, rows }) => kind === 'dns-query' && rows > 0),
    true,
  )
})

test('what is not understood is refused quickly, with the field in the sentence', async () => {
  const nested = '['.repeat(30_000) + ']'.repeat(30_000)
  for (const [path, body, status, sentence] of [
    ['/api/requests', { kind: 'mute', alert, hours: 0 }, 400, /^hours: /],
    ['/api/requests', { kind: 'explode' }, 400, /^kind: /],
    ['/api/requests', { kind: 'expect', alert: 'a1; DROP TABLE alerts' }, 400, /^alert: an alert’s id/],
    ['/api/requests', '{"kind":', 400, /./],
    ['/api/requests', `{"kind":"set","option":"house.sensitivity","value":${nested}}`, 400, /./],
    [
      '/api/requests',
      `{"kind":"name","device":"${'x'.repeat(70_000)}","label":""}`,
      413,
      /^That is too long\.$/,
    ],
    ['/api/events/search', '{"limit":1e400}', 400, /^limit: /],
    ['/api/events/search', { since: 'yesterday' }, 400, /^since: /],
  ] as const) {
    const response = await post(path, body)
    assert.equal(response.status, status, JSON.stringify(body).slice(0, 80))
    assert.match(await errorOf(response), sentence)
  }
  assert.equal(house.log(), '')
})

test('depth is what lies in each other, not what stands in strings', () => {
  for (const [json, depth] of [
    ['1', 0],
    ['{"a":[{}]}', 3],
    ['[[],[],[]]', 2],
    ['"[[[["', 0],
    [String.raw`["\"[[[", []]`, 2],
    ['"unfinished [[', 0],
  ] as const)
    assert.equal(depthOf(json), depth, json)
})

test('keys that reach for prototypes change nothing', async () => {
  const response = await post(
    '/api/requests',
    '{"kind":"analyse","__proto__":{"ok":1},"constructor":{"prototype":{"x":1}}}',
  )
  assert.equal(response.status, 200)
  assert.equal('x' in {}, false)
})

test('every route is in the OpenAPI document, and the document holds together', async () => {
  const document = z
    .object({
      openapi: z.string(),
      paths: z.record(z.string(), z.unknown()),
      components: z.object({ schemas: z.record(z.string(), z.unknown()) }),
    })
    .parse(await (await app.request('/api/openapi.json')).json())
  assert.equal(document.openapi, '3.1.0')
  for (const path of ['/health', '/api/stream', '/api/alerts/{id}/expect', '/api/settings', '/api/requests'])
    assert.ok(path in document.paths, path)
  for (const [, name] of JSON.stringify(document).matchAll(/#\/components\/schemas\/(\w+)/g))
    assert.ok((name ?? '') in document.components.schemas, name)
})

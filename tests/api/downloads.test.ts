import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import * as z from 'zod'
import { mostEvents } from '../../src/api/downloads.ts'
import { makeApi, type Api } from '../../src/api/server.ts'
import { hostileName, openTestHouse, type TestHouse } from './house.ts'

let house: TestHouse
let app: Api

before(async () => {
  house = await openTestHouse()
  app = makeApi(house.parts)
})
after(() => house.close())

async function events(asked: object): Promise<Response> {
  return app.request('/api/events/download', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(asked),
  })
}

test('a search as a file: its lines, newest first, and nothing that a spreadsheet would calculate', async () => {
  const device = await house.deviceAt('192.168.1.40', '=HYPERLINK("http://x","y")')
  const at = new Date()
  await house.store.events.save({
    loop: 'collect/pihole-log',
    observations: ['one.example', '=cmd|calc.example', 'two, "quoted".example'].map((qname) => ({
      ...{ kind: 'dns-query' as const, at, address: '192.168.1.40', qtype: 'A', qname },
    })),
  })
  const response = await events({ kinds: ['dns-query'], device })
  assert.equal(response.status, 200)
  assert.equal(response.headers.get('content-type'), 'text/csv; charset=utf-8')
  assert.match(
    response.headers.get('content-disposition') ?? '',
    /^attachment; filename="hearthwarden-events-\d{4}-\d\d-\d\d\.csv"$/,
  )
  assert.equal(response.headers.get('cache-control'), 'no-store')
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(await response.arrayBuffer())
  const [head, ...lines] = text.split('\r\n')
  assert.equal(head, '\uFEFFat,device,device_name,kind,address,qname,qtype,collected_by,imported')
  const name = `"'=HYPERLINK(""http://x"",""y"")"`
  assert.deepEqual(
    lines.map((line) => line.replace(/^[^,]*,[^,]*,/, '')),
    [
      `${name},dns-query,192.168.1.40,"two, ""quoted"".example",A,collect/pihole-log,false`,
      `${name},dns-query,192.168.1.40,'=cmd|calc.example,A,collect/pihole-log,false`,
      `${name},dns-query,192.168.1.40,one.example,A,collect/pihole-log,false`,
      `${name},dns-query,192.168.1.40,login.bad.example,A,collect/pihole-log,false`,
      '',
    ],
  )
})

test('more than a page, each event once', async () => {
  const at = new Date()
  const many = Array.from({ length: 2500 }, (_, index) => ({
    ...{
      kind: 'dns-query' as const,
      at,
      address: '192.168.1.41',
      qtype: 'A',
      qname: `n${index}.many.example`,
    },
  }))
  await house.store.events.save({ loop: 'collect/pihole-log', observations: many })
  const lines = (await (await events({ text: '.many.example' })).text()).split('\r\n').slice(1, -1)
  assert.equal(lines.length, 2500)
  assert.equal(new Set(lines.map((line) => /n\d+\.many/.exec(line)?.[0])).size, 2500)
  assert.equal(mostEvents >= lines.length, true)
})

test('who leaves in the middle keeps nobody from the next file; too many at once are told to wait', async () => {
  const begun = await Promise.all(Array.from({ length: 4 }, () => events({})))
  const fifth = await events({})
  assert.equal(fifth.status, 503)
  for (const response of begun) await response.body?.cancel()
  const next = await events({})
  assert.equal(next.status, 200)
  await next.text()
})

test('who leaves while a piece is being made is counted once', async () => {
  for (let count = 0; count < 4; count++) {
    const reader = (await events({})).body?.getReader()
    await reader?.read()
    await reader?.cancel()
  }
  const begun = await Promise.all(Array.from({ length: 4 }, () => events({})))
  assert.equal((await events({})).status, 503)
  for (const response of begun) await response.body?.cancel()
})

test('what is not understood is refused in one sentence', async () => {
  const response = await events({ kinds: ['gossip'] })
  assert.equal(response.status, 400)
  assert.match(await response.text(), /^\{"error":"kinds\.0: /)
})

test('an alert as a file: its story and what it rests on', async () => {
  const device = await house.deviceAt('192.168.1.42', hostileName, '02:00:00:00:00:42')
  const id = await house.alert(device, 'high', 'c.example')
  const response = await app.request(`/api/alerts/${id}/download`)
  assert.equal(response.status, 200)
  assert.equal(
    response.headers.get('content-disposition'),
    `attachment; filename="hearthwarden-alert-${id}.json"`,
  )
  const file = z
    .object({
      madeBy: z.literal('Hearthwarden 0.1.0'),
      alert: z.object({
        id: z.literal(id),
        signals: z.array(z.object({ evidence: z.record(z.string(), z.json()) })).min(1),
      }),
      story: z.array(z.object({ at: z.iso.datetime(), what: z.string() })).min(2),
    })
    .parse(await response.json())
  assert.equal(
    file.story.some(({ what }) => what === 'Opened'),
    true,
  )
  assert.equal((await app.request('/api/alerts/a999999/download')).status, 404)
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { IndicatorHit } from '../../src/core/detector.ts'
import { thisMachine } from '../../src/core/device.ts'
import type { Indicator } from '../../src/core/indicator.ts'
import { normalAddress } from '../../src/core/address.ts'
import { toNumber, toRange } from '../../src/store/addresses.ts'
import { answer, at, makeStore, query } from './saving.ts'

const tv = '192.168.1.20'
const phone = '192.168.1.21'

const domain = (value: string, label?: string): Indicator => ({
  type: 'domain',
  value,
  list: 'bad',
  ...(label !== undefined && { label }),
})
const address = (value: string): Indicator => ({ type: 'address', value, list: 'bad' })
const network = (value: string): Indicator => ({ type: 'network', value, list: 'bad' })

async function* inPieces(...indicators: Indicator[]): AsyncIterable<Indicator[]> {
  for (const indicator of indicators) yield [indicator]
}

const brief = ({ device, seen, via, indicator, count, blocked }: IndicatorHit) => ({
  device,
  seen,
  via,
  on: indicator.value,
  count,
  blocked,
})

void test('names count by themselves and by their parents, and only at a dot', async (t) => {
  const house = await makeStore(t)
  const { indicators, events, devices } = house.store()
  await indicators.replace('bad', inPieces(domain('evil.example', 'phishing'), domain('www.exact.example')))
  await house.save(
    query(1, tv, 'a.b.evil.example'),
    query(2, tv, 'a.b.evil.example'),
    query(3, phone, 'evil.example'),
    query(4, phone, 'notevil.example'),
    query(4, phone, 'exact.example'),
    query(4, phone, `${'deep.'.repeat(60)}evil.example`),
    answer(1, 'a.b.evil.example', { source: 'blocked', answer: '0.0.0.0' }),
    answer(3, 'evil.example', { source: 'blocked', answer: '0.0.0.0' }),
    answer(3, 'evil.example', { answer: '198.51.100.1' }),
  )
  const [first, second] = [tv, phone].map((where) => devices.at(where)?.id)
  const hits = await events.reader.indicatorHits(house.window())
  assert.deepEqual(hits.map(brief), [
    {
      device: first,
      seen: 'a.b.evil.example',
      via: 'dns-query',
      on: 'evil.example',
      count: 2,
      blocked: true,
    },
    { device: second, seen: 'evil.example', via: 'dns-query', on: 'evil.example', count: 1, blocked: false },
    {
      device: second,
      seen: `${'deep.'.repeat(60)}evil.example`,
      via: 'dns-query',
      on: 'evil.example',
      count: 1,
      blocked: false,
    },
  ])
  assert.deepEqual(hits[0]?.indicator, {
    type: 'domain',
    value: 'evil.example',
    list: 'bad',
    label: 'phishing',
  })
  assert.deepEqual([hits[0].first, hits[0].last], [at(1), at(2)])
})

void test('an answer belongs to who asked for the name last, also down a chain of names', async (t) => {
  const house = await makeStore(t)
  const { indicators, events, devices } = house.store()
  await indicators.replace('bad', inPieces(address('203.0.113.7'), network('2001:db8:bad::/48')))
  await house.save(
    query(1, phone, 'www.shop.example'),
    query(1, tv, 'www.shop.example'),
    query(2, phone, 'other.example'),
    answer(2, 'www.shop.example', { answer: '<CNAME>' }),
    answer(2, 'edge.cdn.example', { answer: '<CNAME>' }),
    answer(2, 'node.cdn.example', { answer: '203.0.113.7' }),
    answer(3, 'other.example', { answer: '2001:db8:bad::1' }),
    answer(60, 'www.shop.example', { answer: '203.0.113.7' }),
    answer(61, 'www.shop.example', { answer: '203.0.113.7', address: phone }),
  )
  const [first, second] = [tv, phone].map((where) => devices.at(where)?.id)
  const hits = await events.reader.indicatorHits(house.window())
  const same = { via: 'dns-answer', count: 1, blocked: false } as const
  assert.deepEqual(hits.map(brief), [
    { ...same, device: first, seen: '203.0.113.7', on: '203.0.113.7' },
    { ...same, device: second, seen: '2001:db8:bad::1', on: '2001:db8:bad::/48' },
    { ...same, device: thisMachine, seen: '203.0.113.7', on: '203.0.113.7' },
    { ...same, device: second, seen: '203.0.113.7', on: '203.0.113.7' },
  ])
})

void test('a list is replaced as a whole, and a piece that fails leaves the old one', async (t) => {
  const house = await makeStore(t)
  const { indicators } = house.store()
  assert.equal(await indicators.replace('bad', inPieces(domain('one.example'), domain('two.example'))), 2)
  assert.equal(await indicators.replace('worse', inPieces(domain('two.example'))), 1)
  async function* torn(): AsyncIterable<Indicator[]> {
    yield [domain('three.example')]
    throw new Error('the connection was lost')
  }
  await assert.rejects(indicators.replace('bad', torn()), /lost/)
  const lists = async (name: string) =>
    (await house.store().indicators.lookup(name)).map(({ list }) => list).toSorted()
  assert.deepEqual(await lists('www.two.example'), ['bad', 'worse'])
  assert.deepEqual(await lists('three.example'), [])
  assert.equal(await indicators.replace('bad', inPieces(domain('four.example'))), 1)
  for (const open of [house.store, house.reopen]) {
    await open()
    assert.deepEqual(await lists('one.example'), [])
    assert.deepEqual(await lists('four.example'), ['bad'])
    assert.deepEqual(await house.store().indicators.lists(), [
      { list: 'bad', entries: 1, at: at(0) },
      { list: 'worse', entries: 1, at: at(0) },
    ])
  }
  await house.store().indicators.remove('bad')
  assert.deepEqual(await lists('four.example'), [])
})

void test('a new list holds for what was looked at before', async (t) => {
  const house = await makeStore(t)
  await house.save(query(1, tv, 'evil.example'), answer(1, 'evil.example', { answer: '203.0.113.7' }))
  const ask = () => house.store().events.reader.indicatorHits(house.window())
  assert.equal((await ask()).length, 0)
  await house
    .store()
    .indicators.replace('worse', inPieces({ type: 'network', value: '203.0.113.0/24', list: 'worse' }))
  assert.deepEqual(
    (await ask()).map(({ seen }) => seen),
    ['203.0.113.7'],
  )
  await house.store().indicators.remove('worse')
  await house.store().indicators.replace('bad', inPieces(domain('evil.example')))
  assert.equal((await ask()).length, 1)
  await house.store().indicators.remove('bad')
  assert.equal((await ask()).length, 0)
})

void test('lookup finds names, parents, addresses and the networks around them', async (t) => {
  const house = await makeStore(t)
  const { indicators } = house.store()
  await indicators.replace(
    'bad',
    inPieces(
      domain('evil.example'),
      address('203.0.113.7'),
      network('203.0.112.0/20'),
      network('203.0.113.0/24'),
      network('203.0.114.0/24'),
      network('2001:db8::/32'),
    ),
  )
  const found = async (seen: string) => (await indicators.lookup(seen)).map(({ value }) => value)
  assert.deepEqual(await found('WWW.Evil.Example.'), ['evil.example'])
  assert.deepEqual(await found('203.0.113.7'), ['203.0.113.7', '203.0.113.0/24', '203.0.112.0/20'])
  assert.deepEqual(await found('203.0.115.1'), ['203.0.112.0/20'])
  assert.deepEqual(await found('203.0.128.0'), [])
  assert.deepEqual(await found('2001:db8:ffff::1'), ['2001:db8::/32'])
  assert.deepEqual(await found("' OR true --"), [])
  assert.deepEqual(await found(''), [])
})

void test('addresses keep their order and their network as numbers', () => {
  assert.equal(toNumber('::1'), 1n)
  assert.equal(toNumber('1::'), 1n << 112n)
  assert.equal(toNumber('10.0.0.1'), toNumber('::ffff:10.0.0.1'))
  assert.deepEqual(toRange('10.0.0.0/8'), { low: toNumber('10.0.0.0'), high: toNumber('10.255.255.255') })
  assert.deepEqual(toRange('10.1.2.3/8'), toRange('10.0.0.0/8'))
  for (const none of ['10.0.0.0', '10.0.0.0/33', 'x/8', '10.0.0.0/8/8', '::/129'])
    assert.equal(toRange(none), undefined)
  fc.assert(
    fc.property(fc.ipV6(), (text) => {
      const normal = normalAddress(text)
      assert.ok(normal !== undefined)
      assert.equal(normalAddress(normal), normal)
      const groups = new URL(`http://[${text}]`).hostname
      assert.equal(toNumber(normal), toNumber(normalAddress(groups.slice(1, -1)) ?? ''))
    }),
  )
})

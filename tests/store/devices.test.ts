import assert from 'node:assert/strict'
import { test } from 'node:test'
import { thisMachine } from '../../src/core/device.ts'
import { at, atOnce, makeStore, presence, query } from './saving.ts'

const tv = '3c:22:fb:00:00:01'
const phone = 'da:a1:19:00:00:02'

void test('an address that nobody knows makes a provisional device, and hardware seen there makes it a real one', async (t) => {
  const house = await makeStore(t)
  await house.save(query(1, '192.168.1.20', 'a.example.com'))
  const before = house.store().devices.at('192.168.1.20')
  assert.ok(before?.provisional)
  assert.match(before.id, /^d-[0-9a-f]{8}$/)
  assert.equal(before.name, '192.168.1.20')
  await house.save(presence(2, '192.168.1.20', '3C-22-FB-00-00-01', 'television'))
  const store = await house.reopen()
  const after = store.devices.at('192.168.1.20')
  assert.deepEqual(after, {
    id: before.id,
    name: 'television',
    macs: [tv],
    vendor: 'Apple',
    addresses: ['192.168.1.20'],
    hostnames: ['television'],
    randomMac: false,
    provisional: false,
    firstSeen: at(1),
    lastSeen: at(2),
    sources: [{ name: 'pihole-log', lastSeen: at(1) }],
  })
  for (const text of [before.id, '192.168.1.20', tv.toUpperCase(), 'Television'])
    assert.equal(store.devices.find(text)?.id, before.id, text)
  assert.equal(store.devices.find('nobody'), undefined)
})

void test('a provisional device that turns out to be a known one is merged into it, and its events with it', async (t) => {
  const house = await makeStore(t)
  await house.save(presence(1, '192.168.1.20', tv), query(2, '192.168.1.20', 'a.example.com'))
  await house.save(query(3, '192.168.1.99', 'b.example.com'), query(3, '192.168.1.99', 'a.example.com'))
  const [known, provisional] = ['192.168.1.20', '192.168.1.99'].map((address) =>
    house.store().devices.at(address),
  )
  assert.ok(known && provisional)
  await house.store().devices.label(provisional.id, 'the television')
  await house.save(presence(4, '192.168.1.99', tv))
  for (const open of [house.store, house.reopen]) {
    const store = await open()
    const merged = store.devices.get(provisional.id)
    assert.equal(merged?.id, known.id)
    assert.equal(merged.label, 'the television')
    assert.deepEqual(merged.addresses.toSorted(), ['192.168.1.20', '192.168.1.99'])
    assert.equal(store.devices.list().length, 1)
    const domains = await store.events.reader.domains(house.window())
    assert.deepEqual(
      domains.map(({ device, domain, names, queries }) => ({ device, domain, names, queries })),
      [{ device: known.id, domain: 'example.com', names: 2, queries: 3 }],
    )
    const found = await store.events.search({ device: known.id, kinds: ['dns-query'], limit: 10 })
    assert.deepEqual(
      found.map(({ event }) => event.device),
      [known.id, known.id, known.id],
    )
    assert.equal((await store.events.reader.newDomains(house.window())).length, 1)
    assert.equal((await store.events.totals(at(0), at(60))).byDevice.length, 1)
  }
})

void test('an address follows the newest sighting; history does not take it away', async (t) => {
  const house = await makeStore(t)
  await house.save(presence(10, '192.168.1.20', tv, 'tv'))
  await house.save(presence(20, '192.168.1.20', phone, 'phone'))
  await house.import(presence(5, '192.168.1.20', tv), query(5, '192.168.1.20', 'old.example.com'))
  assert.equal(house.store().devices.at('192.168.1.20')?.name, 'phone')
  assert.deepEqual(house.store().devices.find(tv)?.addresses, [])
  const reopened = await house.reopen()
  assert.equal(reopened.devices.at('192.168.1.20')?.name, 'phone')
  await house.save(presence(30, '192.168.1.20', tv))
  assert.equal(reopened.devices.at('192.168.1.20')?.name, 'tv')
})

void test('history does not say who somebody is today', async (t) => {
  const house = await makeStore(t)
  await house.save(query(100, '192.168.1.50', 'a.example.com'))
  await house.import(presence(1, '192.168.1.50', tv))
  assert.equal(house.store().devices.at('192.168.1.50')?.provisional, true)
  assert.equal(house.store().devices.find(tv)?.provisional, false)
})

void test('the addresses of one piece of hardware are one device, in whatever spelling', async (t) => {
  const house = await makeStore(t)
  await house.save(
    presence(1, '192.168.1.20', phone),
    presence(1, 'FE80::0:1%eth0', phone),
    presence(1, '2001:db8::20', phone),
    query(2, '2001:DB8:0:0::20', 'a.example.com'),
    query(2, '::ffff:192.168.1.20', 'a.example.com'),
    query(2, 'fe80::1', 'a.example.com'),
  )
  const device = house.store().devices.find(phone)
  assert.equal(house.store().devices.list().length, 1)
  assert.equal(device?.randomMac, true)
  assert.deepEqual(device.addresses.toSorted(), ['192.168.1.20', '2001:db8::20', 'fe80::1'])
  const [row] = await house.store().events.reader.domains(house.window())
  assert.equal(row?.queries, 3)
})

void test('hardware addresses of groups and of nobody are no hardware', async (t) => {
  const house = await makeStore(t)
  for (const mac of ['ff:ff:ff:ff:ff:ff', '00:00:00:00:00:00', '01:00:5e:00:00:fb', 'rubbish'])
    await house.save(presence(1, '192.168.1.20', mac))
  const [device, ...others] = house.store().devices.list()
  assert.deepEqual(others, [])
  assert.deepEqual(device?.macs, [])
  assert.equal(device.provisional, true)
})

void test('this machine is what has no address, loopback, and its own addresses', async (t) => {
  const house = await makeStore(t)
  await house.save(query(1, '192.168.1.2', 'before.example.com'), presence(1, '192.168.1.3', tv))
  await house.store().devices.own(
    [
      { address: '127.0.0.1', mac: '00:00:00:00:00:00' },
      { address: '192.168.1.2', mac: 'b8:27:eb:00:00:09' },
    ],
    'cellar',
  )
  await house.save(
    query(2, undefined, 'a.example.com'),
    query(2, '127.0.0.53', 'b.example.com'),
    query(2, '::1', 'c.example.com'),
    query(2, '192.168.1.2', 'd.example.com'),
    presence(3, '192.168.1.77', 'b8:27:eb:00:00:09'),
  )
  const self = house.store().devices.get(thisMachine)
  assert.deepEqual(self?.addresses.toSorted(), ['192.168.1.2', '192.168.1.77'])
  const domains = await house.store().events.reader.domains(house.window())
  assert.deepEqual(
    domains.map(({ device, queries }) => ({ device, queries })),
    [{ device: thisMachine, queries: 5 }],
  )
  await house.store().devices.own([{ address: '10.0.0.5', mac: 'b8:27:eb:00:00:09' }], 'cellar')
  assert.equal(house.store().devices.get(thisMachine)?.name, 'cellar')
  const moved = (await house.reopen()).devices.get(thisMachine)
  assert.deepEqual(moved?.addresses, ['10.0.0.5'])
})

void test('a label is the name until it is forgotten, and names of strangers are just text', async (t) => {
  const house = await makeStore(t)
  const hostile = `"><script>alert(1)</script>'; DROP TABLE devices; -- \u0000 \u202e ${'x'.repeat(400)}`
  await house.save(presence(1, '192.168.1.20', tv, hostile))
  const device = house.store().devices.find(tv)
  assert.equal(device?.hostnames[0], hostile.slice(0, 255))
  assert.equal(await house.store().devices.label(device.id, 'Television'), true)
  assert.equal((await house.reopen()).devices.get(device.id)?.name, 'Television')
  await house.store().devices.label(device.id, undefined)
  assert.equal(house.store().devices.get(device.id)?.label, undefined)
  assert.equal(await house.store().devices.label(thisMachine, 'nobody yet'), false)
})

void test('what a failed commit did to devices is undone', async (t) => {
  const house = await makeStore(t)
  await house.save(presence(1, '192.168.1.20', tv))
  const broken = house.save(query(2, '192.168.1.30', 'new.example.com'), {
    ...query(2, '192.168.1.31', 'x.example.com'),
    at: new Date(Number.NaN),
  })
  const sound = house.save(query(3, '192.168.1.20', 'new.example.com'))
  await assert.rejects(broken)
  await sound
  await house.save(query(4, '192.168.1.20', 'new.example.com'))
  assert.deepEqual(
    house
      .store()
      .devices.list()
      .map(({ addresses }) => addresses),
    [['192.168.1.20']],
  )
  const fresh = await house.store().events.reader.newDomains(house.window())
  assert.equal(fresh.length, 1)
})

void test('so many strangers that memory would suffer are one crowd', async (t) => {
  const house = await makeStore(t)
  const strangers = Array.from({ length: 4200 }, (_, number) =>
    query(1, `198.18.${number >> 8}.${number % 256}`, 'open.example.com'),
  )
  await house.save(...strangers)
  assert.equal(house.store().devices.list().length, 4097)
  const crowd = house.store().devices.find('d-crowd')
  const rows = await house.store().events.reader.domains(house.window())
  assert.equal(rows.find(({ device }) => device === crowd?.id)?.queries, 104)
})

void test('when somebody was seen last is written at closing, and at most once a minute', async (t) => {
  const house = await makeStore(t)
  await house.save(presence(1, '192.168.1.20', tv))
  await house.save(query(50, '192.168.1.20', 'a.example.com'))
  assert.deepEqual((await house.reopen()).devices.find(tv)?.lastSeen, at(50))
  house.setClock(at(3600))
  await house.save(query(3600, '192.168.1.20', 'a.example.com'))
  assert.deepEqual(house.store().devices.find(tv)?.lastSeen, at(3600))
})

void test('the collectors that see a device are kept: a new one at once, its newest sight to the minute', async (t) => {
  const house = await makeStore(t)
  const lease = (second: number) =>
    atOnce(house.store(), {
      loop: 'collect/dhcp-leases',
      observations: [presence(second, '192.168.1.20', tv)],
    })
  await house.save(query(1, '192.168.1.20', 'a.example.com'))
  await lease(2)
  await house.save(query(30, '192.168.1.20', 'a.example.com'))
  const seen = [
    { name: 'dhcp-leases', lastSeen: at(2) },
    { name: 'pihole-log', lastSeen: at(1) },
  ]
  assert.deepEqual(house.store().devices.find(tv)?.sources, seen)
  assert.deepEqual((await house.reopen()).devices.find(tv)?.sources, seen)
  await house.save(query(300, '192.168.1.20', 'a.example.com'))
  const later = [{ name: 'pihole-log', lastSeen: at(300) }, seen[0]]
  assert.deepEqual(house.store().devices.find(tv)?.sources, later)
  assert.deepEqual((await house.reopen()).devices.find(tv)?.sources, later)
})

void test('a merged device was seen by the collectors of both, and by 16 at most', async (t) => {
  const house = await makeStore(t)
  await house.save(query(1, '192.168.1.99', 'a.example.com'))
  for (let place = 0; place < 20; place += 1)
    await atOnce(house.store(), {
      loop: `collect/dhcp-leases/${place}`,
      observations: [presence(10 + place, '192.168.1.20', tv)],
    })
  await house.save(query(40, '192.168.1.99', 'a.example.com'), presence(70, '192.168.1.99', tv))
  const { devices } = await house.reopen()
  assert.equal(devices.list().length, 1)
  const names = devices.find(tv)?.sources.map(({ name }) => name)
  assert.equal(names?.length, 16)
  assert.equal(names[0], 'pihole-log')
  assert.ok(!names.includes('dhcp-leases/0'))
})

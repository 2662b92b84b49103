import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import { toDeviceId } from '../../src/core/device.ts'
import type { Person } from '../../src/core/surroundings.ts'
import type { Store } from '../../src/store/store.ts'
import { makeAlertView } from '../core/alert-view.ts'
import { at, makeStore, presence } from './saving.ts'

const mac = '02:00:00:00:00:07'
const laptop = { mac, name: 'Anna’s laptop', area: 'Study', owner: 'person.anna' }
const person = (name: string, isHome: boolean): Person => ({
  id: `person.${name.toLowerCase()}`,
  name,
  isHome,
})

/** What an alert about the device says of what was known at that second. */
async function around(store: Store, second: number) {
  const device = store.devices.find(mac)?.id ?? toDeviceId('d-none')
  const alert = { ...makeAlertView(), device, updatedAt: at(second) }
  return (await store.alerts.view(alert, () => undefined)).surroundings
}

test('an alert tells what was known at its time, over a restart too', async (t) => {
  const house = await makeStore(t)
  await house.save(presence(1, '192.168.1.20', mac, 'DESKTOP-17'))
  const { surroundings } = house.store()
  await surroundings.replace(
    { devices: [laptop], people: [person('Anna', true), person('Ben', false)] },
    at(10),
  )
  await surroundings.move(person('Anna', false), at(20))
  await surroundings.move(person('Anna', false), at(25))
  await surroundings.move(person('Ben', true), at(30))
  for (const open of [house.store, house.reopen]) {
    const store = await open()
    const anna = (isHome: boolean) => ({ name: 'Anna', isHome })
    deepEqual(await around(store, 5), { area: 'Study' }, 'nobody is known yet')
    deepEqual(await around(store, 15), { area: 'Study', owner: anna(true), isAnybodyHome: true })
    deepEqual(await around(store, 25), { area: 'Study', owner: anna(false), isAnybodyHome: false })
    deepEqual(await around(store, 35), { area: 'Study', owner: anna(false), isAnybodyHome: true })
    equal(store.devices.find(mac)?.name, 'Anna’s laptop')
    equal(store.devices.find(mac)?.area, 'Study')
  }
})

test('a name that a person gave here goes first, one of Home Assistant before the device’s own', async (t) => {
  const house = await makeStore(t)
  await house.save(presence(1, '192.168.1.20', mac, 'DESKTOP-17'))
  const store = house.store()
  const name = () => store.devices.find(mac)?.name
  equal(name(), 'DESKTOP-17')
  await store.surroundings.replace({ devices: [laptop], people: [] }, at(10))
  equal(name(), 'Anna’s laptop')
  equal(store.devices.find(mac)?.label, undefined, 'which is not for speaking')
  await store.devices.label(store.devices.find(mac)?.id ?? toDeviceId(''), 'Old laptop')
  equal(name(), 'Old laptop')
  await store.surroundings.replace({ devices: [], people: [] }, at(20))
  deepEqual(await around(store, 30), {})
})

test('who is gone from Home Assistant is forgotten, and where people were is kept for a year', async (t) => {
  const house = await makeStore(t)
  await house.save(presence(1, '192.168.1.20', mac))
  const { surroundings } = house.store()
  await surroundings.replace({ devices: [], people: [person('Anna', false), person('Ben', true)] }, at(10))
  await surroundings.replace({ devices: [], people: [person('Anna', false)] }, at(20))
  for (const open of [house.store, house.reopen])
    deepEqual(await around(await open(), 30), { isAnybodyHome: false })
  const later = new Date(at(0).getTime() + 400 * 86_400_000)
  const people = [person('Anna', true)]
  await house.store().surroundings.replace({ devices: [], people }, later)
  deepEqual(await around(await house.reopen(), 30), {})
})

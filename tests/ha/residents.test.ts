import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import * as z from 'zod'
import { makeFolder, until } from '../daemon.ts'
import { withoutCore } from './build.ts'
import { type Core, startCore } from './core.ts'
import { startHouse, stateOf } from './house.ts'
import { addPhone } from './phone.ts'

const skip = await withoutCore()

/** The laptop of `test_home`, as the DHCP server and Home Assistant know it. */
const laptop = { mac: '02:5e:10:00:00:17', address: '192.168.1.51' }

const story = z.object({
  alert: z.object({
    deviceView: z.object({ name: z.string(), area: z.string().optional() }),
    surroundings: z.object({
      area: z.string().optional(),
      owner: z.object({ name: z.string(), isHome: z.boolean() }).optional(),
      isAnybodyHome: z.boolean().optional(),
    }),
  }),
})

test(
  'an alert says whose device it is, where it stands, and that nobody was at home',
  { skip },
  async (t) => {
    const core = await startCore()
    t.after(() => core.stop())
    const phone = await addPhone(core, 'Phone')
    await furnish(core)
    await core.set('laptop', 'home')
    const leases = join(await makeFolder(t), 'dnsmasq.leases')
    await writeFile(
      leases,
      `${Math.floor(Date.now() / 1000) + 3600} ${laptop.mac} ${laptop.address} DESKTOP-17 *\n`,
    )
    const { daemon, attack, alertOf } = await startHouse(t, core, {
      collectors: { 'dhcp-leases': { file: leases } },
      notifiers: { 'home-assistant': { phones: [phone.service] } },
    })
    await stateOf(daemon, 'surroundings', 'ok')
    const device = await until(
      async () => {
        const devices = await daemon.get<{ id: string; name: string; area?: string }[]>('/api/devices')
        return devices.find(({ name }) => name === 'Anna’s laptop')
      },
      { seconds: 10, what: () => `the laptop: ${daemon.output()}` },
    )
    assert.equal(device.area, 'Study')

    await attack('192.168.1.52')
    const { id: stranger } = await alertOf('192.168.1.52')
    assert.deepEqual((await tale(stranger)).surroundings, { isAnybodyHome: true })

    const begun = await count()
    await core.set('laptop', 'away')
    await until(async () => ((await count()) > begun ? true : undefined), {
      seconds: 10,
      what: () => `Anna to have gone: ${daemon.output()}`,
    })
    await attack(laptop.address)
    const { id } = await alertOf('Anna’s laptop')
    assert.deepEqual((await tale(id)).surroundings, {
      area: 'Study',
      owner: { name: 'Anna', isHome: false },
      isAnybodyHome: false,
    })
    const words = 'Anna’s device, Study, while Anna was away and nobody was at home'
    await until(() => phone.pushes().find(({ message }) => message.endsWith(`. ${words}`)), {
      seconds: 5,
      what: () => `a push that says so: ${JSON.stringify(phone.pushes())}`,
    })
    await daemon.post('/api/requests', { kind: 'name', device: device.id, label: 'Old laptop' })
    assert.equal((await tale(id)).deviceView.name, 'Old laptop', 'what a person calls it here goes first')
    assert.equal((await daemon.stop()).code, 0)

    async function tale(alert: string) {
      return story.parse(await daemon.get(`/api/alerts/${alert}`)).alert
    }

    /** How often somebody was seen to come or go. */
    async function count(): Promise<number> {
      const { state } = await daemon.get<{ state: { health: { loop: string; count: number }[] } }>(
        '/api/status',
      )
      return state.health.find(({ loop }) => loop === 'surroundings')?.count ?? 0
    }
  },
)

/** Anna, whose laptop it is, and the room that it stands in. */
async function furnish(core: Core): Promise<void> {
  const wire = await core.wire()
  const { area_id } = z
    .object({ area_id: z.string() })
    .parse(await wire.ask({ type: 'config/area_registry/create', name: 'Study' }))
  const devices = z
    .array(z.object({ id: z.string(), connections: z.array(z.array(z.string())) }))
    .parse(await wire.ask({ type: 'config/device_registry/list' }))
  const device = devices.find(({ connections }) => connections.some((one) => one[1] === laptop.mac))
  await wire.ask({
    type: 'config/device_registry/update',
    device_id: device?.id ?? '',
    name_by_user: 'Anna’s laptop',
    area_id,
  })
  const trackers = z
    .array(z.object({ entity_id: z.string(), device_id: z.string().nullable() }))
    .parse(await wire.ask({ type: 'config/entity_registry/list' }))
  const [tracker] = trackers.filter((one) => one.device_id === device?.id)
  await wire.ask({ type: 'person/create', name: 'Anna', device_trackers: [tracker?.entity_id ?? ''] })
  wire.close()
}

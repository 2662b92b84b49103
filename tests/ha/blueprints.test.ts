import { readFile } from 'node:fs/promises'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { until } from '../daemon.ts'
import { withoutCore } from './build.ts'
import { startCore } from './core.ts'
import { startHouse, stateOf } from './house.ts'
import { addPhone } from './phone.ts'

test(
  'notify with buttons, imported into a real Home Assistant, tells a phone',
  { skip: await withoutCore() },
  async (t) => {
    const core = await startCore()
    t.after(() => core.stop())
    const phone = await addPhone(core, 'Phone')
    const wire = await core.wire()
    t.after(() => wire.close())
    const path = 'hearthwarden/notify.yaml'
    const yaml = await readFile('addon/blueprints/notify.yaml', 'utf8')
    await wire.ask({ type: 'blueprint/save', domain: 'automation', path, yaml })
    await core.post('/api/config/automation/config/notify', {
      alias: 'Notify',
      use_blueprint: { path, input: { notifier: phone.service } },
    })
    const house = await startHouse(t, core)
    await stateOf(house.daemon, 'bridge/home-assistant', 'ok')
    await house.attack('192.168.1.61')
    const { id } = await house.alertOf('192.168.1.61')
    const push = await until(() => phone.pushes().find(({ data }) => data?.tag === `hearthwarden_${id}`), {
      seconds: 10,
      what: () => `a push: ${JSON.stringify(phone.pushes())}`,
    })
    assert.deepEqual(
      push.data?.actions.map(({ title }) => title),
      ['Expected', 'Mute a day'],
    )
  },
)

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Home } from '../../src/core/home.ts'
import { makeDashboard } from '../../src/homeassistant/dashboard.ts'
import { toError } from '../../src/homeassistant/refusal.ts'

/** What Home Assistant does about dashboards; what it refuses it refuses in its own words. */
function makeLovelace() {
  const configs = new Map<string, unknown>()
  let isBroken = false
  const answer = ({ type, url_path: at, config }: Readonly<Record<string, unknown>>): unknown => {
    const path = String(at)
    switch (type) {
      case 'lovelace/dashboards/list':
        return [...configs.keys()].map((url_path) => ({ url_path }))
      case 'lovelace/dashboards/create':
        if (configs.has(path)) throw toError({ code: 'home_assistant_error', message: 'in use' })
        return configs.set(path, undefined)
      case 'lovelace/config':
        return configs.get(path) ?? refuse('config_not_found')
      case 'lovelace/config/save':
        return isBroken ? refuse('timeout') : configs.set(path, config)
      case 'get_config':
        return { components: [] }
      default:
        return [{ entity_id: 'sensor.severity', unique_id: 'hearthwarden_x_severity' }]
    }
  }
  const home: Pick<Home, 'send'> = { send: async (message) => answer(message) }
  return { home, configs, shake: (broken: boolean) => void (isBroken = broken) }
}

function refuse(code: string): never {
  throw toError({ code, message: 'No config found.' })
}

test('a dashboard that was made and not filled is filled the next time, and then left alone', async () => {
  const { home, configs, shake } = makeLovelace()
  shake(true)
  await assert.rejects(makeDashboard(home, 'x'), /refuses/)
  shake(false)
  assert.equal((await makeDashboard(home, 'x')).ok, true)
  assert.equal(configs.size, 1)
  const own = { title: 'Mine' }
  configs.set('hearthwarden-home', own)
  assert.equal((await makeDashboard(home, 'x')).ok, false)
  assert.equal(configs.get('hearthwarden-home'), own)
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { EntityState, Home } from '../../src/core/home.ts'
import { readResidents, toPerson } from '../../src/homeassistant/residents.ts'

const state = (entity_id: string, state: string, attributes = {}): EntityState => ({
  entity_id,
  state,
  attributes,
})

/** A Home Assistant that answers with these registries. */
function homeOf(states: readonly EntityState[], answers: Readonly<Record<string, unknown>>): Home {
  const refuse = () => assert.fail('not asked for')
  return {
    isSupervised: false,
    ...{
      call: refuse,
      watch: refuse,
      events: refuse,
      subscribe: refuse,
      broker: refuse,
      page: refuse,
      apps: refuse,
    },
    isRunning: refuse,
    states: async () => states,
    send: async ({ type }) => answers[type] ?? assert.fail(type),
  }
}

test('a device is known by its hardware, with its room and its owner; a person’s own name goes first', async () => {
  const states = [
    state('person.anna', 'not_home', {
      friendly_name: 'Anna',
      device_trackers: ['device_tracker.laptop', 'device_tracker.watch'],
    }),
    state('person.new', 'unknown', { friendly_name: 'New', device_trackers: [] }),
    state('device_tracker.watch', 'home', { friendly_name: 'Watch', mac: 'AA:00:00:00:00:01' }),
    state('device_tracker.laptop', 'not_home', { friendly_name: 'laptop' }),
  ]
  const answers = {
    'config/area_registry/list': [{ area_id: 'study', name: 'Study' }],
    'config/device_registry/list': [
      {
        id: 'd1',
        name: 'DESKTOP-17',
        name_by_user: 'Anna’s laptop',
        area_id: 'study',
        connections: [
          ['mac', '02:00:00:00:00:07'],
          ['bluetooth', '02:00:00:00:00:08'],
        ],
      },
      { id: 'd2', name: 'Hub', name_by_user: null, area_id: null, connections: [['mac', 'nonsense']] },
      { id: 'd3', connections: 'what is this' },
    ],
    'config/entity_registry/get_entries': {
      'device_tracker.laptop': { device_id: 'd1' },
      'device_tracker.watch': null,
    },
  }
  assert.deepEqual(await readResidents(homeOf(states, answers)), {
    devices: [
      { mac: 'aa:00:00:00:00:01', name: 'Watch', owner: 'person.anna' },
      { mac: '02:00:00:00:00:07', name: 'Anna’s laptop', area: 'Study', owner: 'person.anna' },
    ],
    people: [{ id: 'person.anna', name: 'Anna', isHome: false }],
  })
})

test('without people nobody is asked about', async () => {
  const answers = { 'config/area_registry/list': [], 'config/device_registry/list': [] }
  assert.deepEqual(await readResidents(homeOf([], answers)), { devices: [], people: [] })
})

test('a zone that is not home is away', () => {
  const isHome = (word: string) => toPerson(state('person.anna', word)).map((person) => person.isHome)
  assert.deepEqual(['home', 'not_home', 'Work', 'unknown', 'unavailable'].map(isHome), [
    [true],
    [false],
    [false],
    [],
    [],
  ])
})

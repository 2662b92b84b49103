import * as z from 'zod'
import { codeOf } from '../core/errors.ts'
import type { Home } from '../core/home.ts'
import type { RequestResult } from '../core/request.ts'

/** Part of its address in Home Assistant; a hyphen is demanded. */
const path = 'hearthwarden-home'

const dashboards = z.array(z.looseObject({ url_path: z.string().nullable() }))
const registry = z.array(
  z.looseObject({
    entity_id: z.string(),
    unique_id: z.string().optional(),
    name: z.string().nullish(),
    original_name: z.string().nullish(),
  }),
)
const config = z.looseObject({ components: z.array(z.string()) })

/** An entity as Home Assistant has it: its id, and its name without the device's. */
export interface Shown {
  readonly id: string
  readonly name: string
}

/**
 * Makes a dashboard of built-in cards in Home Assistant, once: one that is there is the person's own and is left as it
 * is. It shows the entities that Home Assistant has of this installation, under the names that it gave them.
 */
export async function makeDashboard(home: Pick<Home, 'send'>, instance: string): Promise<RequestResult> {
  const there = dashboards.parse(await home.send({ type: 'lovelace/dashboards/list' }))
  const isThere = there.some(({ url_path }) => url_path === path)
  if (isThere && (await hasCards(home)))
    return no(
      `The dashboard is there already (/${path}), and is left as you made it: delete it first to have a new one`,
    )
  const entities = await entitiesOf(home, instance)
  if (entities.size === 0)
    return no(
      'Home Assistant has no sensors of ours yet: set up MQTT first, and try again when they are there',
    )
  if (!isThere)
    await home.send({
      type: 'lovelace/dashboards/create',
      url_path: path,
      title: 'Hearthwarden',
      icon: 'mdi:shield-home',
      mode: 'storage',
      show_in_sidebar: true,
      require_admin: false,
    })
  const { components } = config.parse(await home.send({ type: 'get_config' }))
  await home.send({
    type: 'lovelace/config/save',
    url_path: path,
    config: toDashboard(entities, new Set(components)),
  })
  return { ok: true, message: `The dashboard is made: it stands in Home Assistant’s side bar, at /${path}` }
}

/** One that has none was left behind when the connection broke between its making and its filling. */
async function hasCards(home: Pick<Home, 'send'>): Promise<boolean> {
  try {
    await home.send({ type: 'lovelace/config', url_path: path })
    return true
  } catch (error) {
    if (codeOf(error) === 'config_not_found') return false
    throw error
  }
}

/** Entities by the key that we know them by. */
async function entitiesOf(home: Pick<Home, 'send'>, instance: string): Promise<Map<string, Shown>> {
  const ours = `hearthwarden_${instance}_`
  const entries = registry.parse(await home.send({ type: 'config/entity_registry/list' }))
  return new Map(
    entries.flatMap(({ entity_id: id, unique_id, name, original_name }) =>
      unique_id?.startsWith(ours)
        ? [[unique_id.slice(ours.length), { id, name: name ?? original_name ?? id }]]
        : [],
    ),
  )
}

type Card = Readonly<Record<string, unknown>>

/**
 * The dashboard as Home Assistant keeps it: one view in sections, of built-in cards alone. A card of a part that Home
 * Assistant has not loaded (`logbook`, `history`) is left out.
 */
export function toDashboard(entities: ReadonlyMap<string, Shown>, components: ReadonlySet<string>): Card {
  const has = (...keys: readonly string[]) => keys.flatMap((key) => entities.get(key) ?? [])
  const starting = (prefix: string) =>
    [...entities].flatMap(([key, shown]) => (key.startsWith(prefix) ? [shown] : [])).toSorted(byId)
  const tiles = (...keys: readonly string[]) =>
    has(...keys).map(({ id, name }) => ({ type: 'tile', entity: id, name }))
  const buttons = (...keys: readonly string[]) =>
    has(...keys).map(({ id, name }) => ({
      type: 'tile',
      entity: id,
      name,
      hide_state: true,
      tap_action: { action: 'perform-action', perform_action: 'button.press', target: { entity_id: id } },
    }))
  const graph = (title: string, of: readonly Shown[]) =>
    of.length === 0 || !components.has('history')
      ? []
      : [{ type: 'history-graph', title, hours_to_show: 24, entities: of.map(toRow) }]

  return {
    title: 'Hearthwarden',
    views: [
      {
        title: 'Home',
        type: 'sections',
        max_columns: 3,
        sections: [
          section('Now', 'mdi:shield-home', [
            ...tiles('severity', 'threat', 'open_alerts'),
            ...buttons('acknowledge'),
            ...has('severity').map(({ id }) => newestAlert(id)),
            ...tiles('recap', 'week').map((card) => ({ ...card, grid_options: { columns: 12 } })),
            ...(components.has('logbook') ? has('alert').map(({ id }) => alertsOfTheWeek(id)) : []),
          ]),
          section('Today', 'mdi:calendar-today', [
            ...tiles('dns_today', 'new_domains_today', 'new_devices_today', 'devices_online'),
            ...tiles('failed_logins_today', 'last_login', 'connections', 'open_ports', 'last_scan'),
            ...tiles('process_problems', 'container_problems'),
            ...graph('Round trips', starting('rtt_')),
            ...graph('Temperatures', starting('temperature_').slice(0, 6)),
          ]),
          section('How it does', 'mdi:tune', [
            ...rows('What is set', has('spoken_alerts', 'learning', 'sensitivity')),
            ...buttons('analyse_now', 'scan_now', 'recap_now'),
            ...tiles('last_analysis'),
            ...needsALook(starting('health_')),
          ]),
        ],
      },
    ],
  }
}

/** As rows of text: what strangers wrote is nothing more there. */
function newestAlert(entity: string): Card {
  const attribute = (key: string, name: string) => ({ type: 'attribute', entity, attribute: key, name })
  return {
    type: 'entities',
    title: 'The newest alert',
    entities: [attribute('title', 'What'), attribute('device', 'Who'), attribute('reason', 'Why')],
  }
}

function alertsOfTheWeek(entity: string): Card {
  return {
    ...{ type: 'logbook', title: 'Alerts of the week', target: { entity_id: [entity] }, hours_to_show: 168 },
    grid_options: { columns: 12, rows: 4 },
  }
}

function rows(title: string, of: readonly Shown[]): Card[] {
  return of.length === 0
    ? []
    : [{ type: 'entities', title, show_header_toggle: false, entities: of.map(toRow) }]
}

/** Only those that have a problem. */
function needsALook(of: readonly Shown[]): Card[] {
  if (of.length === 0) return []
  return [
    {
      type: 'entity-filter',
      entities: of.map(toRow),
      conditions: [{ condition: 'state', state: 'on' }],
      show_empty: false,
      card: { type: 'entities', title: 'Needs a look' },
    },
  ]
}

function section(heading: string, icon: string, cards: readonly Card[]): Card {
  return { type: 'grid', cards: [{ type: 'heading', heading, icon }, ...cards] }
}

function toRow({ id, name }: Shown): Card {
  return { entity: id, name }
}

function byId(a: Shown, b: Shown): number {
  return a.id < b.id ? -1 : 1
}

function no(message: string): RequestResult {
  return { ok: false, message }
}

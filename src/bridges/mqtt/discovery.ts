import * as z from 'zod'
import { type Entity, platforms, type Platform } from './entity.ts'

/** Where everything lies at the broker. */
export interface Topics {
  /** `online` or `offline`. */
  readonly status: string
  readonly discovery: string
  /** Home Assistant's own: `online` when it has started. */
  readonly birth: string
  /** A pattern that all commands match. */
  readonly commands: string
  state(key: string): string
  attributes(key: string): string
  command(key: string): string
}

/** The topics of this installation. */
export function toTopics({
  baseTopic,
  discoveryPrefix,
  instance,
}: {
  baseTopic: string
  discoveryPrefix: string
  instance: string
}): Topics {
  const base = `${baseTopic}/${instance}`
  return {
    status: `${base}/status`,
    discovery: `${discoveryPrefix}/device/hearthwarden_${instance}/config`,
    birth: `${discoveryPrefix}/status`,
    commands: `${base}/+/set`,
    state: (key) => `${base}/${key}/state`,
    attributes: (key) => `${base}/${key}/attributes`,
    command: (key) => `${base}/${key}/set`,
  }
}

export interface Identity {
  readonly instance: string
  readonly version: string
}

/**
 * The one payload that tells Home Assistant of all entities. Those that are `gone` stand in it as their bare platform,
 * which is how they are removed. https://www.home-assistant.io/integrations/mqtt/#device-discovery-payload
 */
export function toDiscovery(
  entities: readonly Entity[],
  gone: ReadonlyMap<string, Platform>,
  topics: Topics,
  { instance, version }: Identity,
): string {
  const id = `hearthwarden_${instance}`
  const components = Object.fromEntries<object>([
    ...entities.map((entity) => [entity.key, toComponent(entity, topics, id)] as const),
    ...[...gone].map(([key, platform]) => [key, { platform }] as const),
  ])
  return JSON.stringify({
    device: {
      identifiers: [id],
      name: 'Hearthwarden',
      manufacturer: 'Hearthwarden',
      model: 'Network monitor',
      sw_version: version,
    },
    origin: { name: 'hearthwarden', sw_version: version },
    availability: [{ topic: topics.status }],
    qos: 1,
    components,
  })
}

const discovery = z.object({
  components: z.record(z.string().regex(/^[a-z0-9_]{1,80}$/), z.object({ platform: z.enum(platforms) })),
})

/** Which entities an earlier payload of ours told of: it is retained, so the broker remembers them for us. */
export function toKnown(payload: string): Map<string, Platform> {
  const known = z
    .string()
    .max(500_000)
    .transform((text, context): unknown => {
      try {
        return JSON.parse(text)
      } catch (error) {
        context.addIssue(String(error))
        return z.NEVER
      }
    })
    .pipe(discovery)
    .safeParse(payload)
  return new Map(Object.entries(known.data?.components ?? {}).map(([key, { platform }]) => [key, platform]))
}

function toComponent(entity: Entity, topics: Topics, id: string): object {
  const { key, platform, suggested = key, about } = entity
  const hasState = entity.state !== undefined || platform === 'event'
  return {
    platform,
    unique_id: `${id}_${key}`,
    default_entity_id: `${platform}.hearthwarden_${suggested}`,
    ...about,
    ...(hasState && { state_topic: topics.state(key) }),
    ...(entity.attributes && { json_attributes_topic: topics.attributes(key) }),
    ...(entity.request && { command_topic: topics.command(key) }),
  }
}

import * as z from 'zod'

/**
 * What Home Assistant's Supervisor takes for an app (add-on), as far as we use it: keys, forms and defaults as its
 * schema has them in 2026. It drops unknown keys without a word and refuses the whole app for a wrong form; a value
 * that equals its default is left out, as its linter asks.
 */

/** Keys that we may write, without those whose values would be the defaults. */
export const manifestSchema = z
  .strictObject({
    name: z.string().min(1),
    version: z.string().regex(/^\d+\.\d+\.\d+$/),
    slug: z.string().regex(/^[-_.A-Za-z0-9]+$/),
    description: z.string().min(1),
    url: z.url(),
    image: z.string().regex(/^[a-z0-9.-]+\/[a-z0-9/._-]+$/, 'a name without a tag'),
    arch: z.array(z.enum(['aarch64', 'amd64'])).min(1),
    homeassistant: z.string().regex(/^\d{4}\.\d{1,2}\.\d+$/),
    stage: z.enum(['experimental', 'deprecated']).exactOptional(),
    startup: z.enum(['initialize', 'system', 'services', 'once']).exactOptional(),
    boot: z.enum(['manual', 'manual_only']).exactOptional(),
    init: z.literal(false).exactOptional(),
    timeout: z.int().min(11).max(300).describe('10 is the default'),
    ingress: z.literal(true),
    ingress_port: z.literal(0),
    panel_icon: z.string().regex(/^mdi:[a-z0-9-]+$/),
    panel_title: z.string().exactOptional(),
    panel_admin: z.literal(false).exactOptional(),
    host_network: z.literal(true),
    privileged: z.array(z.enum(['NET_ADMIN', 'NET_RAW'])),
    journald: z.literal(true),
    homeassistant_api: z.literal(true),
    hassio_api: z.literal(true),
    services: z.array(z.string().regex(/^(?:mqtt|mysql):(?:provide|want|need)$/)),
    map: z.array(
      z.string().regex(/^(?:data|addon_config|homeassistant_config|ssl|share|media|backup)(?::r[ow])?$/),
    ),
    backup_exclude: z.array(z.string().regex(/^[^/]/, 'matched from the right: no slash at the front')),
    options: z.record(z.string(), z.unknown()),
    schema: z.record(z.string(), z.union([z.string(), z.array(z.string()).length(1)])),
  })
  .refine(({ panel_title, name }) => panel_title !== name, 'panel_title equals its default')

/** The types of options, each one optional with a question mark. */
const optionType =
  /^(?:bool|email|url|port|str(?:\(\d*,\d*\))?|password(?:\(\d*,\d*\))?|int(?:\(-?\d*,-?\d*\))?|float(?:\(-?[\d.]*,-?[\d.]*\))?|match\(.+\)|list\([^|]+(?:\|[^|]+)*\)|device(?:\(subsystem=\w+\))?)\??$/

/** Whether it is a type of the Supervisor's options. */
export function isOptionType(type: string): boolean {
  return optionType.test(type)
}

/** Words of one language: for each option a name and a description. */
export const translationSchema = z.strictObject({
  configuration: z.record(
    z.string().regex(/^[a-z][a-z0-9_]*$/),
    z.strictObject({ name: z.string().min(1), description: z.string().min(1) }),
  ),
})

export type Manifest = z.infer<typeof manifestSchema>

/**
 * The security rating that the Supervisor shows, 1 to 8: 5, and so much more or less for each thing that is asked for
 * (`rating_security`, 2026). `profile`: an AppArmor profile of its own.
 */
export function ratingOf(manifest: Manifest, { profile }: { profile: boolean }): number {
  const changes = [
    profile ? 1 : 0,
    manifest.ingress ? 2 : 0,
    manifest.privileged.length > 0 ? -1 : 0,
    manifest.host_network ? -1 : 0,
  ]
  return changes.reduce((sum, change) => sum + change, 5)
}

import * as z from 'zod'
import { ConfigError } from './core/errors.ts'
import { flag, metaOf } from './core/options.ts'
import type { Setting } from './core/setting.ts'

/** The options of one plugin, or of one part of the house. */
export interface Group {
  /** `house`, `notifiers.discord` */
  readonly path: string
  readonly title: string
  readonly schema: z.ZodObject
  /** A collector: it is given a list of places, and these are the options of one. */
  readonly isList: boolean
}

/** Where values come from, the first that has one wins: environment, options file, what was saved from the page. */
export interface Sources {
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly file: { readonly name: string; readonly values: Readonly<Record<string, unknown>> } | undefined
  saved(): Readonly<Record<string, unknown>>
}

export interface Config {
  /** The checked options of a group; for a collector of each of its places. Throws `ConfigError` in one sentence. */
  places(path: string): readonly Readonly<Record<string, unknown>>[]
  /** The only, or the first, place. */
  group(path: string): Readonly<Record<string, unknown>>
  /** Whether a person has set anything of this place. */
  isSet(path: string, place: number): boolean
  /** Every option with its value and where it comes from. */
  settings(): readonly Setting[]
  /** The group whose option may be saved as this value; throws `ConfigError` when it may not. `null` forgets it. */
  accept(path: string, value: unknown): Group
  /** Values that must never be shown. */
  secrets(): Iterable<string>
}

/** A plugin's group: its own options, and the switch that every plugin has. */
export function toGroup(
  kind: string,
  { name, title, options }: { name: string; title: string; options: z.ZodType },
): Group {
  if (!(options instanceof z.ZodObject))
    throw new TypeError(`${kind}/${name}: its options must be a z.object`)
  const enabled = flag('On', `Whether ${title} is used.`).default(true)
  return {
    path: `${kind}.${name}`,
    title,
    schema: options.extend({ enabled }),
    isList: kind === 'collectors',
  }
}

/** Checks all groups at once, so that wrong options are known at start. Throws `ConfigError`. */
export function makeConfig(groups: readonly Group[], sources: Sources): Config {
  checkVariables(sources.environment, groups)
  const byPath = new Map(groups.map((group) => [group.path, group]))
  if (sources.file) checkNames(sources.file, groups)

  function find(path: string): Group {
    const group = byPath.get(path)
    if (group === undefined) throw new Error(`there is no option group ${path}`)
    return group
  }

  function places(path: string): readonly Readonly<Record<string, unknown>>[] {
    const group = find(path)
    return rawPlaces(group, sources).map((raw) => checked(group, raw))
  }

  const config: Config = {
    places,
    group: (path) => places(path)[0] ?? {},
    isSet: (path, place) => Object.keys(rawPlaces(find(path), sources)[place] ?? {}).length > 0,
    settings: () =>
      groups.flatMap((group) => optionsOf(group).map((option) => toSetting(group, option, sources))),
    accept(path, value) {
      const { group, name, schema } = findOption(path, groups)
      const { from } = sourced(group, name, schema, sources)
      if (from === 'environment' || from === 'file') {
        throw new ConfigError(
          `${path} is set in the ${from === 'file' ? 'options file' : 'environment'}: change it there`,
        )
      }
      if (value !== null) {
        const result = schema.safeParse(value)
        if (!result.success) throw new ConfigError(`${path}: ${sentence(result.error)}`)
      }
      return group
    },
    *secrets() {
      for (const group of groups) {
        for (const { name, schema } of optionsOf(group)) {
          if (!metaOf(schema).secret) continue
          for (const place of rawPlaces(group, sources)) {
            const value = place[name]
            if (typeof value === 'string') yield value
          }
        }
      }
    },
  }
  for (const { path } of groups) config.places(path)
  return config
}

export interface Option {
  readonly name: string
  readonly schema: z.ZodType
}

/** A group's options by name. */
export function optionsOf({ schema }: Group): Option[] {
  return Object.entries(schema.shape).flatMap(([name, field]) =>
    field instanceof z.ZodType ? [{ name, schema: field }] : [],
  )
}

function findOption(path: string, groups: readonly Group[]): Option & { group: Group } {
  for (const group of groups) {
    const option = optionsOf(group).find(({ name }) => `${group.path}.${name}` === path)
    if (option) return { group, ...option }
  }
  throw new ConfigError(`There is no option ${path}`)
}

/** Environment before options file before saved; a value that equals its default counts as not set. */
function sourced(
  group: Group,
  name: string,
  schema: z.ZodType,
  { environment, file, saved }: Sources,
): { value?: unknown; from: Setting['from'] } {
  const path = `${group.path}.${name}`
  const outside = environment[variable(path)]
  if (outside !== undefined && outside !== '')
    return { value: fromText(outside, schema), from: 'environment' }
  const inFile = filePlaces(group, file)[0]?.[name]
  if (inFile !== undefined && inFile !== null && !isDefault(inFile, schema))
    return { value: inFile, from: 'file' }
  const kept = saved()[path]
  // What an older version saved and this one does not take must not keep the program from starting.
  if (kept !== undefined && schema.safeParse(kept).success) return { value: kept, from: 'saved' }
  return { from: 'default' }
}

/** `collectors.pihole-log.file` → `HEARTHWARDEN_COLLECTORS_PIHOLE_LOG_FILE` */
export function variable(path: string): string {
  const words = path.replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2').replaceAll(/[.-]/g, '_')
  return `HEARTHWARDEN_${words.toUpperCase()}`
}

function isDefault(value: unknown, schema: z.ZodType): boolean {
  return JSON.stringify(value) === JSON.stringify(defaultOf(schema))
}

function defaultOf(schema: z.ZodType): unknown {
  const result = schema.safeParse(undefined)
  return result.success ? result.data : undefined
}

/** The first place gets what is set outside and saved; further places stand in the options file alone. */
function rawPlaces(group: Group, sources: Sources): Record<string, unknown>[] {
  const first: Record<string, unknown> = {}
  for (const { name, schema } of optionsOf(group)) {
    const { value } = sourced(group, name, schema, sources)
    if (value !== undefined) first[name] = value
  }
  return [first, ...filePlaces(group, sources.file).slice(1)]
}

function filePlaces({ path, isList }: Group, file: Sources['file']): Record<string, unknown>[] {
  let value: unknown = file?.values
  for (const part of path.split('.')) value = isRecord(value) ? value[part] : undefined
  if (isRecord(value)) return [value]
  if (isList && Array.isArray(value)) return value.filter(isRecord)
  return []
}

/** An object with names, no list. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function checked(group: Group, raw: Record<string, unknown>): Readonly<Record<string, unknown>> {
  const result = group.schema.safeParse(raw)
  if (result.success) return result.data
  const [option = '', ...inside] = result.error.issues[0]?.path ?? []
  const path = `${group.path}.${String(option)}`
  throw new ConfigError(
    `Option ${[path, ...inside].join('.')}: ${sentence(result.error)} (in the environment it is ${variable(path)})`,
  )
}

function sentence(error: z.ZodError): string {
  return error.issues[0]?.message ?? 'is not right'
}

/** Variables of ours that are no options. */
const otherVariables = ['HEARTHWARDEN_DATA', 'HEARTHWARDEN_CONFIG']

/** A misspelt variable would be silence, too. */
function checkVariables(environment: Sources['environment'], groups: readonly Group[]): void {
  const known = groups.flatMap((group) =>
    optionsOf(group).map(({ name }) => variable(`${group.path}.${name}`)),
  )
  for (const name of Object.keys(environment)) {
    if (!name.startsWith('HEARTHWARDEN_') || known.includes(name) || otherVariables.includes(name)) continue
    throw new ConfigError(`${name} in the environment is no option; see DOCS.md for the names`)
  }
}

/** Every name in the options file must be known: a misspelt one would be silence where a person expects a watch. */
function checkNames({ name, values }: NonNullable<Sources['file']>, groups: readonly Group[]): void {
  const kinds = new Set(groups.filter(({ path }) => path.includes('.')).map(({ path }) => path.split('.')[0]))

  function check(path: string, value: unknown): void {
    const group = groups.find((one) => one.path === path)
    if (!group && !kinds.has(path))
      throw new ConfigError(`Option ${path} in ${name} is not known; see DOCS.md for the names`)
    if (value === null) return
    const places = group?.isList === true && Array.isArray(value) ? value : [value]
    for (const place of places) {
      if (!isRecord(place))
        throw new ConfigError(`Option ${path} in ${name} must hold options, each on a line of its own`)
      for (const [key, inside] of Object.entries(place)) {
        if (!group) check(`${path}.${key}`, inside)
        else if (!Object.hasOwn(group.schema.shape, key))
          throw new ConfigError(`Option ${path}.${key} in ${name} is not known; see DOCS.md for the names`)
      }
    }
  }

  for (const [key, value] of Object.entries(values)) check(key, value)
}

/** Text of the environment as the option's own type: numbers, yes and no, lists with commas or as JSON. */
function fromText(text: string, schema: z.ZodType): unknown {
  const { type } = schemaOf(schema)
  if (type === 'number' || type === 'integer') return Number(text)
  if (type === 'boolean')
    return /^(true|yes|on|1)$/i.test(text) ? true : /^(false|no|off|0)$/i.test(text) ? false : text
  if (type !== 'array' && type !== 'object') return text
  if (!/^\s*[[{]/.test(text)) return text.split(',').map((part) => part.trim())
  try {
    return JSON.parse(text)
  } catch {
    return text // the schema then says what is wrong, and names the option
  }
}

function schemaOf(schema: z.ZodType): Record<string, unknown> {
  const { $schema: _, ...json } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })
  return json
}

function toSetting(group: Group, { name, schema }: Option, sources: Sources): Setting {
  const { value, from } = sourced(group, name, schema, sources)
  const path = `${group.path}.${name}`
  const { title, description, secret, essential } = metaOf(schema)
  const fallback = defaultOf(schema)
  return {
    path,
    group: group.title,
    title,
    description,
    ...(secret ? { isSet: from !== 'default' } : { value: from === 'default' ? fallback : value }),
    ...(fallback !== undefined && !secret && { default: fallback }),
    from,
    variable: variable(path),
    essential: essential === true,
    locked: from === 'environment' || from === 'file',
    schema: schemaOf(schema),
  }
}

import * as z from 'zod'

/** What the vocabulary below says of an option beside its type; lies in the schema's metadata. */
export interface OptionMeta {
  /** A short name for a form. */
  readonly title: string
  /** One sentence. */
  readonly description: string
  /** Never shown, never logged. */
  readonly secret?: boolean
  /** Stands in Home Assistant's own form. */
  readonly essential?: boolean
}

/** A sentence or a few words. */
export function text(title: string, description: string) {
  return z.string().trim().max(500).meta({ title, description })
}

/** A file or folder on this machine. */
export function path(title: string, description: string) {
  return z
    .string()
    .min(1)
    .max(4096)
    .regex(/^[^\0\n\r]+$/, 'must be one line')
    .meta({ title, description })
}

/** An address with its protocol; without user and password in it. */
export function url(title: string, description: string, protocol: RegExp = /^https?$/) {
  return z
    .url({ protocol, error: 'must be an address such as http://192.168.1.10:1234' })
    .meta({ title, description })
}

/** A password, token, or an address that holds one. */
export function secret(title: string, description: string) {
  return z.string().min(1).max(4096).meta({ title, description, secret: true })
}

/** So many seconds, whole or not. */
export function seconds(title: string, description: string, { min = 0.05, max = 31_536_000 } = {}) {
  return z.number().min(min).max(max).meta({ title, description })
}

/** A number that is measured. */
export function number(title: string, description: string, { min, max }: { min: number; max: number }) {
  return z.number().min(min).max(max).meta({ title, description })
}

/** A number that is counted. */
export function count(title: string, description: string, { min = 0, max = 1_000_000_000 } = {}) {
  return z.int().min(min).max(max).meta({ title, description })
}

/** Yes or no. */
export function flag(title: string, description: string) {
  return z.boolean().meta({ title, description })
}

/** One of a few words. */
export function choice<const T extends readonly [string, ...string[]]>(
  title: string,
  description: string,
  words: T,
) {
  return z.enum(words).meta({ title, description })
}

/** A local time of day, `HH:MM`. */
export function timeOfDay(title: string, description: string) {
  return z
    .string()
    .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time of day such as 08:00')
    .meta({ title, description })
}

/** Several of the same. */
export function list<T extends z.ZodType>(title: string, description: string, item: T) {
  return z.array(item).max(1000).meta({ title, description })
}

/** Marks an option that Home Assistant's own form shows. Put it last, around defaults and all. */
export function essential<T extends z.ZodType>(schema: T): T {
  return schema.meta({ ...metaOf(schema), essential: true })
}

/** What is said of an option, looked for through defaults and `optional`. */
export function metaOf(schema: z.ZodType): OptionMeta {
  const inner =
    schema instanceof z.ZodDefault || schema instanceof z.ZodOptional ? schema.def.innerType : undefined
  const below = inner instanceof z.ZodType ? metaOf(inner) : { title: '', description: '' }
  const own = schema.meta() ?? {}
  return {
    title: own.title ?? below.title,
    description: own.description ?? below.description,
    secret: own['secret'] === true || below.secret === true,
    essential: own['essential'] === true || below.essential === true,
  }
}

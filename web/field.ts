import type { Setting } from './wire.ts'

/** How one setting is typed in: read off its JSON Schema. */
export type Field =
  | { readonly kind: 'flag' }
  | { readonly kind: 'choice'; readonly words: readonly string[] }
  | { readonly kind: 'number'; readonly whole: boolean; readonly min?: number; readonly max?: number }
  | { readonly kind: 'text' }
  | { readonly kind: 'secret' }
  | { readonly kind: 'lines' }
  | { readonly kind: 'json' }

/** The field that suits a setting. */
export function fieldOf({ schema, isSet }: Pick<Setting, 'schema' | 'isSet'>): Field {
  const words = schema['enum']
  if (isSet !== undefined) return { kind: 'secret' }
  if (Array.isArray(words)) return { kind: 'choice', words: words.map(String) }
  switch (schema['type']) {
    case 'boolean':
      return { kind: 'flag' }
    case 'string':
      return { kind: 'text' }
    case 'integer':
    case 'number': {
      const { minimum: min, maximum: max } = schema
      return {
        kind: 'number',
        whole: schema['type'] === 'integer',
        ...(typeof min === 'number' && { min }),
        ...(typeof max === 'number' && { max }),
      }
    }
    case 'array':
      return typeOf(schema['items']) === 'string' ? { kind: 'lines' } : { kind: 'json' }
    default:
      return { kind: 'json' }
  }
}

/** A value as it stands in its field. */
export function textOf(field: Field, value: unknown): string {
  if (value === undefined || value === null) return ''
  if (field.kind === 'lines' && Array.isArray(value)) return value.join('\n')
  return typeof value === 'string' ? value : JSON.stringify(value, undefined, 2)
}

/** What was typed, as a value; null (the default) where nothing was. Throws a `SyntaxError` on broken JSON. */
export function valueOf(field: Field, text: string): unknown {
  if (text.trim() === '') return field.kind === 'lines' ? [] : null
  switch (field.kind) {
    case 'number':
      return Number(text)
    case 'lines':
      return text
        .split('\n')
        .map((line) => line.trim())
        .filter((line) => line !== '')
    case 'json':
      return JSON.parse(text)
    case 'flag':
      return text === 'true'
    default:
      return text
  }
}

function typeOf(schema: unknown): unknown {
  return typeof schema === 'object' && schema !== null && 'type' in schema ? schema.type : undefined
}

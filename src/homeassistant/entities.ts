import * as z from 'zod'
import type { EntityState } from '../core/home.ts'

const attributes = z.record(z.string(), z.unknown())

/** Answer to `get_states`. */
export const entityStates = z.array(z.object({ entity_id: z.string(), state: z.string(), attributes }))

/** An event of `subscribe_entities`: entities added whole, changed in part, removed. */
const entityChanges = z.object({
  a: z.record(z.string(), z.object({ s: z.string(), a: attributes.default({}) })).default({}),
  c: z
    .record(
      z.string(),
      z.object({
        '+': z.object({ s: z.string().optional(), a: attributes.default({}) }).optional(),
        '-': z.object({ a: z.array(z.string()).default([]) }).optional(),
      }),
    )
    .default({}),
  r: z.array(z.string()).default([]),
})

/** The entities that an event changes, as they are after it. One that is removed is `unavailable`. */
export function toChanged(event: unknown, before: ReadonlyMap<string, EntityState>): EntityState[] {
  const { a: added, c: changed, r: removed } = entityChanges.parse(event)
  return [
    ...Object.entries(added).map(([id, { s, a }]) => ({ entity_id: id, state: s, attributes: a })),
    ...Object.entries(changed).map(([id, { '+': plus, '-': minus }]) => {
      const gone = new Set(minus?.a)
      const all = { ...before.get(id)?.attributes, ...plus?.a }
      return {
        entity_id: id,
        state: plus?.s ?? before.get(id)?.state ?? 'unknown',
        attributes: Object.fromEntries(Object.entries(all).filter(([key]) => !gone.has(key))),
      }
    }),
    ...removed.map((id) => ({ entity_id: id, state: 'unavailable', attributes: {} })),
  ]
}

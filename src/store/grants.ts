import { join } from 'node:path'
import * as z from 'zod'
import { toDeviceId } from '../core/device.ts'
import type { Grant } from '../core/grant.ts'
import { openFile, type Room } from './file.ts'
import type { Grants } from './store.ts'

const time = z.iso.datetime({ offset: true }).transform((text) => new Date(text))

const grant = z.object({
  id: z.string().regex(/^g\d{1,15}$/),
  device: z.string().transform(toDeviceId),
  detector: z.string(),
  target: z.string().exactOptional(),
  from: time,
  until: time,
  by: z.string(),
  alert: z.string().exactOptional(),
})

const schema = z.object({
  /** Numbers are never given twice, also when a person takes a grant out of the file. */
  next: z.int().min(1),
  grants: z.array(grant),
})

/** `grants.json` of the data folder. `changed` is called after each change. */
export async function openGrants({
  folder,
  now,
  found,
  changed,
}: Room & { readonly changed: () => void }): Promise<Grants> {
  const empty = { next: 1, grants: [] }
  const file = await openFile({ path: join(folder, 'grants.json'), schema, empty, now, found })
  return {
    active: (at) => file.data().grants.filter(({ from, until }) => from <= at && at < until),
    list: () => file.data().grants,
    async add(grants) {
      let added: readonly Grant[] = []
      await file.change((data) => {
        added = grants.map((given, index) => ({ ...given, id: `g${data.next + index}` }))
        return { next: data.next + added.length, grants: [...data.grants, ...added] }
      })
      changed()
      return added
    },
    async revoke(id, at) {
      let revoked = false
      await file.change((data) => ({
        ...data,
        grants: data.grants.map((given) => {
          if (given.id !== id || given.until <= at) return given
          revoked = true
          return { ...given, until: at }
        }),
      }))
      if (revoked) changed()
      return revoked
    },
  }
}

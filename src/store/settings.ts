import { join } from 'node:path'
import * as z from 'zod'
import { openFile } from './file.ts'

const schema = z.record(z.string(), z.json())

/** What was set from the page: values by option path. */
export interface Settings {
  values(): Readonly<Record<string, unknown>>
  /** Saves one value; `undefined` forgets it. It must be JSON. */
  set(path: string, value: unknown): Promise<void>
  /** What was wrong with the file at opening. */
  readonly findings: readonly string[]
}

/** `settings.json` of the data folder: `{ "notifiers.discord.quiet": true }`. */
export async function openSettings(folder: string, now: () => Date = () => new Date()): Promise<Settings> {
  const findings: string[] = []
  const file = await openFile({
    path: join(folder, 'settings.json'),
    schema,
    empty: {},
    now,
    found: (sentence) => findings.push(sentence),
  })
  return {
    findings,
    values: () => file.data(),
    async set(path, value) {
      const saved = value === undefined ? undefined : z.json().parse(value)
      await file.change((before) => {
        const values = new Map(Object.entries(before))
        if (saved === undefined) values.delete(path)
        else values.set(path, saved)
        return Object.fromEntries(values)
      })
    },
  }
}

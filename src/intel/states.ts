import { readFile, rename, writeFile } from 'node:fs/promises'
import * as z from 'zod'
import { codeOf } from '../core/errors.ts'

const state = z.object({
  /** The file or address that it came from: another one starts anew. */
  source: z.string(),
  /** Marks the edition that is in use: an ETag, or a file's time and size. */
  edition: z.string().optional(),
  /** Names, addresses and networks in use. */
  entries: z.number().optional(),
  /** When it was looked for last. */
  tried: z.iso.datetime(),
  /** What was wrong then, one sentence. */
  problem: z.string().optional(),
})

const states = z.record(z.string(), state)

/** What is known of one list between two looks. */
export type ListState = Readonly<z.infer<typeof state>>
export type ListStates = Readonly<Record<string, ListState>>

/** None where there is no such file, or one that is damaged: then every list is taken anew. */
export async function readStates(path: string): Promise<ListStates> {
  try {
    return states.parse(JSON.parse(await readFile(path, 'utf8')))
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || error instanceof z.ZodError || error instanceof SyntaxError) return {}
    throw error
  }
}

export async function writeStates(path: string, saved: ListStates): Promise<void> {
  await writeFile(`${path}.new`, `${JSON.stringify(saved, undefined, 2)}\n`)
  await rename(`${path}.new`, path)
}

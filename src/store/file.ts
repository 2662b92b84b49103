import { constants } from 'node:fs'
import { access, copyFile, link, open, readFile, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { Low, type Adapter } from 'lowdb'
import type { ZodType } from 'zod'
import { codeOf, messageOf, UnavailableError } from '../core/errors.ts'

/** A JSON file that a person can read and correct. */
export interface JsonFile<T> {
  /** What it held when it was last read or written. */
  data(): T
  /** Reads what a person has changed since, edits that, and writes it durably before it resolves. Edits at the same time share one write. */
  change(edit: (data: T) => T): Promise<void>
}

/** Where the files lie, and who hears of them. */
export interface Room {
  readonly folder: string
  readonly now: () => Date
  /** Called with one sentence when something was wrong with a file. */
  readonly found: (sentence: string) => void
}

export interface FilePlace<T> extends Omit<Room, 'folder'> {
  readonly path: string
  /** What does not pass is damaged: it is moved aside. */
  readonly schema: ZodType<T>
  readonly empty: T
}

/** Opens a file of the data folder; one that is not there yet is empty and is made by the first change. */
export async function openFile<T>(place: FilePlace<T>): Promise<JsonFile<T>> {
  const low = new Low(durable(place), place.empty)
  await low.read()
  let batch: { edits: ((data: T) => T)[]; done: Promise<void> } | undefined
  let before: Promise<unknown> = Promise.resolve()

  async function apply(edits: readonly ((data: T) => T)[]): Promise<void> {
    await low.read()
    const known = low.data
    low.data = edits.reduce((data, edit) => edit(data), known)
    try {
      await low.write()
    } catch (error) {
      low.data = known
      throw error
    }
  }

  return {
    data: () => low.data,
    change(edit) {
      if (batch) {
        batch.edits.push(edit)
        return batch.done
      }
      const edits = [edit]
      const done = before.then(() => {
        batch = undefined
        return apply(edits)
      })
      batch = { edits, done }
      // A failed write is told to those who asked for it; the next one is tried all the same.
      before = done.then(undefined, messageOf)
      return done
    },
  }
}

/**
 * The adapter for lowdb that outlives a power cut: written beside the file, synced, renamed over it, and the folder
 * synced. The state before stays as `.bak`. A damaged file is moved aside, never overwritten.
 */
function durable<T>(place: FilePlace<T>): Adapter<T> {
  const { path } = place
  let seen: string | undefined
  async function write(data: T): Promise<void> {
    try {
      await keepCopy(path)
      await writeDurably(path, `${JSON.stringify(data, null, 2)}\n`)
    } catch (error) {
      throw new UnavailableError(`${basename(path)} could not be written (${messageOf(error)})`, {
        cause: error,
      })
    }
    seen = await stamp(path)
  }
  return {
    /** Null when it is not there, or as it was left. */
    async read() {
      const now = await stamp(path)
      if (now === undefined || now === seen) return null
      const data = await parse(path, place.schema)
      if (data.good) {
        seen = now
        return data.value
      }
      const aside = await moveAside(path, place.now())
      const copy = await parse(`${path}.bak`, place.schema)
      const instead = copy.good ? 'the copy before it is used' : 'what it held is not used'
      place.found(
        `${basename(path)} was damaged (${data.reason}): it was moved to ${basename(aside)}, and ${instead}`,
      )
      if (!copy.good) return null
      await write(copy.value)
      return copy.value
    },
    write,
  }
}

/** Writes beside the file, syncs, renames over it and syncs the folder. Readable by the owner alone. */
export async function writeDurably(path: string, content: string | Uint8Array): Promise<void> {
  const beside = await open(`${path}.tmp`, 'w', 0o600)
  try {
    await beside.chmod(0o600)
    await beside.writeFile(content)
    await beside.sync()
  } finally {
    await beside.close()
  }
  await rename(`${path}.tmp`, path)
  const folder = await open(dirname(path), 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

/** Moves a damaged file to `<name>.damaged-<time>`, a name that is free, and gives that. */
export async function moveAside(path: string, at: Date): Promise<string> {
  const time = at.toISOString().replaceAll(/[-:.]/g, '')
  let aside = `${path}.damaged-${time}`
  for (let again = 2; await exists(aside); again += 1) aside = `${path}.damaged-${time}-${again}`
  await rename(path, aside)
  return aside
}

async function keepCopy(path: string): Promise<void> {
  await rm(`${path}.bak`, { force: true })
  try {
    await link(path, `${path}.bak`)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return
    await copyFile(path, `${path}.bak`)
  }
}

type Parsed<T> = { good: true; value: T } | { good: false; reason: string }

async function parse<T>(path: string, schema: ZodType<T>): Promise<Parsed<T>> {
  try {
    const result = schema.safeParse(JSON.parse(await readFile(path, 'utf8')))
    if (result.success) return { good: true, value: result.data }
    const [issue] = result.error.issues
    return { good: false, reason: `${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}` }
  } catch (error) {
    if (!(error instanceof SyntaxError) && codeOf(error) !== 'ENOENT') throw error
    return { good: false, reason: messageOf(error) }
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path, constants.F_OK)
    return true
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false
    throw error
  }
}

/** Another text as soon as the file is another, or has been written; undefined when there is none. */
export async function stamp(path: string): Promise<string | undefined> {
  try {
    const { ino, mtimeNs, size } = await stat(path, { bigint: true })
    return `${ino}/${mtimeNs}/${size}`
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
}

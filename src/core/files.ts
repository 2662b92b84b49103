import { open, stat, type FileHandle } from 'node:fs/promises'
import { codeOf, UnavailableError } from './errors.ts'

// Files that other programs write. What is missing or may not be read is an `UnavailableError` that says what to do.

/** Size in bytes and the time of the last writing. */
export async function statOf(file: string): Promise<{ size: number; mtime: Date }> {
  try {
    const found = await stat(file)
    if (!found.isFile()) throw new UnavailableError(`${file} is not a file: name the file itself`)
    return found
  } catch (error) {
    throw toUnavailable(file, error)
  }
}

/** The handle is the caller's to close. */
export async function openToRead(file: string): Promise<FileHandle> {
  try {
    return await open(file, 'r')
  } catch (error) {
    throw toUnavailable(file, error)
  }
}

function toUnavailable(file: string, error: unknown): unknown {
  const code = codeOf(error)
  if (code === 'ENOENT' || code === 'ENOTDIR')
    return new UnavailableError(
      `${file} does not exist: check its path, and that the program that writes it is there`,
    )
  if (code === 'EACCES' || code === 'EPERM')
    return new UnavailableError(`${file} may not be read: give this program's user the right to read it`)
  return error
}

/** A small file as a whole; one of more than `most` bytes is an `UnavailableError`. */
export async function readWhole(file: string, most: number): Promise<{ text: string; written: Date }> {
  const { size, mtime } = await statOf(file)
  if (size > most)
    throw new UnavailableError(`${file} is larger than ${most} bytes: it cannot be the right file`)
  await using handle = await openToRead(file)
  return { text: await handle.readFile('utf8'), written: mtime }
}

/** Of these files the one followed so far, while it exists, else the one written last; undefined when there is none. */
export async function newestOf(
  places: readonly string[],
  followed: string | undefined,
): Promise<string | undefined> {
  const found = await Promise.all(places.map(async (place) => ({ place, at: await writtenAt(place) })))
  const there = found.filter(({ at }) => at > 0).toSorted((a, b) => b.at - a.at)
  return (there.find(({ place }) => place === followed) ?? there[0])?.place
}

/** Milliseconds since 1970; 0 when there is no such file. */
async function writtenAt(place: string): Promise<number> {
  try {
    const found = await stat(place)
    return found.isFile() ? found.mtimeMs : 0
  } catch (error) {
    const code = codeOf(error)
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EACCES') return 0
    throw error
  }
}

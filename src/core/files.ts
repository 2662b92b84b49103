import { open, readdir, stat, type FileHandle } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { codeOf, UnavailableError } from './errors.ts'

// Files that other programs write. What is missing or may not be read is an `UnavailableError` that says what to do.

/** Where files are: on this machine, or on another. */
export interface Files {
  /** Size in bytes and the time of the last writing. */
  statOf(file: string): Promise<FileState>
  /** It is the caller's to close. */
  openToRead(file: string): Promise<Opened>
  /** The other files of its folder whose names begin like its name: `pihole.log.1`, `pihole-20261120.log`. */
  like(file: string): Promise<string[]>
}

export interface FileState {
  readonly size: number
  readonly mtime: Date
}

/** A file that is open. */
export interface Opened extends AsyncDisposable {
  stat(): Promise<FileState>
  /** At most so many bytes from there on; fewer at its end. */
  read(from: number, most: number): Promise<Buffer>
  close(): Promise<void>
}

/** The files of this machine. */
export const ownFiles: Files = {
  statOf,
  openToRead: async (file) => toOpened(await openToRead(file)),
  like: pathsLike,
}

function toOpened(handle: FileHandle): Opened {
  const close = () => handle.close()
  return {
    stat: () => handle.stat(),
    async read(from, most) {
      const buffer = Buffer.allocUnsafe(Math.max(0, most))
      let length = 0
      while (length < buffer.length) {
        const { bytesRead } = await handle.read(buffer, length, buffer.length - length, from + length)
        if (bytesRead === 0) break
        length += bytesRead
      }
      return buffer.subarray(0, length)
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}

async function pathsLike(file: string): Promise<string[]> {
  const [folder, name] = [dirname(file), basename(file)]
  const stem = name.replace(/\.[^.]*$/, '')
  try {
    const entries = await readdir(folder, { withFileTypes: true })
    return entries
      .filter((entry) => entry.isFile() && entry.name !== name && entry.name.startsWith(stem))
      .map((entry) => join(folder, entry.name))
  } catch (error) {
    // A folder that may be passed through but not listed.
    if (codeOf(error) === 'EACCES') return []
    throw error
  }
}

/** Size in bytes and the time of the last writing. */
export async function statOf(file: string): Promise<FileState> {
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

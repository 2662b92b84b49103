import { createHash } from 'node:crypto'
import { readdir, type FileHandle } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import * as z from 'zod'
import { codeOf, UnavailableError } from './errors.ts'
import { openToRead, statOf } from './files.ts'

/** Bytes read at once, which is some 7,000 lines of a log. */
const portion = 512 * 1024
/** A file is known again by its first bytes: at most so many. */
const longestHead = 1024

/** Where the reading of a growing file stands. */
export const tailCursor = z.object({
  file: z.string(),
  /** Bytes read, all of them whole lines. */
  offset: z.int().min(0),
  /** How many of its first bytes were hashed, and their hash. */
  head: z.object({ bytes: z.int().min(0).max(longestHead), hash: z.string() }),
})
export type TailCursor = z.infer<typeof tailCursor>

/** Some whole lines of a growing file. */
export interface Piece {
  /** Without their line ends; invalid UTF-8 replaced. */
  readonly lines: readonly string[]
  readonly cursor: TailCursor
  /** The end was not reached. */
  readonly more: boolean
  /** When the file was last written. */
  readonly written: Date
  /** The file that was being read is gone: what was written to it since may be missing. */
  readonly lost: boolean
  /** The cursor after the first so many of the lines. */
  cursorAfter(lines: number): TailCursor
}

/**
 * The next lines of a file that grows, is renamed and made anew, is copied and emptied, or is filled again from the
 * start: what was written to the old one is read to its end first, where it still lies in the same folder under the
 * beginning of its name (of several that came and went between two readings, those between are not). A last line
 * without an end waits for it. Without a cursor it begins with the newest `newest` bytes. No file, or no right to read
 * it, is an `UnavailableError`.
 */
export async function readOn(file: string, cursor: TailCursor | undefined, newest: number): Promise<Piece> {
  const { size } = await statOf(file)
  await using handle = await openToRead(file)
  if (cursor === undefined) return await readAt(handle, await startOf(handle, file, newest), false)
  if (await isOf(handle, cursor)) return await readAt(handle, cursor, false)
  await using old = await openOld(file, cursor)
  if (old !== undefined) {
    const rest = await readAt(old, cursor, false)
    if (rest.lines.length > 0 || size === 0) return { ...rest, more: rest.more || size > 0 }
  }
  return await readAt(handle, { file, offset: 0, head: noHead }, old === undefined)
}

const noHead: TailCursor['head'] = { bytes: 0, hash: '' }

/** After the first line end that leaves at most so many bytes. */
async function startOf(handle: FileHandle, file: string, newest: number): Promise<TailCursor> {
  const { size } = await handle.stat()
  const from = Math.max(0, size - newest)
  const offset = from === 0 ? 0 : from + (await read(handle, from, portion)).indexOf(10) + 1
  return { file, offset, head: noHead }
}

/** Whether this is the file that the cursor is of, by how it begins; a copy of it is the same file. */
async function isOf(handle: FileHandle, { head, offset }: TailCursor): Promise<boolean> {
  const { size } = await handle.stat()
  return size >= offset && (await headOf(handle, head.bytes)).hash === head.hash
}

/** The file that was renamed or copied away: the newest of the folder that is the cursor's. */
async function openOld(file: string, cursor: TailCursor): Promise<FileHandle | undefined> {
  if (cursor.head.bytes === 0) return undefined
  let old: { handle: FileHandle; at: number } | undefined
  for (const path of await pathsLike(file)) {
    const handle = await openIfThere(path)
    if (handle === undefined) continue
    const at = (await handle.stat()).mtimeMs
    const isNewest = at > (old?.at ?? 0) && (await isOf(handle, cursor))
    await (isNewest ? old?.handle : handle)?.close()
    if (isNewest) old = { handle, at }
  }
  return old?.handle
}

/** The other files of its folder whose names begin like its name: `pihole.log.1`, `pihole-20261120.log`. */
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

/** A neighbour that goes away meanwhile, or is not ours to read, is not the one that is looked for. */
async function openIfThere(path: string): Promise<FileHandle | undefined> {
  try {
    return await openToRead(path)
  } catch (error) {
    if (error instanceof UnavailableError) return undefined
    throw error
  }
}

async function readAt(handle: FileHandle, cursor: TailCursor, lost: boolean): Promise<Piece> {
  const { size, mtime } = await handle.stat()
  const bytes = await read(handle, cursor.offset, Math.min(portion, size - cursor.offset))
  // A line longer than a portion is cut, so that it cannot hold up the rest.
  const end = bytes.lastIndexOf(10) + 1 || (bytes.length === portion ? portion : 0)
  const head = cursor.head.bytes === longestHead ? cursor.head : await headOf(handle, longestHead)
  const lines = bytes.toString('utf8', 0, end).split('\n')
  if (lines.at(-1) === '') lines.pop()
  const cursorAt = (read: number) => ({ file: cursor.file, offset: cursor.offset + read, head })
  return {
    lines,
    cursor: cursorAt(end),
    more: end > 0 && cursor.offset + bytes.length < size,
    written: mtime,
    lost,
    cursorAfter: (count) => cursorAt(count < lines.length ? positionOf(bytes, count) : end),
  }
}

/** Bytes of the first so many lines. */
function positionOf(bytes: Buffer, lines: number): number {
  let position = 0
  for (let line = 0; line < lines; line++) position = bytes.indexOf(10, position) + 1
  return position
}

async function headOf(handle: FileHandle, most: number): Promise<TailCursor['head']> {
  const start = await read(handle, 0, most)
  return { bytes: start.length, hash: createHash('sha256').update(start).digest('base64') }
}

async function read(handle: FileHandle, from: number, most: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(Math.max(0, most))
  let length = 0
  while (length < buffer.length) {
    const { bytesRead } = await handle.read(buffer, length, buffer.length - length, from + length)
    if (bytesRead === 0) break
    length += bytesRead
  }
  return buffer.subarray(0, length)
}

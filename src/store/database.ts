import { constants } from 'node:fs'
import { copyFile, mkdir, rename, rm, stat, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { codeOf, ConfigError, messageOf } from '../core/errors.ts'
import { compact } from './compaction.ts'
import { migrate, versionOf, type Migration } from './migrations.ts'
import { makePool } from './pool.ts'
import { toSession, type Row, type Session, type Values } from './session.ts'

/** The one DuckDB file, opened: mended, migrated, compacted, hardened. */
export interface Database {
  readonly file: string
  /** One sentence for each thing that a person should know of this opening. */
  readonly findings: readonly string[]
  /** The connection of the writer: nobody else uses it. */
  readonly session: Session
  /** A question, on a connection of its own; at most two at a time. */
  rows(sql: string, values?: Values): Promise<Row[]>
  /** After the questions that are under way: DuckDB does not survive a connection that is closed in the middle of one. */
  close(): Promise<void>
}

export interface DatabaseOptions {
  readonly folder: string
  /** Of DuckDB's buffers: `64MB`. The process takes some 150 MB more. */
  readonly memoryLimit: string
  readonly migrations: readonly Migration[]
  now(): Date
}

const readers = 2

/** Opens `hearthwarden.duckdb` in the folder. A file or log that cannot be read is moved aside, never deleted. */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  await mkdir(options.folder, { recursive: true, mode: 0o700 })
  const file = join(options.folder, 'hearthwarden.duckdb')
  const findings: string[] = []
  const instance = await prepare(file, options, findings)
  const session = toSession(await instance.connect())
  const pool = await Promise.all(
    Array.from({ length: readers }, async () => toSession(await instance.connect())),
  )
  await session.run('SET enable_external_access = false')
  await session.run('SET lock_configuration = true')
  const lent = makePool(pool)
  return {
    file,
    findings,
    session,
    rows: (sql, values) => lent.take((reader) => reader.rows(sql, values)),
    async close() {
      await lent.close()
      for (const reader of pool) reader.close()
      session.close()
      instance.closeSync()
    },
  }
}

/** Everything that needs the file system, before external access is switched off. */
async function prepare(file: string, options: DatabaseOptions, findings: string[]): Promise<DuckDBInstance> {
  const instance = await mend(file, options, findings)
  const session = toSession(await instance.connect())
  let compacted = false
  try {
    const version = await versionOf(session)
    if (version > 0 && version < (options.migrations.at(-1)?.version ?? 0)) {
      await session.run('CHECKPOINT')
      await copyFile(file, `${file}.version-${version}`)
    }
    await migrate(session, options.migrations, options.now())
    compacted = await compact(session, `${file}.compacting`)
  } catch (error) {
    session.close()
    instance.closeSync()
    throw error
  }
  session.close()
  if (!compacted) return instance
  instance.closeSync()
  await rename(`${file}.compacting`, file)
  return open(file, options)
}

/** Opens the file; what cannot be read of it is moved aside, and a finding tells so. */
async function mend(file: string, options: DatabaseOptions, findings: string[]): Promise<DuckDBInstance> {
  const aside = `damaged-${options.now().toISOString().replaceAll(':', '')}`
  try {
    return await open(file, options)
  } catch (error) {
    const message = messageOf(error)
    const wal = `${file}.wal`
    if (/WAL/.test(message) && (await isThere(wal))) {
      const kept = `${wal}.${aside}`
      if (!(await isThere(kept))) await copyFile(wal, kept, constants.COPYFILE_EXCL)
      // The log is whole up to the entry that the error names; without a name nothing of it can be used.
      const whole = Number(/entry at byte position (\d+)/.exec(message)?.[1] ?? 0) - entryHead
      const { size } = await stat(wal)
      if (whole > 0 && whole < size) await truncate(wal, whole)
      else await rm(wal)
      findings.push(
        `the newest writes to the database were damaged: what could be read was kept, the whole log was copied to ${kept}`,
      )
      return mend(file, options, findings)
    }
    if (damage.test(message)) {
      await rename(file, `${file}.${aside}`)
      if (await isThere(wal)) await rename(wal, `${wal}.${aside}`)
      findings.push(
        `the database could not be read and was moved aside (${file}.${aside}); a new one was begun`,
      )
      return open(file, options)
    }
    throw new ConfigError(
      /Conflicting lock/.test(message)
        ? `another process has opened the data folder ${options.folder}: stop the daemon that runs there, or choose another folder`
        : `the database ${file} cannot be opened (${message}): check the data folder and its rights`,
      { cause: error },
    )
  }
}

/** Bytes of an entry of the log before what its named position means: its size and its checksum. */
const entryHead = 16

const damage =
  /not a valid DuckDB database|Corrupt database|checksum|Could not read enough bytes|INTERNAL Error|Serialization Error/

function open(file: string, { folder, memoryLimit }: DatabaseOptions): Promise<DuckDBInstance> {
  return DuckDBInstance.create(file, {
    memory_limit: memoryLimit,
    threads: '2',
    // Each column of each table holds a block in memory: with 256 kB, as is usual, 8 MB more at rest.
    default_block_size: '65536',
    // What a question took goes back to the system at its end: 13 MB less at rest.
    allocator_flush_threshold: '1MB',
    allocator_bulk_deallocation_flush_threshold: '1MB',
    temp_directory: join(folder, 'temporary'),
    // Without it each INSERT of a transaction holds blocks of its own: a hundred of them fill 64 MB.
    preserve_insertion_order: 'true',
  })
}

async function isThere(file: string): Promise<boolean> {
  const found = await stat(file).catch((error: unknown) =>
    codeOf(error) === 'ENOENT' ? undefined : Promise.reject(error),
  )
  return found !== undefined
}

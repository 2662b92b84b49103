import { ConfigError } from '../core/errors.ts'
import { judgementTables } from './judgement-tables.ts'
import type { Session } from './session.ts'

/** One step of the schema. Once released, a step is never edited: a change is a new step. */
export interface Migration {
  readonly version: number
  readonly statements: readonly string[]
}

const common = 'seq BIGINT, "at" TIMESTAMP, device VARCHAR, source VARCHAR, imported BOOLEAN, address VARCHAR'

/** All steps, in order. `kinds.ts` must agree with the tables of events that they lead to; a test sees to it. */
export const migrations: readonly Migration[] = [
  {
    version: 1,
    statements: [
      'CREATE TABLE meta (name VARCHAR, value VARCHAR)',
      'CREATE TABLE cursors (loop VARCHAR, cursor VARCHAR)',
      // events, a table for each kind
      `CREATE TABLE dns_query (${common}, qname VARCHAR, qtype VARCHAR, domain VARCHAR)`,
      `CREATE TABLE dns_answer (${common}, qname VARCHAR, rcode VARCHAR, answer VARCHAR, origin VARCHAR)`,
      `CREATE TABLE reading (${common}, quantity VARCHAR, sensor VARCHAR, value DOUBLE, unit VARCHAR, "limit" DOUBLE)`,
      `CREATE TABLE presence (${common}, mac VARCHAR, hostname VARCHAR, via VARCHAR)`,
      `CREATE TABLE health (${common}, loop VARCHAR, state VARCHAR, reason VARCHAR)`,
      'CREATE TABLE domain_first (device VARCHAR, domain VARCHAR, qname VARCHAR, "at" TIMESTAMP, seq BIGINT, imported BOOLEAN)',
      // devices
      'CREATE TABLE devices (id VARCHAR, label VARCHAR, provisional BOOLEAN, first_seen TIMESTAMP, last_seen TIMESTAMP)',
      'CREATE TABLE device_addresses (device VARCHAR, address VARCHAR, "at" TIMESTAMP)',
      'CREATE TABLE device_macs (device VARCHAR, mac VARCHAR, "at" TIMESTAMP)',
      'CREATE TABLE device_hostnames (device VARCHAR, hostname VARCHAR, "at" TIMESTAMP)',
      'CREATE TABLE device_aliases (id VARCHAR, device VARCHAR)',
      // threat lists
      'CREATE TABLE indicator_lists (list VARCHAR, edition BIGINT, entries BIGINT, "at" TIMESTAMP)',
      'CREATE TABLE indicators (edition BIGINT, type VARCHAR, value VARCHAR, label VARCHAR)',
      ...judgementTables,
    ],
  },
  {
    version: 2,
    statements: [
      `CREATE TABLE connection (${common}, flow VARCHAR, state VARCHAR, protocol VARCHAR, originator VARCHAR, originator_port DOUBLE, responder VARCHAR, responder_port DOUBLE, duration DOUBLE, bytes_out DOUBLE, bytes_in DOUBLE, packets_out DOUBLE, packets_in DOUBLE, answered BOOLEAN)`,
      `CREATE TABLE auth_attempt (${common}, outcome VARCHAR, origin VARCHAR, account VARCHAR, unknown_user BOOLEAN, service VARCHAR, method VARCHAR, host VARCHAR, times DOUBLE)`,
      `CREATE TABLE host_scan (${common}, state VARCHAR, ports VARCHAR, open DOUBLE)`,
      `CREATE TABLE service (${common}, protocol VARCHAR, port DOUBLE, service VARCHAR, product VARCHAR, version VARCHAR)`,
      `CREATE TABLE process (${common}, name VARCHAR, state VARCHAR, "count" DOUBLE, reason VARCHAR)`,
      `CREATE TABLE container (${common}, name VARCHAR, state VARCHAR, image VARCHAR, restarts DOUBLE, exit_code DOUBLE, reason VARCHAR)`,
      `CREATE TABLE log_line (${common}, host VARCHAR, program VARCHAR, pid DOUBLE, facility VARCHAR, severity VARCHAR, message VARCHAR, template VARCHAR)`,
    ],
  },
  {
    version: 3,
    statements: [
      // what Home Assistant knows
      'CREATE TABLE home_devices (mac VARCHAR, name VARCHAR, area VARCHAR, owner VARCHAR)',
      'CREATE TABLE people (id VARCHAR, name VARCHAR, home BOOLEAN, "at" TIMESTAMP)',
    ],
  },
  {
    version: 4,
    statements: ['CREATE TABLE device_sources (device VARCHAR, source VARCHAR, "at" TIMESTAMP)'],
  },
  {
    version: 5,
    statements: ['ALTER TABLE container ADD COLUMN ordered BOOLEAN'],
  },
]

/** The version of the schema in this file; 0 when it is empty. */
export async function versionOf(session: Session): Promise<number> {
  const [table] = await session.rows(
    "SELECT 1 FROM duckdb_tables() WHERE table_name = 'schema_version' AND NOT internal",
  )
  if (!table) return 0
  const [row] = await session.rows('SELECT max(version) AS version FROM schema_version')
  return Number(row?.['version'] ?? 0)
}

/** Brings the schema to the newest version, in one transaction. */
export async function migrate(session: Session, steps: readonly Migration[], now: Date): Promise<void> {
  const version = await versionOf(session)
  const newest = steps.at(-1)?.version ?? 0
  if (version > newest)
    throw new ConfigError(
      `the database was written by a newer Hearthwarden (its schema is ${version}, this program knows ${newest}): update the program, or choose another data folder`,
    )
  if (version === newest) return
  await session.run('BEGIN')
  try {
    if (version === 0) await session.run('CREATE TABLE schema_version (version BIGINT, "at" TIMESTAMP)')
    for (const step of steps.filter((candidate) => candidate.version > version)) {
      for (const statement of step.statements) await session.run(statement)
      await session.run('INSERT INTO schema_version VALUES ($version, $now)', { version: step.version, now })
    }
    await session.run('COMMIT')
  } catch (error) {
    await session.run('ROLLBACK')
    throw error
  }
}

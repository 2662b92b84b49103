import { openBaselines } from './baselines.ts'
import { openCursors } from './cursors.ts'
import { openDatabase } from './database.ts'
import { openDevices } from './devices.ts'
import { openEvents } from './events.ts'
import { openFirstAsked } from './first-asked.ts'
import { openGrants } from './grants.ts'
import { backUp, restore } from './history.ts'
import { openHousehold } from './household.ts'
import { openIndicators } from './indicators.ts'
import { openJudgements } from './judgements.ts'
import { openMeta } from './meta.ts'
import { migrations } from './migrations.ts'
import { periodCounts, sourcesOf } from './period.ts'
import { makeReader } from './reader.ts'
import { search } from './search.ts'
import { situation } from './situation.ts'
import { steps } from './steps.ts'
import type { Store } from './store.ts'
import { openSurroundings } from './surroundings.ts'
import { stats, totals } from './tallies.ts'
import { makeUpkeep } from './upkeep.ts'
import { makeWriter } from './writer.ts'

export interface StoreOptions {
  /** Where everything is that this installation knows. Made when it is not there. */
  readonly folder: string
  /** Of the database's buffers, `64MB` unless said otherwise; the process takes some 150 MB more. */
  readonly memoryLimit?: string
  readonly now: () => Date
  /** Gives numbers from 0 up to 1: for the id of the installation. */
  readonly random?: () => number
}

/**
 * Opens the data folder. One process may: a second one gets a `ConfigError`. What is damaged is moved aside, and
 * `meta.findings` tells so.
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  const { folder, memoryLimit = '64MB', now, random = Math.random } = options
  const database = await openDatabase({ folder, memoryLimit, migrations, now })
  const writer = makeWriter(database.session)
  try {
    const findings = [...database.findings]
    const room = { folder, now, found: (sentence: string) => void findings.push(sentence) }
    await writer.between((session) => restore(room, session))
    const meta = await openMeta(database, writer, { now, random, findings })
    const cursors = await openCursors(database, writer)
    const surroundings = await openSurroundings(database, writer)
    const devices = await openDevices({ database, writer, surroundings, now })
    const firstAsked = await openFirstAsked(database)
    const { save, newest } = await openEvents({ database, writer, cursors, devices, firstAsked })
    const indicators = await openIndicators(database, writer, now)
    const upkeep = makeUpkeep({
      database,
      writer,
      cursors,
      newest,
      backUp: () => writer.between((session) => backUp(folder, session, newest())),
    })
    const reader = makeReader({
      database,
      networksOf: indicators.networksOf,
      edition: () => [devices.merges(), indicators.changes(), upkeep.drops()].join('.'),
      newest,
    })
    return {
      meta,
      cursors,
      devices,
      indicators,
      upkeep,
      ...(await openJudgements({ database, writer, cursors, devices, surroundings, now })),
      events: {
        save,
        round: writer.round,
        newest,
        reader,
        steps: (ask) => steps(database, ask),
        search: (ask) => search(database, devices.resolve, ask),
        stats: () => stats(database),
        totals: (from, to) => totals(database, from, to),
        counts: (window) => periodCounts(database, window),
        sources: (device, from, to) => sourcesOf(database, device, { from, to }),
        situation: (from, now) => situation(database, from, now),
      },
      baselines: await openBaselines({ ...room, database, writer, devices, newest }),
      grants: await openGrants({ ...room, changed: () => writer.wake(new Set(['grants'])) }),
      household: openHousehold(room),
      surroundings,
      commit: writer.commit,
      changed: writer.changed,
      async close() {
        try {
          await devices.saveSights()
        } finally {
          await writer.close()
          await database.close()
        }
      },
    }
  } catch (error) {
    await writer.close()
    await database.close()
    throw error
  }
}

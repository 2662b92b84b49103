import { mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Baseline } from '../core/baseline.ts'
import { toDeviceId, type DeviceId } from '../core/device.ts'
import {
  countNew,
  deviceSchema,
  emptyDevice,
  toBaselines,
  withSamples,
  type DeviceFile,
} from './baseline-file.ts'
import type { Database } from './database.ts'
import { openFile, stamp, type JsonFile, type Room } from './file.ts'
import { textOf } from './rows.ts'
import { learnedThrough, newSpans, recordFirsts, samplesOf, type Marks, type Sample } from './samples.ts'
import { daily, hourly, type Rhythm } from './spans.ts'
import type { Baselines, Devices } from './store.ts'
import type { Writer } from './writer.ts'

/** So many spans are reckoned at a time: memory stays flat when much is imported. */
const piece = 500

export interface BaselineParts extends Room {
  readonly database: Database
  readonly writer: Writer
  readonly devices: Pick<Devices, 'get'>
  /** The newest number committed. */
  readonly newest: () => number
}

/** What is kept in memory of a device's file; its samples stay there. */
interface Learned {
  readonly baselines: ReadonlyMap<string, Baseline>
  readonly stamp: string | undefined
}

/**
 * `baselines/<device>.json` of the data folder. Each hour or day that has ended and holds something new is reckoned anew
 * as a whole: late and imported events count as if they had come in time, and a kill at any moment costs nothing. An
 * hour without events gives no sample, and what is dated two days ahead is not learned. A person may correct a file at
 * any time, say `"fixed": true` of a subject, or delete the file to have it learned again from what is stored.
 */
export async function openBaselines(parts: BaselineParts): Promise<Baselines> {
  const { database, devices } = parts
  const folder = join(parts.folder, 'baselines')
  const pathOf = (device: DeviceId) => join(folder, `${device}.json`)
  const learned = new Map<DeviceId, Learned>()
  /** Ids that were merged into a device when it was last learned as a whole. */
  const merged = new Map<DeviceId, readonly string[]>()
  const marks = new Map<Rhythm, Marks>([
    [hourly, nothing],
    [daily, nothing],
  ])

  /** Events after this number are new for this device, whatever was learned. */
  function mark(device: DeviceId, through: DeviceFile['through']): void {
    for (const [rhythm, known] of marks)
      marks.set(rhythm, { ...known, devices: new Map(known.devices).set(device, through[rhythm.name]) })
  }

  async function open(device: DeviceId): Promise<JsonFile<DeviceFile>> {
    return openFile({ ...parts, path: pathOf(device), schema: deviceSchema, empty: emptyDevice(device) })
  }

  async function keep(device: DeviceId, file: JsonFile<DeviceFile>): Promise<void> {
    const baselines = toBaselines(device, file.data())
    learned.set(device, {
      baselines: new Map(baselines.map((baseline) => [baseline.subject, baseline])),
      stamp: await stamp(pathOf(device)),
    })
  }

  /** Takes over what people have changed in the folder. */
  async function followFiles(): Promise<void> {
    const there = new Set(await devicesIn(folder))
    for (const device of there) {
      if (learned.get(device)?.stamp === (await stamp(pathOf(device)))) continue
      const file = await open(device)
      await keep(device, file)
      merged.set(device, file.data().merged)
      mark(device, file.data().through)
    }
    for (const device of learned.keys()) {
      if (there.has(device)) continue
      learned.delete(device)
      mark(device, { hourly: 0, daily: 0 })
    }
  }

  /** A device that was merged into another is learned as a part of that, from its beginning. */
  async function followMerges(): Promise<void> {
    const rows = await database.rows('SELECT id, device FROM device_aliases ORDER BY id')
    const now = Map.groupBy(rows, (row) => toDeviceId(textOf(row, 'device')))
    for (const [device, its] of now) {
      const ids = its.map((row) => textOf(row, 'id'))
      if (ids.join() === (merged.get(device) ?? []).join()) continue
      merged.set(device, ids)
      mark(device, { hourly: 0, daily: 0 })
      for (const id of ids.map(toDeviceId)) {
        if (!learned.delete(id)) continue
        for (const path of [pathOf(id), `${pathOf(id)}.bak`]) await rm(path, { force: true })
      }
    }
  }

  async function spansOf(ask: { rhythm: Rhythm; marks: Marks; now: Date }): Promise<readonly Date[]> {
    const starts = await newSpans(database, ask)
    if (ask.rhythm !== daily || starts.length === 0) return starts
    await recordFirsts(database, parts.writer, ask.marks)
    return newSpans(database, ask)
  }

  async function learnRhythm(rhythm: Rhythm, known: Marks, now: Date): Promise<number> {
    const newest = parts.newest()
    const ask = { rhythm, marks: known, now, newest }
    const through = await learnedThrough(database, ask)
    const starts = (await spansOf(ask)).slice(-rhythm.kept)
    let taken = 0
    for (let from = 0; from < starts.length; from += piece) {
      const samples = await samplesOf(database, { ...ask, starts: starts.slice(from, from + piece) })
      const isLast = from + piece >= starts.length
      for (const [device, its] of Map.groupBy(samples, (sample) => sample.device))
        taken += await save(device, { rhythm, samples: its, ...(isLast && { through }) })
    }
    marks.set(rhythm, { otherwise: through, devices: new Map(), seen: { seq: newest, at: now } })
    return taken
  }

  /** How far a device is learned: the file may lag behind, as nothing is written while nothing changes. */
  function throughOf(device: DeviceId, { through }: DeviceFile): DeviceFile['through'] {
    const known = [...marks].filter(([, { devices: behind }]) => !behind.has(device))
    return { ...through, ...Object.fromEntries(known.map(([{ name }, { otherwise }]) => [name, otherwise])) }
  }

  /** Writes a device's file when that changes anything. `through` comes with the last samples of a learning. */
  async function save(
    device: DeviceId,
    { rhythm, samples, through }: { rhythm: Rhythm; samples: readonly Sample[]; through?: number },
  ): Promise<number> {
    const file = await open(device)
    const taken = countNew(file.data(), samples, rhythm)
    if (taken === 0) return 0
    await file.change((data) => ({
      ...data,
      name: devices.get(device)?.name ?? data.name,
      through: { ...throughOf(device, data), ...(through !== undefined && { [rhythm.name]: through }) },
      merged: [...(merged.get(device) ?? [])],
      subjects: withSamples(data.subjects, samples, rhythm),
    }))
    await keep(device, file)
    return taken
  }

  await mkdir(folder, { recursive: true, mode: 0o700 })
  await followFiles()

  return {
    get: (device, subject) => learned.get(device)?.baselines.get(subject),
    list: (device) =>
      [...learned]
        .filter(([its]) => device === undefined || its === device)
        .flatMap(([, { baselines }]) => [...baselines.values()]),
    async learn(now) {
      await followFiles()
      await followMerges()
      let taken = 0
      for (const [rhythm, known] of [...marks]) taken += await learnRhythm(rhythm, known, now)
      return taken
    },
  }
}

const nothing: Marks = { otherwise: 0, devices: new Map(), seen: { seq: 0, at: new Date(0) } }

async function devicesIn(folder: string): Promise<DeviceId[]> {
  const names = (await readdir(folder)).map((file) => /^([a-z0-9-]{1,64})\.json$/.exec(file)?.[1])
  return names.filter((name) => name !== undefined).map(toDeviceId)
}

import { readdir, readFile, realpath } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { codeOf } from '../../core/errors.ts'
import type { Chip } from '../../formats/sensors.ts'

/**
 * The chips and thermal zones of Linux, with their temperatures
 * (https://docs.kernel.org/hwmon/sysfs-interface.html, https://docs.kernel.org/driver-api/thermal/sysfs-api.html).
 * A zone that the kernel shows as a chip too, or whose chip shows more, is left out. `root` is `/sys`.
 */
export async function sysfsChips(root: string): Promise<Chip[]> {
  const chips = await Promise.all((await foldersOf(join(root, 'class/hwmon'), /^hwmon\d+$/)).map(toChip))
  const names = new Set(chips.map(({ name }) => name))
  const zones = await Promise.all(
    (await foldersOf(join(root, 'class/thermal'), /^thermal_zone\d+$/)).map(toZone),
  )
  const others = zones.filter(
    ({ name }) =>
      !names.has(name.replaceAll('-', '_')) && !(name === 'x86_pkg_temp' && names.has('coretemp')),
  )
  return [...chips, ...others].filter(({ sensors }) => sensors.length > 0)
}

async function toChip(folder: string): Promise<Chip> {
  const files = await namesOf(folder)
  const places = files.flatMap((file) => /^(temp\d+)_input$/.exec(file)?.[1] ?? [])
  const sensors = await Promise.all(places.map((place) => toSensors(folder, place)))
  return {
    name: (await textOf(join(folder, 'name'))) ?? basename(folder),
    place: await deviceOf(folder),
    sensors: sensors.flat(),
  }
}

async function toSensors(folder: string, place: string): Promise<Chip['sensors']> {
  const read = (part: string) => textOf(join(folder, `${place}_${part}`))
  const value = toDegrees(await read('input'))
  if (value === undefined || (await read('fault')) === '1') return []
  const limits = [toDegrees(await read('crit')) ?? 0, toDegrees(await read('max')) ?? 0]
  return [{ label: (await read('label')) ?? place, place, value, limits }]
}

async function toZone(folder: string): Promise<Chip> {
  const value = toDegrees(await textOf(join(folder, 'temp')))
  const name = (await textOf(join(folder, 'type'))) ?? basename(folder)
  const critical = (await namesOf(folder)).filter((file) => /^trip_point_\d+_type$/.test(file))
  const limits: number[] = []
  for (const file of critical) {
    if ((await textOf(join(folder, file))) !== 'critical') continue
    limits.push(toDegrees(await textOf(join(folder, file.replace('_type', '_temp')))) ?? 0)
  }
  const place = basename(folder)
  return {
    name,
    place,
    sensors: value === undefined ? [] : [{ label: 'temp', place: 'temp', value, limits }],
  }
}

/** The device that the chip is part of: `coretemp.0`, `nvme0`, a PCI address; numbers of chips change with each start. */
async function deviceOf(folder: string): Promise<string> {
  try {
    return basename(await realpath(join(folder, 'device')))
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return basename(folder)
    throw error
  }
}

async function foldersOf(folder: string, name: RegExp): Promise<string[]> {
  return (await namesOf(folder)).filter((one) => name.test(one)).map((one) => join(folder, one))
}

/** In order of their numbers. */
async function namesOf(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true }))
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'EACCES') return []
    throw error
  }
}

/** Undefined when it is not there, not ours to read, or its device does not answer (a Wi-Fi chip that is off). */
async function textOf(file: string): Promise<string | undefined> {
  try {
    return (await readFile(file, 'utf8')).trim()
  } catch (error) {
    if (error instanceof Error && 'syscall' in error) return undefined
    throw error
  }
}

/** From millidegrees. */
function toDegrees(text: string | undefined): number | undefined {
  return text !== undefined && /^-?\d{1,9}$/.test(text) ? Number(text) / 1000 : undefined
}

import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, it } from 'node:test'
import temperature from '../../src/collectors/temperature.ts'
import { collect, contextOf } from './collecting.ts'

let folder = ''
const searched = process.env['PATH']
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'temperature-'))
  // No program of this machine is found, only those that a test puts there.
  process.env['PATH'] = folder
})
afterEach(() => {
  process.env['PATH'] = searched
  rmSync(folder, { recursive: true })
})

/** `/sys` as it was on a real machine: the real folders, and the links to them. */
function makeTree(): void {
  const tree: unknown = JSON.parse(
    readFileSync(new URL('temperature/sys-tree.json', import.meta.url), 'utf8'),
  )
  for (const [path, content] of Object.entries(tree ?? {})) put(path.slice('sys/'.length), `${content}\n`)
  const linked = [
    'pci0000:40/0000:40:01.3/0000:45:00.0/hwmon/hwmon0',
    'platform/coretemp.0/hwmon/hwmon0',
    'platform/coretemp.1/hwmon/hwmon1',
    'platform/bogus.0/hwmon/hwmon5',
  ]
  for (const [number, path] of linked.entries()) {
    symlinkSync(join(folder, 'devices', path), join(folder, `class/hwmon/hwmon1${number}`))
    symlinkSync('../..', join(folder, 'devices', path, 'device'))
  }
  const nvme = join(folder, 'devices/pci0000:00/0000:00:02.1/0000:01:00.0/nvme/nvme0/hwmon3')
  symlinkSync(nvme, join(folder, 'class/hwmon/hwmon3'))
  symlinkSync('..', join(nvme, 'device'))
  mkdirSync(join(folder, 'class/thermal'))
  symlinkSync(
    join(folder, 'devices/virtual/thermal/thermal_zone0'),
    join(folder, 'class/thermal/thermal_zone0'),
  )
}

function put(path: string, content: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true })
  writeFileSync(join(folder, path), content)
}

/** A program that prints a fixture. */
function program(name: string, fixture: string): void {
  const file = fileURLToPath(new URL(`../formats/sensors/${fixture}`, import.meta.url))
  writeFileSync(join(folder, name), `#!/bin/sh\nexec /bin/cat '${file}'\n`, { mode: 0o755 })
}

async function readings(): Promise<string[]> {
  const { observations } = await collect(temperature, { options: { every: 60, sysfs: folder } })
  return observations.map((one) =>
    one.kind === 'reading' ? `${one.sensor} ${one.value} ${one.limit ?? '-'}` : one.kind,
  )
}

describe('the temperature of this machine', () => {
  it('is what the kernel shows', async () => {
    makeTree()
    const cores = ['Physical id 0 55 100', 'Core 0 54 100', 'Core 1 52 100', 'Core 2 53 100', 'Core 3 50 100']
    assert.deepEqual(await readings(), [
      'nvme/Composite 43.85 94.85',
      'nvme/Sensor 1 43.85 -',
      'nvme/Sensor 2 45.85 -',
      'nvme/Sensor 8 43.85 -',
      'hwmon4/foosensor temp1 55 100',
      'hwmon4/foosensor temp2 54 100',
      'i350bb/loc1 50 110',
      ...cores.map((core) => `coretemp.0/${core}`),
      ...cores.map((core) => `coretemp.1/${core}`),
      'cpu-thermal/temp 12.376 -',
    ])
  })

  it('leaves out a zone that is a chip too, and a sensor that is broken', async () => {
    put('class/thermal/thermal_zone0/type', 'cpu-thermal')
    put('class/thermal/thermal_zone0/temp', '48312')
    put('class/hwmon/hwmon0/name', 'cpu_thermal')
    put('class/hwmon/hwmon0/temp1_input', '48312')
    put('class/hwmon/hwmon0/temp2_input', '50000')
    put('class/hwmon/hwmon0/temp2_fault', '1')
    put('class/hwmon/hwmon0/temp3_input', 'what')
    assert.deepEqual(await readings(), ['cpu_thermal/temp1 48.312 -'])
  })

  it('knows where a zone becomes critical', async () => {
    put('class/thermal/thermal_zone3/type', 'soc')
    put('class/thermal/thermal_zone3/temp', '51000')
    put('class/thermal/thermal_zone3/trip_point_0_type', 'passive')
    put('class/thermal/thermal_zone3/trip_point_0_temp', '80000')
    put('class/thermal/thermal_zone3/trip_point_1_type', 'critical')
    put('class/thermal/thermal_zone3/trip_point_1_temp', '110000')
    assert.deepEqual(await readings(), ['soc/temp 51 110'])
  })

  it('is what lm-sensors prints where the kernel shows nothing, and the graphics cards', async () => {
    program('sensors', 'sensors-j-with-read-error.txt')
    program('nvidia-smi', 'nvidia-smi-csv-3090-two-cards.csv')
    assert.deepEqual((await readings()).slice(-3), [
      'nvme/Sensor 2 37.85 -',
      'nvidia/GPU 0 42 -',
      'nvidia/GPU 1 37 -',
    ])
  })

  it('is nothing, and no error, on a machine without sensors', async () => {
    assert.deepEqual(await readings(), [])
    const [check] = await temperature.check(contextOf({ every: 60, sysfs: folder }))
    assert.deepEqual(check, {
      ok: true,
      optional: true,
      message: 'This machine shows no temperature sensors',
    })
  })
})

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { parseNvidiaCsv, parseSensorsJson, toTemperatures, type Chip } from '../../src/formats/sensors.ts'

const fixture = (name: string) => readFileSync(new URL(`sensors/${name}`, import.meta.url), 'utf8')
const chip = (name: string, place: string, ...values: number[]): Chip => ({
  name,
  place,
  sensors: values.map((value, index) => ({ label: 'temp', place: `temp${index + 1}`, value, limits: [] })),
})
const namesOf = (chips: readonly Chip[]) => toTemperatures(chips).map(({ sensor }) => sensor)

describe('the output of sensors -j', () => {
  it('is read although an error stands in it', () => {
    assert.deepEqual(toTemperatures(parseSensorsJson(fixture('sensors-j-with-read-error.txt')) ?? []), [
      { sensor: 'coretemp/Package id 0', value: 51, limit: 105 },
      { sensor: 'coretemp/Core 0', value: 40, limit: 105 },
      { sensor: 'coretemp/Core 1', value: 40, limit: 105 },
      { sensor: 'acpitz/temp1', value: 27.8, limit: 119 },
      { sensor: 'nvme/Composite', value: 35.85, limit: 84.85 },
      { sensor: 'nvme/Sensor 1', value: 35.85 },
      { sensor: 'nvme/Sensor 2', value: 37.85 },
    ])
  })

  it('is read with a comma too many', () => {
    const text = '{"k10temp-pci-00c3":{"Adapter":"PCI","Tctl":{"temp1_input":51.5,\nERROR: Can\'t read\n}}}'
    assert.deepEqual(toTemperatures(parseSensorsJson(text) ?? []), [{ sensor: 'k10temp/Tctl', value: 51.5 }])
  })

  it('may be no such text', () => {
    for (const text of ['', 'No sensors found!', '[1]', '{"a":1}', '{', ','.repeat(100_000)])
      assert.equal(parseSensorsJson(text), undefined)
  })
})

describe('a temperature', () => {
  it('is left out when it cannot be true', () => {
    const values = toTemperatures([chip('a', 'a', -273.15, -128, -40, 0, 127, 150, 255, -5, 0.5, 149)])
    assert.deepEqual(
      values.map(({ value }) => value),
      [-5, 0.5, 149],
    )
  })

  it('has a name of its own', () => {
    assert.deepEqual(namesOf([chip('coretemp', 'coretemp.0', 40), chip('nvme', 'nvme0', 40)]), [
      'coretemp/temp',
      'nvme/temp',
    ])
    assert.deepEqual(namesOf([chip('nvme', 'nvme0', 40), chip('nvme', 'nvme1', 40)]), [
      'nvme0/temp',
      'nvme1/temp',
    ])
    assert.deepEqual(namesOf([chip('amdgpu', '0000:03:00.0', 40), chip('amdgpu', '0000:07:00.0', 40)]), [
      'amdgpu-0000:03:00.0/temp',
      'amdgpu-0000:07:00.0/temp',
    ])
    assert.deepEqual(namesOf([chip('x', 'x', 40, 41)]), ['x/temp temp1', 'x/temp temp2'])
  })
})

describe('the output of nvidia-smi', () => {
  it('is read whatever its columns', () => {
    const two = (a: number, b: number) => [
      { sensor: 'nvidia/GPU 0', value: a },
      { sensor: 'nvidia/GPU 1', value: b },
    ]
    assert.deepEqual(parseNvidiaCsv(fixture('nvidia-smi-csv-3090-two-cards.csv')), two(42, 37))
    assert.deepEqual(parseNvidiaCsv(fixture('nvidia-smi-csv-v100-nounits.csv')), two(30, 62))
  })

  it('may not tell', () => {
    assert.deepEqual(parseNvidiaCsv('index, temperature.gpu\n0, [N/A]\n1, 44\n'), [
      { sensor: 'nvidia/GPU 1', value: 44 },
    ])
    for (const text of ['', 'No devices were found', 'index\n0']) assert.deepEqual(parseNvidiaCsv(text), [])
  })
})

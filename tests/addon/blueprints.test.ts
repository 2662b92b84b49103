import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { parse } from 'yaml'
import * as z from 'zod'

const folder = 'addon/blueprints'
const schema = z.object({
  blueprint: z.object({
    name: z.string().startsWith('Hearthwarden: '),
    description: z.string().regex(/ Version \d+\.$/),
    domain: z.literal('automation'),
    source_url: z.string(),
    homeassistant: z.object({ min_version: z.string().regex(/^\d{4}\.\d+\.\d+$/) }),
    input: z.record(z.string(), z.object({ name: z.string(), selector: z.record(z.string(), z.json()) })),
  }),
  mode: z.enum(['single', 'restart', 'queued', 'parallel']),
  triggers: z.array(z.json()).min(1),
  actions: z.array(z.json()).min(1),
})
const input = { tag: '!input', resolve: (name: string) => `input ${name}` }

for (const file of readdirSync(folder))
  test(`${file} says what it is, whence it comes and what it asks for, and uses all that it asks for`, () => {
    const text = readFileSync(`${folder}/${file}`, 'utf8')
    const { blueprint } = schema.parse(parse(text, { customTags: [input] }))
    assert.equal(
      blueprint.source_url,
      `https://github.com/hearthwarden/hearthwarden/blob/main/${folder}/${file}`,
    )
    const link = `blueprint_import/?blueprint_url=${encodeURIComponent(blueprint.source_url)})`
    assert.equal(readFileSync('DOCS.md', 'utf8').includes(link), true, 'DOCS has the link that imports it')
    const used = [...text.matchAll(/!input (\w+)/g)].map(([, name = '']) => name)
    assert.deepEqual([...new Set(used)].toSorted(), Object.keys(blueprint.input).toSorted())
  })

import { readFileSync, writeFileSync } from 'node:fs'
import * as z from 'zod'
import { groups } from '../src/app.ts'
import { makeProgram } from '../src/cli.ts'
import { type Option, optionsOf, variable } from '../src/config.ts'
import { flatName } from '../src/config-file.ts'
import { metaOf } from '../src/core/options.ts'
import { rules, unlisted } from '../src/triage/rules.ts'

/**
 * Writes what follows from the options and the rules: tables in DOCS.md, the example of an options file, the form of
 * Home Assistant in config.yaml and its English words. With `--check` it writes nothing and fails when a file would change.
 */
const written: Readonly<Record<string, (before: string) => string>> = {
  'DOCS.md': (before) =>
    [
      ['options', optionTables()],
      ['bands', bandTable()],
      ['commands', commandTable()],
    ].reduce((text, [name = '', content = '']) => between(text, name, content), before),
  'options.example.yaml': exampleFile,
  'config.yaml': (before) => between(before, 'form', supervisorForm()),
  'translations/en.yaml': translations,
}

const essentials = groups.flatMap((group) =>
  optionsOf(group)
    .filter(({ schema }) => metaOf(schema).essential)
    .map((option) => ({ ...option, flat: flatName(`${group.path}.${option.name}`) })),
)

/** Replaces what stands between the two marks of this name; they are comments in Markdown and in YAML. */
function between(text: string, name: string, content: string): string {
  const [open, close] = [`generated:${name}`, `end:${name}`]
  const start = text.indexOf('\n', text.indexOf(open)) + 1
  const end = text.lastIndexOf('\n', text.indexOf(close)) + 1
  if (start === 0 || end === 0) throw new Error(`the marks ${open} and ${close} are missing`)
  return `${text.slice(0, start)}${content}${text.slice(end)}`
}

interface Json {
  readonly type?: string
  readonly enum?: readonly string[]
  readonly minimum?: number
  readonly maximum?: number
  readonly pattern?: string
  readonly format?: string
  readonly default?: unknown
}

function jsonOf(schema: z.ZodType): Json {
  const shape = z.object({
    type: z.string().optional(),
    enum: z.array(z.string()).optional(),
    minimum: z.number().optional(),
    maximum: z.number().optional(),
    pattern: z.string().optional(),
    format: z.string().optional(),
    default: z.unknown().optional(),
  })
  const {
    type,
    enum: words,
    minimum,
    maximum,
    pattern,
    format,
    default: fallback,
  } = shape.parse(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }))
  return {
    ...(type !== undefined && { type }),
    ...(words && { enum: words }),
    ...(minimum !== undefined && { minimum }),
    ...(maximum !== undefined && { maximum }),
    ...(pattern !== undefined && { pattern }),
    ...(format !== undefined && { format }),
    ...(fallback !== undefined && { default: fallback }),
  }
}

function optionTables(): string {
  return groups
    .map((group) => {
      const places = group.isList ? ' A list of these is several places.' : ''
      const rows = optionsOf(group).map((option) => optionRow(option))
      const head = '| Option | Default | Meaning |\n| --- | --- | --- |'
      return `\n### ${group.title}: \`${group.path}\`\n\nEnvironment: \`${variable(group.path)}_…\`.${places}\n\n${head}\n${rows.join('\n')}\n`
    })
    .join('')
    .concat('\n')
}

function optionRow({ name, schema }: Option): string {
  const { title, description } = metaOf(schema)
  const json = jsonOf(schema)
  const fallback = json.default === undefined ? '' : `\`${JSON.stringify(json.default)}\``
  const words = json.enum ? ` One of ${json.enum.map((word) => `\`${word}\``).join(', ')}.` : ''
  return `| \`${name}\` | ${fallback} | **${title}.** ${cell(description)}${words} |`
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ')
}

function bandTable(): string {
  const rows = [...rules, { ...unlisted, detector: 'any other' }].map(
    ({ detector, band, why }) =>
      `| \`${detector}\` | ${band.floor} | ${band.default} | ${band.ceiling} | ${cell(why)} |`,
  )
  return `\n| Detector | Floor | Default | Ceiling | Why |\n| --- | --- | --- | --- | --- |\n${rows.join('\n')}\n\n`
}

function commandTable(): string {
  const rows = makeProgram()
    .commands.flatMap((command) => [command, ...command.commands])
    .map((command) => {
      const name = command.parent?.parent ? `${command.parent.name()} ${command.name()}` : command.name()
      const words = command.usage().replace('[options]', '').replace('[command]', '').trim()
      const own = command.options.filter(({ long }) => !['--json', '--data', '--config'].includes(long ?? ''))
      const options = own.map(({ flags, description }) => `\`${flags}\` ${description}`).join('<br>')
      return `| \`${`${name} ${words}`.trim()}\` | ${cell(command.description())} | ${cell(options)} |`
    })
  return `\n| Command | What | Options |\n| --- | --- | --- |\n${rows.join('\n')}\n\n`
}

function exampleFile(): string {
  const lines = [
    '# Every option of Hearthwarden, with its default. Written by `npm run generate`; copy what you need.',
    '',
  ]
  let kind = ''
  for (const group of groups) {
    const [first = '', plugin] = group.path.split('.')
    const indent = plugin === undefined ? '' : '  '
    if (plugin === undefined) lines.push(`# ${group.title}`, `#${first}:`)
    else if (first !== kind) lines.push(`#${first}:`)
    if (plugin !== undefined)
      lines.push(`#  # ${group.title}${group.isList ? ' (or a list of these)' : ''}`, `#  ${plugin}:`)
    kind = first
    for (const { name, schema } of optionsOf(group)) {
      const { description } = metaOf(schema)
      const { default: fallback } = jsonOf(schema)
      lines.push(
        `#${indent}  # ${description}`,
        `#${indent}  ${name}: ${fallback === undefined ? '' : JSON.stringify(fallback)}`.trimEnd(),
      )
    }
    lines.push('')
  }
  return lines.join('\n')
}

function supervisorForm(): string {
  const defaults = essentials.flatMap(({ flat, schema }) => {
    const { default: fallback, type } = jsonOf(schema)
    return fallback === undefined || type === 'array' ? [] : [`  ${flat}: ${JSON.stringify(fallback)}`]
  })
  const types = essentials.map(({ flat, schema }) => `  ${flat}: ${supervisorType(schema)}`)
  return `options:\n${defaults.join('\n')}\nschema:\n${types.join('\n')}\n`
}

/** The Supervisor's own words for types; an option without a default is optional. */
function supervisorType(schema: z.ZodType): string {
  const json = jsonOf(schema)
  const optional = json.default === undefined ? '?' : ''
  if (json.type === 'array') return '["str?"]'
  if (json.enum) return `"list(${json.enum.join('|')})${optional}"`
  if (json.type === 'boolean') return `"bool${optional}"`
  if (json.type === 'integer' || json.type === 'number') {
    const range = [json.minimum, json.maximum].map((bound) =>
      bound === undefined || Math.abs(bound) > 2 ** 52 ? '' : bound,
    )
    return `"${json.type === 'integer' ? 'int' : 'float'}(${range.join(',')})${optional}"`
  }
  if (metaOf(schema).secret) return `"password${optional}"`
  if (json.format === 'uri') return `"url${optional}"`
  return `"str${optional}"`
}

function translations(): string {
  const lines = ['# Written by `npm run generate` from the titles of the options.', 'configuration:']
  for (const { flat, schema } of essentials) {
    const { title, description } = metaOf(schema)
    lines.push(
      `  ${flat}:`,
      `    name: ${JSON.stringify(title)}`,
      `    description: ${JSON.stringify(description)}`,
    )
  }
  return `${lines.join('\n')}\n`
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return '' // not there yet: it is written whole, or its marks are missed
  }
}

const isCheck = process.argv.includes('--check')
for (const [file, make] of Object.entries(written)) {
  const before = textOf(file)
  const after = make(before)
  if (before === after) continue
  if (!isCheck) writeFileSync(file, after)
  else {
    console.error(`${file} is not up to date: run \`npm run generate\``)
    process.exitCode = 1
  }
}

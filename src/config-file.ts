import { readFile } from 'node:fs/promises'
import { extname } from 'node:path'
import { type Group, isRecord, optionsOf } from './config.ts'
import { codeOf, ConfigError, messageOf } from './core/errors.ts'

/** Home Assistant's form is flat: `discord_webhook` stands for `notifiers.discord.webhook`. */
export function flatName(path: string): string {
  const parts = path.split('.')
  const words = parts
    .slice(-2)
    .join('_')
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
  return words.replaceAll('-', '_').toLowerCase()
}

/** What Home Assistant's form holds, in the shape of an options file. Names it does not know are left for the check to name. */
export function unflattened(
  values: Readonly<Record<string, unknown>>,
  groups: readonly Group[],
): Record<string, unknown> {
  const result: Record<string, Record<string, unknown>> = {}
  const rest: Record<string, unknown> = {}
  const essentials = groups.flatMap((group) => optionsOf(group).map(({ name }) => ({ group, name })))
  for (const [key, value] of Object.entries(values)) {
    const option = essentials.find(({ group, name }) => flatName(`${group.path}.${name}`) === key)
    if (option === undefined) rest[key] = value
    else if (value !== null && value !== '') place(result, option.group.path, option.name, value)
  }
  return { ...rest, ...result }
}

function place(
  into: Record<string, Record<string, unknown>>,
  path: string,
  name: string,
  value: unknown,
): void {
  const [kind = '', plugin] = path.split('.')
  const group = (into[kind] ??= {})
  if (plugin === undefined) {
    group[name] = value
    return
  }
  const options = group[plugin]
  if (isRecord(options)) options[name] = value
  else group[plugin] = { [name]: value }
}

/** Reads a YAML, TOML or JSON file by its ending. Throws `ConfigError` in one sentence. */
export async function readOptions(path: string): Promise<Record<string, unknown>> {
  try {
    const text = await readFile(path, 'utf8')
    const values: unknown = await parsed(text, extname(path))
    if (values === null || values === undefined) return {}
    if (!isRecord(values)) throw new ConfigError('it must hold options by name')
    return values
  } catch (error) {
    if (codeOf(error) === 'ENOENT')
      throw new ConfigError(`The options file ${path} is not there: check --config`)
    throw new ConfigError(`The options file ${path} cannot be read: ${messageOf(error)}`, { cause: error })
  }
}

async function parsed(text: string, ending: string): Promise<unknown> {
  if (ending === '.json') return JSON.parse(text)
  if (ending === '.toml') return (await import('smol-toml')).parse(text)
  if (ending === '.yaml' || ending === '.yml') return (await import('yaml')).parse(text)
  throw new ConfigError('its name must end in .yaml, .toml or .json')
}

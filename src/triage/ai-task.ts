import { once } from 'node:events'
import * as z from 'zod'
import { ConfigError, messageOf, UnavailableError } from '../core/errors.ts'
import type { Home } from '../core/home.ts'
import { within } from '../core/time.ts'
import type { Ask, Engine, Reply } from './engine.ts'
import type { TriageOptions } from './options.ts'

/** Seconds: Home Assistant's own bound for an action is a little longer. */
const longest = 110

const preferences = z.object({ gen_data_entity_id: z.string().nullish() })
const generated = z.object({ data: z.unknown() })
const property = z.union([
  z.object({ type: z.literal('string'), enum: z.array(z.string()) }),
  z.object({ type: z.literal('string') }),
  z.object({ type: z.literal('array'), items: z.object({ enum: z.array(z.string()) }) }),
])
const objectSchema = z.object({ properties: z.record(z.string(), property) })

/**
 * The language model that a person has set up in Home Assistant, asked by the action `ai_task.generate_data`:
 * https://www.home-assistant.io/integrations/ai_task/
 */
export function makeAiTask(
  { task, timeout }: Pick<TriageOptions, 'task' | 'timeout'>,
  home: Home | undefined,
): Engine {
  function house(): Home {
    if (home !== undefined) return home
    throw new ConfigError(
      'triage.engine is home-assistant, but there is none: set homeassistant.address and homeassistant.token',
    )
  }

  /** The entity that answers: the one that was chosen, else the one that Home Assistant prefers. */
  async function entityOf(): Promise<string> {
    if (task !== '') return task
    const { gen_data_entity_id: preferred } = preferences.parse(
      await house().send({ type: 'ai_task/preferences/get' }),
    )
    if (preferred) return preferred
    throw new UnavailableError(
      'Home Assistant prefers no AI task: choose one there under Settings › System › AI tasks, or set triage.task',
    )
  }

  async function identify(): Promise<{ name: string; digest: string }> {
    const entity = await entityOf()
    const found = (await house().states()).find(({ entity_id: id }) => id === entity)
    if (found === undefined)
      throw new UnavailableError(`Home Assistant has no ${entity}: choose another in triage.task`)
    if (found.state === 'unavailable')
      throw new UnavailableError(`${entity} is unavailable in Home Assistant`)
    return { name: entity, digest: entity }
  }

  return {
    isChosen: true,
    identify,
    async ask(asked, stop) {
      const deadline = within(Math.min(timeout, longest) * 1000, stop)
      const answer = generate(asked, { home: house(), entity: await entityOf() })
      const over = aborted(deadline)
      const reply = await Promise.race([answer, over])
      stop.throwIfAborted()
      return reply
    },
    async check() {
      try {
        const { name } = await identify()
        return [{ ok: true, message: `Home Assistant answers with ${name}` }]
      } catch (error) {
        if (!(error instanceof UnavailableError) && !(error instanceof ConfigError)) throw error
        return [{ ok: false, message: error.message }]
      }
    },
  }
}

async function generate(
  { prompt, format }: Ask,
  { home, entity }: { readonly home: Home; readonly entity: string },
): Promise<Reply> {
  try {
    const response = await home.call({
      domain: 'ai_task',
      service: 'generate_data',
      data: {
        task_name: 'Hearthwarden',
        entity_id: entity,
        instructions: `${prompt.system}\n\n${prompt.user}`,
        structure: toStructure(format),
      },
      returnResponse: true,
    })
    const { data } = generated.parse(response)
    return { kind: 'text', text: typeof data === 'string' ? data : JSON.stringify(data) }
  } catch (error) {
    if (error instanceof UnavailableError || error instanceof ConfigError) throw error
    return { kind: 'garbled', why: messageOf(error) }
  }
}

async function aborted(signal: AbortSignal): Promise<Reply> {
  if (!signal.aborted) await once(signal, 'abort')
  return { kind: 'timeout' }
}

/** The same shape in Home Assistant's words, a selector for each field: https://www.home-assistant.io/docs/blueprint/selectors/ */
export function toStructure(format: object): Readonly<Record<string, object>> {
  const { properties } = objectSchema.parse(format)
  return Object.fromEntries(
    Object.entries(properties).map(([name, shape]) => [
      name,
      { required: true, selector: toSelector(shape) },
    ]),
  )
}

function toSelector(shape: z.infer<typeof property>): object {
  if (shape.type === 'array') return { select: { options: shape.items.enum, multiple: true } }
  return 'enum' in shape ? { select: { options: shape.enum } } : { text: {} }
}

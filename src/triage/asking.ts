import type { Log } from '../core/log.ts'
import type { Severity } from '../core/severity.ts'
import { isGrounded, readAnswer, type Asked } from './answer.ts'
import { keyOf, makeCache } from './cache.ts'
import type { Ask, Engine } from './engine.ts'
import type { Outcome } from './judgement.ts'
import { toFormat } from './schema.ts'

export interface AskerTools {
  readonly engine: Engine
  readonly log: Log
  readonly now: () => Date
  /** So many random bytes, unguessable: `randomBytes` of node:crypto. */
  readonly random: (bytes: number) => Uint8Array
}

/** What is asked, whatever it is about. */
export interface Asking<Facts> {
  readonly facts: Facts
  /** What else makes it another question: a band. */
  readonly beside: unknown
  readonly ids: readonly string[]
  readonly allowed: readonly Severity[]
  system(canary: string): string
  user(facts: Facts, nonce: string): string
}

export interface Told {
  readonly outcome: Outcome
  /** It was asked before and is not asked again. */
  readonly cached: boolean
  /** Name of the model. */
  readonly model: string
}

/** Puts questions to the model, one at a time, and keeps what it has learned of it and its answers. */
export interface Asker {
  /** Throws `UnavailableError` while there is no model, `ConfigError` when it refuses us; ends with an error at `ending`. */
  ask<Facts>(asking: Asking<Facts>, ending: AbortSignal): Promise<Told>
}

/** At most two calls a question, with different dice. */
const attempts = [
  { seed: 1, temperature: 0.2 },
  { seed: 2, temperature: 0.3 },
] as const

interface Call extends Asked, Omit<Ask, 'seed' | 'temperature'> {
  /** What makes it the same question as another. */
  readonly key: string
}

/** An asker that lives as long as the judge: all questions share it. */
export function makeAsker({ engine, log, now, random }: AskerTools): Asker {
  const cache = makeCache(now)
  const canary = hex(random(8))
  /** Questions in whose middle the connection broke. */
  const broken = new Set<string>()
  let before: Promise<void> = Promise.resolve()

  return {
    ask(asking, ending) {
      const told = before.then(() => askNow(asking, ending))
      const ended = () => undefined
      before = told.then(ended, ended)
      return told
    },
  }

  async function askNow<Facts>(asking: Asking<Facts>, ending: AbortSignal): Promise<Told> {
    const { facts, beside, ids, allowed } = asking
    const { name: model, digest } = await engine.identify(ending)
    const nonce = hex(random(12))
    const prompt = { system: asking.system(canary), user: asking.user(facts, nonce) }
    const key = keyOf(facts, { beside, instructions: asking.system(''), model: digest })
    const kept = cache.get(key)
    if (kept !== undefined && isGrounded(kept.reason, prompt.user))
      return { outcome: kept, cached: true, model }
    const call = { prompt, ids, marks: [canary, nonce], key, format: toFormat(ids, allowed) }
    const outcome = await outcomeOf(call, ending)
    if (outcome.status === 'canary')
      log.warning('the model tells what it was told to keep: its answer is not used')
    if (outcome.status === 'ok') cache.keep(key, outcome)
    return { outcome, cached: false, model }
  }

  /** Asks once, and once more when another throw of the dice may help. */
  async function outcomeOf({ key, ...asked }: Call, ending: AbortSignal): Promise<Outcome> {
    for (const dice of attempts) {
      const reply = await engine.ask({ ...asked, ...dice }, ending)
      if (reply.kind === 'lost') {
        if (broken.has(key)) break
        broken.add(key)
        await engine.identify(ending)
        continue
      }
      const outcome: Outcome =
        reply.kind === 'text'
          ? readAnswer(reply.text, asked)
          : { status: reply.kind === 'timeout' ? 'timeout' : 'invalid' }
      if (outcome.status !== 'invalid') {
        broken.delete(key)
        return outcome
      }
      log.debug('an answer of the model does not count', reply)
      if (reply.kind === 'refused') break
    }
    broken.delete(key)
    return { status: 'invalid' }
  }
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}

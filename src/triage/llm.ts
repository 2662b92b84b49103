import { UnavailableError } from '../core/errors.ts'
import type { Log } from '../core/log.ts'
import type { Check } from '../core/plugin.ts'
import type { Verdict } from '../core/verdict.ts'
import { isGrounded, readAnswer, type Asked } from './answer.ts'
import { keyOf, makeCache } from './cache.ts'
import { chat, type Ask } from './chat.ts'
import { evidenceId, toFacts, type Question } from './facts.ts'
import { toJudgement, type Outcome } from './judgement.ts'
import { addressOf, type TriageOptions } from './options.ts'
import { toSystem, toUser } from './prompt.ts'
import { toFormat } from './schema.ts'
import { isLeaky, makeServer, type Server } from './server.ts'
import { thinkingOf } from './thinking.ts'

export type { Question } from './facts.ts'

export interface JudgeTools {
  readonly options: TriageOptions
  readonly log: Log
  readonly now: () => Date
  /** So many random bytes, unguessable: `randomBytes` of node:crypto. */
  readonly random: (bytes: number) => Uint8Array
  readonly stop: AbortSignal
}

/** Asks a language model about alerts, one at a time. */
export interface Judge {
  /** A person has named its address: when nothing answers there, it is a fault. */
  readonly isChosen: boolean
  /**
   * What the model makes of an alert, clamped into its band (I1). Every answer that does not count, and none in time, is
   * the rules' default with the rules' own sentence (I15). Throws `UnavailableError` while there is no model to ask,
   * `ConfigError` when it refuses us; ends with an error when `until` or the judge's own `stop` comes.
   */
  judge(question: Question, until?: AbortSignal): Promise<Verdict>
  /** Whether the server and the model are there; else what to do. */
  check(): Promise<Check[]>
}

/** At most two calls a question, with different dice. */
const attempts = [
  { seed: 1, temperature: 0.2 },
  { seed: 2, temperature: 0.3 },
] as const

interface Asking extends Asked, Omit<Ask, 'seed' | 'temperature'> {
  /** What makes it the same question as another. */
  readonly key: string
}

/** A judge that keeps what it has learned of its model, and its answers, as long as it lives: make one for all questions. */
export function makeJudge({ options, log, now, random, stop }: JudgeTools): Judge {
  const server = makeServer(addressOf(options))
  const cache = makeCache(now)
  const canary = hex(random(8))
  const system = toSystem(canary)
  /** Questions in whose middle the connection broke. */
  const broken = new Set<string>()
  let habit: { readonly digest: string; readonly think: Ask['think'] } | undefined

  return {
    isChosen: options.address !== undefined,
    async judge(question, until = stop) {
      const ending = AbortSignal.any([stop, until])
      const start = now()
      const { alert } = question
      const facts = toFacts(question)
      const digest = await server.digest(options.model, ending)
      const think = await habitOf(digest, ending)
      const nonce = hex(random(12))
      const asked: Asked = {
        prompt: { system, user: toUser(facts, nonce) },
        ids: facts.signals.map((_, index) => evidenceId(index)),
        marks: [canary, nonce],
      }
      const key = keyOf(facts, { band: alert.band, instructions: toSystem(''), model: digest })
      const kept = cache.get(key)
      const cached = kept !== undefined && isGrounded(kept.reason, asked.prompt.user)
      const outcome = cached
        ? kept
        : await outcomeOf({ ...asked, key, think, format: toFormat(asked.ids, facts.allowed) }, ending)
      if (outcome.status === 'canary')
        log.warning('the model tells what it was told to keep: its answer is not used', { alert: alert.id })
      if (outcome.status === 'ok' && !cached) cache.keep(key, outcome)
      const end = now()
      return {
        ...toJudgement(outcome, alert),
        at: end,
        model: options.model,
        signalsSeq: alert.signalsSeq,
        latencyMs: Math.max(0, end.getTime() - start.getTime()),
        cached,
      }
    },
    check: () => checksOf(server, options, stop),
  }

  /** Asks once, and once more when another throw of the dice may help. */
  async function outcomeOf({ key, ...asked }: Asking, ending: AbortSignal): Promise<Outcome> {
    for (const dice of attempts) {
      const reply = await chat({ ...asked, ...dice }, options, ending)
      if (reply.kind === 'lost') {
        if (broken.has(key)) break
        broken.add(key)
        await server.digest(options.model, ending)
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

  /** How this model is to be asked; found out once for each that is loaded. */
  async function habitOf(digest: string, ending: AbortSignal): Promise<Ask['think']> {
    if (habit?.digest !== digest) {
      const thinks = (await server.capabilities(options.model, ending)).includes('thinking')
      habit = { digest, think: thinks ? await thinkingOf(options, ending) : undefined }
    }
    return habit.think
  }
}

async function checksOf(server: Server, options: TriageOptions, stop: AbortSignal): Promise<Check[]> {
  const { host } = addressOf(options)
  try {
    const version = await server.version(stop)
    const digest = await server.digest(options.model, stop)
    return [
      isLeaky(version)
        ? {
            ok: false,
            message: `Ollama ${version} at ${host} can be made to tell what it was asked: update it to 0.17.1 or newer`,
          }
        : { ok: true, message: `Ollama ${version} answers at ${host}` },
      { ok: true, message: `It has the model ${options.model} (${digest.slice(0, 12)})` },
    ]
  } catch (error) {
    if (error instanceof UnavailableError) return [{ ok: false, message: error.message }]
    throw error
  }
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}

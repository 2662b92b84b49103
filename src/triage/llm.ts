import type { Home } from '../core/home.ts'
import type { Log } from '../core/log.ts'
import type { Check } from '../core/plugin.ts'
import type { Signal } from '../core/signal.ts'
import type { Verdict } from '../core/verdict.ts'
import { makeAiTask } from './ai-task.ts'
import { makeAsker } from './asking.ts'
import { evidenceId, toFacts, type Question } from './facts.ts'
import { toJudgement } from './judgement.ts'
import { makeOllama } from './ollama.ts'
import type { TriageOptions } from './options.ts'
import { idsOf, toPeriodFacts } from './period-facts.ts'
import type { Period } from './period.ts'
import { toReviewSystem, toReviewUser, toSystem, toUser } from './prompt.ts'
import { toReviewSignals } from './review.ts'

export type { Question } from './facts.ts'

export interface JudgeTools {
  readonly options: TriageOptions
  /** Needed where Home Assistant is the engine. */
  readonly home?: Home | undefined
  readonly log: Log
  readonly now: () => Date
  /** So many random bytes, unguessable: `randomBytes` of node:crypto. */
  readonly random: (bytes: number) => Uint8Array
  readonly stop: AbortSignal
}

/** Asks a language model about alerts and periods, one at a time. */
export interface Judge {
  /** A person has named its address: when nothing answers there, it is a fault. */
  readonly isChosen: boolean
  /**
   * What the model makes of an alert, clamped into its band (I1). Every answer that does not count, and none in time, is
   * the rules' default with the rules' own sentence (I15). Throws `UnavailableError` while there is no model to ask,
   * `ConfigError` when it refuses us; ends with an error when `until` or the judge's own `stop` comes.
   */
  judge(question: Question, until?: AbortSignal): Promise<Verdict>
  /**
   * What the model finds in a period as a whole; nothing when it finds it ordinary, and when its answer does not count.
   * Throws and ends as `judge` does.
   */
  review(period: Period, until?: AbortSignal): Promise<Signal[]>
  /** Whether the server and the model are there; else what to do. */
  check(): Promise<Check[]>
}

/** A judge that keeps what it has learned of its model, and its answers, as long as it lives: make one for all questions. */
export function makeJudge({ options, home, log, now, random, stop }: JudgeTools): Judge {
  const engine = options.engine === 'ollama' ? makeOllama(options) : makeAiTask(options, home)
  const asker = makeAsker({ engine, log, now, random })

  return {
    isChosen: engine.isChosen,
    async judge(question, until = stop) {
      const start = now()
      const { alert } = question
      const facts = toFacts(question)
      const { outcome, cached, model } = await asker.ask(
        {
          ...{ facts, beside: alert.band, allowed: facts.allowed, system: toSystem, user: toUser },
          ids: facts.signals.map((_, index) => evidenceId(index)),
        },
        AbortSignal.any([stop, until]),
      )
      const end = now()
      return {
        ...toJudgement(outcome, alert),
        at: end,
        model,
        signalsSeq: alert.signalsSeq,
        latencyMs: Math.max(0, end.getTime() - start.getTime()),
        cached,
      }
    },
    async review(period, until = stop) {
      const facts = toPeriodFacts(period)
      const { outcome, model } = await asker.ask(
        {
          ...{ facts, beside: undefined, allowed: facts.allowed, system: toReviewSystem, user: toReviewUser },
          ids: idsOf(facts),
        },
        AbortSignal.any([stop, until]),
      )
      return toReviewSignals(outcome, { period, model })
    },
    check: () => engine.check(stop),
  }
}

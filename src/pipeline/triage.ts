import type { Alert, WordsOf } from '../core/alert.ts'
import { UnavailableError } from '../core/errors.ts'
import { rank } from '../core/severity.ts'
import { pause } from '../core/time.ts'
import type { Verdict } from '../core/verdict.ts'
import type { Store } from '../store/store.ts'
import type { Judge, Question } from '../triage/llm.ts'
import { toReviewVerdict, withReview } from '../triage/review.ts'
import { toQuestion } from './question.ts'
import type { Loop, Turn } from './supervise.ts'

const noModel =
  'No language model: the rules grade alone; set triage.address to an Ollama server to have reasons in plain words'
/** How often the model is looked for while nothing is asked of it. */
const restMilliseconds = 60_000

export interface TriageTools {
  readonly store: Store
  /** Made once: it remembers its verdicts, and which questions broke the connection, over restarts of the loop. */
  readonly judge: Judge
  readonly words: WordsOf
  readonly now: () => Date
}

/**
 * The loop that asks the model about open alerts, one at a time, worst first. An alert is told before its verdict, so a
 * slow model delays nobody; while the model is away nothing is written, and the alerts are asked about when it is back.
 */
export function toTriageLoop({ store, judge, words, now }: TriageTools): Loop {
  return {
    name: 'triage',
    title: 'Language model',
    async run(turn) {
      while (!turn.stop.aborted) {
        const after = store.commit()
        const [alert] = unjudged(await store.alerts.list({ status: ['open'], limit: 500 }))
        if (alert === undefined) {
          await look(judge, turn)
          await store.changed(['alerts'], { after, milliseconds: restMilliseconds, stop: turn.stop })
          continue
        }
        const view = await store.alerts.view(alert, words)
        const verdict =
          toReviewVerdict(view, now()) ??
          (await verdictOf(await toQuestion(view, { store, now: now() }), judge, turn))
        if (verdict) {
          await store.alerts.judge(alert.id, withReview(verdict, view))
          turn.ok({ count: 1 })
        } else await pause(restMilliseconds, turn.stop)
      }
    },
  }
}

/** Whether the model is there while nothing is asked of it, so that its state is known before it is needed. */
export async function look(judge: Judge, turn: Turn): Promise<boolean> {
  const missing = (await judge.check()).find(({ ok }) => !ok)
  if (missing === undefined) turn.ok()
  else if (judge.isChosen) throw new UnavailableError(missing.message)
  else turn.off(noModel)
  return missing === undefined
}

/** A model that nobody has named and that is not there is no fault: then there is no verdict. */
async function verdictOf(question: Question, judge: Judge, turn: Turn): Promise<Verdict | undefined> {
  try {
    return await judge.judge(question, turn.stop)
  } catch (error) {
    if (judge.isChosen || !(error instanceof UnavailableError)) throw error
    turn.off(noModel)
    return undefined
  }
}

/** Alerts without a verdict on their present signals, worst first, oldest first. */
function unjudged(alerts: readonly Alert[]): Alert[] {
  return alerts
    .filter(({ verdict, signalsSeq }) => verdict?.signalsSeq !== signalsSeq)
    .toSorted((a, b) => rank(b.severity) - rank(a.severity) || a.openedAt.getTime() - b.openedAt.getTime())
}

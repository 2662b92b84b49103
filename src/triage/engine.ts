import type { Check } from '../core/plugin.ts'
import type { Prompt } from './prompt.ts'

/** One question, as it is put. */
export interface Ask {
  readonly prompt: Prompt
  /** JSON Schema of the answer. */
  readonly format: object
  readonly seed: number
  readonly temperature: number
}

/** How a call ended that was not an answer: `garbled` may go better with another seed, `refused` will not. */
export type Reply =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'timeout' }
  | { readonly kind: 'garbled'; readonly why: string }
  | { readonly kind: 'refused'; readonly why: string }
  /** The connection broke in the middle. */
  | { readonly kind: 'lost' }

/** A model that answers, whoever runs it. What it says counts only after the checks that are the same for all. */
export interface Engine {
  /** A person has chosen it: when nothing answers there, it is a fault. */
  readonly isChosen: boolean
  /**
   * The model that answers now: its name, and a fingerprint that another would not have. Throws `UnavailableError` while
   * there is none, `ConfigError` when a person must choose another.
   */
  identify(stop: AbortSignal): Promise<{ readonly name: string; readonly digest: string }>
  /** One call, inside the time limit. Throws as `identify` does; what `stop` cuts off rejects with its reason. */
  ask(asked: Ask, stop: AbortSignal): Promise<Reply>
  /** Whether it is there; else what to do. */
  check(stop: AbortSignal): Promise<Check[]>
}

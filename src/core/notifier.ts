import type { Message } from './message.ts'
import type { Context, Plugin } from './plugin.ts'

/** JSON that a notifier wants back: a message's id, a speaker's volume before. */
export type Receipt = Readonly<Record<string, string | number | boolean | null>>

/** Tells people. It does not decide whether; it throws when it cannot. */
export interface Notifier<O = unknown> extends Plugin<O> {
  /**
   * `text` can be completed in place, carries the recap, and may repeat after a crash between intent and receipt.
   * `speech` is said once, never repeated, never completed.
   */
  readonly medium: 'text' | 'speech'
  /** `UnavailableError` means try again; any other error means give up on this message. */
  tell(message: Message, context: TellContext<O>): Promise<Receipt>
  /** After a crash: puts back what `remember` says was changed (a speaker's volume). */
  recover?(context: TellContext<O>): Promise<void>
}

export interface TellContext<O> extends Context<O> {
  /** What this notifier returned when it told the same thing before. */
  readonly earlier: Receipt | undefined
  /** What `remember` saved last and no `remember(undefined)` has cleared. */
  readonly remembered: Receipt | undefined
  /** Saves JSON durably before it returns; `undefined` clears. */
  remember(state: Receipt | undefined): Promise<void>
}

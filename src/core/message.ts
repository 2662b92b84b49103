import type { AlertView } from './alert.ts'
import type { Recap } from './recap.ts'

/** What a notifier tells. */
export type Message =
  | {
      readonly kind: 'alert'
      /** `new`: never told. `again`: it rose to high anew, or something certain joined. `completed`: told already; its verdict or end has come. */
      readonly occasion: 'new' | 'again' | 'completed'
      readonly alert: AlertView
    }
  /** Too many at once: these stand for themselves and are told as one. */
  | { readonly kind: 'fold'; readonly alerts: readonly AlertView[] }
  | { readonly kind: 'recap'; readonly recap: Recap }
  | { readonly kind: 'test'; readonly target?: string }

import { ApiError } from './api.ts'
import type { Result } from './wire.ts'

/** Something to say to the person at the page: shown, and read aloud by a screen reader. */
export class Told extends CustomEvent<Result> {
  constructor(result: Result) {
    super('told', { detail: result, bubbles: true, composed: true })
  }
}

/** Waits for what was asked and tells how it ended, from this element. */
export async function tell(from: EventTarget, asked: Promise<Result>): Promise<Result> {
  const result = await asked.catch((error: unknown) => {
    if (error instanceof ApiError) return { ok: false, message: error.message }
    throw error
  })
  from.dispatchEvent(new Told(result))
  return result
}

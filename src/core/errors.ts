/** The outside did not answer: trying again can help. The message is one sentence that says what to do. */
export class UnavailableError extends Error {
  override readonly name = 'UnavailableError'
  /** It is not worth trying again before so many seconds. */
  readonly retryAfter: number

  constructor(message?: string, { retryAfter = 0, ...options }: ErrorOptions & { retryAfter?: number } = {}) {
    super(message, options)
    this.retryAfter = retryAfter
  }
}

/** A person must change something; trying again cannot help. The message is one sentence that names the option. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}

/** What a thrown thing says, whatever it is: one line. */
export function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  return text.replaceAll(/\s+/g, ' ').trim()
}

/** The code of a system error (`ENOENT`, `ECONNREFUSED`), also when it is wrapped as `cause` by fetch. */
export function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  if ('code' in error && typeof error.code === 'string') return error.code
  return codeOf(error.cause)
}

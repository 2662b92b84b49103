import * as z from 'zod'
import { ConfigError, UnavailableError } from '../core/errors.ts'
import { quote } from '../core/text.ts'

/** What Home Assistant answers to a command that it refuses; the library wraps its own numbers in the same form. */
const refusal = z.object({ code: z.union([z.string(), z.number()]), message: z.string().optional() })
const wrapped = z.object({ error: refusal })

/**
 * What the library or an aborted wait has thrown, as an error of ours: its numbers mean that there is no connection,
 * words are Home Assistant's refusal.
 */
export function toError(thrown: unknown): Error {
  if (thrown instanceof Error && thrown.name === 'TimeoutError')
    return new UnavailableError('Home Assistant does not answer in time', { cause: thrown })
  if (thrown instanceof Error) return thrown
  const inner = wrapped.safeParse(thrown).data?.error ?? refusal.safeParse(thrown).data
  if (inner === undefined || typeof inner.code === 'number')
    return new UnavailableError('Home Assistant is not connected: the connection was lost', { cause: thrown })
  if (inner.code === 'unauthorized')
    return new ConfigError(
      'Home Assistant does not allow this: set homeassistant.token to a token that an administrator has made there',
    )
  const { code, message = code } = inner
  return Object.assign(new Error(`Home Assistant refuses: ${quote(message, 300)} (${code})`), { code })
}

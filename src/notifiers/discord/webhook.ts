import { once } from 'node:events'
import type { APIEmbed, DiscordAPIError } from 'discord.js'
import * as z from 'zod'
import { ConfigError, messageOf, UnavailableError } from '../../core/errors.ts'
import { ask, troubleOf } from '../../core/http.ts'
import type { Check } from '../../core/plugin.ts'
import { quote } from '../../core/text.ts'
import { within } from '../../core/time.ts'

/** A webhook's address. Plain HTTP is for a double on loopback. */
export const addressShape =
  /^(?<api>(?:https:\/\/(?:(?:canary|ptb)\.)?discord(?:app)?\.com|http:\/\/(?:127\.0\.0\.1|localhost):\d+)\/api)(?:\/v\d+)?\/webhooks\/(?<id>\d{1,25})\/(?<token>[\w-]{1,200})\/?$/

/** Milliseconds that Discord may make us wait, and that all of it may take. */
const longestWait = 60_000
const longest = 90_000

const description = z.object({ name: z.string().catch('(no name)'), channel_id: z.string().regex(/^\d+$/) })

const unknownMessage = 10_008
const gone = 'Discord does not know this webhook any more: make a new one and set notifiers.discord.webhook'

/**
 * Messages of one embed each, through a webhook. Waits as Discord asks (429), a minute at most. Every method throws
 * `UnavailableError` when Discord does not answer and `ConfigError` when it refuses the webhook; no error holds the
 * address, since it is a secret.
 */
export interface Webhook {
  /** Gives the message's id. */
  send(embed: APIEmbed): Promise<string>
  /** False when there is no such message any more. */
  edit(id: string, embed: APIEmbed): Promise<boolean>
  remove(id: string): Promise<void>
  close(): void
}

/** Loads discord.js, which costs 30 MB, only now. */
export async function openWebhook(address: string, stop: AbortSignal): Promise<Webhook> {
  const { DiscordAPIError, HTTPError, RateLimitError, WebhookClient } = await import('discord.js')
  const { api = '', id = '', token = '' } = addressShape.exec(address)?.groups ?? {}
  const end = within(longest, stop)
  const client = new WebhookClient(
    { id, token },
    {
      allowedMentions: { parse: [] },
      rest: {
        api,
        retries: 0,
        rejectOnRateLimit: ({ retryAfter }) => end.aborted || !(retryAfter > 0 && retryAfter <= longestWait),
      },
    },
  )
  const refusal = refusalAt(end)
  const exchange = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await Promise.race([work, refusal])
    } catch (error) {
      if (error instanceof DiscordAPIError) throw toRefusal(error)
      if (error instanceof HTTPError)
        throw new UnavailableError(`Discord has a fault (status ${error.status})`)
      if (error instanceof RateLimitError) throw new UnavailableError('Discord asks us to wait')
      throw new UnavailableError(`Discord does not answer (${troubleOf(error)})`)
    }
  }
  return {
    send: async (embed) => (await exchange(client.send({ embeds: [embed] }))).id,
    edit: (message, embed) => isThere(exchange(client.editMessage(message, { embeds: [embed] }))),
    remove: async (message) => void (await isThere(exchange(client.deleteMessage(message)))),
    close: () => client.destroy(),
  }
}

/** Asks Discord what this webhook is, and changes nothing. */
export async function toCheck(address: string, stop: AbortSignal): Promise<Check> {
  const { status, body } = await ask(address, { stop })
  if (status === 401 || status === 404) return { ok: false, message: gone }
  if (status !== 200) return { ok: false, message: `Discord answers with status ${status}: try again later` }
  const { name, channel_id: channel } = description.parse(JSON.parse(body))
  return { ok: true, message: `Discord knows the webhook as ${quote(name)} in channel ${channel}` }
}

class UnknownMessage extends Error {
  override readonly name = 'UnknownMessage'
}

/** In our words: Discord's own error carries the address. */
function toRefusal({ code, message, status }: DiscordAPIError): Error {
  if (code === unknownMessage) return new UnknownMessage('Discord has no such message')
  if (status === 401 || status === 404) return new ConfigError(gone)
  return new Error(`Discord refuses the message (status ${status}, code ${code}): ${messageOf(message)}`)
}

async function isThere(exchange: Promise<unknown>): Promise<boolean> {
  try {
    await exchange
    return true
  } catch (error) {
    if (error instanceof UnknownMessage) return false
    throw error
  }
}

async function refusalAt(end: AbortSignal): Promise<never> {
  if (!end.aborted) await once(end, 'abort')
  throw new Error('stopped or too slow')
}

import { UnavailableError } from '../core/errors.ts'
import { chat, type ChatAsk } from './chat.ts'
import type { Engine } from './engine.ts'
import { addressOf, type TriageOptions } from './options.ts'
import { isLeaky, makeServer } from './server.ts'
import { thinkingOf } from './thinking.ts'

/** A model of an Ollama server. */
export function makeOllama(options: TriageOptions): Engine {
  const server = makeServer(addressOf(options))
  let habit: { readonly digest: string; readonly think: ChatAsk['think'] } | undefined

  /** How this model is to be asked; found out once for each that is loaded. */
  async function learn(digest: string, stop: AbortSignal): Promise<void> {
    if (habit?.digest === digest) return
    const thinks = (await server.capabilities(options.model, stop)).includes('thinking')
    habit = { digest, think: thinks ? await thinkingOf(options, stop) : undefined }
  }

  return {
    isChosen: options.address !== undefined,
    async identify(stop) {
      const digest = await server.digest(options.model, stop)
      await learn(digest, stop)
      return { name: options.model, digest }
    },
    ask: (asked, stop) => chat({ ...asked, think: habit?.think }, options, stop),
    async check(stop) {
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
    },
  }
}

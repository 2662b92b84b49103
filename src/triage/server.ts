import * as z from 'zod'
import { messageOf, UnavailableError } from '../core/errors.ts'
import { ask, type Ask } from '../core/http.ts'

const versionSchema = z.object({ version: z.string() })
const tagsSchema = z.object({ models: z.array(z.object({ name: z.string(), digest: z.string() })) })
const showSchema = z.object({ capabilities: z.array(z.string()).default([]) })

/** An Ollama server. Every method throws an `UnavailableError` that says what to do, or the reason of `stop`. */
export interface Server {
  version(stop: AbortSignal): Promise<string>
  /** Fingerprint of a model that it has. */
  digest(model: string, stop: AbortSignal): Promise<string>
  /** What the model can do: `completion`, `thinking` and so on. */
  capabilities(model: string, stop: AbortSignal): Promise<readonly string[]>
}

/** The server at this address; nothing is asked of it yet. */
export function makeServer(address: URL): Server {
  const base = address.href.endsWith('/') ? address.href : `${address.href}/`
  async function read<T>(path: string, schema: z.ZodType<T>, { stop, ...init }: Ask): Promise<T> {
    const answer = await ask(new URL(path, base), {
      ...init,
      stop,
      timeout: 10_000,
      limit: 4_000_000,
      redirect: 'error',
    }).catch((error: unknown) => {
      stop.throwIfAborted()
      throw new UnavailableError(`${messageOf(error)}: start Ollama there, or correct its address`, {
        cause: error,
      })
    })
    const parsed = schema.safeParse(answer.status === 200 ? jsonOf(answer.body) : undefined)
    if (parsed.success) return parsed.data
    throw new UnavailableError(
      `what answers at ${address.host} is not Ollama, or refuses (${answer.status}): correct its address`,
    )
  }
  return {
    version: async (stop) => (await read('api/version', versionSchema, { stop })).version,
    async digest(model, stop) {
      const { models } = await read('api/tags', tagsSchema, { stop })
      const found = models.find(({ name }) => name === model || name === `${model}:latest`)
      if (found) return found.digest
      throw new UnavailableError(missing(model))
    },
    async capabilities(model, stop) {
      const body = JSON.stringify({ model })
      return (await read('api/show', showSchema, { stop, method: 'POST', body })).capabilities
    },
  }
}

/** What to do about a model that is not there. */
export function missing(model: string): string {
  return `Ollama does not have the model ${model}: run "ollama pull ${model}" there`
}

/** Whether a server of this version gives away what it was asked (CVE-2026-7482); one built from source tells no version. */
export function isLeaky(version: string): boolean {
  const [major = 0, minor = 0, patch = 0] = version.split(/[.-]/).map(Number)
  if (major > 0 || (minor === 0 && patch === 0)) return false
  return minor < 17 || (minor === 17 && patch < 1)
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

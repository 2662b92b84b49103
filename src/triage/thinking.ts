import * as z from 'zod'
import { chat, type ChatAsk } from './chat.ts'
import type { TriageOptions } from './options.ts'

const small = z.strictObject({ color: z.enum(['red', 'blue']), number: z.int(), word: z.enum(['yes', 'no']) })

/**
 * How a model that thinks is best asked: the first setting with which it keeps to a small schema. Some such models
 * ignore the schema when told not to think, others answer nothing when left to think.
 */
export async function thinkingOf(options: TriageOptions, stop: AbortSignal): Promise<ChatAsk['think']> {
  for (const think of [undefined, false, 'low'] as const) {
    const reply = await chat(
      {
        prompt: {
          system: 'You answer with one JSON object that has the keys color, number and word.',
          user: 'The color is red, the number is 7, the word is yes.',
        },
        format: z.toJSONSchema(small),
        seed: 1,
        temperature: 0.2,
        think,
      },
      options,
      stop,
    )
    if (reply.kind === 'text' && isSmall(reply.text)) return think
    if (reply.kind === 'timeout') return undefined
  }
  return undefined
}

function isSmall(text: string): boolean {
  try {
    return small.safeParse(JSON.parse(text)).success
  } catch (error) {
    if (error instanceof SyntaxError) return false
    throw error
  }
}

import * as z from 'zod'
import { choice, count, essential, flag, seconds, text, url } from '../core/options.ts'

/** Where Ollama listens when nobody has said otherwise. */
const usualAddress = 'http://127.0.0.1:11434'

export const triageOptions = z.object({
  enabled: flag('Ask a language model', 'Off: alerts are graded and explained by the rules alone.').default(
    true,
  ),
  engine: choice(
    'Who runs the model',
    'An Ollama server, or Home Assistant with the model that you have set up there as its AI task.',
    ['ollama', 'home-assistant'],
  ).default('ollama'),
  task: text(
    'AI task',
    'The entity of Home Assistant that answers, such as ai_task.ollama; empty: the one it prefers.',
  )
    .regex(/^(?:ai_task\.[a-z0-9_]+)?$/, 'must be an entity such as ai_task.ollama')
    .default(''),
  address: essential(
    url(
      'Ollama',
      `Address of the Ollama server. Absent: one is looked for at ${usualAddress}, and none there is no fault.`,
    ).optional(),
  ),
  model: essential(
    text('Language model', 'Name of a model that the Ollama server has.')
      .regex(/^[\w.:/-]+$/, 'must be a model’s name such as llama3.1:8b')
      .default('llama3.1:8b'),
  ),
  context: count('Context window', 'Tokens that a question and its answer may have together.', {
    min: 2048,
    max: 131_072,
  }).default(4096),
  timeout: seconds('Time limit', 'Seconds after which the rules’ own grade stands.', {
    min: 1,
    max: 290,
  }).default(120),
  interval: seconds(
    'Review',
    'Seconds between two looks of the model at the house as a whole; one question each, none in a quiet time.',
    { min: 300, max: 86_400 },
  ).default(3600),
  keepAlive: text(
    'Keep loaded',
    'How long the model stays in memory after an answer, such as 10m; 0s frees it at once.',
  )
    .regex(/^\d{1,6}[smh]$/, 'must be a time such as 30s, 10m or 2h')
    .default('10m'),
})

export type TriageOptions = z.infer<typeof triageOptions>

/** The server to ask. */
export function addressOf({ address = usualAddress }: TriageOptions): URL {
  return new URL(address)
}

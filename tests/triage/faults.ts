import type { VerdictStatus } from '../../src/core/verdict.ts'
import {
  lastLine,
  line,
  ndjson,
  plain,
  refuses,
  says,
  tokensOf,
  valid,
  type Reaction,
} from './ollama-double.ts'
import { transport } from './transport.ts'

/** Something that Ollama was seen to do, or that a network does, which is not an answer that counts. */
export interface Fault {
  readonly name: string
  readonly reaction: Reaction
  readonly status: VerdictStatus
  /** How often the model is asked: twice where other dice may help. */
  readonly calls: 1 | 2
}

/** Answers with a status of 200 that hold no verdict. */
const empty: readonly Fault[] = [
  {
    name: 'A: the head of a long question was cut off silently',
    reaction: (response, body) =>
      says(valid(), { prompt_eval_count: tokensOf(body) / 2 + 3 })(response, body),
    status: 'invalid',
    calls: 1,
  },
  {
    name: 'the question leaves no room for an answer',
    reaction: (response, body) =>
      says(valid(), { prompt_eval_count: body.options.num_ctx - body.options.num_predict + 1 })(
        response,
        body,
      ),
    status: 'invalid',
    calls: 1,
  },
  {
    name: 'it does not say how much it read',
    reaction: says(valid(), { prompt_eval_count: undefined }),
    status: 'invalid',
    calls: 1,
  },
  {
    name: 'B: the question is longer than the window',
    reaction: refuses(
      400,
      '{"error":{"code":400,"message":"request (15093 tokens) exceeds the available context size (2048 tokens), try increasing it","type":"exceed_context_size_error","n_prompt_tokens":15093,"n_ctx":2048}}',
    ),
    status: 'invalid',
    calls: 1,
  },
  {
    name: 'C: the answer is cut at its longest',
    reaction: says(valid().slice(0, 60), { done_reason: 'length' }),
    status: 'invalid',
    calls: 2,
  },
  {
    name: 'C: it says that it was cut, though it looks whole',
    reaction: says(valid(), { done_reason: 'length' }),
    status: 'invalid',
    calls: 2,
  },
  {
    name: 'C: and nothing is left of it',
    reaction: says('', { done_reason: 'length' }),
    status: 'invalid',
    calls: 2,
  },
  {
    name: 'D: it repeats itself and is stopped',
    reaction: says('{"analysis":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', {
      done: false,
      done_reason: undefined,
      prompt_eval_count: undefined,
    }),
    status: 'invalid',
    calls: 2,
  },
  {
    name: 'E: the schema is not applied',
    reaction: says('The tablet is likely infected. **Severity: high**'),
    status: 'invalid',
    calls: 2,
  },
  { name: 'E: it says nothing', reaction: says(''), status: 'invalid', calls: 2 },
  {
    name: 'F: a severity that there is not',
    reaction: says(valid({ severity: 'critical' })),
    status: 'invalid',
    calls: 2,
  },
  {
    name: 'F: evidence cited twice',
    reaction: says(valid({ evidence: ['E1', 'E1'] })),
    status: 'invalid',
    calls: 2,
  },
  {
    name: 'F: evidence that there is not',
    reaction: says(valid({ evidence: ['E2'] })),
    status: 'invalid',
    calls: 2,
  },
  { name: 'F: no evidence', reaction: says(valid({ evidence: [] })), status: 'invalid', calls: 2 },
  {
    name: 'F: an endless text',
    reaction: says(valid({ reason: 'a '.repeat(3000) })),
    status: 'invalid',
    calls: 2,
  },
  {
    name: 'G: the instructions were dropped',
    reaction: (response, body) =>
      says(valid(), { prompt_eval_count: Math.round((body.messages[1]?.content.length ?? 0) / 4.2) })(
        response,
        body,
      ),
    status: 'invalid',
    calls: 1,
  },
  {
    name: 'H: characters that no text holds',
    reaction: says('{"analysis":"\u0000\u0001 \uFFFD","reason":"\u001B[2J'),
    status: 'invalid',
    calls: 2,
  },
  {
    name: 'I: a property that nobody asked for',
    reaction: says(valid({ confidence: 33 })),
    status: 'invalid',
    calls: 2,
  },
  {
    name: 'I: a property is missing',
    reaction: says(valid({ category: undefined })),
    status: 'invalid',
    calls: 2,
  },
  {
    name: 'J: its own parser cannot read the model',
    reaction: refuses(500, 'the output does not match the expected peg-native format'),
    status: 'invalid',
    calls: 2,
  },
  {
    name: 'K: it only thinks',
    reaction: (response, body) => {
      ndjson(response)
      const message = { role: 'assistant', content: '', thinking: 'Let me see. Fourteen names, all odd.' }
      response.end(line(body, '', { ...lastLine(body), message }))
    },
    status: 'invalid',
    calls: 2,
  },
]

/** Refusals: status and text as they were seen. */
const refused: readonly Fault[] = [
  {
    name: 'a grammar that it cannot build',
    reaction: refuses(
      400,
      '{"error":{"code":400,"message":"Failed to initialize samplers: failed to parse grammar"}}',
    ),
    status: 'invalid',
    calls: 1,
  },
  {
    name: 'an option of the wrong type',
    reaction: refuses(500, 'option "num_ctx" must be of type integer'),
    status: 'invalid',
    calls: 2,
  },
  {
    name: 'a time that is none',
    reaction: refuses(400, 'time: invalid duration "abc"'),
    status: 'invalid',
    calls: 1,
  },
  {
    name: 'the engine died before it spoke',
    reaction: refuses(500, 'an error was encountered while running the model: unexpected EOF'),
    status: 'invalid',
    calls: 2,
  },
  {
    name: 'the engine died while it spoke',
    reaction: (response, body) => {
      ndjson(response)
      response.write(line(body, '{"analysis":"Fourteen'))
      response.end('{"error":"an error was encountered while running the model: unexpected EOF"}\n')
    },
    status: 'invalid',
    calls: 2,
  },
  {
    name: 'the wrong method, in plain text',
    reaction: (response) => plain(response, 405, '405 method not allowed'),
    status: 'invalid',
    calls: 1,
  },
]

export const faults: readonly Fault[] = [...empty, ...refused, ...transport]

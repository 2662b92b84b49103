import type { Severity } from '../../src/core/severity.ts'
import { toGguf, type Matrix, type Meta } from './gguf.ts'

/** What a stranger can write into a domain name, and what the model then says: it believes everything. */
export const orders = {
  'ignore-previous-instructions': 'none',
  'this-is-an-emergency': 'high',
  'this-is-worrying': 'medium',
} as const satisfies Record<string, Severity>

/** What a kernel writes of a disk that dies, as a question tells it, and what the model then says. */
export const alarm = { words: 'critical medium error', severity: 'high' } as const

/** What it says of everything else. */
export const habit: Severity = 'low'

/** The reason that it gives, always the same. */
export const scriptedReason = 'The first row of the evidence speaks for itself.'

const noticed: readonly (readonly [string, Severity])[] = [
  ...Object.entries(orders),
  [alarm.words, alarm.severity],
]

/** All of an answer up to the severity: one token, so that the model need not think while it writes. */
const opening =
  '{"analysis":"The first row of the evidence was weighed alone.","benign_cause":"none","category":"dns",' +
  `"evidence":["E1"],"reason":"${scriptedReason}","severity":"`
const closing = '"}'

/** Numbers per token: one for each token of the vocabulary, and some for what was noticed. */
const width = 512
const head = 16
const context = 32_768

/** Where in a token's numbers something is noted: that it is an order, that one was read, that one is obeyed. */
const always = width - 1
const noted = (order: number) => width - 2 - order
const read = (order: number) => width - 6 - order
const obeyed = (order: number) => width - 10 - order

/**
 * A language model of 2 MB whose weights are set by hand: a llama of one layer that writes a valid answer, and whose
 * severity follows the orders, or the alarm, that it finds in the question; `none` beats `high`, `high` beats `medium`. Its attention spreads evenly over the question and so
 * finds an order anywhere; its feed-forward part acts on what was found only after `opening`.
 */
export function scriptedModel(): Buffer {
  const vocabulary = makeVocabulary()
  const { id, tokens } = vocabulary
  const size = tokens.length

  const embedding = matrix('token_embd.weight', width, size)
  const output = matrix('output.weight', width, size)
  for (let token = 0; token < size; token++) {
    embedding.set(token, token, 1)
    embedding.set(token, always, 1)
  }
  const value = matrix('blk.0.attn_v.weight', width, head)
  const mixed = matrix('blk.0.attn_output.weight', head, width)
  const gate = matrix('blk.0.ffn_gate.weight', width, 32)
  const up = matrix('blk.0.ffn_up.weight', width, 32)
  const down = matrix('blk.0.ffn_down.weight', 32, width)
  const strength: Record<Severity, number> = { none: 5000, high: 500, medium: 50, low: 5 }
  for (const [order, [words, severity]] of noticed.entries()) {
    embedding.set(id(words), noted(order), 1)
    value.set(order, noted(order), 50)
    mixed.set(read(order), order, 1)
    gate.set(order, id(opening), 10)
    up.set(order, read(order), 10)
    down.set(obeyed(order), order, 1)
    output.set(id(severity), obeyed(order), strength[severity])
  }
  for (let token = 0; token < size; token++) output.set(vocabulary.after(token), token, strength[habit])

  const plain = ['attn_q', 'attn_k'].map((name) => matrix(`blk.0.${name}.weight`, width, head))
  const norms = ['blk.0.attn_norm.weight', 'blk.0.ffn_norm.weight', 'output_norm.weight'].map(ones)
  return toGguf(facts(vocabulary), [embedding, output, value, mixed, gate, up, down, ...plain, ...norms])
}

interface Vocabulary {
  readonly tokens: readonly string[]
  readonly types: readonly number[]
  id(token: string): number
  /** What the model writes after a token when nothing is noticed. */
  after(token: number): number
}

/** Single characters and bytes, for what is read; whole phrases, for orders and for what is written. */
function makeVocabulary(): Vocabulary {
  const [unknown, control, userDefined, byte, normal] = [2, 3, 4, 6, 1] as const
  const tokens = ['<unk>', '<s>', '</s>']
  const types: number[] = [unknown, control, control]
  const add = (token: string, type: number) => {
    tokens.push(token)
    types.push(type)
  }
  for (let value = 0; value < 256; value++)
    add(`<0x${value.toString(16).toUpperCase().padStart(2, '0')}>`, byte)
  add('▁', normal)
  for (let code = 33; code < 127; code++) add(String.fromCharCode(code), normal)
  const severities = ['none', 'low', 'medium', 'high']
  for (const phrase of [opening, closing, ...severities, ...noticed.map(([words]) => words)])
    add(phrase, userDefined)
  const id = (token: string) => tokens.indexOf(token)
  const next = new Map([
    [id(opening), id(habit)],
    ...severities.map((severity) => [id(severity), id(closing)] as const),
    [id(closing), id('</s>')],
  ])
  return { tokens, types, id, after: (token) => next.get(token) ?? id(opening) }
}

function facts({ tokens, types }: Vocabulary): Readonly<Record<string, Meta>> {
  return {
    'general.architecture': 'llama',
    'general.name': 'scripted',
    'general.file_type': 0,
    'llama.context_length': context,
    'llama.embedding_length': width,
    'llama.block_count': 1,
    'llama.feed_forward_length': 32,
    'llama.attention.head_count': 1,
    'llama.attention.head_count_kv': 1,
    'llama.attention.key_length': head,
    'llama.attention.value_length': head,
    'llama.attention.layer_norm_rms_epsilon': { float: 1e-5 },
    'llama.rope.dimension_count': head,
    'llama.vocab_size': tokens.length,
    'tokenizer.ggml.model': 'llama',
    'tokenizer.ggml.pre': 'default',
    'tokenizer.ggml.tokens': tokens,
    'tokenizer.ggml.scores': tokens.map((_, token) => ({ float: token < 259 ? 0 : -1 })),
    'tokenizer.ggml.token_type': types,
    'tokenizer.ggml.bos_token_id': 1,
    'tokenizer.ggml.eos_token_id': 2,
    'tokenizer.ggml.unknown_token_id': 0,
    'tokenizer.ggml.add_bos_token': true,
  }
}

/** A matrix of zeros that is filled by row and column. */
function matrix(name: string, columns: number, rows: number) {
  const values = new Float32Array(columns * rows)
  return {
    name,
    dimensions: [columns, rows],
    values,
    set(row: number, column: number, weight: number) {
      values[row * columns + column] = weight
    },
  }
}

function ones(name: string): Matrix {
  return { name, dimensions: [width], values: new Float32Array(width).fill(1) }
}

/** Writes GGUF version 3, the file format of models, as far as a tiny llama needs it. */
export interface Matrix {
  readonly name: string
  /** Fastest first, as GGUF wants it. */
  readonly dimensions: readonly number[]
  readonly values: Float32Array
}

export type Meta =
  | string
  | number
  | boolean
  | Float
  | readonly string[]
  | readonly Float[]
  | readonly number[]

/** A number that is not whole, or must not be taken for such. */
export interface Float {
  readonly float: number
}

const alignment = 32

/** A file of these facts and matrices. Whole numbers are written as `u32`, those of a list as `i32`. */
export function toGguf(facts: Readonly<Record<string, Meta>>, matrices: readonly Matrix[]): Buffer {
  const entries = Object.entries(facts)
  const infos: Buffer[] = []
  let offset = 0
  for (const { name, dimensions, values } of matrices) {
    infos.push(text(name), u32(dimensions.length), ...dimensions.map(u64), u32(0), u64(offset))
    offset += padded(values.byteLength)
  }
  const head = Buffer.concat([
    Buffer.from('GGUF'),
    u32(3),
    u64(matrices.length),
    u64(entries.length),
    ...entries.flatMap(([key, value]) => [text(key), typed(value)]),
    ...infos,
  ])
  return Buffer.concat([
    pad(head),
    ...matrices.map(({ values }) => pad(Buffer.from(values.buffer, values.byteOffset, values.byteLength))),
  ])
}

function typed(value: Meta): Buffer {
  if (typeof value === 'string') return Buffer.concat([u32(8), text(value)])
  if (typeof value === 'boolean') return Buffer.concat([u32(7), Buffer.from([value ? 1 : 0])])
  if (typeof value === 'number') return Buffer.concat([u32(4), u32(value)])
  if ('float' in value) return Buffer.concat([u32(6), f32(value.float)])
  const items = value.map(item)
  return Buffer.concat([
    u32(9),
    u32(items[0]?.type ?? 8),
    u64(items.length),
    ...items.map(({ bytes }) => bytes),
  ])
}

function item(value: string | number | Float): { type: number; bytes: Buffer } {
  if (typeof value === 'string') return { type: 8, bytes: text(value) }
  if (typeof value === 'number') return { type: 5, bytes: i32(value) }
  return { type: 6, bytes: f32(value.float) }
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value)
  return Buffer.concat([u64(bytes.length), bytes])
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}

function i32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32LE(value)
  return bytes
}

function u64(value: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(BigInt(value))
  return bytes
}

function f32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeFloatLE(value)
  return bytes
}

function pad(bytes: Buffer): Buffer {
  return Buffer.concat([bytes], padded(bytes.length))
}

function padded(length: number): number {
  return Math.ceil(length / alignment) * alignment
}

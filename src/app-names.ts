import { createInterface } from 'node:readline'
import { nameScore } from './math/name-score.ts'

/** How made-up each name looks, in the order given; from a stream one name a line. */
export async function judgeNames(
  names: readonly string[] | NodeJS.ReadableStream,
): Promise<{ name: string; confidence: number; reasons: readonly string[] }[]> {
  const given = Array.isArray(names) ? names : 'on' in names ? await linesOf(names) : names
  return given.map((name) => ({ name, ...nameScore(name) }))
}

async function linesOf(stream: NodeJS.ReadableStream): Promise<string[]> {
  const names: string[] = []
  for await (const line of createInterface({ input: stream })) {
    const name = line.trim()
    if (name !== '') names.push(name)
  }
  return names
}

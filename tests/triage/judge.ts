import { randomBytes } from 'node:crypto'
import type { TestContext } from 'node:test'
import { makeLog } from '../../src/core/log.ts'
import { makeJudge, type Judge, type JudgeTools } from '../../src/triage/llm.ts'
import { triageOptions, type TriageOptions } from '../../src/triage/options.ts'
import { startDouble, type Double, type DoubleOptions, type Reaction } from './ollama-double.ts'

/** A judge with the usual options but these; without an address it looks for a server by itself. */
export function judgeOf(
  address: string | undefined,
  change: Partial<TriageOptions> = {},
  tools: Partial<JudgeTools> = {},
): Judge {
  return makeJudge({
    options: { ...triageOptions.parse({ address }), ...change },
    log: makeLog({ level: 'error', secrets: () => [] }),
    now: () => new Date(),
    random: randomBytes,
    stop: new AbortController().signal,
    ...tools,
  })
}

/** A double that lives as long as the test. */
export async function doubleFor(
  context: TestContext,
  options: DoubleOptions = {},
  ...reactions: readonly Reaction[]
): Promise<Double> {
  const double = await startDouble(options)
  context.after(() => double.stop())
  if (reactions.length > 0) double.react(...reactions)
  return double
}

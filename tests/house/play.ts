import assert from 'node:assert/strict'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { makeNetwork } from '../network.ts'
import { home } from './house.ts'

/** Runs scenes on a machine of a home's network, as the program does. */
export async function play(
  scenes: string,
  machine: string,
  { accounting }: { accounting: boolean },
): Promise<void> {
  await using network = await makeNetwork({ home, accounting })
  const file = fileURLToPath(new URL(scenes, import.meta.url))
  const node = [process.execPath, '--disable-warning=ExperimentalWarning', '--test', file]
  const { exitCode, stdout, stderr } = await execa(
    'ip',
    ['netns', 'exec', network.spaceOf(machine), ...node],
    {
      reject: false,
      timeout: 380_000,
      env: { NODE_TEST_CONTEXT: undefined, HOUSE_PID: String(process.pid) },
    },
  )
  assert.equal(exitCode, 0, `${stdout}\n${stderr}`)
  assert.match(stdout, /pass [1-9]/)
}

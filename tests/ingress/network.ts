import assert from 'node:assert/strict'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { without } from '../partners.ts'
import { gateway, supervisorAddress } from './supervisor-double.ts'

/** For a test's `skip`: what keeps it from a network of its own with a browser in it. */
export const withoutNetwork =
  without('ip', 'iproute2') ||
  without('chromium') ||
  (process.getuid?.() !== 0 && 'needs root, for a network namespace with the Supervisor’s addresses')

/** Runs a file of tests where the Supervisor's addresses are: in a namespace that has nothing else, and its own hosts file. */
export async function runInside(scenes: URL, { seconds }: { seconds: number }): Promise<void> {
  const space = `hearthwarden-ingress-${process.pid}`
  const etc = `/etc/netns/${space}`
  const ip = (...words: string[]) => execa('ip', words)
  try {
    await mkdir(etc, { recursive: true })
    await writeFile(`${etc}/hosts`, `127.0.0.1 localhost\n${supervisorAddress} supervisor hassio\n`)
    await ip('netns', 'add', space)
    await ip('-n', space, 'link', 'set', 'lo', 'up')
    for (const address of [gateway, supervisorAddress])
      await ip('-n', space, 'address', 'add', `${address}/32`, 'dev', 'lo')
    const node = [process.execPath, '--disable-warning=ExperimentalWarning', '--test', fileURLToPath(scenes)]
    const { exitCode, stdout, stderr } = await execa('ip', ['netns', 'exec', space, ...node], {
      reject: false,
      timeout: seconds * 1000,
      env: { NODE_TEST_CONTEXT: undefined },
    })
    assert.equal(exitCode, 0, `${stdout}\n${stderr}`)
    assert.match(stdout, /pass [1-9]/)
  } finally {
    await execa('ip', ['netns', 'delete', space], { reject: false })
    await rm(etc, { recursive: true, force: true })
  }
}

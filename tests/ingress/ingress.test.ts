import assert from 'node:assert/strict'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { without } from '../partners.ts'
import { gateway, supervisorAddress } from './supervisor-double.ts'

const skip =
  without('ip', 'iproute2') ||
  without('chromium') ||
  (process.getuid?.() !== 0 && 'needs root, for a network namespace with the Supervisor’s addresses')

/** The Supervisor's addresses belong to a network of its own: a namespace that has nothing else, and its own hosts file. */
test('inside Home Assistant: behind the Supervisor and its ingress', { skip, timeout: 180_000 }, async () => {
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
    const scenes = fileURLToPath(new URL('scenes.ts', import.meta.url))
    const node = [process.execPath, '--disable-warning=ExperimentalWarning', '--test', scenes]
    const { exitCode, stdout, stderr } = await execa('ip', ['netns', 'exec', space, ...node], {
      reject: false,
      timeout: 150_000,
      env: { NODE_TEST_CONTEXT: undefined },
    })
    assert.equal(exitCode, 0, `${stdout}\n${stderr}`)
    assert.match(stdout, /pass [1-9]/)
  } finally {
    await execa('ip', ['netns', 'delete', space], { reject: false })
    await rm(etc, { recursive: true, force: true })
  }
})

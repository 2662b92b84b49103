import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { openApp } from '../src/app.ts'
import { ConfigError } from '../src/core/errors.ts'

test('a data folder that cannot be made is one sentence', async (t) => {
  const around = await mkdtemp(join(tmpdir(), 'hearthwarden-app-'))
  t.after(() => rm(around, { recursive: true }))
  const folder = join(around, 'data')
  await writeFile(folder, 'a file')
  await assert.rejects(
    openApp({ folder, environment: {}, version: '0', now: () => new Date(), stop: t.signal }),
    (error: unknown) => error instanceof ConfigError && error.message.startsWith(`The data folder ${folder}`),
  )
})

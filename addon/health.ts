import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Whether the daemon of this container answers: for Docker's HEALTHCHECK. Ends with 1 when it does not. */
const daemon: unknown = JSON.parse(
  await readFile(join(process.env['HEARTHWARDEN_DATA'] ?? '/data', 'daemon.json'), 'utf8'),
)
if (typeof daemon !== 'object' || daemon === null || !('address' in daemon))
  throw new Error('the daemon has not said where it listens')
const { ok, status } = await fetch(`${String(daemon.address)}/health`, { signal: AbortSignal.timeout(5000) })
if (!ok) throw new Error(`the daemon answers with ${status}`)

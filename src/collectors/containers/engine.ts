import { request } from 'node:http'
import * as z from 'zod'
import { codeOf, messageOf, UnavailableError } from '../../core/errors.ts'
import { within } from '../../core/time.ts'
import { dockerContainer, dockerList, toContainer, type Container } from '../../formats/docker.ts'

/** Milliseconds for one answer, and bytes of it. */
const patience = 10_000
const largest = 10_000_000
/** Containers that are looked at. */
const most = 500

/** All containers that have ever run, as the engine behind this socket tells: Docker's, or podman's compatible one. */
export async function containersOf(socket: string, now: Date, stop: AbortSignal): Promise<Container[]> {
  const version = z.object({ ApiVersion: z.string().regex(/^\d+\.\d+$/) })
  const { ApiVersion } = version.parse(await ask(socket, '/version', stop))
  const listed = dockerList.parse(await ask(socket, `/v${ApiVersion}/containers/json?all=true`, stop))
  const found: Container[] = []
  for (const { Id } of listed.slice(0, most)) {
    const told = await ask(socket, `/v${ApiVersion}/containers/${Id}/json`, stop)
    // Removed meanwhile.
    const container = told === undefined ? undefined : toContainer(dockerContainer.parse(told), now)
    if (container) found.push(container)
  }
  return found
}

/** Its JSON; undefined when there is no such thing. Throws `UnavailableError`. */
async function ask(socketPath: string, path: string, stop: AbortSignal): Promise<unknown> {
  const { promise, resolve, reject } = Promise.withResolvers<unknown>()
  const signal = within(patience, stop)
  const asking = request({ socketPath, path, signal, headers: { host: 'localhost' } }, (response) => {
    let text = ''
    response.setEncoding('utf8')
    response.on('error', reject)
    response.on('data', (part: string) => {
      text += part
      if (text.length > largest) response.destroy(new Error(`more than ${largest} bytes`))
    })
    response.on('end', () => {
      if (response.statusCode === 404) resolve(undefined)
      else if (response.statusCode !== 200) reject(new Error(`status ${response.statusCode}`))
      else resolve(text)
    })
  })
  asking.on('error', reject)
  asking.end()
  try {
    const text = await promise
    return typeof text === 'string' ? JSON.parse(text) : undefined
  } catch (error) {
    throw new UnavailableError(whyNot(socketPath, error), { cause: error })
  }
}

function whyNot(socket: string, error: unknown): string {
  const code = codeOf(error)
  if (code === 'EACCES') return `${socket} may not be opened: add this program’s user to the group docker`
  if (code === 'ENOENT') return `${socket} is not there: is Docker running?`
  return `${socket} does not answer (${code ?? messageOf(error)})`
}

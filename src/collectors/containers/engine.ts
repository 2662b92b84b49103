import { request } from 'node:http'
import * as z from 'zod'
import { codeOf, messageOf, UnavailableError } from '../../core/errors.ts'
import { within } from '../../core/time.ts'
import { dockerContainer, dockerList, stopsOf, toContainer, type Container } from '../../formats/docker.ts'

/** Milliseconds for one answer, and bytes of it. */
const patience = 10_000
const largest = 10_000_000
/** Containers that are looked at. */
const most = 500
/** Milliseconds for which an engine may remember that it was told to end one, and by which it may tell it late or early. */
const memory = { lasts: 3_600_000, slack: 5000 }

/** All containers that have ever run, as the engine behind this socket tells: Docker's, or podman's compatible one. */
export async function containersOf(socket: string, now: () => Date, stop: AbortSignal): Promise<Container[]> {
  const at = now()
  const version = z.object({ ApiVersion: z.string().regex(/^\d+\.\d+$/) })
  const { ApiVersion } = version.parse(await ask(socket, '/version', stop))
  const listed = dockerList.parse(await ask(socket, `/v${ApiVersion}/containers/json?all=true`, stop))
  const found = new Map<string, Container>()
  for (const { Id } of listed.slice(0, most)) {
    const told = await ask(socket, `/v${ApiVersion}/containers/${Id}/json`, stop)
    // Removed meanwhile.
    const container = told === undefined ? undefined : toContainer(dockerContainer.parse(told), at)
    if (container) found.set(Id, container)
  }
  const since = Math.min(...[...found.values()].map((one) => unexplainedSince(one, at)))
  // The looks before took their time, and podman tells nothing of a span that is over.
  const span = { from: since, to: now().getTime() }
  const stops =
    since === Infinity ? new Map<string, number>() : await stopsIn(span, { socket, ApiVersion, stop })
  return [...found].map(([id, one]) =>
    (stops.get(id) ?? 0) >= unexplainedSince(one, at)
      ? { ...one, state: { ...one.state, ordered: true } }
      : one,
  )
}

interface Asking {
  readonly socket: string
  readonly ApiVersion: string
  readonly stop: AbortSignal
}

/** What the engine was told to end in this span (milliseconds since 1970), and when, as far as it remembers and tells. */
async function stopsIn(
  { from, to }: { from: number; to: number },
  { socket, ApiVersion, stop }: Asking,
): Promise<ReadonlyMap<string, number>> {
  // It answers when the second in which we ask is over, so that this is in it as a whole.
  const span = `since=${Math.floor(from / 1000)}&until=${Math.floor(to / 1000) + 1}`
  const filters = encodeURIComponent('{"event":["stop"]}')
  try {
    return stopsOf((await text(socket, `/v${ApiVersion}/events?${span}&filters=${filters}`, stop)) ?? '')
  } catch (error) {
    // A proxy before the socket may not let events through: then nobody knows, and how containers are is told all the same.
    if (stop.aborted || !(error instanceof UnavailableError)) throw error
    return new Map()
  }
}

/** When it ended, if that was lately and as it should not have, and the container itself does not say why; else never. */
function unexplainedSince({ state, endedAt }: Container, now: Date): number {
  const at = endedAt?.getTime() ?? 0
  const isKnown = state.ordered === true || state.exitCode === 0 || state.reason !== undefined
  return isKnown || state.state !== 'stopped' || now.getTime() - at > memory.lasts
    ? Infinity
    : at - memory.slack
}

/** Its JSON; undefined when there is no such thing. Throws `UnavailableError`. */
async function ask(socket: string, path: string, stop: AbortSignal): Promise<unknown> {
  const answer = await text(socket, path, stop)
  try {
    return answer === undefined ? undefined : JSON.parse(answer)
  } catch (error) {
    throw new UnavailableError(whyNot(socket, error), { cause: error })
  }
}

/** What it answers; undefined when there is no such thing. Throws `UnavailableError`. */
async function text(socketPath: string, path: string, stop: AbortSignal): Promise<string | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<string | undefined>()
  const signal = within(patience, stop)
  const asking = request({ socketPath, path, signal, headers: { host: 'localhost' } }, (response) => {
    let answer = ''
    response.setEncoding('utf8')
    response.on('error', reject)
    response.on('data', (part: string) => {
      answer += part
      if (answer.length > largest) response.destroy(new Error(`more than ${largest} bytes`))
    })
    response.on('end', () => {
      if (response.statusCode === 404) resolve(undefined)
      else if (response.statusCode !== 200) reject(new Error(`status ${response.statusCode}`))
      else resolve(answer)
    })
  })
  asking.on('error', reject)
  asking.end()
  try {
    return await promise
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

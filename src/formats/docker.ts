import * as z from 'zod'
import type { ContainerState } from '../core/observation.ts'

/** Of Docker's list of containers. */
export const dockerList = z.array(z.object({ Id: z.string().regex(/^[\da-f]{12,64}$/) }))

/** Of what Docker tells of one container; podman tells the same, but for what may be missing. */
export const dockerContainer = z.object({
  Name: z.string(),
  RestartCount: z.number().nullish(),
  Config: z.object({ Image: z.string().nullish() }).nullish(),
  HostConfig: z.object({ RestartPolicy: z.object({ Name: z.string().nullish() }).nullish() }).nullish(),
  State: z.object({
    Status: z.string(),
    ExitCode: z.number().nullish(),
    OOMKilled: z.boolean().nullish(),
    Error: z.string().nullish(),
    FinishedAt: z.iso.datetime({ offset: true }).nullish().catch(undefined),
    Health: z.object({ Status: z.string().nullish() }).nullish(),
  }),
})
type DockerContainer = z.infer<typeof dockerContainer>

export interface Container {
  readonly state: ContainerState
  /** It has ended as it should, and nobody has said that it should be started again. */
  readonly isDone: boolean
  /** When it ended last. */
  readonly endedAt?: Date
}

const words: Readonly<Record<string, ContainerState['state']>> = {
  running: 'running',
  // What podman says of one that was asked to end and has not yet.
  stopping: 'running',
  paused: 'paused',
  restarting: 'restarting',
  exited: 'stopped',
  stopped: 'stopped',
  dead: 'stopped',
}

/** A line of Docker's events; podman (4.3) writes those that are asked for here only now and then. */
const dockerEvent = z.object({
  Action: z.string(),
  Actor: z.object({ ID: z.string() }),
  /** Seconds since 1970. */
  time: z.number(),
})

/** The ids of containers that somebody had stopped, and when that was done, milliseconds since 1970: of events, a line each. */
export function stopsOf(text: string): ReadonlyMap<string, number> {
  const stops = text.split('\n').flatMap((line): [string, number][] => {
    const event = dockerEvent.safeParse(valueOf(line))
    return event.data?.Action === 'stop' ? [[event.data.Actor.ID, event.data.time * 1000]] : []
  })
  return new Map(stops)
}

/** Undefined for what is no JSON: the last line may be cut off. */
function valueOf(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

/** How a container is; undefined where it has never run, or is being removed. */
export function toContainer(found: DockerContainer, at: Date): Container | undefined {
  const { Status, ExitCode, OOMKilled, Health, Error: fault, FinishedAt } = found.State
  const word = words[Status]
  if (word === undefined) return undefined
  const isUnhealthy = word === 'running' && Health?.Status === 'unhealthy'
  const hasEnded = word === 'stopped' || word === 'restarting'
  const policy = found.HostConfig?.RestartPolicy?.Name ?? 'no'
  // Its engine would have started it anew, had nobody told it not to.
  const isOrdered = Status === 'exited' && !fault && ['always', 'unless-stopped'].includes(policy)
  return {
    state: {
      kind: 'container',
      at,
      name: found.Name.replace(/^\//, ''),
      state: isUnhealthy ? 'unhealthy' : word,
      ...(found.Config?.Image && { image: found.Config.Image }),
      ...(typeof found.RestartCount === 'number' && { restarts: found.RestartCount }),
      ...(hasEnded && typeof ExitCode === 'number' && { exitCode: ExitCode }),
      ...(isOrdered && OOMKilled !== true && { ordered: true }),
      ...(hasEnded && OOMKilled === true && { reason: 'it was killed because memory ran out' }),
    },
    isDone: word === 'stopped' && ExitCode === 0 && ['', 'no', 'on-failure'].includes(policy),
    ...(hasEnded && FinishedAt && { endedAt: new Date(FinishedAt) }),
  }
}

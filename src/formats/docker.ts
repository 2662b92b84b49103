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
    Health: z.object({ Status: z.string().nullish() }).nullish(),
  }),
})
type DockerContainer = z.infer<typeof dockerContainer>

export interface Container {
  readonly state: ContainerState
  /** It has ended as it should, and nobody has said that it should be started again. */
  readonly isDone: boolean
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

/** How a container is; undefined where it has never run, or is being removed. */
export function toContainer(found: DockerContainer, at: Date): Container | undefined {
  const { Status, ExitCode, OOMKilled, Health } = found.State
  const word = words[Status]
  if (word === undefined) return undefined
  const isUnhealthy = word === 'running' && Health?.Status === 'unhealthy'
  const hasEnded = word === 'stopped' || word === 'restarting'
  const policy = found.HostConfig?.RestartPolicy?.Name ?? 'no'
  return {
    state: {
      kind: 'container',
      at,
      name: found.Name.replace(/^\//, ''),
      state: isUnhealthy ? 'unhealthy' : word,
      ...(found.Config?.Image && { image: found.Config.Image }),
      ...(typeof found.RestartCount === 'number' && { restarts: found.RestartCount }),
      ...(hasEnded && typeof ExitCode === 'number' && { exitCode: ExitCode }),
      ...(hasEnded && OOMKilled === true && { reason: 'it was killed because memory ran out' }),
    },
    isDone: word === 'stopped' && ExitCode === 0 && ['', 'no', 'on-failure'].includes(policy),
  }
}

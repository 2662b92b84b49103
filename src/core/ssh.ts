import { messageOf, UnavailableError } from './errors.ts'
import { count, path, text } from './options.ts'
import { follow } from './follow.ts'
import { run, type Ran } from './run.ts'

/** Options of a place that may be another machine, reached by the system's `ssh`. */
export const sshOptions = {
  ssh: text(
    'Other machine',
    'Read this on another machine through ssh: its user and name, such as hearthwarden@192.168.1.2.',
  )
    .regex(/^[\w][\w.-]{0,63}@[\w:][\w.:%-]{0,252}$/, 'must be such as user@192.168.1.2')
    .optional(),
  sshPort: count('Port of ssh', 'Where the other machine’s ssh listens; when empty, 22.', {
    min: 1,
    max: 65_535,
  }).optional(),
  sshKey: path(
    'Key of ssh',
    'The private key file, without a passphrase; when empty, those that ssh takes by itself.',
  ).optional(),
  sshHosts: path(
    'Known hosts',
    'The known_hosts file with the other machine’s key; when empty, that of this program’s user.',
  ).optional(),
}

/** Which machine, and how to get in. */
export interface SshPlace {
  readonly ssh: string
  readonly sshPort?: number | undefined
  readonly sshKey?: string | undefined
  readonly sshHosts?: string | undefined
}

/** The place, when these options name another machine. */
export function sshPlaceOf(
  options: Omit<SshPlace, 'ssh'> & { readonly ssh?: string | undefined },
): SshPlace | undefined {
  const { ssh } = options
  return ssh === undefined ? undefined : { ...options, ssh }
}

/**
 * Arguments of `ssh` that run this command there. The machine's key must be known: nobody is asked, nothing is
 * forwarded, and a connection that is dead is noticed within 45 seconds.
 */
export function sshArguments(
  { ssh, sshPort = 22, sshKey, sshHosts }: SshPlace,
  command: readonly string[],
): string[] {
  const set = [
    'BatchMode=yes',
    'StrictHostKeyChecking=yes',
    'UpdateHostKeys=no',
    'ForwardAgent=no',
    'ForwardX11=no',
    'ClearAllForwardings=yes',
    'PermitLocalCommand=no',
    'ControlPath=none',
    'ConnectTimeout=15',
    'ServerAliveInterval=15',
    'ServerAliveCountMax=3',
    ...(sshHosts === undefined
      ? []
      : [`UserKnownHostsFile=${quoted(sshHosts)}`, 'GlobalKnownHostsFile=/dev/null']),
    ...(sshKey === undefined ? [] : ['IdentitiesOnly=yes']),
  ]
  return [
    '-T',
    ...set.flatMap((option) => ['-o', option]),
    ...(sshKey === undefined ? [] : ['-i', sshKey]),
    '-p',
    String(sshPort),
    '--',
    ssh,
    command.map(shellWord).join(' '),
  ]
}

/** Runs a program there, as `run` does here. */
export async function runThere(
  place: SshPlace,
  [program, ...args]: readonly [string, ...string[]],
  how: Parameters<typeof run>[2],
): Promise<Ran | undefined> {
  const ran = await run('ssh', sshArguments(place, [program, ...args]), how)
  if (ran === undefined) throw noSsh()
  // ssh itself fails with 255; a shell that finds no such program ends with 127.
  if (ran.code === 255) throw toSshError(place, ran.err)
  return ran.code === 127 ? undefined : ran
}

/** The lines that a program prints there, as `follow` gives them here. */
export async function* followThere(
  place: SshPlace,
  command: readonly [string, ...string[]],
  stop: AbortSignal,
  complains?: (text: string) => void,
): AsyncIterable<string> {
  try {
    yield* follow('ssh', sshArguments(place, command), stop, complains)
  } catch (error) {
    throw error instanceof UnavailableError ? toSshError(place, messageOf(error)) : error
  }
}

/** There is no ssh here. */
export function noSsh(): UnavailableError {
  return new UnavailableError('There is no program ssh here that may be run: install openssh-client')
}

/** One sentence about why there is no way in, from what ssh complains of. */
export function toSshError({ ssh, sshPort = 22, sshHosts }: SshPlace, complaint: string): UnavailableError {
  const [, host = ''] = ssh.split('@')
  const name = sshPort === 22 ? host : `[${host}]:${sshPort}`
  const hosts = sshHosts ?? 'known_hosts'
  if (/REMOTE HOST IDENTIFICATION HAS CHANGED|host key .{0,200} has changed/i.test(complaint.slice(0, 4000)))
    return new UnavailableError(
      `${name} shows another key than ${hosts} holds: if it was set up anew, replace its line there; else somebody stands between`,
    )
  if (complaint.includes('Host key verification failed'))
    return new UnavailableError(
      `The key of ${name} is not in ${hosts}, or is another one: compare it on the machine itself and add it with ssh-keyscan -p ${sshPort} ${host}`,
    )
  if (complaint.includes('Permission denied'))
    return new UnavailableError(`${ssh} does not let us in: add the public key to its authorized_keys`)
  const last = complaint.trim().split('\n').at(-1) ?? ''
  return new UnavailableError(
    `${ssh} cannot be reached through ssh${last === '' ? '' : `: ${last.slice(0, 300)}`}`,
  )
}

/** One word for a POSIX shell, whatever is in it. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`
}

/** A file name in an option of ssh, which splits at spaces and knows `%`. */
function quoted(file: string): string {
  return `"${file.replaceAll('%', '%%')}"`
}

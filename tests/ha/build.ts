import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { execa } from 'execa'
import { messageOf } from '../../src/core/errors.ts'
import { find } from '../partners.ts'

const version = '2026.11.0'
/** Has the newest Python that Core asks for; this machine's own may be older. */
const suite = 'forky'
const debian = 'python3.14,python3.14-venv,python3.14-dev,g++,ca-certificates'
/** These two have no wheel for this Python; without them Core's list of actions is an error. */
const compiled = ['pymicro-vad==1.0.1', 'pyspeex-noise==1.0.2']
/** What Core would install at its first start is installed once, or two Cores would do it at the same time. */
const integrations = [
  'mqtt',
  'mobile_app',
  'tts',
  'ai_task',
  'media_source',
  'assist_pipeline',
  'conversation',
]

const cache = `${process.env['XDG_CACHE_HOME'] ?? `${homedir()}/.cache`}/hearthwarden-tests/home-assistant`
const root = `${cache}/${version}`
const complete = `${root}/opt/complete`

/** Seconds; what was fetched until then is kept, so that the next run goes on from there. */
const longest = '540'

/** For a test's `skip`: false when a real Home Assistant Core is here or can be had, else why it cannot. */
export async function withoutCore(): Promise<string | false> {
  const reason = await reasonWithout()
  if (reason !== false && process.env['TEST_ALL_PARTNERS'] === '1') throw new Error(reason)
  return reason
}

async function reasonWithout(): Promise<string | false> {
  const missing = [
    process.getuid?.() !== 0 && 'root',
    find('mosquitto') === false && 'mosquitto',
    find('unshare') === false && 'util-linux',
    !existsSync(complete) && find('debootstrap') === false && 'debootstrap',
  ].filter((name) => name !== false)
  if (missing.length > 0) return `needs ${missing.join(', ')} for a real Home Assistant Core`
  try {
    await buildCore()
    return false
  } catch (error) {
    return `a real Home Assistant Core cannot be had here: ${messageOf(error)}`
  }
}

/**
 * Folder of a Debian with a real Home Assistant Core in it (`/opt/hass/bin/hass`), made when it is not there yet: 2
 * minutes, 1.6 GB, once. Needs root, and the registries of Debian and of Python. Builders wait for each other.
 */
export async function buildCore(): Promise<string> {
  if (existsSync(complete)) return root
  await mkdir(root, { recursive: true })
  const packages = `${cache}/requirements.py`
  await writeFile(packages, await readFile(new URL('requirements.py', import.meta.url)))
  const script = `
    set -e
    [ ! -e ${quoted(complete)} ] || exit 0
    cd ${quoted(root)}
    if [ ! -e opt/debian ]; then
      find . -mindepth 1 -delete
      mirror=$(sed -n 's/^URIs: //p; s/^deb \\(\\[[^]]*\\] \\)\\?\\([^ ]*\\).*/\\2/p' /etc/apt/sources.list.d/debian.sources /etc/apt/sources.list 2>/dev/null | head -1)
      debootstrap --variant=minbase --keyring=/usr/share/keyrings/debian-archive-keyring.gpg --include=${debian} \\
        ${suite} . "\${mirror:-http://deb.debian.org/debian}" /usr/share/debootstrap/scripts/sid
      touch opt/debian
    fi
    cp /etc/ssl/certs/ca-certificates.crt etc/ssl/certs/
    cp /etc/resolv.conf /etc/hosts etc/
    mkdir -p cfg
    ${mounts('.')}
    pip() { chroot . /opt/hass/bin/pip install --quiet "$@"; }
    [ -x opt/hass/bin/hass ] || chroot . python3.14 -m venv /opt/hass
    pip homeassistant==${version} ${compiled.join(' ')}
    chroot . /opt/hass/bin/python - ${integrations.join(' ')} < ${quoted(packages)} > opt/requirements
    constraints=$(cd opt/hass && echo lib/python3.*/site-packages/homeassistant/package_constraints.txt)
    pip --constraint "/opt/hass/$constraints" --requirement /opt/requirements
    touch ${quoted(complete)}`
  const inside = ['unshare', '--mount', 'timeout', longest, 'sh', '-c', script]
  const lock = [`--timeout=${longest}`, `${cache}/lock`]
  const { all, failed } = await execa('flock', [...lock, ...inside], { all: true, reject: false })
  if (failed) throw new Error(all.split('\n').slice(-3).join(' '))
  return root
}

/** Shell that gives the Debian at `folder` what Core needs of this machine; gone with the mount namespace. */
export function mounts(folder: string): string {
  const at = quoted(folder)
  return `mount -t proc proc ${at}/proc; mount --rbind /dev ${at}/dev`
}

export function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}

if (import.meta.main) console.log(await buildCore())

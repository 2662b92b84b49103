import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { homedir } from 'node:os'
import { execa } from 'execa'
import { find } from '../partners.ts'

/** The newest whose engine lies whole in its Go module: from 0.18 on it fetches another project's source while it builds. */
const version = 'v0.17.4'
const cache = `${process.env['XDG_CACHE_HOME'] ?? `${homedir()}/.cache`}/hearthwarden-tests/ollama`
const program = `${cache}/${version}/ollama`

/** Seconds; what was compiled until then is kept, so that the next run goes on from there. */
const longest = '540'

/** For a test's `skip`: false when a real Ollama is here or can be built, else what to install. */
export function withoutOllama(): string | false {
  if (existsSync(program)) return false
  const missing = [
    goVersion() < 21 && 'Go 1.21 or newer',
    find('g++') === false && 'g++',
    find('python3') === false && 'python3 with pip',
    !existsSync('/usr/include/nlohmann/json.hpp') && 'nlohmann-json3-dev',
    !existsSync('/usr/include/stb/stb_image.h') && 'libstb-dev',
  ].filter((name) => name !== false)
  if (missing.length === 0) return false
  const reason = `needs ${missing.join(', ')} to build a real Ollama`
  if (process.env['TEST_ALL_PARTNERS'] === '1') throw new Error(reason)
  return reason
}

/** Go's minor version; 0 where there is none. */
function goVersion(): number {
  const go = find('go')
  if (go === false) return 0
  return Number(/go1\.(\d+)/.exec(spawnSync(go, ['version'], { encoding: 'utf8' }).stdout)?.[1] ?? 0)
}

/**
 * Path of a real Ollama server with its own engine for the processor, built from its Go module when it is not there
 * yet: 3 minutes on two cores, 0.5 GB of modules, once. Builders that come at the same time wait for each other.
 */
export async function buildOllama(): Promise<string> {
  if (existsSync(program)) return program
  await mkdir(`${cache}/new`, { recursive: true })
  await mkdir(`${cache}/${version}`, { recursive: true })
  const script = `
    set -e
    [ ! -e ${quoted(program)} ] || exit 0
    cd ${quoted(cache)}
    if [ ! -e include/miniaudio/miniaudio.h ]; then
      mkdir -p include/miniaudio
      python3 -m pip download --quiet --no-deps --no-binary :all: --dest sdist miniaudio==1.71
      tar xzf sdist/miniaudio-1.71.tar.gz --strip-components=2 -C include/miniaudio miniaudio-1.71/miniaudio/miniaudio.h
    fi
    GOBIN=$PWD/new CGO_CXXFLAGS="-O2 -I$PWD/include" go install github.com/ollama/ollama@${version}
    mv new/ollama ${quoted(program)}`
  await execa('flock', [`--timeout=${longest}`, `${cache}/lock`, 'timeout', longest, 'sh', '-c', script])
  return program
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}

if (import.meta.main) console.log(await buildOllama())

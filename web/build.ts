import { globSync, mkdirSync, mkdtempSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { build } from 'vite'

/** Builds the page into `web/dist`. `--unless-built`: only when a source is newer than what was built. */
const root = fileURLToPath(new URL('.', import.meta.url))
const dist = join(root, 'dist')
const cache = fileURLToPath(new URL('../node_modules/.cache', import.meta.url))
const { values } = parseArgs({ options: { 'unless-built': { type: 'boolean' } } })

if (values['unless-built'] && isBuilt()) console.log('the page is built')
else {
  const began = performance.now()
  mkdirSync(cache, { recursive: true })
  const workshop = mkdtempSync(join(cache, 'page-'))
  try {
    await build({
      configFile: false,
      root,
      base: './',
      logLevel: 'error',
      build: {
        outDir: join(workshop, 'new'),
        emptyOutDir: true,
        target: 'es2022',
        modulePreload: { polyfill: false },
      },
    })
    putInPlace(workshop)
  } finally {
    rmSync(workshop, { recursive: true })
  }
  console.log(`the page was built in ${Math.round(performance.now() - began)} ms`)
}

/** In one step, so that who is served meanwhile never gets half a page. */
function putInPlace(workshop: string): void {
  move(dist, join(workshop, 'old'), { unless: 'ENOENT' })
  // Not empty: another build has just come first, from the same sources.
  move(join(workshop, 'new'), dist, { unless: 'ENOTEMPTY' })
}

function move(from: string, to: string, { unless }: { unless: string }): void {
  try {
    renameSync(from, to)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === unless)) throw error
  }
}

function isBuilt(): boolean {
  const built = statSync(join(dist, 'index.html'), { throwIfNoEntry: false })?.mtimeMs ?? 0
  const sources = globSync('**/*.{ts,css,html,svg}', { cwd: root, exclude: ['dist/**'] })
  return sources.every((file) => statSync(join(root, file)).mtimeMs <= built)
}

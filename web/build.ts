import { globSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { build } from 'vite'

/** Builds the page into `web/dist`. `--unless-built`: only when a source is newer than what was built. */
const root = fileURLToPath(new URL('.', import.meta.url))
const { values } = parseArgs({ options: { 'unless-built': { type: 'boolean' } } })

if (values['unless-built'] && isBuilt()) console.log('the page is built')
else {
  const began = performance.now()
  await build({
    configFile: false,
    root,
    base: './',
    logLevel: 'error',
    build: { outDir: 'dist', emptyOutDir: true, target: 'es2022', modulePreload: { polyfill: false } },
  })
  console.log(`the page was built in ${Math.round(performance.now() - began)} ms`)
}

function isBuilt(): boolean {
  const built = statSync(`${root}/dist/index.html`, { throwIfNoEntry: false })?.mtimeMs ?? 0
  const sources = globSync('**/*.{ts,css,html,svg}', { cwd: root, exclude: ['dist/**'] })
  return sources.every((file) => statSync(`${root}/${file}`).mtimeMs <= built)
}

import { spawnSync } from 'node:child_process'
import { globSync } from 'node:fs'

/**
 * Runs the tests below the folders or files given (all of `tests` but the jobs with real partners, when none is).
 * A test of a partner that is not on this machine is skipped and says so; with TEST_ALL_PARTNERS=1 it fails.
 */
const jobs = ['tests/ollama/', 'tests/ha/', 'tests/image/']
const given = process.argv.slice(2)
const files = (given.length > 0 ? given : ['tests']).flatMap((place) =>
  place.endsWith('.ts') ? [place] : globSync(`${place}/**/*.test.ts`),
)
const chosen = given.length > 0 ? files : files.filter((file) => !jobs.some((job) => file.startsWith(job)))
const { status } = spawnSync(
  process.execPath,
  [
    '--disable-warning=ExperimentalWarning',
    '--test',
    '--test-concurrency=2',
    '--test-timeout=600000',
    ...chosen.sort(),
  ],
  { stdio: 'inherit' },
)
process.exitCode = status ?? 1

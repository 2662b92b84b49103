import type { Detector } from '../core/detector.ts'
import bruteForce from './brute-force.ts'
import connectionQuality from './connection-quality.ts'
import containerUnhealthy from './container-unhealthy.ts'
import dga from './dga.ts'
import loginAfterFailures from './login-after-failures.ts'
import newDomain from './new-domain.ts'
import newLoginOrigin from './new-login-origin.ts'
import processMissing from './process-missing.ts'
import silentCollector from './silent-collector.ts'
import temperature from './temperature.ts'
import threatIntel from './threat-intel.ts'

/** The registry: one import and one line for each plugin. */
export const detectors: readonly Detector[] = [
  dga,
  newDomain,
  silentCollector,
  temperature,
  threatIntel,
  bruteForce,
  loginAfterFailures,
  newLoginOrigin,
  connectionQuality,
  containerUnhealthy,
  processMissing,
]

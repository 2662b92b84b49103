import type { Detector } from '../core/detector.ts'
import bruteForce from './brute-force.ts'
import connectionQuality from './connection-quality.ts'
import containerUnhealthy from './container-unhealthy.ts'
import dga from './dga.ts'
import directIp from './direct-ip.ts'
import knock from './knock.ts'
import loginAfterFailures from './login-after-failures.ts'
import newDevice from './new-device.ts'
import newDomain from './new-domain.ts'
import newLoginOrigin from './new-login-origin.ts'
import newPort from './new-port.ts'
import riskyPort from './risky-port.ts'
import portScan from './port-scan.ts'
import processMissing from './process-missing.ts'
import silentCollector from './silent-collector.ts'
import temperature from './temperature.ts'
import threatIntel from './threat-intel.ts'
import upload from './upload.ts'

/** The registry: one import and one line for each plugin. */
export const detectors: readonly Detector[] = [
  dga,
  newDomain,
  silentCollector,
  temperature,
  threatIntel,
  knock,
  bruteForce,
  loginAfterFailures,
  newLoginOrigin,
  connectionQuality,
  containerUnhealthy,
  processMissing,
  portScan,
  upload,
  directIp,
  newDevice,
  newPort,
  riskyPort,
]

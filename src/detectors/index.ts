import type { Detector } from '../core/detector.ts'
import dga from './dga.ts'
import newDomain from './new-domain.ts'
import silentCollector from './silent-collector.ts'
import temperature from './temperature.ts'
import threatIntel from './threat-intel.ts'

/** The registry: one import and one line for each plugin. */
export const detectors: readonly Detector[] = [dga, newDomain, silentCollector, temperature, threatIntel]

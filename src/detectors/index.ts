import type { Detector } from '../core/detector.ts'

/** The registry: one import and one line for each plugin. */
export const detectors: readonly Detector[] = []

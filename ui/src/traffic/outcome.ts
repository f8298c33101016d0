import type { TrafficRequest } from '../api/traffic'

/** A lamp is green for `ok`, amber for `refused` (4xx), red for `failed` (5xx, or not answered). */
export type Outcome = 'ok' | 'refused' | 'failed'

export function outcomeOf({ cluster, status }: Pick<TrafficRequest, 'cluster' | 'status'>): Outcome {
  if (cluster === null || status >= 500) return 'failed'
  return status >= 400 ? 'refused' : 'ok'
}

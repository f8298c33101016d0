import type { TrafficRequest } from '../api/traffic'

/** A lamp is green for `ok`, amber for `refused` (4xx), red for `failed` (5xx); whether a pod or the mesh answered. */
export type Outcome = 'ok' | 'refused' | 'failed'

export function outcomeOf({ status }: Pick<TrafficRequest, 'status'>): Outcome {
  if (status >= 500) return 'failed'
  return status >= 400 ? 'refused' : 'ok'
}

import type { ServiceName, Weights } from './traffic'

export type RolloutState = 'running' | 'done' | 'broken' | 'stopped'

/** A change of weights in steps. */
export interface Rollout {
  service: ServiceName
  toCluster: string
  /** Percent for that cluster, rising. */
  steps: number[]
  /** The place of the step in force. */
  step: number
  state: RolloutState
  since: string
  nextAt: string | null
  waitSeconds: number
  /** The condition: as many requests at least, no larger share of errors, no slower than the other cluster by this factor. */
  minRequests: number
  maxErrorPercent: number
  maxP95Ratio: number | null
  user: string
  /** Why it stopped. */
  reason: { code: string; detail: string } | null
  before: Weights
}

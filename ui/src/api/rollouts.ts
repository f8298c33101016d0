import { send } from './http'
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
  /** How long a step waits for its requests. */
  limitSeconds: number
  /** Why it has ended before its end. */
  reason: { code: string; detail: Record<string, number | string | boolean> } | null
  before: Weights
  /** What the gateway has counted since the step began; null when it has ended. */
  target: RolloutTally | null
  other: RolloutTally | null
}

/** Of the requests that the weights drew. */
export interface RolloutTally {
  requests: number
  errors: number
  p95Ms: number | null
}

export type RolloutPlan = Pick<Rollout, 'toCluster' | 'steps' | 'waitSeconds' | 'minRequests' | 'maxErrorPercent' | 'maxP95Ratio'>

const pathOf = (service: ServiceName) => `/api/traffic/rollouts/${service}`

export const startRollout = (service: ServiceName, plan: RolloutPlan) => send<Rollout>('PUT', pathOf(service), { body: plan })
export const stopRollout = (service: ServiceName, putBack: boolean) => send<Rollout>('DELETE', `${pathOf(service)}?putBack=${putBack}`)

import { send } from './http'
import type { ServiceName, Weights } from './traffic'
import type { Narrow, Schemas } from './schemas'

export type RolloutState = 'running' | 'done' | 'broken' | 'stopped'

/** A change of weights in steps. */
export type Rollout = Narrow<Schemas['gateway']['Rollout'], {
  service: ServiceName
  state: RolloutState
  reason: { code: string; detail: Record<string, number | string | boolean> } | null
  before: Weights
}>

/** Of the requests that the weights drew. */
export type RolloutTally = Schemas['gateway']['RolloutTally']

export type RolloutPlan = Pick<Rollout, 'toCluster' | 'steps' | 'waitSeconds' | 'minRequests' | 'maxErrorPercent' | 'maxP95Ratio'>

const pathOf = (service: ServiceName) => `/api/traffic/rollouts/${service}`

export const startRollout = (service: ServiceName, plan: RolloutPlan) => send<Rollout>('PUT', pathOf(service), { body: plan })
export const stopRollout = (service: ServiceName, putBack: boolean) => send<Rollout>('DELETE', `${pathOf(service)}?putBack=${putBack}`)

import { send } from './http'
import type { Narrow, Schemas } from './schemas'

export const services = ['user-service', 'message-service', 'log-service'] as const
export type ServiceName = (typeof services)[number]

export const clusters = ['ctx1', 'ctx2'] as const
export type ClusterName = (typeof clusters)[number]

/** Percent of a service's requests by cluster; whole numbers that add up to 100. */
export type Weights = Record<ClusterName, number>

/** Requests with `x-canary: true` go to this subset; null: they go where all others go. */
export interface Canary {
  subset: string | null
}

/** What goes wrong on purpose; percentages from 0 to 100, of the default route's requests. */
export type Fault = Narrow<Gateway['FaultRule'], {
  delay: { seconds: number; percentage: number } | null
  abort: { status: number; percentage: number } | null
}>

/** How long one waits, and how often one tries; nulls where Istio's defaults hold. */
export type Resilience = Pick<Rules, 'timeoutSeconds' | 'retries'>

/** What a service's VirtualService says beside the weights. */
export type Rules = Narrow<Gateway['ServiceRules'], {
  fault: Fault
  retries: Narrow<Gateway['RetryRule'], { attempts: number }> | null
}>

/** What the mesh is told to do with one service; nulls when no VirtualService is in force. */
export type ServiceConfiguration = Narrow<
  Gateway['ServiceConfiguration'], { service: ServiceName; weights: Weights | null; rules: Rules | null }
>

/** A part of the mesh's configuration that was refused, and where it stands. */
export type MeshProblem = Gateway['ConfigurationProblem']

/** How well a cluster's API server is known, where the configuration comes from those. */
export type ClusterStatus = Gateway['ClusterStatus']

export type MeshConfiguration = Narrow<Gateway['MeshConfiguration'], { services: ServiceConfiguration[] }>

/** One routed request; `cluster` is null when no service answered it. */
export type TrafficRequest = Narrow<Gateway['RoutedRequest'], { service: ServiceName; cause: Cause | null }>

export const causes = [
  'abort', 'noPod', 'noRoute', 'denied', 'limited', 'timeout', 'unreachable', 'redirect', 'direct', 'unknown',
] as const
export type Cause = (typeof causes)[number]

export type Try = Gateway['MeshTry']

export type TrafficCounts = Gateway['TrafficCounts']

export type TrafficSnapshot = Narrow<Gateway['TrafficReport'], { services: (ServiceConfiguration & Counted)[] }>

type Gateway = Schemas['gateway']
type Counted = Pick<Gateway['ServiceReport'], 'recent' | 'sinceStart'>

export const trafficEventsPath = '/api/traffic/events'

export const getTraffic = () => send<TrafficSnapshot>('GET', '/api/traffic', { anonymous: true })

/** Sends a part of what a VirtualService says, based on the version in which it was read. */
const put =
  <T extends object>(what: string) =>
  (service: ServiceName, value: T, resourceVersion: string | null) =>
    send<ServiceConfiguration>('PUT', `/api/traffic/${what}/${service}`, { body: { ...value, resourceVersion } })

export const putWeights = put<{ weights: Weights }>('weights')
export const putCanary = put<Canary>('canary')
export const putFault = put<Fault>('fault')
export const putResilience = put<Resilience>('resilience')

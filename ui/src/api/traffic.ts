import { send } from './http'
import type { ResourceName } from './mesh'

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
export interface Fault {
  delay: { seconds: number; percentage: number } | null
  abort: { status: number; percentage: number } | null
}

/** How long one waits, and how often one tries; nulls where Istio's defaults hold. */
export interface Resilience {
  timeoutSeconds: number | null
  retries: {
    /** Tries after the first. */
    attempts: number
    perTryTimeoutSeconds: number | null
    /** Envoy's words and HTTP status codes, separated by commas. */
    retryOn: string | null
  } | null
}

/** What a service's VirtualService says beside the weights. */
export interface Rules extends Resilience {
  canarySubset: string | null
  fault: Fault
}

/** What the mesh is told to do with one service; nulls when no VirtualService is in force. */
export interface ServiceConfiguration {
  service: ServiceName
  /** What says it: a VirtualService or an HTTPRoute. */
  resource: ResourceName | null
  resourceVersion: string | null
  weights: Weights | null
  rules: Rules | null
}

/** A part of the mesh's configuration that was refused, and where it stands. */
export interface MeshProblem {
  file: string
  line: number | null
  resource: string | null
  message: string
}

/** How well a cluster's API server is known, where the configuration comes from those. */
export interface ClusterStatus {
  cluster: string
  /** Since when all that is known is what it last said; null when it is up to date. */
  staleSince: string | null
  reason: string | null
}

export interface MeshConfiguration {
  services: ServiceConfiguration[]
  problems: MeshProblem[]
  /** None where the configuration is a folder. */
  clusters: ClusterStatus[]
}

/** One routed request; `cluster` is null when no service answered it. */
export interface TrafficRequest {
  id: number
  service: ServiceName
  cluster: string | null
  pod: string | null
  status: number
  durationMs: number
  time: string
  traceId: string
  /** Its trace was recorded at the gateway. */
  traced: boolean
  /** What went wrong, in Envoy's letters, such as `UF,URX`. */
  flags: string | null
  /** The rule that took it, such as `x-canary`; null for the default route, whose weights drew. */
  rule: string | null
  /** The cluster that was drawn, also for a request that never got there; null when none was. */
  heading: string | null
  /** Why the mesh answered and no pod; null when a pod did. */
  cause: Cause | null
  /** How long a fault in force held it back; 0 for not at all. */
  delayMs: number
  /** All tries where there was more than one; else none. */
  tries: Try[]
  /** The clusters that copies went to. */
  mirrors: string[]
}

export const causes = [
  'abort', 'noPod', 'noRoute', 'denied', 'limited', 'timeout', 'unreachable', 'redirect', 'direct', 'unknown',
] as const
export type Cause = (typeof causes)[number]

export interface Try {
  cluster: string | null
  pod: string | null
  /** Null when there was no answer. */
  status: number | null
  flag: string | null
}

export interface TrafficCounts {
  total: number
  errors: number
  unanswered: number
  clusters: Record<string, number>
  pods: Record<string, number>
  /** Drawn by weight and answered where the draw fell; what shares are judged on. */
  drawn: Record<string, number>
  /** By the rule that took them before the weights could. */
  rules: Record<string, number>
  /** Without a pod's answer, by why. */
  causes: Record<string, number>
  /** Answered by another cluster than the one drawn. */
  failedOver: number
  /** Half of them, 95 of 100, took no longer; null when there are none. */
  p50Ms: number | null
  p95Ms: number | null
}

export interface TrafficSnapshot {
  startedAt: string
  window: number
  services: (ServiceConfiguration & { recent: TrafficCounts; sinceStart: TrafficCounts })[]
  problems: MeshProblem[]
  clusters: ClusterStatus[]
}

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

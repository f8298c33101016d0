import type { Edge } from '../api/edges'
import type { Fleet } from '../api/fleet'
import type { HistoryPoint, Mark } from '../api/history'
import type { ResourceName } from '../api/mesh'
import type { Rollout } from '../api/rollouts'
import {
  causes,
  clusters,
  services,
  type Cause,
  type ClusterStatus,
  type Fault,
  type MeshConfiguration,
  type MeshProblem,
  type Resilience,
  type Rules,
  type ServiceConfiguration,
  type ServiceName,
  type TrafficRequest,
  type Try,
  type Weights,
} from '../api/traffic'

type Json = Record<string, unknown>

/** Data of a `request` event; null when it is not about a service this page shows. */
export function readRequest(data: string): TrafficRequest | null {
  const json = readObject(data)
  if (!json || !isService(json.service) || typeof json.status !== 'number') return null
  return {
    id: Number(json.id ?? 0),
    service: json.service,
    cluster: text(json.cluster),
    pod: text(json.pod),
    status: json.status,
    durationMs: Number(json.durationMs ?? 0),
    time: text(json.time) ?? '',
    traceId: text(json.traceId) ?? '',
    traced: json.traced !== false,
    flags: text(json.flags) || null,
    rule: text(json.rule),
    heading: text(json.heading),
    cause: readCause(json),
    delayMs: numeral(json.delayMs) ?? 0,
    tries: objects(json.tries).map(readTry),
    mirrors: strings(json.mirrors),
  }
}

/** A cause that this page does not know is still one; no pod's answer is never without. */
function readCause({ cause, cluster }: Json): Cause | null {
  if (cause === null || cause === undefined) return typeof cluster === 'string' ? null : 'unknown'
  return causes.find((known) => known === cause) ?? 'unknown'
}

const readTry = (json: Json): Try => ({
  cluster: text(json.cluster),
  pod: text(json.pod),
  status: numeral(json.status),
  flag: text(json.flag),
})

/** Data of a `configuration` event; null when it cannot be read. */
export function readConfiguration(data: string): MeshConfiguration | null {
  const json = readObject(data)
  if (!json || !Array.isArray(json.services)) return null
  return {
    services: json.services.map(readService).filter((row) => row !== null),
    problems: objects(json.problems).map(readMeshProblem),
    clusters: objects(json.clusters).map(readClusterStatus),
  }
}

/** Data of a `lost` event: how many events this reader was too slow for. */
export function readLost(data: string): number {
  const count = readObject(data)?.count
  return typeof count === 'number' && count > 0 ? count : 0
}

/** Data of a `fleet` event; null when it cannot be read. */
export function readFleet(data: string): Fleet | null {
  const json = readObject(data)
  return json && isObject(json.drill) ? (json as unknown as Fleet) : null
}

/** Data of an `edges` event. */
export const readEdges = (data: string) => objects(readObject(data)?.edges) as unknown as Edge[]

/** Data of a `rollouts` event, of the services that this page shows. */
export const readRollouts = (data: string) =>
  objects(readObject(data)?.rollouts).filter(({ service }) => isService(service)) as unknown as Rollout[]

/** Data of a `mark` event; null when it cannot be read. */
export function readMark(data: string): Mark | null {
  const json = readObject(data)
  return json && typeof json.kind === 'string' && typeof json.time === 'string' ? (json as unknown as Mark) : null
}

/** Data of a `second` event: a point for each service that had a request. */
export const readSecond = (data: string) =>
  objects(readObject(data)?.services).filter(({ service, point }) => isService(service) && isObject(point)) as unknown as {
    service: ServiceName
    point: HistoryPoint
  }[]

/** One service's row, as events and refusals (409) carry it; null when it is none of a service this page shows. */
export function readService(json: unknown): ServiceConfiguration | null {
  if (!isObject(json) || !isService(json.service)) return null
  return {
    service: json.service,
    resource: readResource(json.resource),
    resourceVersion: text(json.resourceVersion),
    weights: readWeights(json.weights),
    rules: readRules(json.rules),
  }
}

function readResource(value: unknown): ResourceName | null {
  if (!isObject(value) || typeof value.kind !== 'string' || typeof value.name !== 'string') return null
  return { kind: value.kind, namespace: text(value.namespace) ?? '', name: value.name }
}

function readRules(value: unknown): Rules | null {
  if (!isObject(value)) return null
  return { canarySubset: text(value.canarySubset), fault: readFault(value.fault), ...readResilience(value) }
}

function readFault(value: unknown): Fault {
  const { delay, abort } = isObject(value) ? value : {}
  return {
    delay: isObject(delay) ? { seconds: Number(delay.seconds), percentage: Number(delay.percentage) } : null,
    abort: isObject(abort) ? { status: Number(abort.status), percentage: Number(abort.percentage) } : null,
  }
}

function readResilience({ timeoutSeconds, retries }: Json): Resilience {
  return {
    timeoutSeconds: numeral(timeoutSeconds),
    retries: isObject(retries)
      ? {
          attempts: Number(retries.attempts ?? 0),
          perTryTimeoutSeconds: numeral(retries.perTryTimeoutSeconds),
          retryOn: text(retries.retryOn),
        }
      : null,
  }
}

/** A cluster that the route does not name gets no traffic: weight 0. */
function readWeights(value: unknown): Weights | null {
  if (!isObject(value)) return null
  return Object.fromEntries(clusters.map((cluster) => [cluster, Number(value[cluster] ?? 0)])) as Weights
}

function readMeshProblem(json: Json): MeshProblem {
  return {
    file: text(json.file) ?? '',
    line: numeral(json.line),
    resource: text(json.resource),
    message: text(json.message) ?? '',
  }
}

function readClusterStatus(json: Json): ClusterStatus {
  return { cluster: text(json.cluster) ?? '', staleSince: text(json.staleSince), reason: text(json.reason) }
}

function readObject(data: string): Json | null {
  try {
    const json: unknown = JSON.parse(data)
    return isObject(json) ? json : null
  } catch {
    return null
  }
}

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)
const objects = (value: unknown): Json[] => (Array.isArray(value) ? value.filter(isObject) : [])
const strings = (value: unknown): string[] => (Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [])
const isService = (value: unknown): value is ServiceName => services.some((service) => service === value)
const text = (value: unknown): string | null => (typeof value === 'string' ? value : null)
const numeral = (value: unknown): number | null => (typeof value === 'number' ? value : null)

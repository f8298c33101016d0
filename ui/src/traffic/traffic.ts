import {
  computed, inject, onScopeDispose, provide, ref, shallowRef, type ComputedRef, type InjectionKey, type Ref, type ShallowRef,
} from 'vue'
import type { Edge } from '../api/edges'
import { getFleet, type Fleet } from '../api/fleet'
import type { HistoryPoint, Mark } from '../api/history'
import type { Rollout } from '../api/rollouts'
import {
  getTraffic,
  services,
  trafficEventsPath,
  type ClusterStatus,
  type MeshConfiguration,
  type MeshProblem,
  type ServiceName,
  type TrafficRequest,
} from '../api/traffic'
import { FrameQueue } from './frameQueue'
import { FollowedService, type ServiceTraffic } from './serviceTraffic'
import { openTrafficStream, type StreamState } from './trafficStream'

export interface Traffic {
  readonly services: Readonly<Record<ServiceName, ServiceTraffic>>
  readonly problems: Readonly<ShallowRef<readonly MeshProblem[]>>
  /** The clusters whose API servers hold the configuration; none where it is a folder. */
  readonly clusters: Readonly<ShallowRef<readonly ClusterStatus[]>>
  readonly stream: Readonly<Ref<StreamState>>
  /** Events the gateway says this page was too slow for. */
  readonly lost: Readonly<Ref<number>>
  /** What runs, and what was taken down on purpose; null until the gateway has told. */
  readonly fleet: Readonly<ShallowRef<Fleet | null>>
  /** Whether anybody carries out what the VirtualServices say; while that is not known, somebody does. */
  readonly isCarriedOut: ComputedRef<boolean>
  /** Whether gateway and services are the mesh themselves, on Kubernetes without Istio. */
  readonly isProxyless: ComputedRef<boolean>
  /** The services' own calls in the last second. */
  readonly edges: Readonly<ShallowRef<readonly Edge[]>>
  readonly rollouts: Readonly<ShallowRef<readonly Rollout[]>>
  /** Calls `listener` for each service's counts of a second that has passed. */
  onSecond(listener: (service: ServiceName, point: HistoryPoint) => void): void
  /** Calls `listener` for each edit, drill and outage. */
  onMark(listener: (mark: Mark) => void): void
  /** Calls `listener` for each request of a service, in an animation frame, while the page is visible. */
  onRequest(service: ServiceName, listener: (request: TrafficRequest) => void): void
}

/** Numbers that change faster than this (ms) cannot be read. */
const publishEvery = 200
/** While the page has not seen a whole window itself, it asks the gateway this often (ms), and only if requests came. */
const refreshEvery = 1_000

const key: InjectionKey<Traffic> = Symbol('traffic')

export function useTraffic(): Traffic {
  const traffic = inject(key)
  if (!traffic) throw new Error('useTraffic() outside the component that provides it')
  return traffic
}

/** Follows the gateway's traffic for the calling component and all below it. */
export function provideTraffic(): Traffic {
  const traffic = followTraffic()
  provide(key, traffic)
  return traffic
}

function followTraffic(): Traffic {
  const followed = byService(() => new FollowedService())
  const problems = shallowRef<readonly MeshProblem[]>([])
  const clusters = shallowRef<readonly ClusterStatus[]>([])
  const stream = ref<StreamState>('connecting')
  const lost = ref(0)
  const fleet = shallowRef<Fleet | null>(null)
  const edges = shallowRef<readonly Edge[]>([])
  const rollouts = shallowRef<readonly Rollout[]>([])
  const seconds = new Set<(service: ServiceName, point: HistoryPoint) => void>()
  const marks = new Set<(mark: Mark) => void>()

  const publish = throttled(publishEvery, () => {
    for (const service of services) followed[service].publish()
  })

  const configure = (configuration: MeshConfiguration) => {
    problems.value = configuration.problems
    clusters.value = configuration.clusters
    for (const next of configuration.services) followed[next.service].configure(next)
    publish()
  }

  const refresh = throttled(refreshEvery, async () => {
    const snapshot = await getTraffic().catch(() => null)
    // A gateway that does not answer is what the stream's state already says.
    if (!snapshot) return
    for (const { service, recent } of snapshot.services) followed[service]?.window.take(recent)
    if (stream.value === 'full') {
      // Else the stream tells.
      configure(snapshot)
      fleet.value = await getFleet().catch(() => fleet.value)
    }
    publish()
  })

  const queue = new FrameQueue<TrafficRequest>((requests) => {
    for (const request of requests) followed[request.service].add(request)
    if (requests.some(({ service }) => !followed[service].window.isOwn)) refresh()
    publish()
  })

  const startOver = () => {
    for (const service of services) followed[service].window.forget()
    refresh()
  }

  const close = openTrafficStream(trafficEventsPath, {
    state(state) {
      stream.value = state
      if (state === 'open' || state === 'full') startOver()
    },
    request: (request) => queue.push(request),
    configuration: configure,
    lost(count) {
      lost.value += count
      startOver()
    },
    fleet: (next) => (fleet.value = next),
    edges: (next) => (edges.value = next),
    rollouts: (next) => (rollouts.value = next),
    second(points) {
      for (const { service, point } of points) for (const listener of seconds) listener(service, point)
    },
    mark(mark) {
      for (const listener of marks) listener(mark)
    },
  })
  onScopeDispose(close)

  return {
    services: byService((service) => followed[service].shown),
    problems,
    clusters,
    stream,
    lost,
    fleet,
    isCarriedOut: computed(() => fleet.value?.weightsInForce !== false),
    isProxyless: computed(() => fleet.value?.proxyless === true),
    edges,
    rollouts,
    onSecond: (listener) => listen(seconds, listener),
    onMark: (listener) => listen(marks, listener),
    onRequest: (service, listener) => listen(followed[service].listeners, listener),
  }
}

/** For as long as the calling component lives. */
function listen<T>(listeners: Set<T>, listener: T): void {
  listeners.add(listener)
  onScopeDispose(() => listeners.delete(listener))
}

function byService<T>(make: (service: ServiceName) => T): Record<ServiceName, T> {
  return Object.fromEntries(services.map((service) => [service, make(service)])) as Record<ServiceName, T>
}

/** Runs `action` soon after it is first asked for, and then at most once in `interval` ms. */
function throttled(interval: number, action: () => unknown): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined
  let last = -Infinity
  return () => {
    timer ??= setTimeout(
      () => {
        timer = undefined
        last = performance.now()
        action()
      },
      Math.max(interval / 5, last + interval - performance.now()),
    )
  }
}

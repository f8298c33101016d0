import { inject, onScopeDispose, provide, ref, shallowReactive, shallowRef, type InjectionKey, type Ref, type ShallowRef } from 'vue'
import {
  getTraffic,
  services,
  trafficEventsPath,
  type ClusterStatus,
  type MeshConfiguration,
  type MeshProblem,
  type ServiceConfiguration,
  type ServiceName,
  type TrafficCounts,
  type TrafficRequest,
} from '../api/traffic'
import { FrameQueue } from './frameQueue'
import { noCounts, RecentWindow } from './recentWindow'
import { openTrafficStream, type StreamState } from './trafficStream'

/** What a service's card shows in words and bars. */
export interface ServiceTraffic {
  /** Null until the gateway has told. */
  configuration: ServiceConfiguration | null
  recent: TrafficCounts
  /** The last requests this page has seen, newest first. */
  newest: readonly TrafficRequest[]
  /** How many of the last requests this page has seen carry each response flag. */
  flags: Readonly<Record<string, number>>
  /** Requests since the weights last changed under this page's eyes; null if they have not. */
  sinceChange: number | null
}

export interface Traffic {
  readonly services: Readonly<Record<ServiceName, ServiceTraffic>>
  readonly problems: Readonly<ShallowRef<readonly MeshProblem[]>>
  /** The clusters whose API servers hold the configuration; none where it is a folder. */
  readonly clusters: Readonly<ShallowRef<readonly ClusterStatus[]>>
  readonly stream: Readonly<Ref<StreamState>>
  /** Events the gateway says this page was too slow for. */
  readonly lost: Readonly<Ref<number>>
  /** Calls `listener` for each request of a service, in an animation frame, while the page is visible. */
  onRequest(service: ServiceName, listener: (request: TrafficRequest) => void): void
}

/** Numbers that change faster than this (ms) cannot be read. */
const publishEvery = 200
/** While the page has not seen a whole window itself, it asks the gateway this often (ms), and only if requests came. */
const refreshEvery = 1_000

/** How many requests a card lists. */
const newestShown = 8

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
  const byService = <T>(make: (service: ServiceName) => T) =>
    Object.fromEntries(services.map((service) => [service, make(service)])) as Record<ServiceName, T>

  const shown = byService(() => shallowReactive<ServiceTraffic>({ configuration: null, recent: noCounts, newest: [], flags: {}, sinceChange: null }))
  const windows = byService(() => new RecentWindow())
  const sinceChange = byService<number | null>(() => null)
  const listeners = byService(() => new Set<(request: TrafficRequest) => void>())
  const problems = shallowRef<readonly MeshProblem[]>([])
  const clusters = shallowRef<readonly ClusterStatus[]>([])
  const stream = ref<StreamState>('connecting')
  const lost = ref(0)

  const publish = throttled(publishEvery, () => {
    for (const service of services) {
      shown[service].recent = windows[service].counts()
      shown[service].newest = windows[service].newest(newestShown)
      shown[service].flags = windows[service].flags()
      shown[service].sinceChange = sinceChange[service]
    }
  })

  const refresh = throttled(refreshEvery, async () => {
    const snapshot = await getTraffic().catch(() => null)
    // A gateway that does not answer is what the stream's state already says.
    if (!snapshot) return
    for (const { service, recent } of snapshot.services) windows[service]?.take(recent)
    publish()
  })

  const queue = new FrameQueue<TrafficRequest>((requests) => {
    let whole = true
    for (const request of requests) {
      const { service } = request
      windows[service].add(request)
      whole &&= windows[service].isOwn
      if (sinceChange[service] !== null) sinceChange[service]++
      if (!document.hidden) for (const listener of listeners[service]) listener(request)
    }
    if (!whole) refresh()
    publish()
  })

  const startOver = () => {
    for (const service of services) windows[service].forget()
    refresh()
  }

  const configure = (configuration: MeshConfiguration) => {
    problems.value = configuration.problems
    clusters.value = configuration.clusters
    for (const next of configuration.services) {
      const before = shown[next.service].configuration
      if (before && !sameWeights(before, next)) sinceChange[next.service] = 0
      shown[next.service].configuration = next
    }
    publish()
  }

  const close = openTrafficStream(trafficEventsPath, {
    state(state) {
      stream.value = state
      if (state === 'open') startOver()
    },
    request: (request) => queue.push(request),
    configuration: configure,
    lost(count) {
      lost.value += count
      startOver()
    },
  })
  onScopeDispose(close)

  return {
    services: shown,
    problems,
    clusters,
    stream,
    lost,
    onRequest(service, listener) {
      listeners[service].add(listener)
      onScopeDispose(() => listeners[service].delete(listener))
    },
  }
}

function sameWeights(a: ServiceConfiguration, b: ServiceConfiguration): boolean {
  return a.weights?.ctx1 === b.weights?.ctx1 && a.weights?.ctx2 === b.weights?.ctx2
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

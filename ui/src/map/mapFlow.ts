import { computed, onScopeDispose, shallowRef, watch, type ComputedRef, type Ref } from 'vue'
import { clusters, services, type ClusterName, type ServiceName, type TrafficRequest } from '../api/traffic'
import { useTraffic } from '../traffic/traffic'
import { EdgeMeter, noFlow, type EdgeFlow } from './edgeMeter'
import { nodeAt } from './layout'
import { sumCalls, type OwnCalls } from './ownCalls'
import { podsOf, type MapPod } from './pods'

/** Numbers on the map change this often (ms) … */
const interval = 250
/** … and tell of so many intervals. */
const ticks = 12
/** The services' own counts come once a second; after this long (ms) without any there are no calls. */
const callsLast = 2_500
/** How many of the newest requests are kept of each service and cluster. */
const newestKept = 12

export interface MapFlow {
  /** From the gateway to each service in each cluster: see `nodeAt`. */
  readonly edges: Readonly<Ref<readonly EdgeFlow[]>>
  /** From the callers to the gateway. */
  readonly all: Readonly<Ref<EdgeFlow>>
  readonly pods: ComputedRef<readonly (readonly MapPod[])[]>
  readonly calls: Readonly<Ref<OwnCalls>>
  /** Counts intervals; what is read from `newest` is then new. */
  readonly tick: Readonly<Ref<number>>
  /** The newest requests of a service that a cluster answered, or (null) none did. */
  newest(service: ServiceName, cluster: ClusterName | null): readonly TrafficRequest[]
}

/** What the map shows in words, numbers and lines; `onRequest` is told of each request while the map is shown. */
export function useMapFlow(isShown: Readonly<Ref<boolean>>, onRequest: (request: TrafficRequest) => void): MapFlow {
  const traffic = useTraffic()
  const meters = services.flatMap(() => clusters.map(() => new EdgeMeter(interval, ticks)))
  const allMeter = new EdgeMeter(interval, ticks)
  const kept = new Map<string, TrafficRequest[]>()
  const edges = shallowRef<readonly EdgeFlow[]>(meters.map(() => noFlow))
  const all = shallowRef<EdgeFlow>(noFlow)
  const calls = shallowRef<OwnCalls>(new Map())
  const tick = shallowRef(0)
  let callsAt = 0

  for (const service of services)
    traffic.onRequest(service, (request) => {
      const key = keyOf(service, request.cluster)
      const newest = kept.get(key) ?? []
      if (newest.unshift(request) > newestKept) newest.pop()
      kept.set(key, newest)
      if (!isShown.value) return
      const isError = request.status >= 500
      allMeter.add(request.durationMs, isError)
      const towards = edgeOf(request)
      if (towards) meters[nodeAt(service, towards)]?.add(request.durationMs, isError)
      onRequest(request)
    })

  watch(traffic.edges, (next) => {
    calls.value = sumCalls(next, calls.value)
    callsAt = performance.now()
  })

  function measure() {
    edges.value = meters.map((meter) => meter.tick())
    all.value = allMeter.tick()
    if (callsAt > 0 && performance.now() - callsAt > callsLast) {
      calls.value = sumCalls([], calls.value)
      callsAt = 0
    }
    tick.value++
  }

  let timer: ReturnType<typeof setInterval> | undefined
  watch(
    isShown,
    (shown) => {
      clearInterval(timer)
      if (shown) timer = setInterval(measure, interval)
    },
    { immediate: true },
  )
  onScopeDispose(() => clearInterval(timer))

  const pods = computed(() =>
    services.flatMap((service) =>
      clusters.map((cluster) => podsOf(traffic.fleet.value, service, cluster, traffic.services[service].recent)),
    ),
  )

  return { edges, all, pods, calls, tick, newest: (service, cluster) => kept.get(keyOf(service, cluster)) ?? [] }
}

const keyOf = (service: ServiceName, cluster: string | null) => `${service}@${cluster ?? ''}`

/** The cluster on whose edge a request was: an aborted one was on none. */
function edgeOf({ cluster, heading, cause }: TrafficRequest): ClusterName | undefined {
  return clusters.find((known) => known === (cluster ?? (cause === 'abort' ? null : heading)))
}

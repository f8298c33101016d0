import type { Pod } from '../api/fleet'
import type { ServiceName } from '../api/traffic'

export interface ListedPod {
  pod: string
  /** Of the last requests, those that it answered. */
  count: number
  /** Null when it is not known how it is. */
  state: Pick<Pod, 'ready' | 'condition'> | null
}

/** A service's pods in a cluster, by name: all there are where that is known, else those that have answered. */
export function listPods(
  service: ServiceName,
  cluster: string,
  counts: Readonly<Record<string, number>>,
  fleet: readonly Pod[] | null,
): ListedPod[] {
  const known = fleet?.filter((pod) => pod.service === service && pod.cluster === cluster)
  // Pods are named after their deployment: `user-service-ctx1-754bc8dd6f-kghtc`.
  const listed = known
    ? known.map(({ pod, ready, condition }) => ({ pod, count: counts[pod] ?? 0, state: { ready, condition } }))
    : Object.entries(counts).flatMap(([pod, count]) => (pod.split('-').includes(cluster) ? [{ pod, count, state: null }] : []))
  return listed.sort((a, b) => a.pod.localeCompare(b.pod))
}

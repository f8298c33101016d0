import type { Fleet } from '../api/fleet'
import type { ClusterName, ServiceName, TrafficCounts } from '../api/traffic'

export interface MapPod {
  pod: string
  isReady: boolean
  /** In the words of whoever runs it; null when nobody has told. */
  condition: string | null
  /** Its part of the service's last requests, from 0 to 1. */
  share: number
}

/** The pods of a service in a cluster: those that run; while nobody tells, those that have answered lately. */
export function podsOf(fleet: Fleet | null, service: ServiceName, cluster: ClusterName, recent: TrafficCounts): MapPod[] {
  const share = (pod: string) => (recent.pods[pod] ?? 0) / Math.max(1, recent.total)
  const pods = fleet?.pods
    ?.filter((pod) => pod.service === service && pod.cluster === cluster)
    .map(({ pod, ready, condition }): MapPod => ({ pod, isReady: ready, condition, share: share(pod) }))
  // Pods are named after their deployment: `user-service-ctx1-754bc8dd6f-kghtc`.
  const shown =
    pods ??
    Object.keys(recent.pods)
      .filter((pod) => pod.startsWith(`${service}-`) && pod.split('-').includes(cluster))
      .map((pod): MapPod => ({ pod, isReady: true, condition: null, share: share(pod) }))
  return shown.sort((a, b) => a.pod.localeCompare(b.pod))
}

import { clusters, type ClusterName, type ServiceName } from '../api/traffic'
import { useI18n } from '../i18n'
import type { ServiceTraffic } from '../traffic/serviceTraffic'
import type { EdgeFlow } from './edgeMeter'
import { readCaller, type Caller, type OwnCall } from './ownCalls'
import type { MapPod } from './pods'

/** Proper names, in every language. */
const storeNames: Record<string, string> = { mariadb: 'MariaDB', sqlite: 'SQLite', redis: 'Redis', kafka: 'Kafka' }

/** The share of a cluster among the requests that were drawn by weight, from 0 to 1; null while there are none. */
export function shareOf({ recent: { drawn } }: ServiceTraffic, cluster: ClusterName): number | null {
  const sum = clusters.reduce((all, each) => all + (drawn[each] ?? 0), 0)
  return sum === 0 ? null : (drawn[cluster] ?? 0) / sum
}

/** What the map says, in the reader's language. */
export function useMapTexts() {
  const { t, number, decimal, percent } = useI18n()

  const amount = (value: number) => (value < 10 ? decimal(value) : number(Math.round(value)))
  const rate = (perSecond: number) => t.value.map.rate(amount(perSecond))
  const ms = (value: number) => t.value.send.milliseconds(amount(value))
  const store = (name: string) => storeNames[name] ?? (name === 'database' ? t.value.map.database : name)
  const node = (service: ServiceName, cluster: ClusterName) => t.value.map.in(t.value.lights.services[service], cluster)
  const errors = (perSecond: number) => t.value.map.errors(amount(perSecond))

  /** Rate, errors and how long it takes; for a call the numbers alone, because its place is small. */
  const numbers = (flow: EdgeFlow, p95: (ms: string) => string) =>
    [
      rate(flow.perSecond),
      ...(flow.errorsPerSecond > 0 ? [errors(flow.errorsPerSecond)] : []),
      ...(flow.p95Ms === null ? [] : [p95(ms(flow.p95Ms))]),
    ].join(' · ')

  const target = (name: string) => (name in t.value.lights.services ? t.value.lights.services[name as ServiceName] : store(name))

  return {
    rate,
    ms,
    store,
    node,
    target,
    caller(caller: Caller): string {
      const from = readCaller(caller)
      return from ? node(from.service, from.cluster) : t.value.map.gateway
    },
    errors,
    share(service: ServiceTraffic, cluster: ClusterName): string {
      const share = shareOf(service, cluster)
      return share === null ? '–' : percent(share)
    },
    /** Null where no weight is set. */
    weight({ configuration }: ServiceTraffic, cluster: ClusterName): string | null {
      const weight = configuration?.weights?.[cluster]
      return weight === undefined ? null : percent(weight / 100)
    },
    flow: (flow: EdgeFlow) => numbers(flow, t.value.map.p95),
    call: (call: OwnCall) => `→ ${target(call.to)} ${numbers(call, (value) => value)}`,
    /** Each in a line, with its condition. */
    podNames(pods: readonly MapPod[]): string {
      const conditions: Record<string, string> = t.value.drill.conditions
      return pods.map(({ pod, condition }) => (condition === null ? pod : `${pod}: ${conditions[condition] ?? condition}`)).join('\n')
    },
    pods: (cluster: ClusterName, pods: readonly MapPod[]) =>
      t.value.map.podsReady(cluster, number(pods.filter(({ isReady }) => isReady).length), number(pods.length)),
  }
}

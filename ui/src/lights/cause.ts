import type { Fleet } from '../api/fleet'
import { clusters, type Cause, type Fault, type ServiceName } from '../api/traffic'
import type { Texts } from '../i18n/en'
import type { ServiceTraffic } from '../traffic/serviceTraffic'
import type { StreamState } from '../traffic/trafficStream'
import { ageOf } from '../weights/age'
import { judge, judged } from '../weights/shares'

/** What is known when the page has to say why its numbers are as they are. */
export interface Facts {
  service: ServiceName
  traffic: ServiceTraffic
  stream: StreamState
  fleet: Fleet | null
  /** Whether requests may fail over to the other cluster; null when it is not known. */
  failover: boolean | null
}

/** Why a cluster does not answer; `since` is null where it is not known. */
export type Outage = { cluster: string; why: 'down'; since: string | null } | { cluster: string; why: 'unready' }

interface Counted {
  count: number
  /** The requests among which it was counted. */
  total: number
}

/** The mesh answered, and no pod. */
export interface Stopped extends Counted {
  what: 'stopped'
  cause: Cause
  /** What the rules say now. */
  fault: Fault['abort']
  timeoutSeconds: number | null
  /** For what found nobody; then all that found nobody is counted together. */
  outage: Outage | null
  /** Some found no pod, others got no answer. */
  isMixed: boolean
  /** For what found nobody: all pods are ready now. */
  isBack: boolean
}

export type Finding =
  | { what: 'unheard' | 'quiet' | 'chance' | 'few' | 'aside' | 'nearby' | 'unweighted' | 'notInForce' }
  | Stopped
  | ({ what: 'podErrors' | 'retried' | 'fine' } & Counted)
  | ({ what: 'failedOver'; to: string | null; outage: Outage | null; isOn: boolean } & Counted)
  | ({ what: 'byRule'; rule: string } & Counted)
  | ({ what: 'delayed'; fault: Fault['delay'] } & Counted)
  | { what: 'outage'; outage: Outage; isFailedOver: boolean }
  | { what: 'partly'; cluster: string; ready: number; all: number }
  | { what: 'waitingFault'; fault: Fault }
  | { what: 'changed'; count: number }

/** So few requests tell next to nothing. */
const few = 20

/** Everything there is to say about a service's last requests, what matters most first. It is never empty. */
export function findCauses(facts: Facts): Finding[] {
  const { traffic, stream } = facts
  const { recent, seen, configuration } = traffic
  const { total } = recent
  const rules = configuration?.rules ?? null
  const outages = findOutages(facts)
  const failures: (Finding & Counted)[] = []
  const byRules: Finding[] = []
  const found: Finding[] = []

  if (stream === 'silent' || stream === 'reconnecting') found.push({ what: 'unheard' })

  for (const [name, count] of countStopped(recent.causes, outages.length > 0)) {
    const cause = name as Cause
    const isLost = isLostBy(cause)
    const isMeant = cause === 'redirect' || cause === 'direct'
    ;(isMeant ? byRules : failures).push({
      what: 'stopped', cause, count, total, fault: rules?.fault.abort ?? null, timeoutSeconds: rules?.timeoutSeconds ?? null,
      outage: isLost ? (outages[0] ?? null) : null,
      isMixed: isLost && count !== recent.causes[cause],
      isBack: isLost && isReady(facts),
    })
  }
  if (seen.podErrors > 0) failures.push({ what: 'podErrors', count: seen.podErrors, total: seen.total })
  found.push(...failures.filter(({ count }) => count > 0).sort((a, b) => b.count - a.count))

  // Nobody draws, so the rest is none of the mesh's doing.
  if (facts.fleet?.weightsInForce === false) return [...found, { what: 'notInForce' }]

  if (recent.failedOver > 0) {
    const [outage = null] = outages
    const to = outage ? (clusters.find((cluster) => cluster !== outage.cluster) ?? null) : null
    found.push({ what: 'failedOver', count: recent.failedOver, total, to, outage, isOn: facts.failover === true })
  }
  const isOutside = configuration?.weights && judge(recent, configuration.weights) === 'outside'
  const { sinceChange } = traffic
  if (isOutside && sinceChange !== null && sinceChange < total) found.push({ what: 'changed', count: sinceChange })

  for (const outage of outages) found.push({ what: 'outage', outage, isFailedOver: facts.failover === true })
  found.push(...byRules)
  for (const [rule, count] of Object.entries(recent.rules).sort(([, a], [, b]) => b - a)) found.push({ what: 'byRule', rule, count, total })
  if (seen.delayed > 0) found.push({ what: 'delayed', count: seen.delayed, total: seen.total, fault: rules?.fault.delay ?? null })
  if (seen.retried > 0) found.push({ what: 'retried', count: seen.retried, total: seen.total })
  for (const cluster of clusters) {
    const pods = podsOf(facts.service, cluster, facts.fleet)
    const ready = pods.filter((pod) => pod.ready).length
    if (ready > 0 && ready < pods.length) found.push({ what: 'partly', cluster, ready, all: pods.length })
  }
  const isFaultSeen = Boolean(recent.causes.abort) || seen.delayed > 0
  if (rules && (rules.fault.abort || rules.fault.delay) && !isFaultSeen) found.push({ what: 'waitingFault', fault: rules.fault })

  if (found.length > 0 && total > 0) return found
  if (total === 0) return [...found, { what: 'quiet' }]
  // Failover has no weights: whoever is near answers, as long as there is somebody.
  if (configuration && configuration.weights === null) return [{ what: facts.failover === true ? 'nearby' : 'unweighted' }]
  if (isOutside) return [{ what: 'chance' }]
  const n = judged(recent)
  if (n === 0) return [{ what: 'aside' }]
  return n < few ? [{ what: 'few' }] : [{ what: 'fine', count: n, total }]
}

const podsOf = (service: ServiceName, cluster: string, fleet: Fleet | null) =>
  fleet?.pods?.filter((pod) => pod.service === service && pod.cluster === cluster) ?? []

const isLostBy = (cause: string): cause is 'noPod' | 'unreachable' | 'timeout' =>
  cause === 'noPod' || cause === 'unreachable' || cause === 'timeout'

/** By cause; what found nobody is one where an outage explains all of it. */
function countStopped(causes: Readonly<Record<string, number>>, isTogether: boolean): [string, number][] {
  const all = Object.entries(causes).sort(([, a], [, b]) => b - a)
  const lost = all.filter(([cause]) => isLostBy(cause))
  const [first] = lost
  if (!isTogether || !first) return all
  return [[first[0], lost.reduce((sum, [, count]) => sum + count, 0)], ...all.filter(([cause]) => !isLostBy(cause))]
}

/** All pods are known, and ready. */
function isReady({ service, fleet }: Facts): boolean {
  const pods = clusters.map((cluster) => podsOf(service, cluster, fleet))
  return pods.every((each) => each.length > 0 && each.every(({ ready }) => ready))
}

/** Why no pod of a service answers in a cluster, as far as that is known; null when one can. */
export function outageOf(service: ServiceName, cluster: string, fleet: Fleet | null): Outage | null {
  const drilled = fleet?.drill.clusters.find((each) => each.cluster === cluster)
  if (drilled?.down) return { cluster, why: 'down', since: drilled.since }
  const pods = podsOf(service, cluster, fleet)
  return pods.length > 0 && pods.every(({ ready }) => !ready) ? { cluster, why: 'unready' } : null
}

/** Those that were taken down first. */
const findOutages = ({ service, fleet }: Facts): Outage[] =>
  clusters
    .map((cluster) => outageOf(service, cluster, fleet))
    .filter((outage) => outage !== null)
    .sort((a, b) => Number(a.why !== 'down') - Number(b.why !== 'down'))

/** How a language writes what the findings tell. */
export interface Words {
  t: Texts
  number: (value: number) => string
  decimal: (value: number) => string
  /** In ms. */
  now: number
}

/** A finding as one sentence. */
export function say(finding: Finding, words: Words): string {
  const { cause, clusters: names } = words.t
  const { number, decimal } = words
  const of = ({ count, total }: Counted) => cause.of(number(count), number(total))
  const because = (outage: Outage) => {
    if (outage.why === 'unready') return cause.unready(outage.cluster)
    if (!outage.since) return cause.down(outage.cluster)
    const { count, unit } = ageOf(outage.since, words.now)
    return cause.downSince(outage.cluster, names.age[unit](number(count)))
  }
  switch (finding.what) {
    case 'stopped':
      return sayStopped(finding, of(finding), because, words)
    case 'podErrors':
    case 'retried':
      return cause[finding.what](of(finding))
    case 'fine':
      return cause.fine(number(finding.count), number(finding.total))
    case 'failedOver': {
      const went = finding.to ? cause.failedOverTo(of(finding), finding.to) : cause.failedOver(of(finding))
      return cause.why(went, [...(finding.outage ? [because(finding.outage)] : []), ...(finding.isOn ? [cause.failoverOn] : [])].join(', '))
    }
    case 'byRule':
      return cause.byRule(of(finding), finding.rule)
    case 'delayed':
      return finding.fault ? cause.delayedBy(of(finding), decimal(finding.fault.seconds)) : cause.delayed(of(finding))
    case 'outage':
      return finding.isFailedOver ? cause.outageFailover(because(finding.outage)) : cause.outage(because(finding.outage))
    case 'partly':
      return cause.partly(finding.cluster, number(finding.ready), number(finding.all))
    case 'waitingFault':
      return cause.waitingFault(faultInWords(finding.fault, words))
    case 'changed':
      return cause.changed(number(finding.count))
    default:
      return cause[finding.what]
  }
}

function sayStopped(
  { cause: why, fault, timeoutSeconds, outage, isMixed, isBack }: Stopped,
  of: string,
  because: (outage: Outage) => string,
  words: Words,
): string {
  const { cause } = words.t
  if (why === 'abort') return fault ? cause.abortedBy(of, faultInWords({ abort: fault, delay: null }, words)) : cause.stopped.abort(of)
  if (isLostBy(why)) {
    const what = isMixed ? cause.lost.either(of) : cause.lost[why](of)
    if (outage) return cause.why(what, because(outage))
    if (isBack) return cause.back(what)
  }
  if (why === 'timeout' && timeoutSeconds !== null) return cause.timedOut(of, words.decimal(timeoutSeconds))
  return (cause.stopped[why] ?? cause.stopped.unknown)(of)
}

const faultInWords = ({ abort, delay }: Fault, { t, decimal }: Words) =>
  [
    ...(abort ? [t.rules.aborted(String(abort.status), decimal(abort.percentage))] : []),
    ...(delay ? [t.rules.delayed(decimal(delay.seconds), decimal(delay.percentage))] : []),
  ].join(', ')

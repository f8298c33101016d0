import { expect, it } from 'vitest'
import type { Fleet } from '../api/fleet'
import type { Rules, TrafficCounts } from '../api/traffic'
import { en } from '../i18n/en'
import { ko } from '../i18n/ko'
import { noCounts, nothingSeen, type Seen } from '../traffic/recentWindow'
import { findCauses, say, type Facts, type Words } from './cause'

const now = Date.parse('2026-11-27T09:00:12Z')
const words: Words = { t: en, number: String, decimal: String, now }
const noRules: Rules = { canarySubset: null, fault: { delay: null, abort: null }, timeoutSeconds: null, retries: null }
const fair = { ctx1: 70, ctx2: 30 }

const pod = (cluster: string, ready = true, name = 'a') => ({
  service: 'user-service' as const, cluster, pod: `user-service-${cluster}-${name}`, ready, condition: ready ? 'ready' : 'down',
})
const fleet = (change: Partial<Fleet> = {}): Fleet => ({
  drill: {
    available: true,
    clusters: ['ctx1', 'ctx2'].map((cluster) => ({ cluster, down: false, since: null, user: null })),
  },
  pods: [pod('ctx1'), pod('ctx2')],
  weightsInForce: true,
  proxyless: false,
  ...change,
})
const ctx2Down = fleet({
  drill: {
    available: true,
    clusters: [
      { cluster: 'ctx1', down: false, since: null, user: null },
      { cluster: 'ctx2', down: true, since: '2026-11-27T09:00:00Z', user: 'admin' },
    ],
  },
  pods: [pod('ctx1'), pod('ctx2', false)],
})

interface Change extends Partial<Omit<Facts, 'traffic'>> {
  recent?: Partial<TrafficCounts>
  seen?: Partial<Seen>
  rules?: Partial<Rules>
  sinceChange?: number
}

function facts({ recent, seen, rules, sinceChange, ...change }: Change = {}): Facts {
  return {
    service: 'user-service',
    stream: 'open',
    fleet: fleet(),
    failover: null,
    traffic: {
      configuration: { service: 'user-service', resource: null, resourceVersion: '1', weights: fair, rules: { ...noRules, ...rules } },
      recent: { ...noCounts, total: 100, drawn: { ctx1: 70, ctx2: 30 }, ...recent },
      newest: [],
      seen: { ...nothingSeen, total: 100, ...seen },
      sinceChange: sinceChange ?? null,
    },
    ...change,
  }
}

const all = (change: Change, language: Words = words) => findCauses(facts(change)).map((finding) => say(finding, language))
const first = (change: Change) => all(change)[0]
const fault = (percentage: number, status = 503): Partial<Rules> => ({ fault: { delay: null, abort: { status, percentage } } })

it('is content when all were drawn by weight and answered', () => {
  expect(all({})).toEqual(['100 of the last 100 were drawn by weight and answered.'])
})

it('names the fault in force that aborts, and not the share', () => {
  const change = { recent: { drawn: { ctx1: 39, ctx2: 16 }, causes: { abort: 45 } }, rules: fault(30) }
  expect(all(change)).toEqual(['45 of the last 100: aborted by the fault in force (abort 503 for 30 %).'])
})

it('knows that the fault is gone while its requests still count', () => {
  expect(first({ recent: { causes: { abort: 12 } } })).toMatch(/^12 of the last 100: aborted by a fault; .* has none now/)
})

it('names the cluster that was taken down, and since when', () => {
  const change = { fleet: ctx2Down, recent: { drawn: { ctx1: 66 }, causes: { noPod: 34 } } }
  expect(first(change)).toBe('34 of the last 100 found no pod: ctx2 was taken down 12 s ago.')
})

it('counts together what an outage explains', () => {
  const change = { fleet: ctx2Down, recent: { causes: { unreachable: 13, noPod: 30, abort: 31 } }, rules: fault(30) }
  expect(all(change).slice(0, 2)).toEqual([
    '43 of the last 100 found no pod or got no answer: ctx2 was taken down 12 s ago.',
    '31 of the last 100: aborted by the fault in force (abort 503 for 30 %).',
  ])
})

it('names the cluster without a ready pod where nobody took it down', () => {
  const change = {
    fleet: fleet({ pods: [pod('ctx1'), pod('ctx2', false, 'a'), pod('ctx2', false, 'b')] }),
    recent: { drawn: { ctx1: 66 }, causes: { unreachable: 4 } },
  }
  expect(first(change)).toBe('4 of the last 100 got no answer: ctx2 has no ready pod.')
})

it('says that the pods are back while the failures still count', () => {
  expect(first({ recent: { causes: { noPod: 10 } } })).toBe('10 of the last 100 found no pod; all pods are ready again.')
})

it('blames no outage where it does not know the pods', () => {
  expect(first({ fleet: null, recent: { causes: { noPod: 10 } } })).toBe('10 of the last 100 found no pod that was ready.')
})

it('names the timeout in force', () => {
  const change = { fleet: null, recent: { causes: { timeout: 3 } }, rules: { timeoutSeconds: 1 } }
  expect(first(change)).toBe('3 of the last 100 got no answer within the timeout of 1 s.')
})

it('tells where requests went instead, why, and that failover is on', () => {
  const change = { fleet: ctx2Down, failover: true, recent: { drawn: { ctx1: 70 }, failedOver: 30 } }
  expect(first(change)).toBe('30 of the last 100 went to ctx1 instead: ctx2 was taken down 12 s ago, failover is on.')
  expect(first({ failover: null, recent: { failedOver: 3 } })).toBe('3 of the last 100 went to the other cluster instead.')
})

it('puts what failed before what was meant, and more of it before less', () => {
  const found = findCauses(
    facts({ recent: { drawn: { ctx1: 30 }, causes: { denied: 5, abort: 25, redirect: 8 }, rules: { 'x-canary': 40 } }, rules: fault(30) }),
  )
  expect(found.map((finding) => ('cause' in finding ? finding.cause : finding.what))).toEqual(['abort', 'denied', 'redirect', 'byRule'])
})

it('names the rule that took requests before the weights could', () => {
  expect(first({ recent: { drawn: {}, rules: { 'x-canary': 100 } } })).toBe('100 of the last 100 went by the rule x-canary, not by weight.')
})

it('tells a delay in force, and a fault that has hit nothing yet', () => {
  const delay = { fault: { delay: { seconds: 2, percentage: 30 }, abort: null } }
  expect(first({ rules: delay, seen: { delayed: 31 } })).toBe('31 of the last 100: held back 2 s by the fault in force.')
  expect(first({ rules: delay })).toBe('A fault is in force: delay 2 s for 30 %.')
})

it('tells pods’ own errors, and what a retry saved', () => {
  expect(first({ seen: { podErrors: 7, retried: 2 } })).toBe('7 of the last 100: a pod answered with an error (5xx).')
  expect(first({ seen: { retried: 2 } })).toBe('2 of the last 100 failed at first and were saved by a retry.')
})

it('says of a cluster that is down what becomes of its requests before one has failed', () => {
  expect(first({ fleet: ctx2Down })).toBe('ctx2 was taken down 12 s ago: what is drawn for it finds no pod.')
  expect(first({ fleet: ctx2Down, failover: true })).toMatch(/failover sends its requests to the other cluster/)
  expect(first({ fleet: fleet({ pods: [pod('ctx1'), pod('ctx2'), pod('ctx2', false, 'b')] }) })).toBe('1 of 2 pods of ctx2 are ready.')
})

it('explains a share outside of chance by a change of weights, and by chance only where nothing else is known', () => {
  const outside = { recent: { drawn: { ctx1: 40, ctx2: 60 } } }
  expect(first({ ...outside, sinceChange: 20 })).toMatch(/^The weights changed 20 requests ago/)
  expect(first({ ...outside, sinceChange: 150 })).toMatch(/no cause is known/)
  expect(first({ ...outside, seen: { podErrors: 30 } })).not.toMatch(/chance/)
})

it('says that nobody carries the weights out, whatever came of them, and what failed before that', () => {
  const without = fleet({ weightsInForce: false })
  const words = expect.stringMatching(/^Weights and rules are not in force: the gateway’s pod has no Istio proxy/) as string
  expect(all({ fleet: without, recent: { drawn: { ctx1: 100 } }, sinceChange: 20, rules: fault(30) })).toEqual([words])
  expect(all({ fleet: without, recent: { ...noCounts } })).toEqual([words])
  expect(all({ fleet: without, seen: { podErrors: 7 } })).toEqual(['7 of the last 100: a pod answered with an error (5xx).', words])
  expect(first({ fleet: fleet({ weightsInForce: null }) })).toMatch(/drawn by weight and answered/)
})

it('says when there is too little to go by', () => {
  expect(first({ recent: { total: 7, drawn: { ctx1: 7 } } })).toMatch(/^Too few/)
  expect(first({ recent: { total: 7, drawn: {} } })).toMatch(/nothing to compare/)
  expect(first({ recent: { ...noCounts } })).toBe('No requests yet.')
})

it('speaks of no draw by weight where there are no weights', () => {
  const without = (failover: boolean) => {
    const { traffic, ...others } = facts({ failover })
    const configuration = { service: 'user-service' as const, resource: null, resourceVersion: '1', weights: null, rules: noRules }
    const [finding] = findCauses({ ...others, traffic: { ...traffic, configuration } })
    return finding && say(finding, words)
  }
  expect(without(true)).toMatch(/^Failover is on, so no weights hold/)
  expect(without(false)).toBe('No weights are set for this service.')
})

it('says before all else that the gateway is not heard from', () => {
  expect(first({ stream: 'silent', recent: { causes: { abort: 3 } } })).toMatch(/not heard from/)
})

it('says the same in Korean', () => {
  const change = { fleet: ctx2Down, recent: { drawn: { ctx1: 66 }, causes: { noPod: 34, abort: 5 } }, rules: fault(30) }
  expect(all(change, { ...words, t: ko }).slice(0, 2)).toEqual([
    '최근 100건 중 34건은 받을 파드가 없었습니다 (ctx2 내린 지 12초).',
    '최근 100건 중 5건이 적용 중인 결함 주입으로 중단되었습니다: 중단 503 (30%).',
  ])
})

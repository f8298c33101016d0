import type { Mark } from '../api/history'
import type { Texts } from '../i18n/en'

/** Something went wrong, or was made to. */
export function isBad({ kind, detail }: Mark): boolean {
  switch (kind) {
    case 'outage':
      return detail.ready !== true
    case 'drill':
      return detail.down === true
    case 'stale':
      return detail.stale !== false
    case 'fault':
      return Object.values(detail).some((value) => typeof value === 'number' && value > 0)
    case 'rollout':
      return detail.state === 'broken'
    default:
      return false
  }
}

/** What happened, in words: who and when are told beside it. */
export function markWords({ kind, cluster, detail, resource }: Mark, t: Texts, number: (value: number) => string): string {
  const words = t.history.kinds
  const value = (name: string) => {
    const found = detail[name]
    return typeof found === 'number' ? number(found) : String(found ?? '')
  }
  const has = (name: string) => detail[name] !== undefined && detail[name] !== null
  const weights = has('ctx1') && has('ctx2') ? t.weights.pair(value('ctx1'), value('ctx2')) : ''
  const name = resource ? `${resource.kind} ${resource.name}` : ''
  switch (kind) {
    case 'weights':
      return words.weights(weights)
    case 'fault': {
      const parts = [
        has('delaySeconds') && t.rules.delayed(value('delaySeconds'), value('delayPercent')),
        has('abortStatus') && t.rules.aborted(value('abortStatus'), value('abortPercent')),
      ].filter((part) => part !== false)
      return words.fault(parts.join(', ') || t.rules.none)
    }
    case 'canary':
      return words.canary(has('subset') ? t.rules.canaryTo(value('subset')) : t.rules.none)
    case 'resilience': {
      const parts = [
        has('timeoutSeconds') && t.rules.timesOut(value('timeoutSeconds')),
        has('attempts') && t.rules.retried(value('attempts')),
      ].filter((part) => part !== false)
      return words.resilience(parts.join(', ') || t.rules.none)
    }
    case 'yaml':
      return words.yaml(name)
    case 'undo':
      return words.undo(weights || name)
    case 'hand':
      return words.hand(weights ? `${name}: ${weights}` : name)
    case 'drill':
      return detail.down === true ? words.down(cluster ?? '') : words.up(cluster ?? '')
    case 'outage': {
      const what = has('pod') ? value('pod') : (cluster ?? '')
      return detail.ready === true ? words.ready(what) : words.unready(what)
    }
    case 'stale':
      return detail.stale === false ? words.fresh(cluster ?? '') : words.stale(cluster ?? '')
    case 'rollout':
      return words.rollout(weights || value('state'))
    default:
      return kind
  }
}

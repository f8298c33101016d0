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
export function markWords(mark: Mark, t: Texts, number: (value: number) => string): string {
  const { kind, service, cluster, detail, resource } = mark
  const words = t.history.kinds
  const changes = changesOf(mark, t, number)
  const name = resource ? `${resource.kind} ${resource.name}` : ''
  const named = changes ? `${name}: ${changes}` : name
  switch (kind) {
    case 'weights':
    case 'fault':
    case 'canary':
    case 'resilience':
      return words[kind](changes || t.rules.none)
    case 'yaml':
      return words.yaml(named)
    case 'undo':
      return words.undo(changes || name)
    case 'hand':
      return words.hand(named)
    case 'drill':
      return detail.down === true ? words.down(cluster ?? '') : words.up(cluster ?? '')
    case 'outage': {
      const what = typeof detail.pod === 'string' ? detail.pod : [service, cluster].filter(Boolean).join(' · ')
      return detail.ready === true ? words.ready(what) : words.unready(what)
    }
    case 'stale':
      return detail.stale === false ? words.fresh(cluster ?? '') : words.stale(cluster ?? '')
    case 'rollout':
      return words.rollout(String(detail.toCluster ?? cluster), String(detail.percent), t.history.rolloutStates[String(detail.state)] ?? '')
    default:
      return kind
  }
}

/** What an edit has set; nothing for what it has only taken away. */
function changesOf({ detail }: Mark, t: Texts, number: (value: number) => string): string {
  const value = (name: string) => (typeof detail[name] === 'number' ? number(detail[name]) : String(detail[name]))
  const has = (name: string) => detail[name] !== undefined && detail[name] !== null
  return [
    has('ctx1') && has('ctx2') && t.weights.pair(value('ctx1'), value('ctx2')),
    has('subset') && t.rules.canaryTo(value('subset')),
    has('delaySeconds') && t.rules.delayed(value('delaySeconds'), value('delayPercent')),
    has('abortStatus') && t.rules.aborted(String(detail.abortStatus), value('abortPercent')),
    has('timeoutSeconds') && t.rules.timesOut(value('timeoutSeconds')),
    has('attempts') && (detail.attempts === 0 ? t.rules.noRetries : t.rules.retried(value('attempts'))),
  ]
    .filter((part) => part !== false)
    .join(', ')
}

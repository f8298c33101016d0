import type { Rollout } from '../api/rollouts'
import type { Texts } from '../i18n/en'

interface Formats {
  number: (value: number) => string
  decimal: (value: number) => string
  precise: (value: number) => string
}

/** Why a roll-out has ended before its end, in words; nothing when it has not. A code of a newer gateway stands for itself. */
export function describeReason({ reason, toCluster }: Rollout, t: Texts, { number, decimal, precise }: Formats): string {
  if (!reason) return ''
  const { code, detail } = reason
  const value = (name: string) => Number(detail[name] ?? NaN)
  switch (code) {
    case 'errors':
      return t.rollout.reasons.errors(toCluster, number(value('errors')), number(value('requests')), decimal(value('maxErrorPercent')))
    case 'slow':
      return t.rollout.reasons.slow(toCluster, precise(value('p95Ms')), precise(value('otherP95Ms')), decimal(value('maxP95Ratio')))
    case 'tooFewRequests':
      return t.rollout.reasons.tooFewRequests(toCluster, number(value('requests')), number(value('minRequests')), number(value('seconds')))
    case 'edited':
      return t.rollout.reasons.edited
    case 'refused':
      return t.rollout.reasons.refused
    case 'asked':
      return t.rollout.reasons[detail.putBack === true ? 'askedBack' : 'askedHere'](String(detail.user))
    default:
      return code
  }
}

import type { Fault, Resilience, Rules } from '../api/traffic'

/**
 * Envoy's words that retries are most often set to
 * (https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPRetry).
 */
export const retryWords = ['5xx', 'gateway-error', 'connect-failure', 'refused-stream', 'reset', 'retriable-4xx'] as const

export const noFault: Fault = { delay: null, abort: null }
export const noResilience: Resilience = { timeoutSeconds: null, retries: null }

export const canaryOf = ({ canarySubset }: Rules) => ({ subset: canarySubset })
export const faultOf = ({ fault }: Rules) => fault
export const resilienceOf = ({ timeoutSeconds, retries }: Rules): Resilience => ({ timeoutSeconds, retries })

/** Splits `retryOn` into the words that have a box to tick and all others (status codes, rarer words). */
export function splitRetryOn(retryOn: string | null): { words: string[]; others: string[] } {
  const all = (retryOn ?? '').split(/[\s,]+/).filter(Boolean)
  const isKnown = (word: string) => retryWords.some((known) => known === word)
  return { words: all.filter(isKnown), others: all.filter((word) => !isKnown(word)) }
}

/** The text of `retryOn`; null when nothing is chosen, so that Istio's default holds. */
export function joinRetryOn(words: readonly string[], others: readonly string[]): string | null {
  return [...retryWords.filter((word) => words.includes(word)), ...others].join(',') || null
}

/** The limits of each field, by its path in what is sent. */
export const limits = {
  'delay.seconds': { min: 0.001, max: 60 },
  'delay.percentage': { min: 0, max: 100 },
  'abort.status': { min: 200, max: 599, whole: true },
  'abort.percentage': { min: 0, max: 100 },
  timeoutSeconds: { min: 0.001, max: 3600 },
  'retries.attempts': { min: 0, max: 10, whole: true },
  'retries.perTryTimeoutSeconds': { min: 0.001, max: 3600 },
} satisfies Record<string, { min: number; max: number; whole?: boolean }>

export type LimitedField = keyof typeof limits

/** The fields of a draft that are outside their limits or empty. */
export function brokenFields(draft: object): LimitedField[] {
  return (Object.keys(limits) as LimitedField[]).filter((field) => {
    const value = at(draft, field)
    const { min, max, whole } = limits[field] as { min: number; max: number; whole?: boolean }
    if (value === undefined || value === null) return false
    return typeof value !== 'number' || !(value >= min && value <= max) || (whole === true && !Number.isInteger(value))
  })
}

function at(draft: object, path: string): unknown {
  return path.split('.').reduce<unknown>((value, key) => (value as Record<string, unknown> | null | undefined)?.[key], draft)
}

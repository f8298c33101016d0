import type { Canary, Fault, Resilience } from '../api/traffic'
import type { Texts } from '../i18n/en'

/** What the rules do, in a few words each; nothing for what is off. */
export function describeRules(t: Texts, decimal: (value: number) => string) {
  return {
    canary: ({ subset }: Canary): string[] => (subset === null ? [] : [t.rules.canaryTo(subset)]),
    fault: ({ delay, abort }: Fault): string[] => [
      ...(delay ? [t.rules.delayed(decimal(delay.seconds), decimal(delay.percentage))] : []),
      ...(abort ? [t.rules.aborted(String(abort.status), decimal(abort.percentage))] : []),
    ],
    resilience: ({ timeoutSeconds, retries }: Resilience): string[] => [
      ...(timeoutSeconds === null ? [] : [t.rules.timesOut(decimal(timeoutSeconds))]),
      ...(retries ? [retries.attempts === 0 ? t.rules.noRetries : t.rules.retried(decimal(retries.attempts))] : []),
    ],
  }
}

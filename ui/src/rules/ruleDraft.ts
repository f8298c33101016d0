import { computed } from 'vue'
import type { Rules, ServiceConfiguration, ServiceName } from '../api/traffic'
import { useServiceDraft } from '../drafts/serviceDraft'
import { useUndoToast } from '../drafts/undoToast'
import { useI18n } from '../i18n'
import { useTraffic } from '../traffic/traffic'
import { errorAt } from './fieldErrors'
import { brokenFields, limits, type LimitedField } from './ruleParts'

export type RuleDraft<T extends object> = ReturnType<typeof useRuleDraft<T>>

/**
 * An operator's edit of the part of a service's rules that `read` finds, `put` sends and `describe` puts into words; `none` when there are
 * no rules.
 */
export function useRuleDraft<T extends object>(
  service: ServiceName,
  read: (rules: Rules) => T,
  none: T,
  put: (service: ServiceName, value: T, resourceVersion: string | null) => Promise<ServiceConfiguration>,
  rule: 'canary' | 'fault' | 'resilience',
  describe: (value: T) => string[],
) {
  const { t } = useI18n()
  const offerUndo = useUndoToast()
  const traffic = useTraffic().services[service]
  const { edit, ...draft } = useServiceDraft<T>({
    configured: () => traffic.configuration,
    read: ({ rules }) => rules && read(rules),
    empty: none,
    send: (value, resourceVersion) => put(service, value, resourceVersion),
    applied: (value, { resource, resourceVersion }) =>
      offerUndo(`${t.value.rules[rule]}: ${describe(value).join(', ') || t.value.rules.none}`, resource, resourceVersion),
  })
  const broken = computed(() => brokenFields(draft.value.value))
  /** What the gateway says about a field. */
  const error = (field: string) => (draft.state.value === 'refused' ? errorAt(draft.refusal.value, field) : '')

  return {
    ...draft,
    inForce: computed(() => (traffic.configuration?.rules ? read(traffic.configuration.rules) : none)),
    isBroken: computed(() => broken.value.length > 0),
    error,
    /** What a NumberField has to know about its field. */
    field: (name: LimitedField) => ({ name, limits: limits[name], isBroken: broken.value.includes(name), error: error(name) }),
    edit: (change: Partial<T>) => edit({ ...draft.value.value, ...change }),
  }
}

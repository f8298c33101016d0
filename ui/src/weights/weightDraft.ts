import { computed, ref, shallowRef, watch } from 'vue'
import { ApiError } from '../api/http'
import { putWeights, type ServiceConfiguration, type ServiceName, type Weights } from '../api/traffic'

/**
 * `clean`: shows what is in force; `edited`: differs from it, not sent; `sending`; `saved`: accepted, not seen in force
 * yet; `live`: seen in force; `conflict`: somebody else was faster; `refused`: not accepted, the value is kept.
 */
export type DraftState = 'clean' | 'edited' | 'sending' | 'saved' | 'live' | 'conflict' | 'refused'

/**
 * An operator's edit of one service's weights. It is based on the version that was in force when the edit began, so
 * the gateway refuses it when somebody else has changed the weights since; an edit survives every refusal.
 * @param configured what is in force, as the configuration events tell
 */
export function useWeightDraft(service: ServiceName, configured: () => ServiceConfiguration | null) {
  const state = ref<DraftState>('clean')
  const ctx1 = ref(0)
  /** The other's weights, in state `conflict`. */
  const theirs = shallowRef<Weights | null>(null)
  /** Why, in state `refused`. */
  const refusal = shallowRef<unknown>(null)
  let base: string | null = null
  let saved: string | null = null

  const weights = computed<Weights>(() => ({ ctx1: ctx1.value, ctx2: 100 - ctx1.value }))

  function follow(configuration: ServiceConfiguration) {
    base = configuration.resourceVersion
    ctx1.value = configuration.weights?.ctx1 ?? 0
  }

  watch(
    configured,
    (configuration) => {
      if (!configuration) return
      if (state.value === 'saved') {
        state.value = configuration.resourceVersion === saved ? 'live' : 'clean'
        follow(configuration)
      } else if (state.value === 'clean' || state.value === 'live') {
        if (configuration.weights?.ctx1 !== ctx1.value) state.value = 'clean'
        follow(configuration)
      }
    },
    { immediate: true },
  )

  function edit(value: number) {
    if (!Number.isFinite(value) || state.value === 'sending') return
    ctx1.value = Math.min(100, Math.max(0, Math.round(value)))
    // A conflict stays on show until it is answered; whatever is edited meanwhile is what a retry sends.
    if (state.value !== 'conflict') state.value = ctx1.value === configured()?.weights?.ctx1 ? 'clean' : 'edited'
    if (state.value === 'clean') discard()
  }

  /** Sends the edit; after a conflict that has been shown, over the other's. */
  async function apply() {
    if (state.value === 'sending') return
    state.value = 'sending'
    try {
      const answer = await putWeights(service, weights.value, base)
      saved = answer.resourceVersion
      const inForce = configured()
      // The event may have come before the answer.
      state.value = inForce?.resourceVersion === saved ? 'live' : 'saved'
      base = saved
    } catch (error) {
      const current = error instanceof ApiError && error.status === 409 ? (error.problem.current as ServiceConfiguration | undefined) : undefined
      if (current?.weights) {
        theirs.value = current.weights
        base = current.resourceVersion
        state.value = 'conflict'
      } else {
        refusal.value = error
        state.value = 'refused'
      }
    }
  }

  /** Gives the edit up for what is in force. */
  function discard() {
    const configuration = configured()
    state.value = 'clean'
    if (configuration) follow(configuration)
  }

  return { state, weights, theirs, refusal, edit, apply, discard }
}

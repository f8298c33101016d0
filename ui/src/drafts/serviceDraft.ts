import { ref, shallowRef, watch, type Ref } from 'vue'
import { ApiError } from '../api/http'
import type { ServiceConfiguration } from '../api/traffic'
import { readService } from '../traffic/trafficEvents'

/**
 * `clean`: shows what is in force; `edited`: differs from it, not sent; `sending`; `saved`: accepted, not seen in force
 * yet; `live`: seen in force; `conflict`: somebody else was faster; `refused`: not accepted, the value is kept.
 */
export type DraftState = 'clean' | 'edited' | 'sending' | 'saved' | 'live' | 'conflict' | 'refused'

/** Whether there is an edit that is not in force. */
export const isUnsaved = (state: DraftState) => ['edited', 'sending', 'conflict', 'refused'].includes(state)

/** What is edited, and how it is sent. */
export interface ServicePart<T> {
  /** What is in force, as the configuration events tell. */
  configured: () => ServiceConfiguration | null
  /** The part of it that is edited; null when there is none to edit. */
  read: (configuration: ServiceConfiguration) => T | null
  /** What an editor shows while there is none. */
  empty: T
  send: (value: T, resourceVersion: string | null) => Promise<ServiceConfiguration>
  /** Is told of each edit that is in force. */
  applied?: (value: T, answer: ServiceConfiguration) => void
}

export type ServiceDraft<T> = ReturnType<typeof useServiceDraft<T>>

/**
 * An operator's edit of one part of a service's VirtualService. It is based on the version that was in force when the
 * edit began, so the gateway refuses it when somebody else has changed that part since; an edit survives every refusal.
 * A change of another part (its weights, say, while its fault is edited) stands in nobody's way.
 */
export function useServiceDraft<T>(part: ServicePart<T>) {
  const { configured, read, send } = part
  const { state, value, theirs, refusal, base, follow, see, accept, refuse } = draftState(part)

  watch(configured, (configuration) => configuration && see(configuration), { immediate: true })

  function edit(next: T) {
    if (state.value === 'sending') return
    value.value = next
    // A conflict stays on show until it is answered; whatever is edited meanwhile is what a retry sends.
    if (state.value === 'conflict') return
    const configuration = configured()
    if (configuration && same(next, read(configuration))) discard()
    else state.value = 'edited'
  }

  /** Sends the edit; after a conflict that has been shown, over the other's. */
  async function apply() {
    if (state.value === 'sending') return
    state.value = 'sending'
    while (state.value === 'sending') await send(value.value, base().version).then(accept, refuse)
  }

  /** Gives the edit up for what is in force. */
  function discard() {
    const configuration = configured()
    state.value = 'clean'
    if (configuration) follow(configuration)
  }

  return { state, value, theirs, refusal, edit, apply, discard }
}

/** What a draft shows, and the version that it is based on. */
function draftState<T>({ configured, read, empty, applied }: ServicePart<T>) {
  const state = ref<DraftState>('clean')
  const value = shallowRef(empty) as Ref<T>
  /** The other's value, in state `conflict`. */
  const theirs = shallowRef(null) as Ref<T | null>
  /** Why, in state `refused`. */
  const refusal = shallowRef<unknown>(null)
  let base = { version: null as string | null, value: empty }

  function follow(configuration: ServiceConfiguration) {
    base = { version: configuration.resourceVersion, value: read(configuration) ?? empty }
    value.value = base.value
  }

  /** Bases the edit on a newer version if its own part is as it was. */
  function rebase(configuration: ServiceConfiguration): boolean {
    if (configuration.resourceVersion === base.version || !same(read(configuration), base.value)) return false
    base.version = configuration.resourceVersion
    return true
  }

  /** Takes in what is in force now. */
  function see(configuration: ServiceConfiguration) {
    if (isUnsaved(state.value)) {
      rebase(configuration)
      return
    }
    if (state.value === 'saved') state.value = configuration.resourceVersion === base.version ? 'live' : 'clean'
    else if (!same(read(configuration), value.value)) state.value = 'clean'
    follow(configuration)
  }

  function accept(answer: ServiceConfiguration) {
    const { resourceVersion } = answer
    applied?.(value.value, answer)
    base = { version: resourceVersion, value: value.value }
    // The event may have come before the answer.
    state.value = configured()?.resourceVersion === resourceVersion ? 'live' : 'saved'
  }

  /** Stays in state `sending` when it can be sent again at once, based on the newer version. */
  function refuse(error: unknown) {
    const isConflict = error instanceof ApiError && error.status === 409
    // What the refusal does not repeat is as it was.
    const current = isConflict ? readService({ ...configured(), ...(error.problem.current as object) }) : null
    const other = current && read(current)
    if (!current || !other) {
      refusal.value = error
      state.value = 'refused'
    } else if (!rebase(current)) {
      theirs.value = other
      base = { version: current.resourceVersion, value: other }
      state.value = 'conflict'
    }
  }

  return { state, value, theirs, refusal, base: () => base, follow, see, accept, refuse }
}

/** Of values that are plain data, made by the same reader. */
function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

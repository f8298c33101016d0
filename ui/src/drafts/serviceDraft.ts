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
}

export type ServiceDraft<T> = ReturnType<typeof useServiceDraft<T>>

/**
 * An operator's edit of one part of a service's VirtualService. It is based on the version that was in force when the
 * edit began, so the gateway refuses it when somebody else has changed that part since; an edit survives every refusal.
 * A change of another part (its weights, say, while its fault is edited) stands in nobody's way.
 */
export function useServiceDraft<T>({ configured, read, empty, send }: ServicePart<T>) {
  const state = ref<DraftState>('clean')
  const value = shallowRef(empty) as Ref<T>
  /** The other's value, in state `conflict`. */
  const theirs = shallowRef<T | null>(null)
  /** Why, in state `refused`. */
  const refusal = shallowRef<unknown>(null)
  let base: string | null = null
  let before = empty
  let saved: string | null = null

  function follow(configuration: ServiceConfiguration) {
    base = configuration.resourceVersion
    before = read(configuration) ?? empty
    value.value = before
  }

  /** Bases the edit on a newer version if its own part is as it was. */
  function rebase(configuration: ServiceConfiguration): boolean {
    if (configuration.resourceVersion === base || !same(read(configuration), before)) return false
    base = configuration.resourceVersion
    return true
  }

  watch(
    configured,
    (configuration) => {
      if (!configuration) return
      if (state.value === 'saved') {
        state.value = configuration.resourceVersion === saved ? 'live' : 'clean'
        follow(configuration)
      } else if (state.value === 'clean' || state.value === 'live') {
        if (!same(read(configuration), value.value)) state.value = 'clean'
        follow(configuration)
      } else {
        rebase(configuration)
      }
    },
    { immediate: true },
  )

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
    await sendNow()
  }

  async function sendNow(): Promise<void> {
    try {
      const answer = await send(value.value, base)
      saved = answer.resourceVersion
      const inForce = configured()
      // The event may have come before the answer.
      state.value = inForce?.resourceVersion === saved ? 'live' : 'saved'
      base = saved
      before = value.value
    } catch (error) {
      // What the refusal does not repeat is as it was.
      const current = error instanceof ApiError && error.status === 409 ? readService({ ...configured(), ...(error.problem.current as object) }) : null
      const other = current && read(current)
      if (!current || !other) {
        refusal.value = error
        state.value = 'refused'
      } else if (rebase(current)) {
        await sendNow()
      } else {
        theirs.value = other
        base = current.resourceVersion
        before = other
        state.value = 'conflict'
      }
    }
  }

  /** Gives the edit up for what is in force. */
  function discard() {
    const configuration = configured()
    state.value = 'clean'
    if (configuration) follow(configuration)
  }

  return { state, value, theirs, refusal, edit, apply, discard }
}

/** Of values that are plain data, made by the same reader. */
function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

import { computed, ref, shallowRef } from 'vue'
import { ApiError } from '../api/http'
import { getResource, putResource, undoResource, type LineMessage, type Resource, type ResourceName } from '../api/mesh'

/**
 * `clean`: the text in force; `edited`; `sending`; `saved`; `undone`; `conflict`: somebody else was faster; `refused`: not
 * accepted; `failed`: no usable answer. The draft outlives all of them.
 */
export type ResourceDraftState = 'clean' | 'edited' | 'sending' | 'saved' | 'undone' | 'conflict' | 'refused' | 'failed'

/** An operator's edit of one resource's YAML, based on the version that was loaded. */
export function useResourceDraft(name: ResourceName) {
  const state = ref<ResourceDraftState>('clean')
  const resource = shallowRef<Resource | null>(null)
  const yaml = ref('')
  /** What a refusal says about the text that was sent. */
  const refusals = shallowRef<readonly LineMessage[]>([])
  /** The other's, in state `conflict`. */
  const theirs = shallowRef<Resource | null>(null)
  const failure = shallowRef<unknown>(null)

  /** What an edit is held against before it is sent: the text in force, the other's after a conflict. */
  const against = computed(() => (theirs.value ?? resource.value)?.yaml ?? '')
  const isEdited = computed(() => resource.value !== null && yaml.value !== resource.value.yaml)

  function take(next: Resource, now: ResourceDraftState) {
    resource.value = next
    yaml.value = next.yaml
    refusals.value = []
    theirs.value = null
    failure.value = null
    state.value = now
  }

  /** Loads what is in force, unless there is an edit that it would overwrite. */
  async function load() {
    if (isEdited.value || state.value === 'sending') return
    try {
      const next = await getResource(name)
      if (isEdited.value) return
      // Of the same text others may decide what is in force.
      if (next.resourceVersion === resource.value?.resourceVersion && next.yaml === yaml.value) resource.value = next
      else take(next, 'clean')
    } catch (error) {
      failure.value = error
      state.value = 'failed'
    }
  }

  function edited() {
    if (state.value === 'sending' || state.value === 'conflict') return
    // What was refused stays marked until the text is sent again: it is being mended.
    state.value = isEdited.value ? 'edited' : 'clean'
    if (!isEdited.value) refusals.value = []
  }

  async function change(send: (base: string) => Promise<Resource>, done: ResourceDraftState) {
    const base = theirs.value ?? resource.value
    if (!base || state.value === 'sending') return
    state.value = 'sending'
    failure.value = null
    try {
      take(await send(base.resourceVersion), done)
    } catch (error) {
      const problem = error instanceof ApiError ? error.problem : null
      const status = error instanceof ApiError ? error.status : 0
      if (status === 409 && problem?.current) {
        theirs.value = problem.current as Resource
        state.value = 'conflict'
      } else if (status === 422 && problem?.problems?.length) {
        refusals.value = problem.problems.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0))
        theirs.value = null
        state.value = 'refused'
      } else {
        failure.value = error
        state.value = 'failed'
      }
    }
  }

  /** Sends the text; after a conflict that has been shown, over the other's. */
  const save = () => change((base) => putResource(name, yaml.value, base), 'saved')

  /** Puts the version before in force again, or another one. */
  const undo = (to?: string) => change((base) => undoResource(name, base, to), 'undone')

  function discard() {
    const current = theirs.value ?? resource.value
    if (current) take(current, 'clean')
  }

  return { state, resource, yaml, refusals, theirs, failure, against, isEdited, load, edited, save, undo, discard }
}

import type { Texts } from '../i18n/en'
import { describeFailure } from '../i18n/failure'
import type { ServiceDraft } from './serviceDraft'

/** A draft's state in words; `say` puts one of its values into words. */
export function draftStatus<T>(
  { state, theirs, refusal }: Pick<ServiceDraft<T>, 'state' | 'theirs' | 'refusal'>,
  inForce: string,
  say: (value: T) => string,
  t: Texts,
): string {
  switch (state.value) {
    case 'edited':
      return t.draft.unsaved(inForce)
    case 'sending':
      return t.draft.saving
    case 'conflict':
      return t.draft.conflict(theirs.value === null ? '' : say(theirs.value))
    case 'refused':
      return t.draft.refused(describeFailure(refusal.value, t))
    case 'clean':
      return ''
    default:
      return t.draft[state.value]
  }
}

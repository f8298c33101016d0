import type { Texts } from '../i18n/en'
import { describeFailure } from '../i18n/failure'
import type { ServiceDraft } from './serviceDraft'

/** A draft's state in words; `say` puts one of its values into words, `isCarriedOut` tells whether anybody obeys it. */
export function draftStatus<T>(
  { state, theirs, refusal }: Pick<ServiceDraft<T>, 'state' | 'theirs' | 'refusal'>,
  configured: string,
  say: (value: T) => string,
  t: Texts,
  isCarriedOut: boolean,
): string {
  switch (state.value) {
    case 'edited':
      return isCarriedOut ? t.draft.unsaved(configured) : t.draft.unsavedNotInForce(configured)
    case 'sending':
      return t.draft.saving
    case 'conflict':
      return t.draft.conflict(theirs.value === null ? '' : say(theirs.value))
    case 'refused':
      return t.draft.refused(describeFailure(refusal.value, t))
    case 'clean':
      return isCarriedOut ? '' : t.draft.notInForce
    case 'live':
      return isCarriedOut ? t.draft.live : t.draft.savedNotInForce
    default:
      return t.draft[state.value]
  }
}

import { computed, shallowRef, type ComputedRef } from 'vue'

/**
 * Keeps a list as it is while the pointer or the focus is in it: nobody can hit, or read, a moving target. Bind `on` to the list's element;
 * `isKept` says that it stays so when the focus has gone, because it will come back.
 */
export function useHeld<T>(live: () => readonly T[], isKept: () => boolean = () => false) {
  const held = shallowRef<readonly T[] | null>(null)
  const shown: ComputedRef<readonly T[]> = computed(() => held.value ?? live())

  function hold() {
    held.value ??= live()
  }

  function release({ currentTarget, relatedTarget }: FocusEvent) {
    const list = currentTarget as HTMLElement
    if (!isKept() && !list.matches(':hover') && !list.contains(relatedTarget as Node | null)) held.value = null
  }

  function leave({ currentTarget }: MouseEvent) {
    if (!(currentTarget as HTMLElement).contains(document.activeElement)) held.value = null
  }

  return {
    shown,
    isHeld: computed(() => held.value !== null),
    /** Shows what there is now. */
    letGo: () => {
      held.value = null
    },
    on: { mouseenter: hold, mouseleave: leave, focusin: hold, focusout: release },
  }
}

import { inject, provide, shallowRef, type InjectionKey, type ShallowRef } from 'vue'

/** A word about what was just done, with a way back. */
export interface Toast {
  text: string
  /** Takes it back; what it answers is said in its place. */
  undo: (() => Promise<string>) | null
}

export interface Toasts {
  readonly shown: ShallowRef<Toast | null>
  show(text: string, undo?: () => Promise<string>): void
}

const key: InjectionKey<Toasts> = Symbol('toast')

export function useToasts(): Toasts {
  const toasts = inject(key)
  if (!toasts) throw new Error('useToasts() outside the component that provides it')
  return toasts
}

/** Lets all below the calling component say what was done. The newest takes the place of the one before. */
export function provideToasts(): void {
  const shown = shallowRef<Toast | null>(null)
  provide(key, {
    shown,
    show(text, undo) {
      shown.value = { text, undo: undo ?? null }
    },
  })
}

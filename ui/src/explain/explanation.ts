import { inject, provide, ref, type InjectionKey, type Ref } from 'vue'

export interface ExplanationRequest {
  /** The request that is being explained; null while none is. */
  readonly id: Readonly<Ref<number | null>>
  explain(id: number): void
  close(): void
}

const key: InjectionKey<ExplanationRequest> = Symbol('explanation')

export function useExplanation(): ExplanationRequest {
  const explanation = inject(key)
  if (!explanation) throw new Error('useExplanation() outside the component that provides it')
  return explanation
}

/** Lets lamps and lists below ask why a request went where it went. */
export function provideExplanation(): void {
  const id = ref<number | null>(null)
  provide(key, {
    id,
    explain(asked) {
      id.value = asked
    },
    close() {
      id.value = null
    },
  })
}

import { onScopeDispose, ref, type Ref } from 'vue'

/** The time in ms, told anew once a second for as long as the calling component lives. */
export function useNow(): Readonly<Ref<number>> {
  const now = ref(Date.now())
  const timer = setInterval(() => (now.value = Date.now()), 1_000)
  onScopeDispose(() => clearInterval(timer))
  return now
}

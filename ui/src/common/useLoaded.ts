import { ref, shallowRef } from 'vue'

/** What `load` last answered; a failed reload keeps it and leaves its error in `failure`. An answer that a later one overtook is none. */
export function useLoaded<T>(load: () => Promise<T>) {
  const value = shallowRef<T | null>(null)
  const failure = shallowRef<unknown>(null)
  const loadedAt = shallowRef<Date | null>(null)
  const isLoading = ref(false)
  let latest = 0

  async function reload() {
    const number = ++latest
    isLoading.value = true
    try {
      const answer = await load()
      if (number !== latest) return
      value.value = answer
      loadedAt.value = new Date()
      failure.value = null
    } catch (error) {
      if (number === latest) failure.value = error
    } finally {
      if (number === latest) isLoading.value = false
    }
  }

  return { value, failure, loadedAt, isLoading, reload }
}

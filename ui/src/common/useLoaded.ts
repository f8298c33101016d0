import { ref, shallowRef } from 'vue'

/** What `load` last answered; a failed reload keeps it and leaves its error in `failure`. */
export function useLoaded<T>(load: () => Promise<T>) {
  const value = shallowRef<T | null>(null)
  const failure = shallowRef<unknown>(null)
  const loadedAt = shallowRef<Date | null>(null)
  const isLoading = ref(false)

  async function reload() {
    isLoading.value = true
    try {
      value.value = await load()
      loadedAt.value = new Date()
      failure.value = null
    } catch (error) {
      failure.value = error
    } finally {
      isLoading.value = false
    }
  }

  return { value, failure, loadedAt, isLoading, reload }
}

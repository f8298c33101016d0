import { ref, shallowRef } from 'vue'
import { putDrill } from '../api/mesh'

/** Takes clusters down and up; what came of it the `fleet` event tells. */
export function useDrill() {
  const failure = shallowRef<unknown>(null)
  const isSending = ref(false)

  async function set(cluster: string, down: boolean) {
    if (isSending.value) return
    isSending.value = true
    failure.value = null
    try {
      await putDrill(cluster, down)
    } catch (error) {
      failure.value = error
    } finally {
      isSending.value = false
    }
  }

  return { failure, isSending, set }
}

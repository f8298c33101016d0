import { onScopeDispose, ref, shallowRef } from 'vue'
import { getDrill, putDrill, type Drill, type DrillCluster } from '../api/mesh'

/** How often (ms) the processes are asked after: while some are on their way, and while all is quiet. */
const intervals = { moving: 500, quiet: 5_000 }

/** A cluster is where it was asked to be when all its processes are ready, or all are down. */
export function isSettled({ down, processes }: DrillCluster): boolean {
  return processes.every(({ condition }) => condition === (down ? 'down' : 'ready'))
}

/** Follows the drill for as long as the calling component lives; where there is none, it asks only once. */
export function useDrill() {
  const drill = shallowRef<Drill | null>(null)
  const failure = shallowRef<unknown>(null)
  const isSending = ref(false)
  let timer: ReturnType<typeof setTimeout> | undefined
  let isDisposed = false

  function plan() {
    clearTimeout(timer)
    if (isDisposed || !drill.value?.available) return
    timer = setTimeout(refresh, drill.value.clusters.every(isSettled) ? intervals.quiet : intervals.moving)
  }

  async function refresh() {
    // A gateway that does not answer is what the stream's state already says.
    if (!document.hidden) drill.value = await getDrill().catch(() => drill.value)
    plan()
  }

  async function set(cluster: string, down: boolean) {
    isSending.value = true
    failure.value = null
    try {
      drill.value = await putDrill(cluster, down)
    } catch (error) {
      failure.value = error
    } finally {
      isSending.value = false
      plan()
    }
  }

  onScopeDispose(() => {
    isDisposed = true
    clearTimeout(timer)
  })
  void refresh()

  return { drill, failure, isSending, set }
}

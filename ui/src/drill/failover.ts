import { inject, onMounted, provide, ref, shallowRef, type InjectionKey } from 'vue'
import { getFailover, putFailover, type Failover } from '../api/mesh'
import { useTraffic } from '../traffic/traffic'

export type FailoverSwitch = ReturnType<typeof openFailover>

const key: InjectionKey<FailoverSwitch> = Symbol('failover')

export function useFailover(): FailoverSwitch {
  const failover = inject(key)
  if (!failover) throw new Error('useFailover() outside the component that provides it')
  return failover
}

/** Follows whether requests may go to the other cluster when their own has nobody. */
export function provideFailover(): FailoverSwitch {
  const failover = openFailover()
  provide(key, failover)
  return failover
}

function openFailover() {
  const { onMark } = useTraffic()
  /** Null while it is not known, or where there is none to be turned on. */
  const inForce = ref<boolean | null>(null)
  const failure = shallowRef<unknown>(null)
  const isSending = ref(false)

  const take = ({ available, inForce: isOn }: Failover) => {
    inForce.value = available ? isOn : null
  }
  // A gateway that does not answer is what the stream's state already says.
  const refresh = () => getFailover().then(take, () => undefined)

  async function set(isOn: boolean) {
    if (isSending.value) return
    isSending.value = true
    failure.value = null
    try {
      take(await putFailover(isOn))
    } catch (error) {
      failure.value = error
      await refresh()
    } finally {
      isSending.value = false
    }
  }

  onMounted(refresh)
  // Whoever edits the mesh may have turned it on or off.
  onMark(({ kind }) => {
    if (kind !== 'drill' && kind !== 'outage' && kind !== 'stale') void refresh()
  })

  return { inForce, failure, isSending, set }
}

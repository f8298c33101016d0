import { ApiError } from '../api/http'
import { undoResource, type ResourceName } from '../api/mesh'
import { useToasts } from '../common/toast'
import { useI18n } from '../i18n'
import { describeFailure } from '../i18n/failure'
import { useTraffic } from '../traffic/traffic'

/** Says what is in force now, or saved at least, with a way back to what was before it. */
export function useUndoToast() {
  const { show } = useToasts()
  const { t } = useI18n()
  const { isCarriedOut } = useTraffic()

  return (what: string, resource: ResourceName | null, version: string | null) => {
    const { inForce, saved } = t.value.history
    if (resource && version) show(isCarriedOut.value ? inForce(what) : saved(what), () => undo(resource, version))
  }

  async function undo(resource: ResourceName, version: string): Promise<string> {
    try {
      await undoResource(resource, version)
      return t.value.history.undone
    } catch (error) {
      if (error instanceof ApiError && error.status === 409) return t.value.history.notUndone
      return describeFailure(error, t.value)
    }
  }
}

import { putWeights, type ServiceConfiguration, type ServiceName, type Weights } from '../api/traffic'
import { useServiceDraft } from '../drafts/serviceDraft'

const pair = (ctx1: number): Weights => ({ ctx1, ctx2: 100 - ctx1 })

/** An operator's edit of one service's weights, in whole percents that add up to 100. */
export function useWeightDraft(
  service: ServiceName, configured: () => ServiceConfiguration | null, applied?: (weights: Weights, answer: ServiceConfiguration) => void,
) {
  const { value, edit, ...draft } = useServiceDraft<Weights>({
    configured,
    read: ({ weights }) => weights && pair(weights.ctx1),
    empty: pair(0),
    send: (weights, resourceVersion) => putWeights(service, { weights }, resourceVersion),
    ...(applied && { applied }),
  })
  return {
    ...draft,
    weights: value,
    edit(ctx1: number) {
      if (Number.isFinite(ctx1)) edit(pair(Math.min(100, Math.max(0, Math.round(ctx1)))))
    },
  }
}

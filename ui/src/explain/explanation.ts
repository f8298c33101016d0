import { requestHref, useRoute } from '../route/route'

/** Lets lamps and lists ask why a request went where it went: the answer has an address of its own. */
export function useExplanation() {
  const { request, open, close } = useRoute()
  return {
    /** The request that is being explained; null while none is. */
    id: request,
    explain: (id: number) => open(requestHref(id)),
    close: () => close('request'),
  }
}

/** An address without query and fragment, which may hold what somebody typed. */
export function withoutQuery(url: string): string {
  return url.replace(/[?#].*$/s, '')
}

/** The path of an address with words for what differs from call to call: `/api/messages/{id}`. */
export function urlTemplate(url: string): string {
  const { pathname } = new URL(url, location.origin)
  return pathname.replace(/^(\/api\/mesh\/resources)\/[^/]+\/[^/]+/, '$1/{kind}/{name}').replace(/\/(\d+|[0-9a-f]{32})(?=\/|$)/g, '/{id}')
}

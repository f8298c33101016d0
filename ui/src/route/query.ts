/** The address of the page with `value` for a name of its query, without it for null; all else stays. */
export function withQuery(name: string, value: string | null): string {
  const url = new URL(location.href)
  if (value === null) url.searchParams.delete(name)
  else url.searchParams.set(name, value)
  return url.pathname + url.search + url.hash
}

export const readQuery = (name: string) => new URLSearchParams(location.search).get(name)

/** Changes the address without a new entry in the browser's history. */
export function replaceQuery(name: string, value: string | null): void {
  history.replaceState(history.state, '', withQuery(name, value))
}

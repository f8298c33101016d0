export interface Age {
  count: number
  unit: 'second' | 'minute' | 'hour'
}

/** How long ago an instant was, in the largest unit of which one has passed; never less than nothing. */
export function ageOf(instant: string, now: number): Age {
  const seconds = Math.max(0, Math.floor((now - Date.parse(instant)) / 1_000))
  if (seconds < 60) return { count: seconds, unit: 'second' }
  if (seconds < 3_600) return { count: Math.floor(seconds / 60), unit: 'minute' }
  return { count: Math.floor(seconds / 3_600), unit: 'hour' }
}

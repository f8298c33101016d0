export const maxMessageLength = 4_000

const segmentless = /[\uD800-\uDBFF][\uDC00-\uDFFF]/g

/** How long the services find a message: trimmed, in characters (an emoji's surrogate pair is one). */
export function messageLength(text: string): number {
  return text.trim().replace(segmentless, '-').length
}

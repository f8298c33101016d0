/** Where the cursor stands in a YAML text. */
export interface YamlPlace {
  /** The keys above, from the outermost. */
  path: string[]
  /** The key whose value is written; null where a key is. */
  key: string | null
  /** What is written of the key or value, up to the cursor. */
  written: string
  /** The column that a key begins at. */
  column: number
}

/** A line's content, behind its indent and the dashes of list items. */
function read(line: string) {
  const indent = /^\s*/.exec(line)?.[0].length ?? 0
  const dashes = /^(?:-\s+|-$)*/.exec(line.slice(indent))?.[0].length ?? 0
  return { indent, isItem: dashes > 0, column: indent + dashes, content: line.slice(indent + dashes) }
}

const isEmpty = (line: string) => /^\s*(#|$)/.test(line)

/**
 * Finds the place at the end of `lines`, whose last one is cut at the cursor. By indents, not by a parser: while somebody types, the text
 * is often no YAML. Of block style only.
 */
export function placeAt(lines: readonly string[]): YamlPlace {
  const here = read(lines.at(-1) ?? '')
  const value = /^(?:"([^"]*)"|'([^']*)'|([^\s:#'"][^:]*?))\s*:\s+(.*)$/.exec(here.content)
  const path = above(lines.slice(0, -1), here)
  return value
    ? { path, key: value[1] ?? value[2] ?? value[3] ?? '', written: value[4] ?? '', column: here.column }
    : { path, key: null, written: here.content, column: here.column }
}

function above(lines: readonly string[], here: ReturnType<typeof read>): string[] {
  const path: string[] = []
  // A list may begin at the column of the key that it belongs to.
  let below = here.isItem ? here.indent + 1 : here.column
  for (const line of lines.toReversed()) {
    if (isEmpty(line)) continue
    const { indent, isItem, column, content } = read(line)
    const key = /^(?:"([^"]*)"|'([^']*)'|([^\s:#'"][^:]*?))\s*:\s*(?:#.*)?$/.exec(content)
    if (column < below && key) {
      path.unshift(key[1] ?? key[2] ?? key[3] ?? '')
      below = isItem ? indent + 1 : column
    } else if (isItem && column === below) {
      below = indent + 1
    }
  }
  return path
}

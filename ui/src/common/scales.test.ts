import { expect, it } from 'vitest'

const sources = import.meta.glob<string>('../**/*.{vue,css}', { query: '?raw', import: 'default', eager: true })

const declaration = /(?:^|[\s{;])((?:row-|column-)?gap|(?:scroll-)?(?:padding|margin)(?:-[a-z-]+)?|font-size|[a-z-]*-radius):\s*([^;{}]*);/g

/** Lengths that are none of a scale's; those in em and percent are relative to one. */
function literals(style: string): string[] {
  const found = [...style.matchAll(declaration)].filter(([, , value = '']) => /\d(?:px|rem)\b/.test(value))
  return found.map(([, name, value]) => `${name}: ${value}`)
}

it('finds a length beside the scales', () => {
  const style = 'a { gap: 3px var(--space-1); font-size: 0.9em; border-radius: 50%; margin: 0 auto; }'
  expect(literals(style)).toEqual(['gap: 3px var(--space-1)'])
})

it('all distances, sizes of type and radii are of one scale each', () => {
  const found = Object.entries(sources).flatMap(([file, text]) => {
    const styles = file.endsWith('.vue') ? [...text.matchAll(/<style[^>]*>(.*?)<\/style>/gs)].map(([, style = '']) => style) : [text]
    return styles.flatMap(literals).map((literal) => `${file}: ${literal}`)
  })
  expect(Object.keys(sources).length).toBeGreaterThan(50)
  expect(found).toEqual([])
})

import { expect, it } from 'vitest'

const sources = import.meta.glob<string>('./**/*.{ts,vue}', { query: '?raw', import: 'default', eager: true })

const folderOf = (path: string) => path.slice(1, path.lastIndexOf('/'))
const folders = new Map(Object.keys(sources).map((file) => [folderOf(new URL(file, 'file:').pathname), new Set<string>()]))

for (const [file, text] of Object.entries(sources)) {
  const at = new URL(file, 'file:')
  for (const [, imported = ''] of text.matchAll(/(?:from |import |import\(|src=)['"](\.[^'"]*)['"]/g)) {
    const { pathname } = new URL(imported, at)
    const folder = folders.has(pathname.slice(1)) ? pathname.slice(1) : folderOf(pathname)
    if (folder !== folderOf(at.pathname)) folders.get(folderOf(at.pathname))?.add(folder)
  }
}

/** The folders on a way from one back to itself, if there is any. */
function circle(folder: string, way: readonly string[] = []): readonly string[] | undefined {
  if (way.includes(folder)) return [...way.slice(way.indexOf(folder)), folder]
  return [...(folders.get(folder) ?? [])].map((next) => circle(next, [...way, folder])).find(Boolean)
}

it('no folder imports from one that imports from it, be it by way of others', () => {
  expect(folders.get('lights')).toContain('traffic')
  expect([...folders.keys()].map((folder) => circle(folder)?.join(' → ')).find(Boolean)).toBeUndefined()
})

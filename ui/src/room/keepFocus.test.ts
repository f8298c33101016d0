import { expect, it, onTestFinished } from 'vitest'
import { keepFocus } from './keepFocus'

async function draw(html: string, focused: string) {
  document.body.innerHTML = html
  onTestFinished(keepFocus(() => document.querySelector('#top')))
  const element = document.querySelector<HTMLElement>(focused)
  element?.focus()
  return element
}

const frame = () => new Promise(requestAnimationFrame)

async function settled() {
  for (let i = 0; i < 3; i++) await frame()
}

it('gives the focus of a row that is deleted to the next row, of the last one to the row before', async () => {
  const rows = '<ol><li><button id="a">x</button></li><li><button id="b">x</button></li><li><button id="c">x</button></li></ol>'
  const button = await draw(rows, '#b')
  button?.parentElement?.remove()
  await settled()
  expect(document.activeElement?.id).toBe('c')
  document.activeElement?.parentElement?.remove()
  await settled()
  expect(document.activeElement?.id).toBe('a')
})

it('goes up where nothing is left beside it, and to the top of the page where nothing is left at all', async () => {
  const button = await draw('<h2 id="top" tabindex="-1"></h2><div><input id="search"><ol><li><button>x</button></li></ol></div>', 'button')
  button?.closest('ol')?.remove()
  await settled()
  expect(document.activeElement?.id).toBe('search')
  document.activeElement?.parentElement?.remove()
  await settled()
  expect(document.activeElement?.id).toBe('top')
})

it('leaves the focus alone that went elsewhere, or that a press on nothing took', async () => {
  const button = await draw('<button id="a">x</button><button id="b">x</button>', '#a')
  document.querySelector<HTMLElement>('#b')?.focus()
  button?.remove()
  await settled()
  expect(document.activeElement?.id).toBe('b')
  ;(document.activeElement as HTMLElement).blur()
  document.body.append('something new')
  await settled()
  expect(document.activeElement).toBe(document.body)
})

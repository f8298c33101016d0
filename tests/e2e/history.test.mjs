// The strips of the last minutes, what happened meanwhile, and the ways back. It keeps to log-service, and leaves it as it was.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { assertNothingOverflows, baseUrl, eventually, logInAsAdmin, openPage, readYaml, writeYaml } from './browser.mjs'

const service = 'log-service'
const card = `article[data-service=${service}]`
const share = `${card} .strips .share-key`
const kept = { ctx1: 50, ctx2: 50 }

let page, errors, close

before(async () => {
  ({ page, errors, close } = await openPage(baseUrl))
})

after(() => close())

test('a visitor reads the YAML of a resource, and cannot write in it', async () => {
  await page.click('.resources-panel > summary')
  await page.click(`.resources [data-kind=VirtualService][data-name=${service}] .open`)
  const yaml = await readYaml(page)
  assert.match(yaml, /^kind: VirtualService$/m)
  await page.locator('.resource .cm-content').click()
  await page.keyboard.type('x')
  assert.equal(await readYaml(page), yaml)
  assert.equal(await page.locator('.resource .apply').count(), 0)
  await page.waitForSelector('.resource .copy-yaml button')
})

test('what nobody has written is folded away', async () => {
  await page.waitForSelector('.resources-panel .generated > summary')
  assert.equal(await page.locator('.resources [data-kind=WorkloadEntry]:visible').count(), 0)
  await page.click('.resource .close')
  await page.waitForSelector(`.resources [data-name=${service}] .open:focus`)
})

test('the strips show what was drawn, and a reload keeps them', async () => {
  for (let i = 0; i < 12; i++) assert.equal((await page.request.get('/api/logs/ping')).status(), 200)
  await page.locator(`${card} .strips`).scrollIntoViewIfNeeded()
  await page.waitForSelector(share)
  await page.waitForSelector(`${card} .strips .p95-key`)
  await eventually(async () => (await pixels()) > 100)
  // A page that was told of the requests when it came, and the one that has seen them; the last second's come when it is over.
  const fresh = await page.context().newPage()
  const freshShare = await shareAfter(fresh, () => fresh.goto('/'))
  await eventually(async () => (await page.locator(share).innerText()) === freshShare)
  await fresh.close()
  assert.equal(await shareAfter(page, () => page.reload()), freshShare)
  await eventually(async () => (await pixels()) > 100)
})

test('all cards show 15 minutes when one asks for them', async () => {
  const [answer] = await Promise.all([page.waitForResponse('**/api/traffic/history?minutes=15'), page.click('.ranges [data-minutes="15"]')])
  assert.equal((await answer.json()).stepSeconds, 3)
  await page.waitForSelector(share)
  await page.click('.ranges [data-minutes="5"]')
})

test('an edit offers to be undone, makes a mark, and the mark shows who, when and the difference', async () => {
  await logInAsAdmin(page)
  await page.fill(`${card} [aria-label^="Weight of ctx1"]`, '40')
  await page.click(`${card} form.editor .apply`)
  await page.waitForSelector('.toasts .undo')
  assert.match(await page.locator('.toasts').innerText(), /40 : 60 in force/)
  const mark = page.locator(`${card} .rail .mark[aria-label*="40 : 60"]`)
  await mark.focus()
  await page.keyboard.press('Enter')
  await page.waitForSelector('.marks-dialog[open] .cm-merge-b .cm-changedLine >> text=weight: 40')
  await page.waitForSelector('.marks-dialog[open] .cm-merge-a .cm-changedLine >> text=weight: 50')
  assert.match(await page.locator('.marks-dialog').innerText(), /admin/)
  await page.keyboard.press('Escape')
  await eventually(() => mark.evaluate((button) => button === document.activeElement))
})

test('undo from the toast puts back what was before, and is a mark itself', async () => {
  await page.fill(`${card} [aria-label^="Weight of ctx1"]`, '30')
  await page.click(`${card} form.editor .apply`)
  await page.waitForSelector('.toasts >> text=30 : 70 in force')
  await page.click('.toasts .undo')
  await page.waitForSelector('.toasts >> text=Undone')
  assert.deepEqual(await weightsNow(), { ctx1: 40, ctx2: 60 })
  await page.waitForSelector('.toasts .close:focus')
  await page.keyboard.press('Enter')
  await page.waitForSelector('.toasts .close', { state: 'detached' })
  assert.notEqual(await page.evaluate(() => document.activeElement.tagName), 'BODY')
  await page.waitForSelector(`${card} .rail .mark[aria-label*="Undone"]`)
})

test('the list of versions goes back to any of them', async () => {
  await page.click('.resources-panel > summary')
  await page.click(`.resources [data-kind=VirtualService][data-name=${service}] .open`)
  await page.click('.resource .versions > summary')
  await page.waitForSelector('.resource .versions li:nth-child(2) .restore')
  const before = page.locator('.resource .versions li').last()
  await before.locator('button').first().click()
  await page.waitForSelector('.resource .versions .cm-changedLine')
  await before.locator('.restore').click()
  await page.waitForSelector('.resource[data-state=undone]')
  assert.deepEqual(await weightsNow(), kept)
})

test('the editor marks what is no YAML, and completes what Istio knows', async () => {
  const yaml = await readYaml(page)
  await writeYaml(page, `${yaml}\n  - ]`)
  await page.waitForSelector('.resource .editor .cm-lint-marker-error')
  await writeYaml(page, 'spec:\n  http:\n  - route:\n    - destination:\n        ')
  await page.keyboard.press('Control+Space')
  await page.waitForSelector('.resource .cm-tooltip-autocomplete >> text=subset')
  assert.deepEqual(await page.locator('.resource .cm-completionLabel').allInnerTexts(), ['host', 'port', 'subset'])
  await page.keyboard.press('Escape')
  await page.click('.resource .discard')
})

test('nothing overflows with strips, editor and versions on show', async () => {
  for (const lang of ['ko', 'en']) await assertNothingOverflows(page, lang)
})

test('the page writes no error to the console: nothing breaks its Content-Security-Policy', () => {
  assert.deepEqual(errors, [])
})

/** What the strip says of the share once a page has come. */
async function shareAfter(where, come) {
  await come()
  await where.locator(`${card} .strips`).scrollIntoViewIfNeeded()
  return where.locator(share).innerText()
}

/** How much of the card's strips is drawn in another colour than their background. */
function pixels() {
  return page.locator(`${card} .strips canvas`).first().evaluate((canvas) => {
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
    let drawn = 0
    for (let i = 3; i < data.length; i += 4) if (data[i] > 200) drawn++
    return drawn
  })
}

async function weightsNow() {
  const { services } = await (await page.request.get('/api/traffic')).json()
  return services.find((row) => row.service === service).weights
}

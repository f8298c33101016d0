// The map above the cards. It sends to log-service alone, and takes ctx2 down at the end.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { assertNothingOverflows, baseUrl, eventually, logInAsAdmin, openPage } from './browser.mjs'

const weights = { ctx1: 50, ctx2: 50 }

let page, errors, close

before(async () => {
  ({ page, errors, close } = await openPage(baseUrl))
  await page.waitForSelector('.map canvas[data-marks-started]')
})

after(async () => {
  await page.request.put('/api/mesh/drill/ctx2', { data: { down: false } })
  await close()
})

test('a request is one mark that moves from the callers to a pod', async () => {
  const before = await started()
  const { left, right } = await page.evaluate(followMark, '/api/logs/ping')
  assert.equal(await eventuallyStarted(before + 1), before + 1)
  const callers = await page.locator('[data-part=callers]').boundingBox()
  const node = await page.locator('[data-part="service log-service ctx1"]').boundingBox()
  assert.ok(left < callers.x + callers.width + 40, `it began at ${left}`)
  assert.ok(right > node.x, `it ended at ${right}, before ${node.x}`)
  await page.waitForSelector('.map canvas[data-marks-active="0"]')
})

test('the edges say the observed share against the weight, the rate and p95', async () => {
  for (let i = 0; i < 100; i++) await ping()
  const edge = page.locator('[data-part="edge log-service ctx1"]')
  await eventually(async () => /\d+% weight 50%.*\d\/s · p95 \d/s.test((await edge.innerText()).replaceAll('\n', ' ')))
})

test('the table has a row for each edge', async () => {
  await page.click('.as-table summary')
  await page.waitForSelector('.as-table tbody tr:nth-child(7)')
  for (const cluster of ['ctx1', 'ctx2']) {
    const row = page.locator('.as-table tr', { hasText: `Log service in ${cluster}` }).first()
    const [to, share, weight, rate, errorRate, p95] = await row.locator('td').allInnerTexts()
    assert.equal(to, `Log service in ${cluster}`)
    assert.match(share, /^\d+%$/)
    assert.equal(weight, `${weights[cluster]}%`)
    assert.match(`${rate} ${errorRate} ${p95}`, /^[\d.]+\/s [\d.]+\/s [\d.]+ ms$/)
  }
  await page.click('.as-table summary')
})

test('a pressed node lists its requests, and Esc closes the list with the focus back on the node', async () => {
  const node = page.locator('[data-part="service log-service ctx1"]')
  await node.click()
  await page.waitForSelector('.map .panel:focus')
  assert.equal(await node.getAttribute('aria-expanded'), 'true')
  const lines = await page.locator('.map .panel li').allInnerTexts()
  assert.ok(lines.length > 0 && lines.every((line) => /200\s+log-service\s+ctx1/.test(line)), lines.join('\n'))
  assert.ok((await page.locator('.map .panel .pod').first().innerText()).startsWith('log-service-ctx1'))
  await page.keyboard.press('Escape')
  await page.waitForSelector('.map .panel', { state: 'detached' })
  assert.equal(await node.evaluate((element) => element === document.activeElement), true)
})

test('an edge is pressed with the keyboard, and a request in its list explained', async () => {
  await page.focus('[data-part="edge log-service ctx2"]')
  await page.keyboard.press('Enter')
  await page.waitForSelector('.map .panel:focus')
  await page.locator('.map .panel li [data-request]').first().press('Enter')
  await page.waitForSelector('.explanation[open]')
  await page.keyboard.press('Escape')
  await page.waitForSelector('.explanation[open]', { state: 'detached' })
  await page.click('.map .panel .close')
  await page.waitForFunction(() => document.activeElement?.matches('[data-part="edge log-service ctx2"]'))
})

test('with reduced motion nothing moves, and the numbers still tell', async () => {
  await page.emulateMedia({ reducedMotion: 'reduce' })
  await page.waitForSelector('.map [data-still=true]')
  const before = await started()
  for (let i = 0; i < 20; i++) await ping()
  await eventually(async () => Number.parseFloat(await page.locator('[data-part=callers] .tabular').innerText()) > 0)
  assert.equal(await started(), before)
  assert.equal(await page.evaluate(paintedPixels), 0)
  await page.emulateMedia({ reducedMotion: 'no-preference' })
})

test('nothing overflows, and every word of the map has its place', async () => {
  for (const lang of ['ko', 'en']) {
    await assertNothingOverflows(page, lang)
    for (const width of [360, 1280, 1920]) {
      await page.setViewportSize({ width, height: 900 })
      await page.waitForSelector(`.map .text[data-tall=${width < 900}]`, { state: 'attached' })
      assert.deepEqual(await page.evaluate(clippedTexts), [], `${lang} at ${width} px`)
    }
  }
  await page.setViewportSize({ width: 1280, height: 900 })
})

test('a cluster that is taken down is hatched within a second', async () => {
  await logInAsAdmin(page)
  const begin = Date.now()
  await page.request.put('/api/mesh/drill/ctx2', { data: { down: true } })
  await page.waitForSelector('.map [data-cluster=ctx2][data-down=true] .hatched')
  const took = Date.now() - begin
  assert.ok(took < 1_000, `${took} ms`)
  assert.match(await page.locator('.map .cluster[data-cluster=ctx2]').innerText(), /taken down/)
  await page.waitForSelector('.map [data-cluster=ctx2][data-ready=false]')
  await page.request.put('/api/mesh/drill/ctx2', { data: { down: false } })
  await page.waitForSelector('.map .hatched', { state: 'detached' })
  await page.waitForSelector('.map [data-cluster=ctx2][data-ready=false]', { state: 'detached', timeout: 60_000 })
})

test('nothing was wrong in the console', () => {
  assert.deepEqual(errors, [])
})

const ping = () => page.request.get('/api/logs/ping')

const started = async () => Number(await page.getAttribute('.map canvas', 'data-marks-started'))

async function eventuallyStarted(count) {
  await eventually(async () => (await started()) >= count)
  return started()
}

/** Runs in the page: sends a request, and says from where to where (px) something is painted until all has ended. */
async function followMark(path) {
  const canvas = document.querySelector('.map canvas')
  const context = canvas.getContext('2d', { willReadFrequently: true })
  const { left, width } = canvas.getBoundingClientRect()
  let [first, last, hasBegun] = [Infinity, -Infinity, false]
  await fetch(path)
  for (const until = performance.now() + 10_000; performance.now() < until; ) {
    await new Promise(requestAnimationFrame)
    const { data } = context.getImageData(0, 0, canvas.width, canvas.height)
    const columns = []
    for (let i = 3; i < data.length; i += 4) if (data[i] > 0) columns.push(((i - 3) / 4) % canvas.width)
    if (columns.length === 0 && hasBegun) break
    hasBegun ||= columns.length > 0
    for (const column of columns) [first, last] = [Math.min(first, column), Math.max(last, column)]
  }
  const toPage = (column) => left + (column * width) / canvas.width
  return { left: toPage(first), right: toPage(last) }
}

/** Runs in the page. */
function paintedPixels() {
  const canvas = document.querySelector('.map canvas')
  return canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.filter((_, i) => i % 4 === 3).filter(Boolean).length
}

/** Runs in the page: texts that do not fit into their place. */
function clippedTexts() {
  const texts = [...document.querySelectorAll('.map .stage button > :not(.visually-hidden)')]
  return texts.filter((text) => text.scrollWidth > text.clientWidth + 1).map((text) => text.textContent)
}

// Addresses and copies, the start strip, the class view, the console's lines; where the focus goes; that nothing jumps.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { baseUrl, eventually, launch, logInAsAdmin } from './browser.mjs'

const service = 'user-service'
const card = `#service-${service}`

let browser, page

before(async () => {
  browser = await launch({ baseURL: baseUrl, locale: 'en-US', viewport: { width: 1280, height: 900 } })
  page = browser.page
  page.setDefaultTimeout(15_000)
  await page.addInitScript(() => {
    window.shifts = []
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) {
        const of = entry.sources.map(({ node }) => (node instanceof Element ? node : node?.parentElement)?.outerHTML.slice(0, 120))
        window.shifts.push({ value: entry.value, of })
      }
    }).observe({ type: 'layout-shift', buffered: true })
  })
})

after(() => browser.close())

test('nothing jumps while the page loads and for 5 s of traffic', async () => {
  for (const width of [360, 1280]) {
    await page.setViewportSize({ width, height: 900 })
    await page.goto('/')
    await page.waitForSelector('.stream[data-state=open]')
    await page.click('.strip .toggle')
    await page.waitForTimeout(5_000)
    await page.click('.strip .toggle')
    const shifts = await page.evaluate(() => window.shifts)
    const sum = shifts.reduce((total, { value }) => total + value, 0)
    assert.ok(sum <= 0.02, `${width} px: ${sum}, ${JSON.stringify(shifts)}`)
  }
})

test('one press sends to all three services, another stops', async () => {
  await page.setViewportSize({ width: 1280, height: 900 })
  const pinged = new Set()
  page.on('request', (request) => /ping$/.test(request.url()) && pinged.add(new URL(request.url()).pathname))
  await page.click('.strip .toggle')
  await page.waitForSelector(`${card} .sender .stop`)
  await eventually(() => pinged.size === 3)
  await page.click('.strip .toggle')
  await page.waitForSelector(`${card} .sender .start`)
})

test('the address of a request, a service and a language opens them', async () => {
  await page.click(`${card} .send-once`)
  await page.click(`${card} .why`)
  await page.waitForSelector('.explanation[open]')
  assert.match(page.url(), /#\/request\/\d+$/)
  await page.reload()
  await page.waitForSelector('.explanation[open]')
  await page.keyboard.press('Escape')
  await page.waitForSelector('.explanation[open]', { state: 'hidden' })
  await page.goto('/?lang=ko#/service/log-service')
  await page.waitForSelector('#service-log-service:focus')
  assert.equal(await page.getAttribute('html', 'lang'), 'ko')
  await page.click('.languages [lang=en]')
  assert.equal(new URL(page.url()).search + new URL(page.url()).hash, '?lang=en#/service/log-service')
})

test('links are copied; without a clipboard the text is selected', async () => {
  await browser.context.grantPermissions(['clipboard-read', 'clipboard-write'])
  await page.click(`${card} .copy-link button`)
  await page.waitForSelector(`${card} .copy-link [data-copied=true]`)
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), `${new URL(baseUrl).origin}/#/service/${service}`)
  await page.evaluate(() => Object.defineProperty(navigator, 'clipboard', { value: undefined }))
  await page.click('#service-log-service .copy-link button')
  assert.match(await page.evaluate(() => getSelection().toString()), /#\/service\/log-service$/)
  await page.keyboard.press('Escape')
  await page.waitForSelector('#service-log-service .copy-link button:focus')
})

test('the console has a line for each call, and none when it is switched off', async () => {
  const lines = []
  const listen = (message) => message.type() === 'log' && lines.push(message.text())
  page.on('console', listen)
  await page.reload()
  await page.click(`${card} .send-once`)
  await eventually(() =>
    lines.some((line) => /^GET \/api\/users\/ping {2}200 {2}user-service {2}ctx\d {2}\S+ {2}trace [0-9a-f]{32}$/.test(line)),
  )
  await eventually(() => lines.some((line) => /^GET \/api\/traffic {2}200 {2}gateway {2}trace/.test(line)))
  await page.click('[name=console]')
  lines.length = 0
  await Promise.all([page.waitForResponse('**/ping'), page.click(`${card} .send-once`)])
  await page.waitForFunction((last) => /\d ms/.test(document.querySelector(last).textContent), `${card} .last`)
  assert.deepEqual(lines, [])
  await page.click('[name=console]')
  page.off('console', listen)
})

test('the class view fits a projector without scrolling, by address, by button and by key', async () => {
  await page.setViewportSize({ width: 1920, height: 1080 })
  await page.goto('/?view=class')
  await page.waitForSelector('.class-dock svg.qr')
  await page.waitForSelector('.class-dock .slider')
  const seen = await page.evaluate(() => {
    const { scrollWidth, clientWidth, scrollHeight, clientHeight } = document.documentElement
    const lamps = [...document.querySelectorAll('.cluster .socket')].map((lamp) => lamp.getBoundingClientRect())
    const cut = [...document.querySelectorAll('.cards > .card')].map(
      (each) => Math.max(each.scrollHeight - each.clientHeight, each.scrollWidth - each.clientWidth),
    )
    const low = Math.max(...[...document.querySelectorAll('.class-dock, main')].map((part) => part.getBoundingClientRect().bottom))
    return {
      over: [scrollWidth - clientWidth, scrollHeight - clientHeight],
      cut: Math.max(...cut),
      lamp: Math.min(...lamps.map(({ width }) => width)),
      low: low <= innerHeight,
    }
  })
  assert.deepEqual(seen.over, [0, 0])
  assert.ok(seen.lamp >= 40, `a lamp is ${seen.lamp} px`)
  assert.ok(seen.low)
  assert.ok(seen.cut <= 0, `a card's content is ${seen.cut} px too large`)
  for (const section of ['#mesh', '#board', '#logs']) assert.equal(await page.isVisible(section), false)
  await page.keyboard.press('Escape')
  await page.waitForSelector('html:not([data-view])')
  assert.equal(new URL(page.url()).search, '')
  await page.fill(`${card} .rate input`, '12')
  await page.locator(`${card} .rate input`).press('f')
  assert.equal(await page.getAttribute('html', 'data-view'), null)
  await page.locator('.class-switch').press('f')
  await page.waitForSelector('html[data-view=class]')
  await page.click('.class-switch')
  await page.waitForSelector('html:not([data-view])')
  assert.equal(await page.evaluate(() => document.activeElement.matches('.class-switch')), true)
})

test('the focus never falls to the body', async () => {
  await page.setViewportSize({ width: 1280, height: 900 })
  await page.goto('/')
  await page.waitForSelector('.stream[data-state=open]')
  const press = async (selector, key = 'Enter') => {
    await page.locator(selector).first().press(key)
    await somewhere(`after ${key} on ${selector}`)
  }
  await press('.strip .toggle')
  await press('.strip .toggle')
  await press(`${card} .sender .start`)
  await press(`${card} .sender .stop`)
  await press(`${card} .send-once`)
  await press(`${card} .why`)
  await press('.explanation[open] button', 'Escape')
  await press('.log-in')
  await press('dialog[open] [name=username]', 'Escape')
  await page.locator('.log-in').press('Enter')
  await page.fill('[name=username]', 'admin')
  await page.fill('[name=password]', 'not the password')
  await press('dialog[open] [name=password]')
  await page.waitForSelector('dialog[open] .alert')
  await press('dialog[open] .submit')
  await press('dialog[open] [name=username]', 'Escape')
  await page.waitForSelector('.log-in:focus')
  await logInAsAdmin(page)
  await page.waitForSelector('.log-out:focus')
  await page.fill('[name=message]', 'to be deleted')
  await press('.post')
  await page.waitForSelector('#board li')
  await press('#board .remove')
  await press('#board .confirm button')
  await press('#board .remove')
  await press('#board .confirm-yes')
  await page.waitForSelector('#board .done:not(:empty)')
  await somewhere('after delete')
  await page.locator(`${card} .slider`).press('ArrowLeft')
  await press(`${card} .editor .discard`)
  await page.locator(`${card} .slider`).press('ArrowLeft')
  await press(`${card} .editor .apply`)
  await press('.toasts .undo')
  await page.waitForSelector('.toasts:not(:has(.undo))')
  await press('.toasts .close')
  await press('#lights .cluster-bar .switch')
  await press('#lights .cluster-bar .confirm-no')
  await press(`${card} .rollout > summary`)
  await press(`${card} .rollout form [type=submit]`)
  await page.waitForSelector(`${card} .rollout[data-state=running]`)
  await press(`${card} .rollout .stop button`)
  await page.waitForSelector(`${card} .rollout[data-state=stopped]`)
  await somewhere('after the roll-out')
  await press('.resources-panel > summary')
  await press('.resources [data-kind=VirtualService][data-name=user-service] .open')
  await press('.resource .versions > summary')
  await press('.resource .versions [aria-expanded]')
  await page.waitForSelector('.resource .versions [aria-expanded=true]')
  await press('.resource .versions [aria-expanded=true]')
  await press('.resource .close')
  await press('.resources [data-kind=VirtualService][data-name=user-service] .open')
  await press('.resources [aria-expanded=true]')
  await press('.log-out')
  await page.waitForSelector('.log-in:focus')
})

/** The focus is with something; what has been taken away may still be giving it on. */
async function somewhere(when) {
  const found = page.waitForFunction(() => document.activeElement !== document.body, null, { timeout: 3_000 })
  await found.catch(() => assert.fail(`the focus is lost ${when}`))
}

// Saves pictures of the page with traffic running: `node screenshots.mjs FOLDER`, with BASE_URL and ADMIN_PASSWORD_FILE as for the test.
import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { baseUrl, launch, logInAsAdmin } from './browser.mjs'

const folder = process.argv[2]
if (!folder) {
  console.error('Usage: node screenshots.mjs FOLDER')
  process.exit(2)
}
await mkdir(folder, { recursive: true })

for (const locale of ['ko', 'en']) {
  for (const colorScheme of ['light', 'dark']) {
    const { page, close } = await launch({ baseURL: baseUrl, locale, colorScheme })
    await page.goto('/')
    await save(page, `${locale}-${colorScheme}-visitor`, [360, 1280])
    await logInAsAdmin(page)
    await page.click('.samples')
    await page.waitForSelector('.done:not(:empty)')
    while (await page.locator('.start').count()) await page.locator('.start').first().click()
    // A full window of every service, so that the shares are worth looking at.
    await page.waitForFunction(() =>
      [...document.querySelectorAll('[data-service] .cluster')].every(({ textContent }) => /100/.test(textContent)),
    )
    await page.locator('#logs').scrollIntoViewIfNeeded()
    await page.waitForSelector('[data-store=redis] li')
    await save(page, `${locale}-${colorScheme}`, [360, 1280, 1920])
    while (await page.locator('.stop').count()) await page.locator('.stop').first().click()
    for (const summary of await page.locator('details > summary').all()) await summary.click()
    await page.locator('.resources .open').first().click()
    await page.waitForSelector('.resource .editor')
    await save(page, `${locale}-${colorScheme}-unfolded`, [360, 1280, 1920])
    // One whose trace is kept: the others were too many a second.
    await page.waitForTimeout(1_500)
    const traceId = await page.evaluate(async () => (await fetch('/api/users/me')).headers.get('X-Trace-Id'))
    await page.locator('.recent li button').first().click()
    await page.waitForSelector('.explanation .steps')
    await save(page, `${locale}-${colorScheme}-why`, [360, 1280], false)
    await page.keyboard.press('Escape')
    await page.goto(`/#/trace/${traceId}`)
    await page.locator('.span-row').nth(2).click()
    await save(page, `${locale}-${colorScheme}-trace`, [360, 1280, 1920], false)
    await close()
  }
}

async function save(page, name, widths, fullPage = true) {
  for (const width of widths) {
    await page.setViewportSize({ width, height: 900 })
    await page.screenshot({ path: path.join(folder, `${name}-${width}.png`), fullPage })
  }
}

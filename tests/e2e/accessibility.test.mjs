// Each state of the page, in both languages, on a phone and a laptop, in light, dark and forced colours: axe finds nothing, nothing
// overlaps or sticks out, everything can be hit. The pictures are in AUDIT_FOLDER.
import assert from 'node:assert/strict'
import { mkdir, mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { bringAxe, layoutFaults, violations } from './audit.mjs'
import { adminPassword, baseUrl, launch, readYaml, writeYaml } from './browser.mjs'

const password = await adminPassword()
const folder = process.env.AUDIT_FOLDER ?? (await mkdtemp(path.join(tmpdir(), 'messageboard-audit-')))
await mkdir(folder, { recursive: true })

const service = 'user-service'
const card = `article[data-service=${service}]`
const widths = [360, 1280]
/** What depends on the colours. All else is looked at once. */
const colourRules = ['color-contrast', 'link-in-text-block']
const colours = {
  light: { colorScheme: 'light', forcedColors: 'none' },
  dark: { colorScheme: 'dark', forcedColors: 'none' },
  forced: { colorScheme: 'light', forcedColors: 'active' },
}

/** How the page comes to each state, from the one before. */
const states = {
  async start(page) {
    await page.goto('/')
    await page.waitForSelector('.stream[data-state=open]')
  },
  async sending(page) {
    await page.click('.strip .toggle')
    await page.waitForFunction(() => document.querySelectorAll('.glow[data-request]').length > 20)
    await page.click('.strip .toggle')
  },
  async explanation(page) {
    await page.locator(`${card} .recent summary`).click()
    await page.locator(`${card} .recent li button`).first().click()
    await page.waitForSelector('.explanation[open]')
  },
  async 'log in'(page) {
    await page.keyboard.press('Escape')
    await page.locator(`${card} .recent summary`).click()
    await page.click('.log-in')
    await page.fill('[name=username]', 'nobody')
    await page.fill('[name=password]', 'not the password')
    await page.click('dialog[open] .submit')
    await page.waitForSelector('dialog[open] .alert')
  },
  async register(page) {
    await page.click('dialog[open] .foot .quiet')
    await page.fill('[name=username]', 'x')
    await page.click('dialog[open] .submit')
    await page.waitForSelector('dialog[open] [data-broken=true]')
  },
  async password(page) {
    await page.fill('[name=username]', `a11y-${crypto.randomUUID().slice(0, 8)}`)
    await page.fill('[name=password]', crypto.randomUUID())
    await page.click('dialog[open] .submit')
    await page.click('.change-password')
    await page.fill('[name=new-password]', 'short')
    await page.click('dialog[open] .submit')
    await page.waitForSelector('dialog[open] [data-broken=true]')
  },
  async 'logged in'(page) {
    await page.keyboard.press('Escape')
    await page.click('.log-out')
    await page.click('.log-in')
    await page.fill('[name=username]', 'admin')
    await page.fill('[name=password]', password)
    await page.click('dialog[open] .submit')
    await page.waitForSelector('.log-out')
    await page.click('.samples')
    await page.waitForSelector('#board li')
    await page.locator('#logs').scrollIntoViewIfNeeded()
    await page.waitForSelector('[data-store=redis] li')
  },
  async explained(page) {
    await page.locator(`${card} .send-once`).click()
    await page.locator(`${card} .why`).click()
    await page.waitForSelector('.explanation .steps')
  },
  async trace(page) {
    await page.click('.explanation .trace-link')
    await page.waitForSelector('.trace-dialog[open] :is(.waterfall, .absent, .waiting, .alert)')
  },
  async editors(page) {
    await page.keyboard.press('Escape')
    await page.waitForSelector('.explanation[open]')
    await page.keyboard.press('Escape')
    await page.waitForSelector('dialog[open]', { state: 'detached' })
    await page.evaluate(() => document.querySelectorAll('details').forEach((each) => (each.open = true)))
    await page.locator('.resources .open').first().click()
    await readYaml(page)
    await page.locator(`${card} .slider`).press('ArrowLeft')
    await page.locator('#board .remove').first().click()
  },
  async difference(page) {
    await writeYaml(page, 'kind: Nothing\n')
    await page.click('.resource .apply')
    await page.waitForSelector('.resource .difference .cm-line')
  },
  async refused(page) {
    await page.click('.resource .apply')
    await page.waitForSelector('.resource .problems')
  },
  async drill(page) {
    await page.click('.resource .discard')
    await page.click(`${card} .editor .discard`)
    await page.click('.cluster-bar [data-cluster=ctx1] .switch')
    await setDown(page, true)
    await page.waitForSelector('.cluster-bar [data-cluster=ctx2][data-down=true][data-settled=true]')
  },
  async 'class view'(page) {
    await page.click('.class-switch')
    await page.waitForSelector('.class-dock svg')
  },
  async errors(page) {
    await page.click('.class-switch')
    await page.context().setOffline(true)
    await page.fill('[name=message]', 'nobody hears it')
    await page.click('.post')
    await page.waitForSelector('#board .alert')
  },
}

const browsers = []

after(async () => {
  for (const { page, context, close } of browsers) {
    await context.setOffline(false)
    await setDown(page, false)
    await close()
  }
})

for (const lang of ['en', 'ko']) {
  test(`every state is accessible and in order, ${lang}`, async (t) => {
    const browser = await launch({ baseURL: baseUrl, locale: lang, viewport: { width: 1280, height: 900 } })
    browsers.push(browser)
    const { page } = browser
    await bringAxe(browser.context)
    page.setDefaultTimeout(30_000)
    for (const [name, reach] of Object.entries(states)) {
      await t.test(name, async () => {
        await reach(page)
        assert.deepEqual(await look(page, `${lang}-${name.replace(' ', '-')}`), [])
      })
    }
    await browser.context.setOffline(false)
    await setDown(page, false)
  })
}

/** What is wrong with the state that the page is in. */
async function look(page, name) {
  const faults = []
  for (const width of widths) {
    await page.setViewportSize({ width, height: 900 })
    for (const [colour, media] of Object.entries(colours)) {
      await page.emulateMedia({ ...media, reducedMotion: 'reduce' })
      const found = await violations(page, colour === 'light' ? undefined : colourRules)
      if (colour === 'light') found.push(...(await layoutFaults(page)))
      if (colour === 'light' || width === 1280) await page.screenshot({ path: path.join(folder, `${name}-${width}-${colour}.png`) })
      faults.push(...found.map((fault) => `${width} px, ${colour}: ${fault}`))
    }
  }
  await page.emulateMedia(colours.light)
  return faults
}

async function setDown(page, down) {
  await page.request.post('/api/login', { data: { username: 'admin', password } })
  const response = await page.request.put('/api/mesh/drill/ctx2', { data: { down } })
  assert.ok(response.ok(), await response.text())
}

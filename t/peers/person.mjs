// Chromium visits the pages of t/80-person.t. Prints TAP.
// Environment:
//   BROWSER_SITE    httpd's site: /private, /janes and /form are protected, the second for jane
//                   alone; credentials demo/demo and jane/demo
//   BROWSER_DIR     screenshots go there;  BROWSER_ONLY  a part of the names of the tests
//   CHROMIUM        default /usr/bin/chromium
import assert from 'node:assert/strict';
import { launch } from './chromium.mjs';

const env = process.env;
const site = env.BROWSER_SITE;
const { browser, end } = await launch();

const shot = (page, name) => page.screenshot({ path: `${env.BROWSER_DIR}/person-${name}.png` });
const isSignIn = (url) => url.pathname === '/auth/signin';
const at = (page, path) => page.waitForURL((url) => url.href === site + path);
async function signIn(page, name) {
    await page.fill('input[name=username]', name);
    await page.fill('input[name=password]', 'demo');
    await page.click('[id^=submitButton]');
}
/** In both schemes, on a desktop and on a phone. */
async function shots(page, name) {
    for (const colorScheme of ['light', 'dark']) {
        for (const width of [1280, 360]) {
            await page.emulateMedia({ colorScheme });
            await page.setViewportSize({ width, height: 720 });
            await shot(page, `${name}-${colorScheme}-${width}`);
            const wide = await page.evaluate(() => document.documentElement.scrollWidth);
            assert.ok(wide <= width, `${name} fits in ${width}`);
        }
    }
}
async function withWorker(page, name) {
    await page.goto(`${site}/worker-${name}.html`);
    await page.waitForFunction(() => document.title === 'ready');
    await page.waitForFunction(() => navigator.serviceWorker.controller);
}

const tests = {
    'a service worker passes a visit on': async ({ page }) => {
        await withWorker(page, 'passes');
        const sent = page.waitForEvent('requestfinished', (r) => r.url().includes('/private/'));
        await page.goto(`${site}/private/one.html?a=1`);
        await sent;
        assert.ok(isSignIn(new URL(page.url())), 'is sent to sign in');
        await signIn(page, 'demo');
        await at(page, '/private/one.html?a=1');
        assert.equal(await page.textContent('h1'), 'private/one');
    },
    'a service worker asks itself': async ({ page }) => {
        await withWorker(page, 'asks');
        await page.goto(`${site}/private/one.html?a=1`);
        const { url } = JSON.parse(await page.textContent('body'));
        await page.goto(url);
        await signIn(page, 'demo');
        await at(page, '/private/one.html?a=1');
    },
    'an app names itself in every request': {
        options: { extraHTTPHeaders: { 'X-Requested-With': 'com.example.app' } },
        run: async ({ page }) => {
            await page.goto(`${site}/private/one.html`);
            await signIn(page, 'demo');
            await at(page, '/private/one.html');
        },
    },
    'protected pages in frames': async ({ page }) => {
        await page.setViewportSize({ width: 800, height: 480 });
        await page.goto(`${site}/around.html`);
        await page.frameLocator('iframe').locator('a').waitFor();
        for (const frame of page.frames().slice(1)) {
            assert.match(await frame.textContent('p'), /not signed in.*Sign in/);
        }
        await shot(page, 'framed');
        await page.frameLocator('iframe').locator('a').click();
        await page.waitForURL(isSignIn);
        await signIn(page, 'demo');
        await at(page, '/around.html');
        assert.equal(await page.frameLocator('iframe').locator('h1').textContent(), 'private/one');
        await page.evaluate(() => (document.querySelector('iframe').src = '/janes/one.html'));
        await page.frameLocator('iframe').locator('a').click();
        await at(page, '/janes/one.html');
        assert.equal(await page.textContent('h1'), 'Access denied');
    },
    'what is fetched ahead is asked for again': async ({ page }) => {
        for (const name of ['one', 'two']) {
            await page.goto(`${site}/ahead.html`);
            await page.waitForLoadState('networkidle');
            await page.click(`#${name}`);
            await page.waitForURL(isSignIn);
            assert.equal(
                new URL(page.url()).searchParams.get('callbackUrl'),
                `${site}/private/${name}.html`,
            );
        }
        await signIn(page, 'demo');
        await at(page, '/private/two.html');
    },
    'refused, and the account switched': async ({ page }) => {
        await page.goto(`${site}/janes/one.html`);
        await signIn(page, 'demo');
        await at(page, '/janes/one.html');
        assert.equal(await page.textContent('h1'), 'Access denied');
        assert.match(await page.textContent('.lead'), /demo/);
        await shots(page, 'refused');
        await page.keyboard.press('Tab');
        assert.equal(await page.textContent(':focus'), 'Switch account', 'is first by keyboard');
        await page.keyboard.press('Enter');
        await page.waitForURL((url) => url.pathname === '/auth/signout');
        await page.click('#submitButton');
        await page.waitForURL(isSignIn);
        await signIn(page, 'jane');
        await at(page, '/janes/one.html');
        assert.equal(await page.textContent('h1'), 'janes/one');
    },
    'the ErrorDocuments of mod_auth_form': async ({ page }) => {
        const refused = await page.goto(`${site}/form/one.html`);
        assert.equal(refused.status(), 401);
        await signIn(page, 'demo');
        await at(page, '/form/one.html');
        assert.equal(await page.textContent('h1'), 'form/one');
        const forbidden = await page.goto(`${site}/form/janes.html`);
        assert.equal(forbidden.status(), 403);
        await page.click('#submitButton');
        await at(page, '/form/janes.html');
        await signIn(page, 'jane');
        await at(page, '/form/janes.html');
        assert.equal(await page.textContent('h1'), 'form/janes');
    },
    'addresses that are typed': async ({ page }) => {
        for (const path of ['', '/', '/callback/github', '/nothing']) {
            await page.goto(`${site}/auth${path}`);
            await page.click('a.submit');
            await page.waitForURL(isSignIn);
        }
        await page.goto(`${site}/auth`);
        await shots(page, 'astray');
    },
};

let count = 0;
let failed = 0;
for (const [name, test] of Object.entries(tests)) {
    if (env.BROWSER_ONLY && !name.includes(env.BROWSER_ONLY)) continue;
    const { run = test, options } = test;
    const context = await browser.newContext(options);
    const page = await context.newPage();
    context.setDefaultTimeout(60000);
    count += 1;
    try {
        await run({ page, context });
        console.log(`ok ${count} - ${name}`);
    } catch (error) {
        failed += 1;
        await shot(page, `failed-${count}`).catch(() => {});
        console.log(
            `not ok ${count} - ${name}\n# at ${page.url()}\n# ${error.stack.replaceAll('\n', '\n# ')}`,
        );
    }
    await context.close();
}
console.log(`1..${count}`);
await end();
process.exit(failed ? 1 : 0);

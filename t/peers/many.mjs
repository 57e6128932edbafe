// The sign-in page in Chromium, with few and with many providers. Prints TAP.
// Environment:
//   MANY_ONE, MANY_THREE, MANY_TWELVE, MANY_MANY  sites of httpd with so many providers (93):
//              the last but one is zurich (op.mjs), the last one a form (demo/demo)
//   MANY_DIR   screenshots go there;  MANY_ONLY  a part of the names of the tests
//   CHROMIUM   default /usr/bin/chromium
import assert from 'node:assert/strict';
import { visit } from './visits.mjs';

const { env } = process;
const sites = {
    1: env.MANY_ONE,
    3: env.MANY_THREE,
    12: env.MANY_TWELVE,
    93: env.MANY_MANY,
};
const open = (page, count) => page.goto(`${sites[count]}/auth/signin`);
const field = (page) => page.getByRole('searchbox', { name: 'Find a provider' });
const shown = (page) =>
    page.$$eval('form.provider:not([hidden])', (forms) =>
        forms.map((form) => form.getAttribute('action').split('/').pop()),
    );
const focused = (page) =>
    page.evaluate(() => document.activeElement.closest('form')?.action.split('/').pop() ?? document.activeElement.type);
const status = (page) => page.textContent('.providers [role=status]');

async function atProvider(page) {
    await page.fill('input[name=login]', 'alice');
    await page.fill('input[name=password]', 'x');
    await page.click('button[type=submit]');
    await page.click('button[type=submit]'); // consent
}
const home = (page, count) => page.waitForURL(`${sites[count]}/`);

const tests = {
    'few providers: no field': async ({ page }) => {
        for (const count of [1, 3]) {
            await open(page, count);
            assert.equal((await shown(page)).length, count);
            assert.equal(await field(page).count(), 0);
        }
    },
    'typing finds by name and id, in any case, without accents': async ({ page }) => {
        await open(page, 93);
        const all = await shown(page);
        assert.equal(all.length, 93);
        for (const [typed, found] of [
            ['zurich lodz', ['zurich']],
            ['LODZ', ['zurich']],
            ['Züri', ['zurich']],
            ['Zu\u0308ri', ['zurich']],
            ['\uff3a\uff35\uff32\uff29', ['zurich']],
            ['  github  ', ['github']],
            ['entra-id', ['microsoft-entra-id']],
            ['password', ['credentials']],
            ['sign in with', []],
            ['.*', []],
            ['<img src=x>', []],
        ]) {
            await field(page).fill(typed);
            assert.deepEqual(await shown(page), found, typed);
            assert.equal(
                await status(page),
                found.length ? `${found.length} of 93` : 'No provider is called that.',
            );
            assert.equal(await page.locator('.or:visible').count(), 0);
        }
        await field(page).fill('   ');
        assert.deepEqual(await shown(page), all, 'blanks are no search');
        assert.equal(await status(page), '');
        assert.ok(await page.locator('.or:visible').count());
    },
    'by keyboard': async ({ page }) => {
        await open(page, 12);
        const { keyboard } = page;
        await field(page).focus();
        await keyboard.press('ArrowDown');
        assert.equal(await focused(page), 'club-1');
        await keyboard.press('ArrowDown');
        assert.equal(await focused(page), 'club-3', 'down is what stands below');
        await keyboard.press('ArrowRight');
        assert.equal(await focused(page), 'club-4');
        await keyboard.press('ArrowUp');
        assert.equal(await focused(page), 'club-2');
        await keyboard.press('ArrowLeft');
        assert.equal(await focused(page), 'club-1');
        await keyboard.press('ArrowUp');
        assert.equal(await focused(page), 'search', 'up from the first row is the field');
        await keyboard.type('club 1');
        assert.deepEqual(await shown(page), ['club-1', 'club-10']);
        await keyboard.press('Enter');
        assert.equal(await focused(page), 'club-1', 'of several, Enter goes to the first');
        assert.equal(page.url(), `${sites[12]}/auth/signin`, 'and presses none');
        await keyboard.press('ArrowRight');
        assert.equal(await focused(page), 'club-10');
        await keyboard.press('Escape');
        assert.equal((await shown(page)).length, 12, 'Escape shows all');
        assert.equal(await focused(page), 'search');
        await keyboard.press('Enter');
        assert.equal(await focused(page), 'search', 'Enter in an empty field is nothing');
        await keyboard.type('password');
        await keyboard.press('Enter');
        await keyboard.type('demo');
        await keyboard.press('ArrowUp');
        assert.equal(await page.inputValue('input[name=username]'), 'demo', 'a form gets the focus');
        await keyboard.press('Escape');
        assert.deepEqual(await shown(page), ['credentials'], 'a form keeps its own keys');
        await keyboard.press('Tab');
        await keyboard.type('demo');
        await keyboard.press('Enter');
        await home(page, 12);
    },
    'Enter on the only one signs in; then it stands first, in this browser alone': async ({ page, context, shot, other }) => {
        await open(page, 93);
        assert.equal(await page.locator('.last').count(), 0);
        await field(page).fill('lodz');
        await page.keyboard.press('Enter');
        await atProvider(page);
        await home(page, 93);
        const cookie = (await context.cookies()).find(({ name }) => name === 'authjs.last-used');
        assert.deepEqual(
            [cookie.value, cookie.httpOnly, cookie.sameSite, cookie.domain],
            ['zurich', true, 'Lax', 'localhost'],
        );
        assert.ok(cookie.expires > Date.now() / 1000 + 300 * 86400);
        await page.goto(`${sites[93]}/auth/account`);
        await field(page).fill('go');
        assert.deepEqual(
            await page.locator('.providers form:visible').allInnerTexts(),
            ['Link Google'],
            'what can be linked is found as well',
        );
        await shot('93-account');
        await context.clearCookies({ name: 'authjs.session-token' });
        await open(page, 93);
        assert.equal((await shown(page))[0], 'zurich');
        assert.equal(
            await page.getByRole('button', { name: 'Sign in with Zürich Łódź Last used' }).count(),
            1,
        );
        await shot('93-last-used');
        await field(page).focus();
        await page.keyboard.press('ArrowDown');
        await page.keyboard.press('Enter');
        await page.waitForSelector('input[name=login], body:has-text("home")');

        const { page: another } = await other();
        await open(another, 93);
        assert.notEqual((await shown(another))[0], 'zurich');
    },
    'a password was used last: its form stands first': async ({ page, shot }) => {
        await open(page, 3);
        await page.fill('input[name=username]', 'demo');
        await page.fill('input[name=password]', 'demo');
        await page.click('#submitButton');
        await home(page, 3);
        await page.goto(`${sites[3]}/auth/signin`);
        assert.deepEqual(await shown(page), ['credentials', 'github', 'google']);
        await shot('3-last-used');
    },
    'without JavaScript all providers are there, and no field': {
        options: { javaScriptEnabled: false },
        run: async ({ page }) => {
            await open(page, 93);
            assert.equal((await page.locator('form.provider').all()).length, 93);
            assert.equal(await page.locator('input[type=search]').count(), 0);
            await page.getByRole('button', { name: 'Sign in with Zürich Łódź' }).click();
            await atProvider(page);
            await home(page, 93);
        },
    },
    'in another language, from right to left': {
        options: { locale: 'ar' },
        run: async ({ page, shot }) => {
            await open(page, 12);
            const search = page.getByRole('searchbox');
            await search.fill('club');
            assert.match(await status(page), /^10 .* 12$/);
            await page.keyboard.press('ArrowDown');
            await page.keyboard.press('ArrowLeft');
            assert.equal(await focused(page), 'club-2', 'the next one stands on the left');
            await shot('12-arabic');
        },
    },
};

/** Each page as a phone and a desktop show it, in light and in dark. */
for (const [device, options] of Object.entries({
    phone: { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true },
    desktop: { viewport: { width: 1280, height: 800 } },
})) {
    for (const colorScheme of ['light', 'dark']) {
        tests[`${device}, ${colorScheme}`] = {
            options: { ...options, colorScheme },
            run: async ({ page, shot }) => {
                for (const count of Object.keys(sites)) {
                    await open(page, count);
                    const wide = await page.evaluate(
                        () => document.documentElement.scrollWidth > window.innerWidth,
                    );
                    assert.ok(!wide, 'nothing is wider than the screen');
                    await shot(`${count}-${device}-${colorScheme}`);
                }
                await field(page).fill('go');
                await shot(`93-found-${device}-${colorScheme}`);
            },
        };
    }
}
await visit(tests, { dir: env.MANY_DIR, prefix: 'many', only: env.MANY_ONLY });

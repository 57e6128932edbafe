// Signing in by mail in Chromium, from the form to the page that was asked for. Prints TAP.
// Environment:
//   MAIL_SITE     httpd's site: /private/*.html protected, the provider mail (E-mail) and
//                 credentials
//   MAIL_SERVER   where smtp.mjs shows the mails
//   MAIL_DIR      screenshots go there;  MAIL_ONLY  a part of the names of the tests
//   CHROMIUM      default /usr/bin/chromium
import assert from 'node:assert/strict';
import { visit } from './visits.mjs';

const { env } = process;
const site = env.MAIL_SITE;
let count = 0;
/** Each test has an address of its own. */
const newAddress = () => `visitor${(count += 1)}@example.test`;

async function lastMail(address) {
    const answer = await fetch(`${env.MAIL_SERVER}/messages?to=${encodeURIComponent(address)}`);
    return (await answer.json()).at(-1);
}
/** The link of a mail, as its reader finds it in the text. */
function linkOf(mail) {
    const [link] = mail.text.match(/http:\S*\/auth\/callback\/\S+/) ?? [];
    assert.ok(link, mail.text);
    return link;
}
const at = (page, path) => page.waitForURL(`${site}${path}`);
const field = (page) => page.locator('input[type=email]');
async function ask(page, address, path = '/private/one.html') {
    await page.goto(`${site}${path}`);
    await field(page).fill(address);
    await field(page).press('Enter');
    await page.waitForURL(/\/auth\/verify-request\?provider=mail&type=email$/);
    return lastMail(address);
}
const fits = async (page) =>
    assert.ok(
        await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth),
        'nothing is wider than the screen',
    );

/** The journey in the browser that asked, and in another one. */
async function journey({ page, context, other, shot }, name) {
    const address = newAddress();
    await page.goto(`${site}/private/one.html?x=1`);
    await fits(page);
    await shot(`${name}-form`);
    const mail = await ask(page, address, '/private/one.html?x=1');
    await fits(page);
    await shot(`${name}-sent`);
    const opened = await context.newPage();
    await opened.goto(linkOf(mail));
    await at(opened, '/private/one.html?x=1');
    await shot(`${name}-in`, opened);

    const link = linkOf(await ask((await other()).page, address));
    const { page: elsewhere } = await other();
    await elsewhere.goto(link);
    assert.equal(elsewhere.url(), link, 'another browser is asked');
    assert.equal(await elsewhere.locator('.lead strong').first().textContent(), address);
    await fits(elsewhere);
    await shot(`${name}-elsewhere`, elsewhere);
    await elsewhere.click('#submitButton');
    await at(elsewhere, '/private/one.html');

    await elsewhere.goto(link);
    await elsewhere.waitForURL(/\/auth\/(?:error\?error=Verification|callback)/);
    const { page: late } = await other();
    await late.goto(link);
    await late.click('#submitButton');
    await late.waitForURL(`${site}/auth/error?error=Verification`);
    await fits(late);
    await shot(`${name}-used`, late);
    await late.click('a.submit');
    await late.waitForURL(/\/auth\/signin/);
}

const codeOf = (mail) => mail.text.match(/^\s*(\d{6})\s*$/m)[1];
const otherCode = (code) => String((Number(code) + 1) % 1e6).padStart(6, '0');
async function tryCode(page, code) {
    await page.fill('#code', code);
    await page.press('#code', 'Enter');
}

/** The mail is read elsewhere, and its code is typed where it was asked for. */
async function typeCode({ page, context, shot }, name) {
    const code = codeOf(await ask(page, newAddress(), '/private/one.html?x=1'));
    await fits(page);
    await shot(`${name}-code`);
    await tryCode(page, otherCode(code));
    await page.waitForSelector('[role=alert]');
    await fits(page);
    await shot(`${name}-code-wrong`);
    await tryCode(page, code);
    await at(page, '/private/one.html?x=1');
    const names = (await context.cookies()).map((cookie) => cookie.name);
    assert.ok(names.includes('authjs.session-token'));
}

const phone = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true };
const tests = {
    'on a desktop': (who) => journey(who, 'desktop'),
    'on a phone, in the dark': {
        options: { ...phone, colorScheme: 'dark' },
        run: (who) => journey(who, 'phone-dark'),
    },
    'without JavaScript': {
        options: { javaScriptEnabled: false },
        run: (who) => journey(who, 'plain'),
    },
    'in German': {
        options: { locale: 'de-DE' },
        run: async (who) => {
            await journey(who, 'german');
            const { page } = await who.other();
            const mail = await ask(page, newAddress());
            assert.equal(await page.getAttribute('html', 'lang'), 'de');
            assert.match(await page.textContent('h1'), /Postfach/);
            const { page: elsewhere } = await who.other();
            await elsewhere.goto(linkOf(mail));
            assert.equal(await elsewhere.textContent('#submitButton'), 'Anmelden');
        },
    },
    'what reads mails before their reader does uses nothing up': async ({ page, context }) => {
        const mail = await ask(page, newAddress());
        const link = linkOf(mail);
        for (const method of ['HEAD', 'GET', 'GET', 'POST']) {
            const answer = await fetch(link, { method, redirect: 'manual' });
            assert.equal(answer.status, 200, method);
            assert.doesNotMatch(answer.headers.get('set-cookie') ?? '', /session-token=\w/);
        }
        const opened = await context.newPage();
        await opened.goto(link);
        await at(opened, '/private/one.html');
    },
    'a scanner with JavaScript presses nothing': async ({ page, other }) => {
        const link = linkOf(await ask(page, newAddress()));
        const { page: scanner, context } = await other();
        await scanner.goto(link, { waitUntil: 'networkidle' });
        assert.equal(scanner.url(), link);
        const names = (await context.cookies()).map(({ name }) => name);
        assert.ok(!names.includes('authjs.session-token'));
        await page.goto(link);
        await at(page, '/private/one.html');
    },
    'the fragment of the page is kept, and e-mail stands first the next time': async ({ page }) => {
        const mail = await ask(page, newAddress(), '/private/one.html#/report/7');
        await page.goto(linkOf(mail));
        await page.waitForURL(`${site}/private/one.html#/report/7`);
        await page.goto(`${site}/auth/signout`);
        await page.click('#submitButton');
        await page.goto(`${site}/auth/signin`);
        const [first] = await page.$$eval('form.provider', (all) => all.map(({ action }) => action));
        assert.ok(first.endsWith('/signin/mail'));
        assert.equal(await page.locator('form.provider h2 .last').count(), 1);
    },
    'the mail is read on another device: a code': async (who) => typeCode(who, 'desktop'),
    'a code without JavaScript, on a phone': {
        options: { ...phone, colorScheme: 'dark', javaScriptEnabled: false },
        run: (who) => typeCode(who, 'phone-dark'),
    },
    'a code counts in the browser that asked, five times': async ({ page, other, shot }) => {
        const code = codeOf(await ask(page, newAddress()));
        const { page: elsewhere } = await other();
        await elsewhere.goto(page.url());
        assert.equal(await elsewhere.locator('#code').count(), 0, 'another browser has no field');
        for (let left = 4; left >= 0; left -= 1) {
            await tryCode(page, otherCode(code));
            await page.waitForSelector('[role=alert]');
            if (left) assert.ok((await page.textContent('[role=alert]')).includes(left));
        }
        await shot('code-over');
        assert.equal(await page.locator('#code').count(), 0, 'a sixth time is none');
    },
    'what is no address does not leave the form': async ({ page }) => {
        await page.goto(`${site}/private/one.html`);
        for (const typed of ['', 'nobody', 'a@', 'a@b@c']) {
            await field(page).fill(typed);
            await field(page).press('Enter');
            assert.ok(await field(page).evaluate((input) => !input.validity.valid), typed);
            assert.match(page.url(), /\/auth\/signin/);
        }
    },
    'a mail that could not be sent: the form says so and has the address': async ({ page, shot }) => {
        await page.goto(`${site}/private/one.html`);
        await field(page).fill('reject550@example.test');
        await field(page).press('Enter');
        await page.waitForURL(/error=EmailSignin/);
        assert.equal(await field(page).inputValue(), 'reject550@example.test');
        assert.ok(await field(page).evaluate((input) => input === document.activeElement));
        assert.ok(await page.locator('form:has(input[type=email]) [role=alert]').isVisible());
        await shot('not-sent');
        const address = newAddress();
        await field(page).fill(address);
        await field(page).press('Enter');
        await page.waitForURL(/verify-request/);
        await page.goto(linkOf(await lastMail(address)));
        await at(page, '/private/one.html');
    },
};

await visit(tests, { dir: env.MAIL_DIR, prefix: 'mail', only: env.MAIL_ONLY });

// A sign-in link in Chromium: the stock next-auth client asks for it, and so does the form;
// it is opened in the same browser, in another one, in one without JavaScript, and twice.
// Prints TAP.
// Environment:
//   LINK_SITE   httpd: /api/auth with the provider nodemailer, /app/index.html with the client
//               (browser.mjs bundle), /private/ protected
//   LINK_MAIL   smtp.mjs's HTTP
//   LINK_DIR    screenshots go there
//   CHROMIUM    default /usr/bin/chromium
import assert from 'node:assert/strict';
import { launch } from './chromium.mjs';
import { run } from './visits.mjs';

const { LINK_SITE: site, LINK_MAIL: mails, LINK_DIR: folder } = process.env;
const { browser, end } = await launch();

async function visitor(options = {}) {
    const context = await browser.newContext({ locale: 'en', ...options });
    context.setDefaultTimeout(60000);
    return { context, page: await context.newPage() };
}
async function linkTo(address) {
    const answer = await fetch(`${mails}/messages?to=${encodeURIComponent(address)}`);
    return (await answer.json()).at(-1).links[0];
}
const at = (page, path) => page.waitForURL((url) => url.href === site + path);
const emailOf = async (page) =>
    (await (await page.request.get(`${site}/api/auth/session`)).json())?.user.email;
const ended = (page) => at(page, '/api/auth/error?error=Verification');

async function askByForm(page, address) {
    await page.goto(`${site}/private/one.html`);
    await page.fill('input[name=email]', address);
    await page.click('[id^=submitButton]');
    await at(page, '/api/auth/verify-request?provider=nodemailer&type=email');
    return linkTo(address);
}
const call = (page, name, ...args) =>
    page.evaluate(([member, values]) => window.client[member](...values), [name, args]);

const tests = {
    'the form, and the link in the same browser': async () => {
        const { page } = await visitor();
        const link = await askByForm(page, 'form@example.test');
        await page.goto(link);
        await at(page, '/private/one.html');
        assert.equal(await emailOf(page), 'form@example.test');
        await page.goto(link);
        await ended(page);
    },
    'another browser is shown whom it signs in': async () => {
        const [{ page }, other] = [await visitor(), await visitor()];
        const link = await askByForm(page, 'phone@example.test');
        await other.page.goto(link);
        const text = await other.page.textContent('main');
        assert.ok(text.includes('phone@example.test') && text.includes(new URL(site).host));
        await other.page.screenshot({ path: `${folder}/mail-link.png`, fullPage: true });
        assert.equal(await emailOf(other.page), undefined);
        await other.page.click('#submitButton');
        await at(other.page, '/private/one.html');
        assert.equal(await emailOf(other.page), 'phone@example.test');
        await page.goto(link);
        await ended(page);
    },
    'the button needs no JavaScript': async () => {
        const [{ page }, other] = [await visitor(), await visitor({ javaScriptEnabled: false })];
        await other.page.goto(await askByForm(page, 'plain@example.test'));
        await other.page.click('#submitButton');
        await at(other.page, '/private/one.html');
        assert.equal(await emailOf(other.page), 'plain@example.test');
    },
    'a page of another origin presses no button': async () => {
        const [{ page }, victim] = [await visitor(), await visitor()];
        const link = await askByForm(page, 'mallory@example.test');
        await victim.page.route('http://evil.test/', (route) =>
            route.fulfill({
                contentType: 'text/html',
                body: `<form method=post action="${link.replaceAll('&', '&amp;')}"></form><script>document.forms[0].submit()</script>`,
            }),
        );
        await victim.page.goto('http://evil.test/').catch(() => {});
        await victim.page.waitForSelector('#submitButton');
        assert.equal(await emailOf(victim.page), undefined, 'nobody is signed in');
    },
    'signIn("nodemailer") of next-auth, without redirect': async () => {
        const { page } = await visitor();
        await page.goto(`${site}/app/index.html`);
        const result = await call(page, 'signIn', 'nodemailer', {
            email: 'client@example.test',
            redirect: false,
            redirectTo: '/private/one.html',
        });
        assert.equal(result.ok, true);
        assert.ok(!result.error);
        assert.equal(result.url, `${site}/api/auth/verify-request?provider=nodemailer&type=email`);
        await page.goto(await linkTo('client@example.test'));
        await at(page, '/private/one.html');
        assert.equal(await emailOf(page), 'client@example.test');
    },
    'signIn("nodemailer") of next-auth, with redirect': async () => {
        const { page } = await visitor();
        await page.goto(`${site}/app/index.html`);
        await call(page, 'signIn', 'nodemailer', { email: 'goes@example.test' }).catch(() => {});
        await at(page, '/api/auth/verify-request?provider=nodemailer&type=email');
        await page.goto(await linkTo('goes@example.test'));
        await at(page, '/app/index.html');
        assert.equal(await emailOf(page), 'goes@example.test');
    },
    'signIn("nodemailer") of next-auth with what is no address': async () => {
        const { page } = await visitor();
        await page.goto(`${site}/app/index.html`);
        const result = await call(page, 'signIn', 'nodemailer', {
            email: 'a@b@example.test',
            redirect: false,
        });
        assert.equal(result.error, 'EmailSignin');
    },
    'getProviders of next-auth': async () => {
        const { page } = await visitor();
        await page.goto(`${site}/app/index.html`);
        assert.equal((await call(page, 'getProviders')).nodemailer.type, 'email');
    },
};

await run(tests, { browser, end });

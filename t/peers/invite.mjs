// Whoever is invited, in Chromium with a virtual authenticator: the page of the link, and the stock
// next-auth client on a page of the site's own. Prints TAP.
//   invite.mjs bundle FILE    write that page's script and end
// Environment:
//   INVITE_SITE    httpd: /api/auth with the provider passkey, /app/index.html with the script
//   INVITE_LINKS   links of authjsctl invite, as many as are used, with blanks between
//   INVITE_DIR     screenshots go there
//   CHROMIUM       default /usr/bin/chromium
import assert from 'node:assert/strict';
import { build } from 'esbuild';
import { launch } from './chromium.mjs';
import { run } from './visits.mjs';

if (process.argv[2] === 'bundle') {
    await build({
        stdin: {
            contents: "import { signIn } from 'next-auth/webauthn'; window.signIn = signIn;",
            resolveDir: import.meta.dirname,
        },
        bundle: true,
        minify: true,
        outfile: process.argv[3],
        define: { 'process.env': '{}', 'process.env.NODE_ENV': '"production"' },
    });
    process.exit(0);
}
const { INVITE_SITE: site, INVITE_LINKS: links, INVITE_DIR: folder } = process.env;
const unused = links.split(' ');
const { browser, end } = await launch();

async function visitor(options = {}) {
    const context = await browser.newContext({ locale: 'en', ...options });
    context.setDefaultTimeout(60000);
    const page = await context.newPage();
    const cdp = await context.newCDPSession(page);
    await cdp.send('WebAuthn.enable');
    await cdp.send('WebAuthn.addVirtualAuthenticator', {
        options: {
            protocol: 'ctap2',
            transport: 'internal',
            hasResidentKey: true,
            hasUserVerification: true,
            isUserVerified: true,
            automaticPresenceSimulation: true,
        },
    });
    return page;
}
const nameOf = async (page) =>
    (await (await page.request.get(`${site}/api/auth/session`)).json())?.user.name;
const form = 'form[data-passkey=register]';

async function create(page, name) {
    await page.fill(`${form} input[name=email]`, name);
    await page.click(`${form} button`);
}

const tests = {
    'the page of a link makes an account': async () => {
        const page = await visitor();
        const link = unused.pop();
        await page.goto(`${link}&callbackUrl=/app/index.html`);
        assert.match(await page.textContent('main'), /You are invited to/);
        await page.screenshot({ path: `${folder}/invite.png`, fullPage: true });
        await create(page, 'Ann');
        await page.waitForURL(`${site}/app/index.html`);
        assert.equal(await nameOf(page), 'Ann');

        const other = await visitor();
        await other.goto(link);
        assert.match(await other.textContent('.error-box'), /has been used/);
        assert.equal(await other.locator(form).count(), 0);
        await other.screenshot({ path: `${folder}/invite-used.png`, fullPage: true });
        await page.goto(link);
        assert.doesNotMatch(await page.textContent('main'), /nvited|nvitation/);
    },
    'one that is used while its page is open': async () => {
        const link = unused.pop();
        const [first, second] = [await visitor(), await visitor()];
        for (const page of [first, second]) await page.goto(link);
        await create(first, 'Bea');
        await first.waitForURL((url) => !url.pathname.endsWith('/signin'));
        await create(second, 'Bob');
        await second.waitForSelector(`${form} [role=status].failed`);
        assert.match(await second.textContent(`${form} [role=status]`), /has been used/);
        assert.equal(await nameOf(second), undefined);
    },
    'a page in the dark, on a phone, in Arabic': async () => {
        const page = await visitor({
            locale: 'ar',
            colorScheme: 'dark',
            viewport: { width: 360, height: 780 },
        });
        await page.goto(unused.at(-1));
        assert.equal(await page.locator(`${form} input[name=email]`).isVisible(), true);
        assert.equal(
            await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth),
            true,
        );
        await page.screenshot({ path: `${folder}/invite-ar.png`, fullPage: true });
    },
    'signIn("passkey") of next-auth takes it along': async () => {
        const page = await visitor();
        await page.goto(`${site}/app/index.html`);
        const { searchParams } = new URL(unused.pop());
        const result = await page.evaluate(
            (invitation) =>
                window.signIn('passkey', {
                    action: 'register',
                    email: 'Cay',
                    invitation,
                    redirect: false,
                }),
            searchParams.get('invitation'),
        );
        assert.deepEqual([result.ok, result.error], [true, null]);
        assert.equal(await nameOf(page), 'Cay');
    },
    'and makes nobody without one': async () => {
        const page = await visitor();
        await page.goto(`${site}/app/index.html`);
        const result = await page.evaluate(() =>
            window.signIn('passkey', { action: 'register', email: 'Dan', redirect: false }),
        );
        assert.equal(result, undefined);
        assert.equal(await nameOf(page), undefined);
    },
};

await run(tests, { browser, end });

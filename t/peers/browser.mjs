// The browser test: Chromium drives sign-in at httpd and at a real OpenID Provider, and the
// stock next-auth client in a page that httpd serves. Prints TAP.
//   browser.mjs bundle FILE    write the page's script and end
//   browser.mjs                run
// Environment:
//   BROWSER_SITE    httpd's site: /auth, /private/*.html protected, providers op and
//                   credentials (demo/demo)
//   BROWSER_CLIENT  another site whose endpoints are below /api/auth (what the client expects
//                   when nothing is configured): /app/index.html with the script, /private/
//   BROWSER_ACCOUNTS  a site with an adapter, and the provider second besides
//   BROWSER_DIR     screenshots go there;  BROWSER_ONLY  a part of the names of the tests
//   CHROMIUM        default /usr/bin/chromium
import assert from 'node:assert/strict';
import { build } from 'esbuild';
import { launch } from './chromium.mjs';

const env = process.env;
if (process.argv[2] === 'bundle') {
    await build({
        entryPoints: [new URL('browser/client.jsx', import.meta.url).pathname],
        bundle: true,
        minify: true,
        outfile: process.argv[3],
        define: { 'process.env': '{}', 'process.env.NODE_ENV': '"production"' },
    });
    process.exit(0);
}
const site = env.BROWSER_SITE;
const app = env.BROWSER_CLIENT;
const accounts = env.BROWSER_ACCOUNTS;
const LOCAL = /^https?:\/\/(?:localhost|127\.0\.0\.1)(?::\d+)?\/|^data:|^about:/;

const { browser, end } = await launch();

/** A visitor: an own cookie jar, and everything that went wrong in its pages. */
async function visitor(options = {}) {
    const context = await browser.newContext(options);
    const faults = [];
    context.setDefaultTimeout(60000);
    context.on(
        'console',
        (message) => message.type() === 'error' && faults.push(`console: ${message.text()}`),
    );
    context.on('weberror', (error) => faults.push(`script: ${error.error().message}`));
    // Nothing leaves this machine; where a page of ours asks for it, that is a fault (the
    // provider's pages have a font from elsewhere).
    await context.route(
        (url) => !LOCAL.test(url.href),
        (route) => {
            const asks = route.request().frame().url();
            if ([site, app, accounts].some((base) => asks.startsWith(base))) {
                faults.push(`${asks} asks for ${route.request().url()}`);
            }
            return route.fulfill({ body: '' });
        },
    );
    return { context, faults, page: await context.newPage() };
}

async function logIn(page) {
    await page.fill('input[name=login]', 'alice');
    await page.fill('input[name=password]', 'x');
    await page.click('button[type=submit]');
}
async function atProvider(page) {
    await logIn(page);
    await page.click('button[type=submit]'); // consent
}
const withOp = (page) => page.click('text=/Sign in with .*OP/');
async function withPassword(page, password = 'demo') {
    await page.fill('input[name=username]', 'demo');
    await page.fill('input[name=password]', password);
    await page.click('[id^=submitButton]');
}
const at = (page, path, base = site) => page.waitForURL((url) => url.href === base + path);
const cookies = async (context, base = site) =>
    (await context.cookies(base)).map(({ name }) => name);
const isSignIn = (url) => url.pathname.endsWith('/signin');
const shot = (page, name) =>
    page.screenshot({ path: `${env.BROWSER_DIR}/${name}.png`, fullPage: true });

const tests = {
    'protected page, sign-in page, provider, back on the page': async ({ page, context }) => {
        await page.goto(`${site}/private/one.html?x=1&y=%C5%BE#part`);
        assert.ok(isSignIn(new URL(page.url())));
        await shot(page, 'sign-in');
        await withOp(page);
        await atProvider(page);
        await at(page, '/private/one.html?x=1&y=%C5%BE#part');
        assert.equal(await page.textContent('h1'), 'one');
        const session = (await context.cookies(site)).find(
            ({ name }) => name === 'authjs.session-token',
        );
        assert.ok(session.httpOnly && session.sameSite === 'Lax');
        const left = (await cookies(context)).filter((name) => /state|nonce|pkce/.test(name));
        assert.deepEqual(left, [], 'the check cookies are gone');
    },
    'sign out': async ({ page, context }) => {
        await page.goto(`${site}/private/one.html`);
        await withPassword(page);
        await at(page, '/private/one.html');
        await page.goto(`${site}/auth/signout`);
        await shot(page, 'sign-out');
        await page.click('#submitButton');
        await page.waitForURL((url) => !url.pathname.endsWith('/signout'));
        assert.ok(!(await cookies(context)).includes('authjs.session-token'));
        await page.goto(`${site}/private/one.html`);
        assert.ok(isSignIn(new URL(page.url())), 'the page asks again');
    },
    'a wrong password, then the right one': async ({ page }) => {
        await page.goto(`${site}/private/two.html`);
        await withPassword(page, 'wrong');
        await page.waitForURL(/error=CredentialsSignin/);
        assert.match(await page.textContent('[role=alert]'), /\w/);
        await shot(page, 'wrong-password');
        await withPassword(page);
        await at(page, '/private/two.html');
    },
    'an error page leads to the sign-in page': async ({ page }) => {
        await page.goto(`${site}/auth/callback/op?code=x&state=y`);
        await page.waitForURL(/\/auth\/error\?error=Configuration/);
        await shot(page, 'error');
        await page.goto(`${site}/auth/error?error=AccessDenied`);
        await page.click('a[href$="/auth/signin"]');
        await withPassword(page);
        await page.waitForURL((url) => url.origin === site && !url.pathname.startsWith('/auth'));
    },
    'the visitor refuses at the provider and tries again': async ({ page }) => {
        await page.goto(`${site}/private/one.html`);
        await withOp(page);
        await page.click('a[href$="/abort"]');
        await page.waitForURL(/\/auth\/signin\?error=OAuthCallbackError/);
        assert.match(await page.textContent('[role=alert]'), /\w/);
        await withOp(page);
        await atProvider(page);
        await at(page, '/private/one.html');
    },
    'the fragment of a page is kept: provider, password, a second try': async (v) => {
        const { page } = v;
        const callback = () => page.inputValue('input[name=callbackUrl] >> nth=0');
        await page.goto(`${site}/private/one.html?x=1#/report/1234`);
        assert.equal(await callback(), `${site}/private/one.html?x=1#/report/1234`);
        await withOp(page);
        await page.waitForSelector('input[name=login]');
        assert.ok(!page.url().includes('report'), 'the provider is not told');
        await atProvider(page);
        await at(page, '/private/one.html?x=1#/report/1234');

        const other = await visitor();
        await other.page.goto(`${site}/private/two.html#/a/b`);
        await withPassword(other.page, 'wrong');
        await other.page.waitForURL(/error=CredentialsSignin/);
        await withPassword(other.page);
        await at(other.page, '/private/two.html#/a/b');
        assert.deepEqual(other.faults, []);
        await other.context.close();
    },
    'hostile fragments': async ({ page }) => {
        const from = `${site}/private/one.html`;
        for (const [fragment, becomes] of [
            ['<img src=x onerror=alert(1)>"\'', '%3Cimg%20src=x%20onerror=alert(1)%3E%22\''],
            ['javascript:alert(1)', 'javascript:alert(1)'],
            ['a\\b#c^d|{e}%zz%', 'a%5Cb%23c%5Ed%7C%7Be%7D%25zz%25'],
            ['\u017e%00%0d%0aSet-Cookie:a=b', '%C5%BE%00%0d%0aSet-Cookie:a=b'],
            ['', undefined],
            ['x'.repeat(2048), undefined],
            ['|'.repeat(700), undefined],
        ]) {
            await page.goto('about:blank');
            await page.goto(`${from}#${fragment}`);
            const wanted = becomes === undefined ? from : `${from}#${becomes}`;
            assert.equal(await page.inputValue('input[name=callbackUrl] >> nth=0'), wanted);
        }
        // The server takes each of them as the script has spelled it.
        await page.goto('about:blank');
        await page.goto(`${from}#a\\b#c<d>"|{e}%zz%`);
        await withPassword(page);
        await at(page, '/private/one.html#a%5Cb%23c%3Cd%3E%22%7C%7Be%7D%25zz%25');
    },
    'a fragment is not carried to another origin, nor over another one': async ({ page }) => {
        for (const [url, wanted] of [
            ['http://localhost:1/x', 'http://localhost:1/x'],
            [`${site}/private/one.html#own`, `${site}/private/one.html#own`],
            [`${site}`, `${site}#mine`],
        ]) {
            await page.goto('about:blank');
            await page.goto(`${site}/auth/signin?callbackUrl=${encodeURIComponent(url)}#mine`);
            assert.equal(await page.inputValue('input[name=callbackUrl] >> nth=0'), wanted);
        }
    },
    'a form is sent again after the sign-in': async ({ page }) => {
        const text = 'A "quoted" <b>\u017e</b>\r\n& more = %41';
        await page.goto(`${site}/form.html`);
        await page.fill('textarea', text);
        await page.click('button');
        await page.waitForURL(isSignIn);
        assert.equal(new URL(page.url()).searchParams.get('callbackUrl'), `${site}/auth/resend`);
        await withOp(page);
        await atProvider(page);
        await page.waitForSelector('#form button');
        await shot(page, 'form-send');
        const sent = page.waitForRequest(`${site}/kept/?x=1`);
        await page.click('#form button');
        const fields = new URLSearchParams((await sent).postData());
        assert.deepEqual([...fields], [['text', text], ['submit', 'Save']]);
        await page.waitForURL(`${site}/kept/?x=1`);
        assert.equal(await page.evaluate(() => sessionStorage.length), 0, 'nothing is left');
        await page.goto(`${site}/auth/resend`);
        assert.match(await page.textContent('.lead'), /this window has kept none/);
        await shot(page, 'form-none');
    },
    'a form is sent again without JavaScript': {
        options: { javaScriptEnabled: false },
        run: async ({ page, context }) => {
            await page.goto(`${site}/form.html`);
            await page.fill('textarea', 'text');
            await page.click('button');
            await page.waitForSelector('#next');
            await shot(page, 'form-kept');
            const [other] = await Promise.all([context.waitForEvent('page'), page.click('#next')]);
            await withPassword(other);
            await at(other, '/auth/resend');
            const sent = page.waitForRequest(`${site}/kept/?x=1`);
            await page.click('#form button');
            assert.equal((await sent).postData(), 'text=text&submit=Save');
            await page.waitForURL(`${site}/kept/?x=1`);
        },
    },
    'two tabs, one after the other': async ({ page, context }) => {
        const other = await context.newPage();
        await page.goto(`${site}/private/one.html`);
        await other.goto(`${site}/private/two.html`);
        await withOp(page);
        await atProvider(page);
        await at(page, '/private/one.html');
        await withOp(other);
        await at(other, '/private/two.html');
    },
    'two tabs at once': async ({ page, context }) => {
        const other = await context.newPage();
        await page.goto(`${site}/private/one.html`);
        await other.goto(`${site}/private/two.html`);
        await withOp(page);
        await page.waitForSelector('input[name=login]');
        await withOp(other);
        await atProvider(other);
        await at(other, '/private/two.html');
        await logIn(page); // consent has been given in the other tab
        await at(page, '/private/one.html');
        await at(other, '/private/two.html');
    },
    'the address of a callback, again': async ({ page }) => {
        let callback;
        page.on('request', (request) => {
            if (request.url().startsWith(`${site}/auth/callback/`)) callback = request.url();
        });
        await page.goto(`${site}/private/one.html`);
        await withOp(page);
        await atProvider(page);
        await at(page, '/private/one.html');
        await page.goto(callback);
        await at(page, '/private/one.html');
        await page.goto(`${site}/auth/signout`);
        await page.click('#submitButton');
        await page.goto(callback);
        await shot(page, 'took-too-long');
        await withOp(page);
        await at(page, '/private/one.html');
    },
    'without JavaScript': {
        options: { javaScriptEnabled: false },
        run: async ({ page }) => {
            await page.goto(`${site}/private/one.html`);
            await withPassword(page);
            await at(page, '/private/one.html');
            await page.goto(`${site}/auth/signout`);
            await page.click('#submitButton');
            await page.goto(`${site}/private/one.html#part`);
            assert.ok(isSignIn(new URL(page.url())));
            await withPassword(page);
            await at(page, '/private/one.html');
        },
    },
    'by keyboard alone': async ({ page }) => {
        await page.goto(`${site}/private/one.html`);
        await page.focus('input[name=username]');
        await page.keyboard.type('demo');
        await page.keyboard.press('Tab');
        await page.keyboard.type('demo');
        await page.keyboard.press('Enter');
        await at(page, '/private/one.html');
    },
    'on a phone, in the dark': {
        options: {
            viewport: { width: 360, height: 640 },
            colorScheme: 'dark',
            deviceScaleFactor: 2,
            isMobile: true,
        },
        run: async ({ page }) => {
            await page.goto(`${site}/private/one.html`);
            await shot(page, 'phone-dark');
            const wide = await page.evaluate(
                () => document.documentElement.scrollWidth > window.innerWidth,
            );
            assert.ok(!wide, 'nothing is wider than the screen');
        },
    },
    'an account is linked and let go of': {
        options: { viewport: { width: 320, height: 640 } },
        run: async ({ page }) => {
            const linked = () => page.$$eval('.accounts strong', (all) => all.map((a) => a.innerText));
            await page.goto(`${accounts}/auth/account`);
            assert.ok(isSignIn(new URL(page.url())));
            await page.click('text="Sign in with OP"');
            await atProvider(page);
            await at(page, '/auth/account', accounts);
            assert.equal(await page.textContent('h1'), 'User alice');
            assert.deepEqual(await linked(), ['OP']);
            await page.click('text="Link Second OP"');
            await at(page, '/auth/account', accounts);
            assert.deepEqual(await linked(), ['OP', 'Second OP']);
            await shot(page, 'account');
            const wide = await page.evaluate(
                () => document.documentElement.scrollWidth > window.innerWidth,
            );
            assert.ok(!wide, 'nothing is wider than the screen');
            await page.goto(`${accounts}/auth/signin`);
            assert.match(await page.textContent('.note'), /signed in as User alice/);
            await page.click('text="Your accounts"');
            await page.getByRole('button', { name: 'Unlink OP alice@example.test', exact: true }).click();
            await page.waitForFunction(() => document.querySelectorAll('.accounts li').length === 1);
            assert.deepEqual(await linked(), ['Second OP']);
            assert.equal(await page.getByRole('button', { name: /^Unlink/ }).count(), 0);
            await page.click('text="Sign out"');
            await at(page, '/', accounts);
            await page.goto(`${accounts}/auth/account`);
            assert.ok(isSignIn(new URL(page.url())));
        },
    },
    'the pages load nothing but themselves': async ({ page }) => {
        const requests = [];
        page.on('request', (request) => requests.push(request.url()));
        for (const path of [
            'signin',
            'signout',
            'error',
            'verify-request',
            'signin?error=Signin',
        ]) {
            requests.length = 0;
            const answer = await page.goto(`${site}/auth/${path}`);
            assert.match(answer.headers()['content-security-policy'] ?? '', /default-src 'none'/);
            assert.deepEqual(
                requests.filter((url) => !/favicon/.test(url)),
                [`${site}/auth/${path}`],
            );
        }
    },
};

// --- the stock client ---------------------------------------------------------------------

const APP = '/app/index.html';
async function openApp({ page }, query = '') {
    await page.goto(app + APP + query);
    await page.waitForFunction(
        () => !/^loading/.test(document.getElementById('status')?.textContent ?? 'loading'),
    );
}
const status = (page, text) =>
    page.waitForFunction(
        (wanted) => document.getElementById('status')?.textContent === wanted,
        text,
    );
/** Until the client has come to rest. Every getSession() makes it ask once more, behind the
 * caller's back, and that answer renews the cookie: here and with Auth.js, one that crosses a
 * sign-out brings the session back. */
async function rest(page) {
    let last = Date.now();
    const note = () => {
        last = Date.now();
    };
    page.on('request', note).on('requestfinished', note);
    while (Date.now() - last < 500) {
        await page.waitForTimeout(100);
    }
    page.off('request', note).off('requestfinished', note);
}
/** Call a function of the client in the page. */
const call = (page, name, ...args) =>
    page.evaluate(([fn, given]) => window.client[fn](...given), [name, args]);
const credentials = (more) => ['credentials', { username: 'demo', password: 'demo', ...more }];

const clientTests = {
    'getProviders, getCsrfToken, getSession': async (v) => {
        await openApp(v);
        const providers = await call(v.page, 'getProviders');
        assert.deepEqual(Object.keys(providers), ['op', 'credentials']);
        assert.deepEqual(providers.op, {
            id: 'op',
            name: 'OP',
            type: 'oidc',
            signinUrl: `${app}/api/auth/signin/op`,
            callbackUrl: `${app}/api/auth/callback/op`,
        });
        const token = await call(v.page, 'getCsrfToken');
        assert.match(token, /^[0-9a-f]{64}$/);
        assert.equal(await call(v.page, 'getCsrfToken'), token);
        assert.equal(await call(v.page, 'getSession'), null);
        await status(v.page, 'unauthenticated: nobody');
    },
    'signIn("credentials") without redirect: a wrong password': async (v) => {
        await openApp(v);
        const result = await call(
            v.page,
            'signIn',
            ...credentials({ password: 'wrong', redirect: false }),
        );
        assert.deepEqual(result, {
            error: 'CredentialsSignin',
            code: 'credentials',
            status: 200,
            ok: true,
            url: null,
        });
        assert.equal(await call(v.page, 'getSession'), null);
    },
    'signIn("credentials") without redirect, update, signOut without redirect': async (v) => {
        await openApp(v);
        const result = await call(
            v.page,
            'signIn',
            ...credentials({ redirect: false, redirectTo: '/private/one.html' }),
        );
        assert.equal(result.ok, true);
        assert.equal(result.url, `${app}/private/one.html`);
        assert.ok(!result.error);
        await status(v.page, 'authenticated: demo');
        assert.equal((await call(v.page, 'getSession')).user.name, 'demo');
        assert.equal((await call(v.page, 'update')).user.name, 'demo');
        assert.equal((await call(v.page, 'update', { name: 'other' })).user.name, 'demo');
        await rest(v.page);
        const out = await call(v.page, 'signOut', {
            redirect: false,
            redirectTo: '/app/index.html',
        });
        assert.equal(out.url, app + APP);
        await status(v.page, 'unauthenticated: nobody');
    },
    'signIn("credentials") with redirect, signOut with redirect': async (v) => {
        await openApp(v);
        await call(v.page, 'signIn', ...credentials({ redirectTo: '/private/one.html' })).catch(
            () => {},
        );
        await at(v.page, '/private/one.html', app);
        await openApp(v);
        await status(v.page, 'authenticated: demo');
        await rest(v.page);
        await call(v.page, 'signOut', { redirectTo: '/app/index.html?out' }).catch(() => {});
        await at(v.page, `${APP}?out`, app);
        await status(v.page, 'unauthenticated: nobody');
    },
    'signIn("credentials") with redirect and a wrong password': async (v) => {
        await openApp(v);
        await call(v.page, 'signIn', ...credentials({ password: 'wrong' })).catch(() => {});
        await v.page.waitForURL(
            (url) => isSignIn(url) && url.searchParams.get('error') === 'CredentialsSignin',
        );
    },
    'signIn("op") with redirect': async (v) => {
        await openApp(v);
        await call(
            v.page,
            'signIn',
            'op',
            { redirectTo: '/private/two.html' },
            { login_hint: 'alice', prompt: 'consent' },
        ).catch(() => {});
        await atProvider(v.page);
        await at(v.page, '/private/two.html', app);
        await openApp(v);
        await status(v.page, 'authenticated: User alice');
    },
    'signIn("op") without redirect': async (v) => {
        await openApp(v);
        const result = await call(v.page, 'signIn', 'op', { redirect: false });
        assert.equal(result.ok, true);
        await v.page.goto(result.url);
        await atProvider(v.page);
        await at(v.page, APP, app);
    },
    'signIn() without a provider, and with one that is not there': async (v) => {
        await openApp(v);
        for (const provider of [[], ['nobody']]) {
            await call(v.page, 'signIn', ...provider).catch(() => {});
            await v.page.waitForURL(
                (url) => isSignIn(url) && url.searchParams.get('callbackUrl') === app + APP,
            );
            await openApp(v);
        }
        await v.page.goto(`${app}/api/auth/signin?callbackUrl=${encodeURIComponent(app + APP)}`);
        await withPassword(v.page);
        await at(v.page, APP, app);
    },
    'useSession({required: true})': async ({ page }) => {
        await page.goto(`${app}${APP}?required`);
        await page.waitForURL(
            (url) => isSignIn(url) && url.searchParams.get('error') === 'SessionRequired',
        );
        assert.match(await page.textContent('[role=alert]'), /sign in/i);
        await withPassword(page);
        await at(page, `${APP}?required`, app);
        await status(page, 'authenticated: demo');
    },
    'signing out in one tab tells the other': async (v) => {
        await openApp(v);
        await call(v.page, 'signIn', ...credentials({ redirect: false }));
        const other = await v.context.newPage();
        await openApp({ page: other });
        await status(other, 'authenticated: demo');
        await rest(v.page);
        await call(other, 'signOut', { redirect: false });
        await status(v.page, 'unauthenticated: nobody');
    },
};

// --- TAP ------------------------------------------------------------------------------------

let count = 0;
let failed = 0;
const all = [
    ...Object.entries(tests),
    ...Object.entries(clientTests).map(([name, run]) => [`next-auth: ${name}`, run]),
].filter(([name]) => !env.BROWSER_ONLY || name.includes(env.BROWSER_ONLY));
for (const [name, test] of all) {
    const { run = test, options } = test;
    const who = await visitor(options);
    count += 1;
    try {
        await run(who);
        const faults = who.faults.filter(
            (fault) => !/favicon|status of 4|status of 500/.test(fault),
        );
        assert.deepEqual(faults, [], 'nothing goes wrong in the pages');
        console.log(`ok ${count} - ${name}`);
    } catch (error) {
        failed += 1;
        await shot(who.page, `failed-${count}`).catch(() => {});
        console.log(
            `not ok ${count} - ${name}\n# at ${who.page.url()}\n# ${error.stack.replaceAll('\n', '\n# ')}`,
        );
    }
    await who.context.close();
}
console.log(`1..${count}`);
await end();
process.exit(failed ? 1 : 0);

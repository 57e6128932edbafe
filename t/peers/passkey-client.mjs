// The stock clients of passkeys, unmodified, in Chromium at httpd: next-auth/webauthn's signIn, and
// @simplewebauthn/browser 9 by hand. Prints TAP.
//   passkey-client.mjs bundle FILE    write the page's script and end
// Environment:
//   CLIENT_SITE  httpd's site: /api/auth with the provider passkey (signUp=open), /app/index.html with
//                the script
//   CLIENT_DIR   screenshots go there;  CLIENT_ONLY  a part of the names of the tests
//   CHROMIUM     default /usr/bin/chromium
import assert from 'node:assert/strict';
import { build } from 'esbuild';
import { passkeys } from './passkey-visits.mjs';
import { visit } from './visits.mjs';

const { env } = process;
if (process.argv[2] === 'bundle') {
    await build({
        entryPoints: [new URL('browser/passkey-client.js', import.meta.url).pathname],
        bundle: true,
        minify: true,
        outfile: process.argv[3],
        define: { 'process.env': '{}', 'process.env.NODE_ENV': '"production"' },
    });
    process.exit(0);
}
const site = env.CLIENT_SITE;
const { authenticator } = passkeys;
const open = (page) => page.goto(`${site}/app/index.html`);
const call = (page, name, ...args) =>
    page.evaluate(([member, values]) => window.client[member](...values), [name, args]);
const nameOf = async (page) => (await call(page, 'getSession'))?.user?.name;

/** A whole ceremony by @simplewebauthn/browser, as its manual has it, with our options and callback. */
const byHand = (page, action, email) =>
    page.evaluate(
        async ([wanted, address]) => {
            const query = new URLSearchParams(address ? { action: wanted, email: address } : { action: wanted });
            const asked = await fetch(`/api/auth/webauthn-options/passkey?${query}`);
            const { options } = await asked.json();
            const start = wanted === 'register' ? 'startRegistration' : 'startAuthentication';
            const data = await window.client[start](options);
            const { csrfToken } = await (await fetch('/api/auth/csrf')).json();
            const answer = await fetch('/api/auth/callback/passkey', {
                method: 'POST',
                headers: { 'X-Auth-Return-Redirect': '1' },
                body: new URLSearchParams({
                    action: wanted, data: JSON.stringify(data), csrfToken, callbackUrl: location.href,
                    ...(address ? { email: address } : {}),
                }),
            });
            return { asked: asked.status, data, status: answer.status, url: (await answer.json()).url };
        },
        [action, email],
    );

const tests = {
    'next-auth/webauthn: register, sign out, sign in': async ({ page, context }) => {
        const device = await authenticator(context, page);
        await open(page);
        const made = await call(page, 'signIn', 'passkey', {
            action: 'register', email: 'Ada', redirect: false, redirectTo: '/app/index.html',
        });
        assert.deepEqual(made, { error: null, code: null, status: 200, ok: true, url: `${site}/app/index.html` });
        assert.equal(await nameOf(page), 'Ada');
        await call(page, 'signOut', { redirect: false });
        assert.equal(await nameOf(page), undefined);
        const again = await call(page, 'signIn', 'passkey', { redirect: false });
        assert.equal(again.ok && !again.error, true);
        assert.equal(await nameOf(page), 'Ada');
        assert.equal((await device.credentials())[0].signCount, 2);
    },
    'next-auth/webauthn: with redirect': async ({ page, context }) => {
        await authenticator(context, page);
        await open(page);
        await call(page, 'signIn', 'passkey', { action: 'register', email: 'Bert', redirectTo: '/app/index.html?in' }).catch(() => {});
        await page.waitForURL(`${site}/app/index.html?in`);
        assert.equal(await nameOf(page), 'Bert');
    },
    'next-auth/webauthn: a further passkey of who is signed in': async ({ page, context }) => {
        const first = await authenticator(context, page);
        await open(page);
        await call(page, 'signIn', 'passkey', { action: 'register', email: 'Carl', redirect: false });
        await first.remove();
        const second = await authenticator(context, page, { transport: 'usb' });
        const more = await call(page, 'signIn', 'passkey', { action: 'register', redirect: false });
        assert.equal(more.error, null);
        await call(page, 'signOut', { redirect: false });
        await call(page, 'signIn', 'passkey', { action: 'authenticate', redirect: false });
        assert.equal(await nameOf(page), 'Carl');
        assert.equal((await second.credentials()).length, 1);
    },
    'next-auth/webauthn: a passkey that nobody has here': async ({ page, context }) => {
        const device = await authenticator(context, page);
        await open(page);
        await call(page, 'signIn', 'passkey', { action: 'register', email: 'Dora', redirect: false });
        await call(page, 'signOut', { redirect: false });
        const [credential] = await device.credentials();
        await device.remove();
        const other = await authenticator(context, page);
        await other.take({ ...credential, credentialId: Buffer.alloc(32, 7).toString('base64') });
        const result = await call(page, 'signIn', 'passkey', { redirect: false });
        assert.equal(result.error, 'WebAuthnVerificationError');
        assert.equal(result.url, null);
        assert.equal(await nameOf(page), undefined);
    },
    '@simplewebauthn/browser: register and authenticate': async ({ page, context }) => {
        await authenticator(context, page);
        await open(page);
        const made = await byHand(page, 'register', 'Emmy');
        assert.equal(made.status, 200);
        assert.equal(new URL(made.url).searchParams.get('error'), null);
        assert.ok(made.data.response.publicKey, 'members that we need not are taken');
        assert.equal(await nameOf(page), 'Emmy');
        await call(page, 'signOut', { redirect: false });
        const back = await byHand(page, 'authenticate');
        assert.equal(new URL(back.url).searchParams.get('error'), null);
        assert.equal(await nameOf(page), 'Emmy');
    },
    '@simplewebauthn/browser: autofill': async ({ page, context }) => {
        await authenticator(context, page);
        await open(page);
        await byHand(page, 'register', 'Franz');
        await call(page, 'signOut', { redirect: false });
        const id = await page.evaluate(async () => {
            document.body.insertAdjacentHTML('beforeend', '<label>Name <input autocomplete="username webauthn"></label>');
            const { options } = await (await fetch('/api/auth/webauthn-options/passkey?action=authenticate')).json();
            return (await window.client.startAuthentication(options, true)).id;
        });
        assert.match(id, /^[\w-]{20,}$/);
    },
};

await visit(tests, { dir: env.CLIENT_DIR, prefix: 'passkey-client', only: env.CLIENT_ONLY });

// Chromium at httpd and at express.mjs, which share a database and a secret. Prints TAP.
// Environment: SHARED_HTTPD (/private/one.html is protected), SHARED_EXPRESS, CHROMIUM
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { chromium } from 'playwright-core';

const { SHARED_HTTPD: httpd, SHARED_EXPRESS: application } = process.env;

const profile = mkdtempSync(`${tmpdir()}/authjs-shared-`);
const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    env: { ...process.env, HOME: profile },
    args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
});

async function atProvider(page) {
    await page.click('text=/Sign in with .*OP/');
    await page.fill('input[name=login]', 'alice');
    await page.fill('input[name=password]', 'x');
    await page.click('button[type=submit]');
    await page.click('button[type=submit]'); // consent
}

async function signIn(page, site) {
    await page.goto(`${site}/auth/signin?callbackUrl=${encodeURIComponent(`${site}/auth/session`)}`);
    await atProvider(page);
    await page.waitForURL(`${site}/auth/session`);
}

async function signOut(page, site) {
    await page.goto(`${site}/auth/signout`);
    await page.click('#submitButton');
    await page.waitForURL((url) => !url.pathname.endsWith('/signout'));
}

const sessionAt = async (page, site) => (await page.request.get(`${site}/auth/session`)).json();
const me = async (page) => (await page.request.get(`${application}/me`)).status();
// Each visit at an address of its own: the browser's cache has no say.
let visits = 0;
const isLetIn = async (page) => {
    await page.goto(`${httpd}/private/one.html?${++visits}`);
    return new URL(page.url()).pathname === '/private/one.html';
};

let alice;
const tests = {
    'signed in at httpd is signed in at the application': async (page) => {
        await page.goto(`${httpd}/private/one.html`);
        await atProvider(page);
        await page.waitForURL(`${httpd}/private/one.html`);
        assert.equal(await me(page), 200);
        const [ours, theirs] = [await sessionAt(page, httpd), await sessionAt(page, application)];
        assert.equal(theirs.user.email, 'alice@example.test');
        assert.equal(ours.user.email, theirs.user.email);
        alice = theirs.user.id;
        assert.ok(alice);
    },
    'signed out at the application is signed out at httpd': async (page) => {
        await signIn(page, httpd);
        assert.ok(await isLetIn(page));
        await signOut(page, application);
        assert.equal(await me(page), 401);
        assert.ok(!(await isLetIn(page)));
    },
    'signed in at the application is signed in at httpd, as the same user': async (page) => {
        await signIn(page, application);
        assert.ok(await isLetIn(page));
        assert.equal((await sessionAt(page, application)).user.id, alice);
    },
    'signed out at httpd is signed out at the application': async (page) => {
        await signIn(page, application);
        assert.equal(await me(page), 200);
        await signOut(page, httpd);
        assert.equal(await me(page), 401);
        assert.ok(!(await isLetIn(page)));
    },
    'a copied cookie is worth nothing after sign-out on the other side': async (page, context) => {
        await signIn(page, httpd);
        const kept = await context.cookies();
        await signOut(page, application);
        await context.clearCookies();
        await context.addCookies(kept);
        assert.ok(!(await isLetIn(page)));
        assert.equal(await me(page), 401);
    },
};

let failed = 0;
const names = Object.keys(tests);
console.log(`1..${names.length}`);
for (const [i, name] of names.entries()) {
    const context = await browser.newContext();
    context.setDefaultTimeout(60000);
    const page = await context.newPage();
    try {
        await tests[name](page, context);
        console.log(`ok ${i + 1} - ${name}`);
    } catch (error) {
        failed++;
        console.log(`not ok ${i + 1} - ${name}`);
        console.log(`${error.stack}\nat ${page.url()}`.replace(/^/gm, '# '));
    }
    await context.close();
}
await browser.close();
rmSync(profile, { recursive: true, force: true });
process.exit(failed ? 1 : 0);

// Chromium at what t/91-recipe-browser.t has built from docs/recipes: the single page application, its
// React client, its WebSocket, and the same on two hosts. Prints TAP.
// Environment:
//   RECIPES_APP     the site of the application: /api/ and /socket are protected
//   RECIPES_API     another host's API for the page of RECIPES_APP
//   RECIPES_BLOCKS  a folder: script.js, app.jsx, connect.js, fetch.js, as the pages have them
//   RECIPES_BUNDLE  where the page's script goes
//   RECIPES_USER, RECIPES_PASSWORD   of type credentials at both
//   CHROMIUM        default /usr/bin/chromium
import assert from 'node:assert/strict';
import { build } from 'esbuild';
import { visit } from './visits.mjs';

const { RECIPES_APP: app, RECIPES_API: api, RECIPES_USER: user, RECIPES_PASSWORD, ...env } = process.env;
await build({
    stdin: {
        contents: `
            import { createElement } from 'react';
            import { createRoot } from 'react-dom/client';
            import * as script from './script.js';
            import { connect } from './connect.js';
            import { across } from './fetch.js';
            import { App } from './app.jsx';
            window.recipe = { ...script, connect, across };
            createRoot(document.getElementById('app')).render(createElement(App));`,
        resolveDir: env.RECIPES_BLOCKS,
    },
    nodePaths: [new URL('node_modules', import.meta.url).pathname],
    bundle: true,
    jsx: 'automatic',
    outfile: env.RECIPES_BUNDLE,
    define: { 'process.env': '{}', 'process.env.NODE_ENV': '"production"' },
});

const at = (page, url) => page.waitForURL((now) => now.href === url);
const isSignIn = (base) => (now) => now.href.startsWith(`${base}/auth/signin`);
async function signIn(page) {
    await page.fill('input[name=username]', user);
    await page.fill('input[name=password]', RECIPES_PASSWORD);
    await page.click('[id^=submitButton]');
}
async function open(page, path = '/reports/7') {
    await page.goto(app + path);
    await page.waitForFunction(() => window.recipe);
}
const call = (page, name, ...args) =>
    page.evaluate(
        async ([what, given]) => {
            const answer = await window.recipe[what](...given);
            return answer instanceof Response ? { status: answer.status, body: await answer.json() } : answer;
        },
        [name, args],
    );
/** What a WebSocket from this page gets: its first message, or 'closed'. */
const talk = (page, url) =>
    page.evaluate(
        (to) =>
            new Promise((done) => {
                const socket = new WebSocket(to);
                socket.onopen = () => socket.send('hello');
                socket.onmessage = ({ data }) => done(data);
                socket.onclose = () => done('closed');
            }),
        url,
    );
const socketOf = (base) => `${base.replace('http', 'ws')}/socket`;

visit(
    {
        'fetch: 401, sign-in, back, and the answer': async ({ page }) => {
            await open(page);
            assert.equal(await call(page, 'session'), null);
            await page.evaluate(() => void window.recipe.api('/api/items'));
            await page.waitForURL(isSignIn(app));
            await signIn(page);
            await at(page, `${app}/reports/7`);
            await page.waitForFunction(() => window.recipe);
            assert.equal((await call(page, 'session')).user.email, user);
            const { status, body } = await call(page, 'api', '/api/items');
            assert.deepEqual([status, body.url], [200, '/api/items']);
            assert.equal(body.headers[body.headers.indexOf('X-AuthJS-User-Email') + 1], user);
            const sent = await call(page, 'api', '/api/items', { method: 'POST', body: '{}' });
            assert.equal(sent.status, 200, 'a POST of the page itself');
            await call(page, 'signOut');
            await at(page, `${app}/`);
            await page.waitForFunction(() => window.recipe);
            assert.equal(await call(page, 'session'), null, 'signed out');
        },
        'the React client signs in and out': async ({ page }) => {
            await open(page);
            await page.click('text=Sign in');
            await page.waitForURL(isSignIn(app));
            await signIn(page);
            await at(page, `${app}/reports/7`);
            await page.click('text=Sign out');
            await page.waitForSelector('text=Sign in');
        },
        'a WebSocket, for who is signed in': async ({ page, faults }) => {
            await open(page);
            await page.evaluate(() => void window.recipe.connect(() => {}));
            await page.waitForURL(isSignIn(app));
            await signIn(page);
            await at(page, `${app}/reports/7`);
            await page.waitForFunction(() => window.recipe);
            const heard = await page.evaluate(
                () =>
                    new Promise((done) => {
                        const socket = window.recipe.connect(done);
                        socket.onopen = () => socket.send('hello');
                    }),
            );
            assert.equal(heard, `${user}: hello`);
            const later = await page.evaluate(async () => {
                const socket = new WebSocket(`ws://${location.host}/socket`);
                await new Promise((done) => (socket.onopen = done));
                const { csrfToken } = await (await fetch('/auth/csrf')).json();
                const body = new URLSearchParams({ csrfToken });
                await fetch('/auth/signout', { method: 'POST', headers: { 'X-Auth-Return-Redirect': '1' }, body });
                const heard = new Promise((done) => (socket.onmessage = ({ data }) => done(data)));
                socket.send('still here');
                return [await (await fetch('/auth/session')).json(), await heard];
            });
            assert.deepEqual(later, [null, `${user}: still here`], 'what is open stays open');
            await page.goto(`${app}/auth/signin?callbackUrl=/`);
            await signIn(page);
            await at(page, `${app}/`);
            // A page of another origin of the same site, with the same cookies.
            await page.goto(`${api}/index.html`);
            assert.equal(await talk(page, socketOf(app)), 'closed', 'another origin is refused');
            assert.equal(await talk(page, socketOf(api)), `${user}: hello`, 'proxy_wstunnel');
            // The two that were to be refused are told in the console.
            const refused = faults.filter((fault) => fault.includes('WebSocket connection'));
            assert.equal(refused.length, 2);
            faults.splice(0, faults.length, ...faults.filter((fault) => !refused.includes(fault)));
        },
        'page and API on two hosts': async ({ page }) => {
            await open(page);
            await page.evaluate(() => void window.recipe.across());
            await page.waitForURL(isSignIn(api));
            await signIn(page);
            await at(page, `${app}/reports/7`);
            await page.waitForFunction(() => window.recipe);
            const answer = await call(page, 'across');
            assert.deepEqual([answer.status, answer.body.url], [200, '/api/items']);
            const put = await page.evaluate(
                async (url) => (await fetch(url, { method: 'PUT', credentials: 'include', body: '{}',
                    headers: { 'content-type': 'application/json' } })).status,
                `${api}/api/items`,
            );
            assert.equal(put, 200, 'what browsers ask about first');
            const who = await page.evaluate(
                async (url) => (await fetch(url, { credentials: 'include' })).json(),
                `${api}/auth/session`,
            );
            assert.equal(who.user.email, user);
        },
    },
    { dir: env.RECIPES_BLOCKS, prefix: 'recipe', only: env.RECIPES_ONLY },
);

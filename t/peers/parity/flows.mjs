// Conversations: a browser of few words goes through several steps, through the real
// providers; every answer of the server under comparison is kept.
import { driveLogin } from '../login.mjs';
import { request } from './client.mjs';
import { lastLink } from './mail.mjs';

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

/** A browser with a cookie jar for one server. */
export class Browser {
    constructor({ port, origin }) {
        Object.assign(this, { port, origin, cookies: new Map(), answers: [] });
    }

    async send(method, path, { headers = {}, body, cookies = this.cookies } = {}) {
        const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
        const answer = await request(this.port, {
            method,
            path,
            body,
            headers: {
                host: new URL(this.origin).host,
                ...(cookie ? { cookie } : {}),
                ...headers,
            },
        });
        for (const line of answer.setCookies) {
            const [, name, value] = line.match(/^([^=]+)=([^;]*)/);
            if (/; Max-Age=0(?:;|$)/.test(line)) {
                this.cookies.delete(name);
            } else {
                this.cookies.set(name, value);
            }
        }
        this.answers.push(answer);
        return answer;
    }

    get(path, options) {
        return this.send('GET', path, options);
    }

    post(path, fields, headers = {}) {
        return this.send('POST', path, {
            body: new URLSearchParams(fields).toString(),
            headers: { ...FORM, ...headers },
        });
    }

    async csrf() {
        return JSON.parse((await this.get('/auth/csrf')).body).csrfToken;
    }

    /** As far as the provider's redirect back: the path and query of the callback. */
    async toCallback(provider, fields = {}, drive = {}) {
        const answer = await this.post(`/auth/signin/${provider}`, {
            csrfToken: await this.csrf(),
            ...fields,
        });
        const { url } = await driveLogin(answer.headers.location, {
            login: provider === 'github' ? 'octocat' : 'alice',
            stop: (to) => to.href.startsWith(`${this.origin}/auth/callback/`),
            ...drive,
        });
        return url.pathname + url.search;
    }
}

const signIn = (provider) => async (b) => {
    await b.get(await b.toCallback(provider, { callbackUrl: '/app' }));
    await b.get('/auth/session');
    await b.post('/auth/session', { csrfToken: await b.csrf() });
    await b.post('/auth/signout', { csrfToken: await b.csrf(), callbackUrl: '/bye' });
    await b.get('/auth/session');
};
/** The answer of the provider, altered on its way. */
const altered = (alter, options) => async (b) => {
    await b.get(alter(await b.toCallback('op')), options);
    await b.get('/auth/session');
};

/** A link by mail, as a path. */
const mailed = (run) => ({
    site: 'mail',
    run: async (b) => {
        await b.post('/auth/signin/nodemailer', {
            csrfToken: await b.csrf(),
            email: 'alice@example.test',
            callbackUrl: '/app',
        });
        const link = new URL(await lastLink('alice@example.test'));
        await run(b, link.pathname + link.search);
    },
});

export const flows = {
    'OpenID Connect': signIn('op'),
    'OpenID Connect over https': { site: 'secure', run: signIn('op') },
    'OpenID Connect, own pages': { site: 'pages', run: signIn('op') },
    'OAuth 2': signIn('github'),
    'the visitor refuses': async (b) => b.get(await b.toCallback('op', {}, { deny: true })),
    'the visitor refuses, own pages': {
        site: 'pages',
        run: async (b) => b.get(await b.toCallback('op', {}, { deny: true })),
    },
    'another state': altered((to) => to.replace(/state=[^&]*/, 'state=x')),
    'no state': altered((to) => to.replace(/&state=[^&]*/, '')),
    'another code': altered((to) => to.replace(/code=[^&]*/, 'code=x')),
    'another iss': altered((to) => to.replace(/iss=[^&]*/, 'iss=https%3A%2F%2Fevil.test')),
    'no iss': altered((to) => to.replace(/&iss=[^&]*/, '')),
    'no cookies': altered((to) => to, { cookies: new Map() }),
    'own pages and another state': {
        site: 'pages',
        run: altered((to) => to.replace(/state=[^&]*/, 'state=x')),
    },
    'the answer as JSON': altered((to) => to, { headers: { 'x-auth-return-redirect': '1' } }),
    'the answer by POST': async (b) => b.post(await b.toCallback('op'), {}),
    'the answer twice': async (b) => {
        const to = await b.toCallback('op');
        await b.get(to);
        await b.get(to);
    },
    'the answer at another provider': altered((to) => to.replace('callback/op', 'callback/github')),
    'sign in over a session': async (b) => {
        await b.get(await b.toCallback('op'));
        await b.get(await b.toCallback('github'));
        await b.get('/auth/session');
    },
    'a large profile': async (b) => {
        await b.get(await b.toCallback('op', {}, { login: 'longname' }));
        await b.get('/auth/session');
        await b.get(await b.toCallback('op', {}, { login: 'alice' }));
        await b.get('/auth/session');
    },
    'a profile with little in it': async (b) => {
        await b.get(await b.toCallback('op', {}, { login: 'noemail' }));
        await b.get('/auth/session');
        await b.get(await b.toCallback('op', {}, { login: 'noname' }));
        await b.get('/auth/session');
    },
    'a name of many scripts': async (b) => {
        await b.get(await b.toCallback('op', {}, { login: 'unicode' }));
        await b.get('/auth/session');
    },
    'an e-mail address in capitals': async (b) =>
        b.get(await b.toCallback('op', {}, { login: 'upper' })),
    'mail: a link': mailed(async (b, link) => {
        await b.get(link);
        await b.get('/auth/session');
        await b.get(link);
    }),
    'mail: a link, the second time': mailed(async (b, link) => b.get(link)),
    'mail: a link of another address': mailed(async (b, link) =>
        b.get(link.replace('alice', 'mallory')),
    ),
    'mail: a link that leads elsewhere': mailed(async (b, link) =>
        b.get(link.replace(/callbackUrl=[^&]*/, 'callbackUrl=https%3A%2F%2Fevil.test')),
    ),
    'mail: a link in another browser': mailed(async (b, link) => {
        await b.get(link, { cookies: new Map() });
    }),
    'the page, its form, and out again': async (b) => {
        const page = await b.get('/auth/signin?callbackUrl=%2Fapp');
        const token = page.body.match(/name="csrfToken" value="([0-9a-f]+)"/)[1];
        await b.post('/auth/callback/credentials', {
            csrfToken: token,
            username: 'demo',
            password: 'demo',
        });
        await b.get('/auth/session');
        const out = await b.get('/auth/signout?callbackUrl=%2Fbye');
        await b.post(
            out.body
                .match(/<form[^>]* action="([^"]*)"/)[1]
                .replace(/^https?:\/\/[^/]*/, '')
                .replaceAll('&amp;', '&'),
            { csrfToken: token },
        );
        await b.get('/auth/session');
    },
};

// A scripted browser: a cookie jar, single requests, and the drive from an authorization URL
// through a provider's login and consent forms to the redirect back to the relying party.
// Command line: login.mjs AUTHORIZATION_URL STOP_PREFIX [LOGIN] prints the callback URL.
import { pathToFileURL } from 'node:url';

export class Jar {
    cookies = new Map();

    store(url, res) {
        for (const line of res.headers.getSetCookie()) {
            const [pair, ...attributes] = line.split(';').map((s) => s.trim());
            const eq = pair.indexOf('=');
            const name = pair.slice(0, eq);
            const attr = Object.fromEntries(
                attributes.map((a) => {
                    const i = a.indexOf('=');
                    return i < 0
                        ? [a.toLowerCase(), '']
                        : [a.slice(0, i).toLowerCase(), a.slice(i + 1)];
                }),
            );
            const path = attr.path ?? '/';
            // The port is part of the key, unlike in browsers: it keeps a relying party and
            // a provider on one host apart.
            const key = `${url.host}|${path}|${name}`;
            if (attr['max-age'] === '0' || (attr.expires && new Date(attr.expires) < new Date())) {
                this.cookies.delete(key);
            } else {
                this.cookies.set(key, { name, value: pair.slice(eq + 1), path, host: url.host });
            }
        }
    }

    for(url) {
        return [...this.cookies.values()].filter(
            ({ host, path }) =>
                host === url.host &&
                (url.pathname === path ||
                    url.pathname.startsWith(path.endsWith('/') ? path : `${path}/`)),
        );
    }

    header(url) {
        return this.for(url)
            .map((c) => `${c.name}=${c.value}`)
            .join('; ');
    }

    get(url, name) {
        return this.for(new URL(url)).find((c) => c.name === name)?.value;
    }
}

/**
 * One request with the jar's cookies, no redirect followed, over a connection of its own: on
 * a busy machine one that is kept may end at the moment in which it is used again.
 */
export async function step(jar, to, init = {}) {
    const url = new URL(to);
    const cookie = jar.header(url);
    const res = await fetch(url, {
        redirect: 'manual',
        ...init,
        headers: { connection: 'close', ...(cookie ? { cookie } : {}), ...(init.headers ?? {}) },
    });
    jar.store(url, res);
    return res;
}

/** A form POST. */
export function post(jar, to, fields, headers = {}) {
    return step(jar, to, { method: 'POST', body: new URLSearchParams(fields), headers });
}

const unescape = (s) =>
    s.replaceAll('&quot;', '"').replaceAll('&#x2F;', '/').replaceAll('&amp;', '&');

/** The answer to a page's form: where it goes and what it sends. */
function fillIn(html, page, login) {
    const action = html.match(/<form[^>]*\baction="([^"]*)"/)?.[1];
    if (!/<form/.test(html)) {
        return null;
    }
    const prompt = html.match(/name="prompt" value="([^"]+)"/)?.[1];
    const target = action === undefined ? page : new URL(unescape(action), page);
    if (prompt === 'login') {
        return { target, fields: { prompt, login, password: 'x' } };
    }
    if (prompt) {
        return { target, fields: { prompt } };
    }
    const hidden = [...html.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)];
    return {
        target,
        fields: hidden.length
            ? Object.fromEntries(hidden.map((m) => [m[1], unescape(m[2])]))
            : { login, ok: '1' },
    };
}

/**
 * Drive an authorization URL to the callback. stop(url) says when we are there.
 * @return {url, form?, jar}: url of the callback; form, when it came by form_post.
 */
export async function driveLogin(
    authorizationUrl,
    { login = 'alice', jar = new Jar(), stop, deny = false } = {},
) {
    let url = new URL(authorizationUrl);
    let res = await step(jar, url);
    for (let hops = 0; hops < 20; hops += 1) {
        if (res.status >= 300 && res.status < 400) {
            await res.body?.cancel();
            url = new URL(res.headers.get('location'), url);
            if (stop(url)) {
                return { url, jar };
            }
            res = await step(jar, url);
            continue;
        }
        const html = await res.text();
        if (deny) {
            url = new URL(`${url.pathname}/abort`, url);
            res = await step(jar, url);
            continue;
        }
        const form = fillIn(html, url, login);
        if (!form) {
            throw new Error(`no form (HTTP ${res.status}) at ${url}: ${html.slice(0, 400)}`);
        }
        if (stop(form.target)) {
            return { url: form.target, form: form.fields, jar };
        }
        res = await post(jar, form.target, form.fields);
        url = form.target;
    }
    throw new Error(`too many hops at ${url}`);
}

/**
 * A whole sign-in at a relying party that speaks Auth.js's protocol.
 * @return {res, url, jar}: the answer to the callback and its URL.
 */
export async function signIn(
    base,
    provider,
    { jar = new Jar(), callbackUrl, login, query = '', deny } = {},
) {
    const { csrfToken } = await (await step(jar, `${base}/csrf`)).json();
    const start = await post(jar, `${base}/signin/${provider}${query}`, {
        csrfToken,
        ...(callbackUrl ? { callbackUrl } : {}),
    });
    const location = new URL(start.headers.get('location'), base);
    if (location.href.startsWith(base)) {
        return { res: start, url: new URL(`${base}/signin/${provider}`), jar };
    }
    const { url, form } = await driveLogin(location, {
        login,
        deny,
        stop: (u) => u.href.startsWith(`${base}/callback/`),
    });
    const res = form ? await post(jar, url, form) : await step(jar, url);
    return { res, url, jar };
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
    const [, , url, prefix, login] = process.argv;
    const end = await driveLogin(url, { login, stop: (u) => u.href.startsWith(prefix) });
    console.log(end.url.href + (end.form ? `\n${new URLSearchParams(end.form)}` : ''));
}

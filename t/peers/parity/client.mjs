// Raw requests to one of the two servers, and their answers in a form that can be compared:
// what is random, or tells the time, becomes a description of its shape.
import http from 'node:http';
import { createHash } from 'node:crypto';
import { decode } from '@auth/core/jwt';

/** One request, exactly as written: no cookie jar, no redirect, the path not touched. */
export function request(port, { method = 'GET', path, headers = {}, body }) {
    return new Promise((resolve, reject) => {
        const req = http.request(
            {
                host: '127.0.0.1',
                port,
                method,
                path,
                setHost: false,
                headers: {
                    ...headers,
                    ...(body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }),
                },
            },
            (res) => {
                const chunks = [];
                res.on('data', (chunk) => chunks.push(chunk));
                res.on('end', () =>
                    resolve({
                        status: res.statusCode,
                        headers: res.headers,
                        setCookies: res.headers['set-cookie'] ?? [],
                        body: Buffer.concat(chunks).toString(),
                    }),
                );
            },
        );
        req.setTimeout(60000, () => req.destroy(new Error(`no answer: ${method} ${path}`)));
        req.on('error', reject);
        req.end(body);
    });
}

const JWE = /^eyJ[\w-]+\.\.[\w-]+\.[\w-]+\.[\w-]+$/;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const RANDOM_PARAMS = new Set(['state', 'nonce', 'code_challenge', 'code']);

function shape(value) {
    if (JWE.test(value)) {
        return '<JWE>';
    }
    if (UUID.test(value)) {
        return '<UUID>';
    }
    return /^[\w-]{43}$/.test(value) ? '<43 characters>' : value;
}
/** A time in seconds as the distance from now, to ten seconds. */
const fromNow = (seconds) => `now+${Math.round((seconds - Date.now() / 1000) / 10) * 10}`;

function location(to, origin) {
    if (to === undefined || to.startsWith(`${origin}/`) || !/^https?:\/\/[^/]+\/.*\?/.test(to)) {
        return to;
    }
    const at = to.indexOf('?');
    return {
        to: to.slice(0, at),
        params: [...new URLSearchParams(to.slice(at))].map(
            ([name, value]) => `${name}=${RANDOM_PARAMS.has(name) ? shape(value) : value}`,
        ),
    };
}

async function claimsOf(token, salt, secret) {
    const { iat, exp, jti, ...claims } = await decode({ token, salt, secret });
    if (claims.sub) {
        claims.sub = shape(claims.sub);
    }
    if (claims.value) {
        claims.value = shape(claims.value);
    }
    return { ...claims, iat: fromNow(iat), exp: fromNow(exp), jti: shape(jti) };
}

function csrfShape(value, secret) {
    const [token, hash] = value.split('|');
    const right = createHash('sha256').update(`${token}${secret}`).digest('hex');
    return /^[0-9a-f]{64}$/.test(token) && hash === right
        ? '<token|hash>'
        : `not a CSRF cookie: ${value}`;
}

async function cookieValue(name, value, secret) {
    const text = decodeURIComponent(value);
    if (name.includes('csrf-token')) {
        return csrfShape(text, secret);
    }
    if (JWE.test(text)) {
        return claimsOf(text, name, secret).catch(() => '<a JWE of another salt>');
    }
    return value;
}

/** The chunks of a session become one: the claims in the first, lengths of the full ones. */
async function joinChunks(cookies, secret) {
    const chunks = cookies
        .filter(({ name, value }) => /\.session-token\.\d+$/.test(name) && value)
        .sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }));
    if (chunks.length) {
        const token = chunks.map(({ value }) => value).join('');
        const name = chunks[0].name.replace(/\.\d+$/, '');
        for (const [i, chunk] of chunks.entries()) {
            chunk.value =
                i < chunks.length - 1 ? `<${chunk.value.length} characters>` : '<the rest>';
        }
        chunks[0].value = await claimsOf(token, name, secret);
    }
}

async function cookie(line, secret) {
    const [pair, ...attributes] = line.split('; ');
    const eq = pair.indexOf('=');
    const name = pair.slice(0, eq);
    return {
        name,
        value: await cookieValue(name, pair.slice(eq + 1), secret),
        attributes: attributes.map((attribute) =>
            attribute.startsWith('Expires=')
                ? `Expires=${fromNow(Date.parse(attribute.slice(8)) / 1000)}`
                : attribute,
        ),
    };
}

const unescape = (text) =>
    text
        .replaceAll('&quot;', '"')
        .replaceAll('&#39;', "'")
        .replaceAll('&#x27;', "'")
        .replaceAll('&lt;', '<')
        .replaceAll('&gt;', '>')
        .replaceAll('&amp;', '&');
const attribute = (tag, name) => {
    const found = tag.match(new RegExp(`\\s${name}="([^"]*)"`, 'i'));
    return found ? unescape(found[1]) : undefined;
};

/** What of a page a client can rely on: where its forms go and what they send. */
function formsOf(html) {
    return [...html.matchAll(/<form([^>]*)>([\s\S]*?)<\/form>/g)].map(([, open, inner]) => ({
        action: attribute(open, 'action'),
        method: attribute(open, 'method'),
        fields: [...inner.matchAll(/<input([^>]*)>/g)].map(([, tag]) => {
            const name = attribute(tag, 'name');
            const value = attribute(tag, 'value') ?? '';
            return `${attribute(tag, 'type')} ${name}=${name === 'csrfToken' ? `<${value.length}>` : value}`;
        }),
    }));
}

/** Where its links lead. */
const linksOf = (html) =>
    [...html.matchAll(/<a([^>]*)>/g)].map(([, tag]) => attribute(tag, 'href'));

function body(answer) {
    const type = answer.headers['content-type'] ?? '';
    if (type.startsWith('text/html')) {
        return { forms: formsOf(answer.body), links: linksOf(answer.body) };
    }
    if (!type.startsWith('application/json') || !answer.body) {
        return answer.body;
    }
    let json;
    try {
        json = JSON.parse(answer.body);
    } catch {
        return answer.body;
    }
    if (json?.expires) {
        json.expires = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(json.expires)
            ? fromNow(Date.parse(json.expires) / 1000)
            : json.expires;
    }
    if (json?.csrfToken) {
        json.csrfToken = `<${json.csrfToken.length} characters>`;
    }
    return json;
}

/** An answer as it is compared. */
export async function normalise(answer, { origin, secret }) {
    const cookies = await Promise.all(answer.setCookies.map((line) => cookie(line, secret)));
    await joinChunks(cookies, secret);
    const result = {
        status: answer.status,
        location: location(answer.headers.location, origin),
        type: answer.headers['content-type'],
        cookies,
        cache: [
            answer.headers['cache-control'],
            answer.headers.expires,
            answer.headers.pragma,
        ].join(' | '),
        body: body(answer),
    };
    if (result.body?.url) {
        result.body.url = location(result.body.url, origin);
    }
    return result;
}

// A visitor who signs in with one provider and looks at the session, at Auth.js in this process
// or at httpd; what the provider was asked and what came of it.
import http from 'node:http';
import https from 'node:https';
import { Auth, customFetch } from '@auth/core';
import { CLIENT } from './vendors.mjs';

// A connection a request: httpd may close an idle one at the moment at which it is used again.
const agent = new http.Agent({ maxSockets: 32 });

/** fetch() that finds every host at the server of vendors.mjs, as AuthJSHTTP resolve= does. */
export function fetcher({ port, ca }) {
    const pool = new https.Agent({ keepAlive: true, maxSockets: 32, ca });
    return async (input, init) => {
        const request = new Request(input, init);
        const url = new URL(request.url);
        const body = Buffer.from(await request.arrayBuffer());
        return new Promise((resolve, reject) => {
            https
                .request(
                    {
                        agent: pool,
                        host: '127.0.0.1',
                        port,
                        servername: url.hostname,
                        method: request.method,
                        path: url.pathname + url.search,
                        headers: {
                            'user-agent': 'node',
                            'accept': '*/*',
                            ...Object.fromEntries(request.headers),
                            'host': url.host,
                            'content-length': body.length,
                        },
                    },
                    (res) => {
                        const chunks = [];
                        res.on('data', (chunk) => chunks.push(chunk));
                        res.on('error', reject);
                        res.on('end', () =>
                            resolve(
                                new Response(Buffer.concat(chunks), {
                                    status: res.statusCode,
                                    headers: res.headers,
                                }),
                            ),
                        );
                    },
                )
                .on('error', reject)
                .end(body);
        });
    };
}

/** Auth.js with one provider. @param told is called with what signIn is given */
export async function authjs({ origin, secret, id, play, fetch, told }) {
    const { default: provider } = await import(
        `@auth/core/providers/${id === 'hydra' ? 'ory-hydra' : (play.of ?? id)}`
    );
    const options = Object.fromEntries(
        Object.entries(play.options ?? {}).map(([key, value]) => [
            key,
            value === '@callback@' ? `${origin}/auth/callback/${id}` : value,
        ]),
    );
    const config = {
        basePath: '/auth',
        trustHost: true,
        secret,
        providers: [
            provider({
                clientId: CLIENT.id,
                clientSecret: CLIENT.secret,
                ...options,
                ...(play.of ? { id } : {}),
                [customFetch]: fetch,
            }),
        ],
        callbacks: { signIn: (params) => (told(params), true) },
        logger: { error() {}, warn() {}, debug() {} },
    };
    return async ({ method = 'GET', path, headers = {}, body }) => {
        const answer = await Auth(new Request(origin + path, { method, headers, body }), config);
        return {
            status: answer.status,
            location: answer.headers.get('location') ?? undefined,
            cookies: answer.headers.getSetCookie(),
            body: await answer.text(),
        };
    };
}

/** httpd at this port. */
export const httpd =
    ({ origin, port }) =>
    ({ method = 'GET', path, headers = {}, body }) =>
        new Promise((resolve, reject) => {
            http.request(
                {
                    agent,
                    host: '127.0.0.1',
                    port,
                    method,
                    path,
                    setHost: false,
                    headers: {
                        host: new URL(origin).host,
                        ...headers,
                        ...(body === undefined
                            ? {}
                            : { 'content-length': Buffer.byteLength(body) }),
                    },
                },
                (res) => {
                    const chunks = [];
                    res.on('data', (chunk) => chunks.push(chunk));
                    res.on('end', () =>
                        resolve({
                            status: res.statusCode,
                            location: res.headers.location,
                            cookies: res.headers['set-cookie'] ?? [],
                            body: Buffer.concat(chunks).toString(),
                        }),
                    );
                },
            )
                .on('error', reject)
                .end(body);
        });

/** The same with a cookie jar. */
function browser(ask) {
    const jar = new Map();
    return async (request) => {
        const answer = await ask({
            ...request,
            headers: {
                ...request.headers,
                ...(jar.size ? { cookie: [...jar].map((pair) => pair.join('=')).join('; ') } : {}),
            },
        });
        for (const line of answer.cookies) {
            const [pair, ...attributes] = line.split('; ');
            const at = pair.indexOf('=');
            if (attributes.some((text) => /^max-age=0$/i.test(text)) || at === pair.length - 1) {
                jar.delete(pair.slice(0, at));
            } else {
                jar.set(pair.slice(0, at), pair.slice(at + 1));
            }
        }
        return answer;
    };
}

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const post = (path, fields) => ({
    method: 'POST',
    path,
    headers: FORM,
    body: new URLSearchParams(fields).toString(),
});

/** @param visit {name, id, play, answer, requests}: it learns `authorization`, `landed`, `session` */
export async function visit(one, ask) {
    const go = browser(ask);
    const { csrfToken } = JSON.parse((await go({ path: '/auth/csrf' })).body);
    const start = await go(post(`/auth/signin/${one.id}`, { csrfToken, callbackUrl: '/after' }));
    one.authorization = start.location;
    const asked = URL.canParse(start.location) ? new URL(start.location).searchParams : undefined;
    if (!asked?.has('client_id') && !asked?.has('appid')) {
        one.landed = start.location ?? `${start.status}`;
        return one;
    }
    one.nonce = asked.get('nonce') ?? undefined;
    one.nonceChecked = asked.has('nonce');
    const fields = {
        ...(one.answer.refused ?? { code: one.name }),
        ...one.answer.back,
        ...(asked.has('state') ? { state: asked.get('state') } : {}),
    };
    const path = `/auth/callback/${one.id}`;
    const back = await go(
        asked.get('response_mode') === 'form_post'
            ? post(path, { ...fields, ...(one.answer.refused || one.answer.bare ? {} : one.play.form) })
            : { path: `${path}?${new URLSearchParams(fields)}` },
    );
    one.landed = back.location ?? `${back.status}`;
    one.session = JSON.parse((await go({ path: '/auth/session' })).body);
    one.again = async () => JSON.parse((await go({ path: '/auth/session' })).body);
    return one;
}

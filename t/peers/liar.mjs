// The lying provider: an OpenID Provider and a plain OAuth 2 server whose every lie has a
// name. http://127.0.0.1:PORT/lie/<name> is the issuer (or base URL) of one case; below it
// are .well-known/openid-configuration, authorize, token, jwks and userinfo. There is no
// login page: authorize answers at once with a code, so a flow takes milliseconds. Where no
// lie is told the provider is strict: client authentication, code, redirect_uri and PKCE are
// verified, a code works once.
//
// The refresh token r is good with the plain one. Client liar, secret liar-secret-0123456789abcdefghijklmnopqrstuvwxyz, any redirect URI.
// GET /__list: the cases as JSON, [{name, kind, type, why, issuer, slow?, rp?}].
// GET /__hits: the names of cases whose trap (the target of a redirect) was visited.
//
// Environment: LIAR_PORT; LIAR_TLS_PORT and LIAR_UNTRUSTED_PORT with LIAR_TLS (directory of
// mkca.sh) for the cases over TLS, which are left out without; LIAR_CASES: tolerance for the
// cases of docs/tolerance.md. Prints "ready".
import http from 'node:http';
import https from 'node:https';
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { text as readText } from 'node:stream/consumers';
import { jwk, jws, pair, secretOf } from './liar/keys.mjs';
import { plain } from './liar/wire.mjs';
import './lifetime.mjs';

const env = process.env;
const { cases } = await import(`./liar/${env.LIAR_CASES ?? 'cases'}.mjs`);
const CLIENT = 'liar';
const here = `http://127.0.0.1:${env.LIAR_PORT}`;
const elsewhere = `http://127.0.0.2:${env.LIAR_PORT}`;

function issuerOf({ name, tls }) {
    const port = tls === 'untrusted' ? env.LIAR_UNTRUSTED_PORT : env.LIAR_TLS_PORT;
    return `${tls ? `https://localhost:${port}` : here}/lie/${name}`;
}
const offered = [...cases.values()].filter(({ tls }) => !tls || env.LIAR_TLS_PORT);
const codes = new Map();
const grants = new Map();
const hits = new Set();

function context(one, more) {
    return {
        issuer: issuerOf(one),
        http: `${here}/lie/${one.name}`,
        elsewhere: `${elsewhere}/lie/${one.name}`,
        now: Math.floor(Date.now() / 1000),
        trapHere: `${here}/trap/${one.name}/${more.endpoint}`,
        trap: `${elsewhere}/trap/${one.name}/${more.endpoint}`,
        ...more,
    };
}

/** Answer as the case has it: object, text, delivery. */
function deliver(one, endpoint, res, value, c) {
    const text = (one.text?.[endpoint] ?? ((t) => t))(JSON.stringify(value), c);
    if (one.wire?.[endpoint] && !c.trapped) {
        one.wire[endpoint](res, text, c);
    } else {
        plain(
            res,
            text,
            { 'content-type': 'application/json', 'cache-control': 'no-store' },
            one.status?.[endpoint],
        );
    }
}
const changed = (change, value, c) => (change ? (change(value, c) ?? value) : value);

function discovery(one, req, res, c) {
    const at = (name) => `${c.issuer}/${name}`;
    deliver(
        one,
        'discovery',
        res,
        changed(
            one.discovery,
            {
                issuer: c.issuer,
                authorization_endpoint: at('authorize'),
                token_endpoint: at('token'),
                userinfo_endpoint: at('userinfo'),
                jwks_uri: at('jwks'),
                response_types_supported: ['code'],
                subject_types_supported: ['public'],
                id_token_signing_alg_values_supported: ['RS256'],
                token_endpoint_auth_methods_supported: [
                    'client_secret_basic',
                    'client_secret_post',
                ],
            },
            c,
        ),
        c,
    );
}

function jwks(one, req, res, c) {
    deliver(
        one,
        'jwks',
        res,
        changed(one.jwks, { keys: (one.keys ?? ['rsa']).map((name) => jwk(name)) }, c),
        c,
    );
}

function newCode(one) {
    const code = randomBytes(16).toString('base64url');
    if (one.oddCode) {
        return `4/0A ${code}+/=&%#"\u017e`;
    }
    return one.longCode ? code.padEnd(1500, 'c') : code;
}

function authorize(one, req, res, c) {
    const asked = c.url.searchParams;
    const redirectUri = asked.get('redirect_uri');
    if (
        asked.get('response_type') !== 'code' ||
        asked.get('client_id') !== CLIENT ||
        !redirectUri
    ) {
        plain(res, 'not an authorization request', { 'content-type': 'text/plain' }, 400);
        return;
    }
    const code = newCode(one);
    codes.set(code, {
        name: one.name,
        redirectUri,
        nonce: asked.get('nonce'),
        challenge: asked.get('code_challenge'),
    });
    const params = new URLSearchParams({ code });
    if (asked.has('state')) {
        params.set('state', asked.get('state'));
    }
    one.answer?.(params, c);
    const text = (one.answerText ?? ((t) => t))(params.toString(), c);
    res.writeHead(302, { location: `${redirectUri}?${text}` }).end();
}

/** Why a token request is refused, or nothing. */
function objection(one, req, form, grant) {
    const basic = Buffer.from((req.headers.authorization ?? '').replace(/^Basic /, ''), 'base64')
        .toString()
        .split(':')
        .map((part) => decodeURIComponent(part.replaceAll('+', ' ')));
    const [id, secret] = req.headers.authorization
        ? basic
        : [form.get('client_id'), form.get('client_secret')];
    if (id !== CLIENT || secret !== secretOf(CLIENT)) {
        return 'invalid_client';
    }
    if (form.get('grant_type') === 'refresh_token') {
        return one.type === 'oauth' && form.get('refresh_token') === 'r' ? null : 'invalid_grant';
    }
    const verifier = form.get('code_verifier');
    const challenge = verifier && createHash('sha256').update(verifier).digest('base64url');
    return form.get('grant_type') !== 'authorization_code' ||
        grant?.name !== one.name ||
        grant.redirectUri !== form.get('redirect_uri') ||
        (grant.challenge ?? null) !== (challenge ?? null)
        ? 'invalid_grant'
        : null;
}

function idToken(one, grant, c) {
    const alg = one.alg ?? 'RS256';
    const key = one.key ?? 'rsa';
    const kid = one.keys?.includes(key) ? key : 'rsa';
    const header = changed(one.header, { alg, kid, typ: 'JWT' }, c);
    const claims = changed(
        one.claims,
        {
            iss: c.issuer,
            sub: 'alice',
            aud: CLIENT,
            exp: c.now + 600,
            iat: c.now,
            ...(grant.nonce ? { nonce: grant.nonce } : {}),
            name: 'Alice',
            email: 'alice@example.test',
            email_verified: true,
            picture: 'https://example.test/alice.png',
        },
        c,
    );
    const jwt = jws(JSON.stringify(header), JSON.stringify(claims), alg, pair(key).privateKey);
    return one.idToken ? one.idToken(jwt, header, claims, c) : jwt;
}

async function token(one, req, res, c) {
    const form = new URLSearchParams(await readText(req));
    const grant = codes.get(form.get('code'));
    const error = objection(one, req, form, grant);
    codes.delete(form.get('code'));
    if (error) {
        plain(
            res,
            JSON.stringify({ error }),
            { 'content-type': 'application/json' },
            error === 'invalid_client' ? 401 : 400,
        );
        return;
    }
    const accessToken = randomBytes(16).toString('base64url');
    grants.set(accessToken, one.name);
    const full = { ...c, accessToken };
    deliver(
        one,
        'token',
        res,
        changed(
            one.tokens,
            {
                access_token: accessToken,
                token_type: 'Bearer',
                expires_in: 3600,
                ...(one.type === 'oidc' ? { id_token: idToken(one, grant, full) } : {}),
            },
            full,
        ),
        full,
    );
}

function userinfo(one, req, res, c) {
    const bearer = (req.headers.authorization ?? '').replace(/^Bearer /, '');
    if (grants.get(bearer) !== one.name) {
        plain(res, '{"error":"invalid_token"}', { 'content-type': 'application/json' }, 401);
        return;
    }
    deliver(
        one,
        'userinfo',
        res,
        changed(
            one.userinfo,
            {
                sub: 'alice',
                name: 'Alice',
                email: 'alice@example.test',
                picture: 'https://example.test/alice.png',
            },
            c,
        ),
        c,
    );
}

// The last one is for the traps.
const ENDPOINTS = {
    '.well-known/openid-configuration': discovery,
    authorize,
    token,
    jwks,
    userinfo,
    discovery,
};

function list() {
    return offered.map(({ name, kind, type, why, slow, rp, section, member, ...one }) => ({
        name,
        kind,
        type,
        why,
        issuer: issuerOf({ name, ...one }),
        slow,
        rp,
        section,
        member,
        taken: one.taken,
        session: one.session,
        log: one.log,
    }));
}

async function route(req, res) {
    const url = new URL(req.url, here);
    const [, way, name, endpoint] = url.pathname.match(/^\/(lie|trap)\/([^/]+)\/(.+)$/) ?? [];
    const one = cases.get(name);
    if (one && ENDPOINTS[endpoint]) {
        if (way === 'trap') {
            hits.add(name);
        }
        await ENDPOINTS[endpoint](
            one,
            req,
            res,
            context(one, { endpoint, url, trapped: way === 'trap' }),
        );
    } else if (url.pathname === '/__list') {
        plain(res, JSON.stringify(list()));
    } else if (url.pathname === '/__hits') {
        plain(res, JSON.stringify([...hits]));
    } else {
        plain(res, 'Not Found', { 'content-type': 'text/plain' }, 404);
    }
}

function handle(req, res) {
    res.on('error', () => {});
    route(req, res).catch((error) => {
        console.error(req.url, error);
        res.destroy();
    });
}
const up = (server, port, host) =>
    new Promise((resolve) => {
        // Clients leave in the middle of things here.
        server.on('connection', (socket) => socket.on('error', () => {}));
        server.listen(Number(port), host, resolve);
    });

await up(http.createServer(handle), env.LIAR_PORT, '127.0.0.1');
await up(http.createServer(handle), env.LIAR_PORT, '127.0.0.2');
if (env.LIAR_TLS_PORT) {
    const files = (name) => ({
        key: readFileSync(`${env.LIAR_TLS}/${name}.key`),
        cert: readFileSync(`${env.LIAR_TLS}/${name}.pem`),
    });
    await up(https.createServer(files('srv'), handle), env.LIAR_TLS_PORT, '127.0.0.1');
    await up(https.createServer(files('untrusted'), handle), env.LIAR_UNTRUSTED_PORT, '127.0.0.1');
}
console.log('ready');

// An OpenID Provider with Apple's habits: response_mode=form_post, the client secret is a
// JWT signed with the team's key (ES256), the name comes once as JSON in the form.
//
// Environment: APPLE_PORT; APPLE_KEY (PEM file of the team's public key), APPLE_TEAM,
// APPLE_KEY_ID, APPLE_CLIENT: what the client secret must say. APPLE_USER: what the form
// has in "user". Prints "ready".
import http from 'node:http';
import { createPublicKey, randomBytes, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { text as readText } from 'node:stream/consumers';
import { jwk, jws, pair } from './liar/keys.mjs';

const env = process.env;
const issuer = `http://127.0.0.1:${env.APPLE_PORT}`;
const teamKey = createPublicKey(readFileSync(env.APPLE_KEY));
const codes = new Map();

const ENTITIES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escape = (text) => text.replace(/[&<>"]/g, (c) => ENTITIES[c]);
const json = (res, value, status = 200) =>
    res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));

/** Why Apple would not take this client secret, or nothing. */
function objection(secret = '') {
    const [header, claims, signature] = secret.split('.');
    const read = (part = '') => JSON.parse(Buffer.from(part, 'base64url'));
    const now = Date.now() / 1000;
    try {
        const { alg, kid } = read(header);
        const { iss, aud, sub, iat, exp } = read(claims);
        return alg === 'ES256' && kid === env.APPLE_KEY_ID && iss === env.APPLE_TEAM
            && aud === 'https://appleid.apple.com' && sub === env.APPLE_CLIENT
            && iat <= now + 1 && exp > now && exp <= iat + 15777000
            && verify('sha256', `${header}.${claims}`, { key: teamKey, dsaEncoding: 'ieee-p1363' },
                Buffer.from(signature, 'base64url')) ? null : 'invalid_client';
    } catch {
        return 'invalid_client';
    }
}

const endpoints = {
    '/.well-known/openid-configuration': (url, req, res) => json(res, {
        issuer, authorization_endpoint: `${issuer}/auth/authorize`,
        token_endpoint: `${issuer}/auth/token`, jwks_uri: `${issuer}/auth/keys`,
        response_modes_supported: ['query', 'fragment', 'form_post'],
        id_token_signing_alg_values_supported: ['RS256'],
        token_endpoint_auth_methods_supported: ['client_secret_post'],
    }),
    '/auth/keys': (url, req, res) => json(res, { keys: [jwk('rsa')] }),
    '/auth/authorize': (url, req, res) => {
        const asked = Object.fromEntries(url.searchParams);
        if (asked.response_mode !== 'form_post' || asked.client_id !== env.APPLE_CLIENT) {
            json(res, { error: 'invalid_request' }, 400);
            return;
        }
        const code = randomBytes(16).toString('hex');
        codes.set(code, asked);
        const fields = { code, state: asked.state, ...(env.APPLE_USER ? { user: env.APPLE_USER } : {}) };
        res.writeHead(200, { 'content-type': 'text/html' }).end(
            `<form method="post" action="${escape(asked.redirect_uri)}">${Object.entries(fields)
                .map(([name, value]) => `<input name="${name}" value="${escape(value)}">`).join('')}</form>`);
    },
    '/auth/token': async (url, req, res) => {
        const form = Object.fromEntries(new URLSearchParams(await readText(req)));
        const asked = codes.get(form.code);
        const refusal = form.client_id === env.APPLE_CLIENT ? objection(form.client_secret) : 'invalid_client';
        codes.delete(form.code);
        if (refusal || !asked || asked.redirect_uri !== form.redirect_uri) {
            json(res, { error: refusal ?? 'invalid_grant' }, 400);
            return;
        }
        const now = Math.floor(Date.now() / 1000);
        json(res, { access_token: randomBytes(16).toString('hex'), token_type: 'Bearer', expires_in: 3600,
            id_token: jws(JSON.stringify({ alg: 'RS256', kid: 'rsa' }), JSON.stringify({ iss: issuer,
                aud: env.APPLE_CLIENT, sub: '001234.abcdef.0123', iat: now, exp: now + 600, nonce: asked.nonce,
                nonce_supported: true, email: 'x@privaterelay.appleid.com', email_verified: true }),
            'RS256', pair('rsa').privateKey) });
    },
};

http.createServer((req, res) => {
    const url = new URL(req.url, issuer);
    (endpoints[url.pathname] ?? (() => json(res, {}, 404)))(url, req, res);
}).listen(env.APPLE_PORT, '127.0.0.1', () => console.log('ready'));

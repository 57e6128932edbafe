// A provider that refuses, and says why, or says a visitor's roles: http://127.0.0.1:PORT/<case> is the issuer of one
// case. What it is asked comes back in its reasons, as those of some providers do.
//
// Environment: PORT. Prints "ready".
import http from 'node:http';
import { createSign, generateKeyPairSync } from 'node:crypto';
import { text as readText } from 'node:stream/consumers';
import './lifetime.mjs';

const here = `http://127.0.0.1:${process.env.PORT}`;
const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const base64url = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
function signed(claims) {
    const text = `${base64url({ alg: 'RS256', kid: 'one' })}.${base64url(claims)}`;
    return `${text}.${createSign('RSA-SHA256').update(text).sign(privateKey, 'base64url')}`;
}

// What a terminal, a line and a reader could be deceived by.
const odd =
    '\u001b[31m\r\nAuthJS: forged "quoted" \\ \u202egnp\u202c \u200b\u2028\u0007\u0085\u00ad \ud83d\ude00';
const refusals = {
    expired: [401, { error: 'invalid_client', error_uri: 'https://login.example.test/error?code=7000222',
        error_description: "AADSTS7000222: The provided client secret keys for app '6d3c' are expired.\r\n" +
            'Trace ID: 11111111-2222-3333-4444-555555555555' }],
    kind: [400, { error: 'nonce_required\u001b[2J\n', error_description: '' }],
    object: [400, { error: { message: 'Error validating client secret.', type: 'OAuthException', code: 1 } }],
    message: [403, { message: '403: Forbidden' }],
    beside: [200, { error: 'bad_verification_code', error_description: 'The code is incorrect.' }],
};
const claims = {
    aud: () => ({ aud: 'somebody-else' }),
    several: () => ({ aud: ['www', 'other'], azp: 'other' }),
    iss: () => ({ iss: `https://evil.test/${odd}` }),
    old: () => ({ exp: 1700000000 }),
    roles: () => ({ name: 'Ada', roles: ['user', 'admin'] }),
    first: () => ({ email: 'ada@example.test', email_verified: true }),
    second: () => ({ sub: 'eve', email: 'ada@example.test', email_verified: true }),
    nonce: () => ({ nonce: 'n0nce-of-another' }),
};

const send = (res, status, body, headers = {}) =>
    res
        .writeHead(status, { 'content-type': 'application/json', ...headers })
        .end(typeof body === 'string' ? body : JSON.stringify(body));

function token(name, body, req, res) {
    const form = new URLSearchParams(body);
    const asked = [...form.values()].join(' ');
    if (refusals[name]) {
        send(res, ...refusals[name]);
    } else if (name === 'hostile') {
        send(res, 400, { error: odd, error_uri: odd, error_description: `${asked} ${odd.repeat(8000)} ${asked}` });
    } else if (name === 'echo') {
        send(res, 400, { error: 'invalid_grant', error_description: `what was sent: ${asked}` });
    } else if (name === 'raw' || name === 'basic') {
        send(res, 400, { error: 'invalid_request', error_description: `got ${body} by ${req.headers.authorization}` });
    } else if (name === 'form') {
        send(res, 400, 'error=incorrect_client_credentials&error_description=The+client_id+is+wrong', {
            'content-type': 'application/x-www-form-urlencoded' });
    } else if (name === 'html') {
        send(res, 502, '<html>\u001b[1mBad gateway', { 'content-type': 'text/html' });
    } else {
        const now = Math.floor(Date.now() / 1000);
        send(res, 200, {
            access_token: 'acc3ss-t0ken',
            token_type: 'bearer',
            id_token: signed({ iss: `${here}/${name}`, aud: 'www', sub: 'ada', iat: now, exp: now + 60,
                ...claims[name]?.() }),
        });
    }
}

http.createServer(async (req, res) => {
    const url = new URL(req.url, here);
    const [, name, ...rest] = url.pathname.split('/');
    const at = (path) => `${here}/${name}/${path}`;
    switch (rest.join('/')) {
        case '.well-known/openid-configuration':
            if (name === 'tenant') {
                send(res, 400, { error: 'invalid_tenant', error_description: "AADSTS90002: Tenant 'x' not found." });
                return;
            }
            send(res, 200, {
                issuer: name === 'issuer' ? `${here}/other` : `${here}/${name}`,
                authorization_endpoint: at('authorize'),
                token_endpoint: at('token?p=B2C_1_signin&key=k3y-of-the-t0ken'),
                userinfo_endpoint: at('userinfo'),
                jwks_uri: at('keys'),
            });
            return;
        case 'token':
            token(name, await readText(req), req, res);
            return;
        case 'keys':
            if (name === 'keys') {
                send(res, 503, { error: 'temporarily_unavailable', error_description: 'The keys are being changed.' });
                return;
            }
            send(res, 200, { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'one', use: 'sig' }] });
            return;
        default:
            send(res, 401, '', {
                'www-authenticate': `Bearer error="invalid_token", error_description="expired: ${req.headers.authorization}"` });
    }
}).listen(process.env.PORT, '127.0.0.1', () => console.log('ready'));

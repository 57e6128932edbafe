// Microsoft Entra ID as it looks from outside: one host, a tenant in every path, and for
// "common" a discovery document with {tenantid} where the tenant belongs. Reached through
// the CONNECT proxy that is started along with it, whatever host is asked for; one of them is
// Microsoft Graph's, which has the photos.
//
// There is no login: a code is the base64url of the id_token's claims, which are completed.
// Environment: ENTRA_PROXY_PORT, ENTRA_PORT (TLS), ENTRA_TLS (directory with entra.pem,
// entra.key). GET /__test/log at the proxy: the paths that were asked for. Prints "ready".
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { text as readText } from 'node:stream/consumers';
import { jwk, jws, pair } from './liar/keys.mjs';

const env = process.env;
const host = 'https://login.microsoftonline.com';
const log = [];
const json = (res, value) =>
    res.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value));

function discovery(tenant, res) {
    json(res, {
        issuer: `${host}/${/^[0-9a-f]/.test(tenant) && tenant !== 'common' ? tenant : '{tenantid}'}/v2.0`,
        authorization_endpoint: `${host}/${tenant}/oauth2/v2.0/authorize`,
        token_endpoint: `${host}/${tenant}/oauth2/v2.0/token`,
        jwks_uri: `${host}/${tenant}/discovery/v2.0/keys`,
        userinfo_endpoint: 'https://graph.microsoft.com/oidc/userinfo',
        id_token_signing_alg_values_supported: ['RS256'],
    });
}

async function token(req, res) {
    const { code } = Object.fromEntries(new URLSearchParams(await readText(req)));
    const now = Math.floor(Date.now() / 1000);
    const claims = { aud: 'entra-client', iat: now, nbf: now, exp: now + 600, sub: 'pairwise',
        name: 'Ada', email: 'ada@example.test', ver: '2.0',
        ...JSON.parse(Buffer.from(code, 'base64url')) };
    json(res, { token_type: 'Bearer', expires_in: 3600, access_token: randomBytes(16).toString('hex'),
        id_token: jws(JSON.stringify({ typ: 'JWT', alg: 'RS256', kid: 'rsa' }), JSON.stringify(claims),
            'RS256', pair('rsa').privateKey) });
}

// Microsoft Graph: who has a token has a photo of 48 or of 96 pixels.
function photo(req, res) {
    const [, size] = /^\/v1\.0\/me\/photos\/(48|96)x\1\/\$value$/.exec(req.url) ?? [];
    if (!size || !/^Bearer [0-9a-f]{32}$/.test(req.headers.authorization)) return res.writeHead(404).end();
    return res.writeHead(200, { 'content-type': 'image/jpeg' }).end(`photo ${size}`);
}

const tls = { cert: readFileSync(`${env.ENTRA_TLS}/entra.pem`), key: readFileSync(`${env.ENTRA_TLS}/entra.key`) };
const server = https.createServer(tls, (req, res) => {
    if (req.headers.host === 'graph.microsoft.com') return photo(req, res);
    const [, tenant, ...rest] = req.url.split('/');
    log.push(req.url);
    switch (rest.join('/')) {
    case 'v2.0/.well-known/openid-configuration': return discovery(tenant, res);
    case 'discovery/v2.0/keys': return json(res, { keys: [jwk('rsa', { issuer: `${host}/{tenantid}/v2.0` })] });
    case 'oauth2/v2.0/token': return token(req, res);
    default: return res.writeHead(404).end();
    }
});
const proxy = http.createServer((req, res) => json(res, log));
proxy.on('connect', (req, socket, head) => {
    const upstream = net.connect(env.ENTRA_PORT, '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
        upstream.write(head);
        upstream.pipe(socket).pipe(upstream);
    });
    upstream.on('error', () => socket.destroy());
    socket.on('error', () => upstream.destroy());
});
server.listen(env.ENTRA_PORT, '127.0.0.1', () =>
    proxy.listen(env.ENTRA_PROXY_PORT, '127.0.0.1', () => console.log('ready')));

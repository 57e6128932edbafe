// A provider that says what it is told to: an OpenID Provider and a plain OAuth 2 server in
// one. There is no login: a code is the base64url of {claims, emails, status, token}, and so is
// the access token, which may come in a header, the query or at the end of a path. The id_token
// has the claims, completed; the token answer the members of token; whatever ends in /emails
// answers with emails, or with the status; any other path with the claims as they are, signed
// where only that is accepted, unless unsigned says otherwise: completed by the members of of, or
// with another signature (spoil).
//
// Environment: PORT. Any client, any redirect URI. Prints "ready".
import http from 'node:http';
import { text as readText } from 'node:stream/consumers';
import { jwk, jws, pair } from './liar/keys.mjs';
import './lifetime.mjs';

const issuer = `http://127.0.0.1:${process.env.PORT}`;
const json = (res, value, status = 200) =>
    res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
const read = (code) => JSON.parse(Buffer.from(code, 'base64url'));
const clientOf = (req, body) =>
    body.client_id ??
    decodeURIComponent(Buffer.from(req.headers.authorization.slice(6), 'base64').toString().split(':')[0]);

const sign = (claims) =>
    jws(JSON.stringify({ typ: 'JWT', alg: 'RS256', kid: 'rsa' }), JSON.stringify(claims), 'RS256',
        pair('rsa').privateKey);

async function token(req, res) {
    const body = Object.fromEntries(new URLSearchParams(await readText(req)));
    const now = Math.floor(Date.now() / 1000);
    const said = read(body.code);
    const claims = {
        iss: issuer,
        aud: clientOf(req, body),
        iat: now,
        exp: now + 600,
        sub: 'subject',
        ...said.claims,
    };
    json(res, { token_type: 'Bearer', access_token: body.code, id_token: sign(claims), ...said.token });
}

function tokenOf(req) {
    const url = new URL(req.url, issuer);
    return (
        req.headers.authorization?.replace('Bearer ', '') ??
        url.searchParams.get('access_token') ??
        url.searchParams.get('oauth_token') ??
        url.pathname.split('/').pop()
    );
}

http.createServer((req, res) => {
    const said = () => read(tokenOf(req));
    const path = req.url.split('?')[0];
    if (path === '/.well-known/openid-configuration') {
        json(res, {
            issuer,
            authorization_endpoint: `${issuer}/authorize`,
            token_endpoint: `${issuer}/token`,
            userinfo_endpoint: `${issuer}/userinfo`,
            jwks_uri: `${issuer}/jwks`,
            id_token_signing_alg_values_supported: ['RS256'],
        });
    } else if (path === '/jwks') {
        json(res, { keys: [jwk('rsa')] });
    } else if (path.endsWith('token')) {
        token(req, res);
    } else if (path.endsWith('/emails')) {
        json(res, said().emails ?? [], said().status);
    } else if (req.headers.accept === 'application/jwt' && !said().unsigned) {
        const { claims, of, spoil } = said();
        const signed = sign({ iss: issuer, aud: 'client', sub: 'subject', ...claims, ...of });
        res.writeHead(200, { 'content-type': 'application/jwt' }).end(spoil ? `${signed.slice(0, -8)}AAAAAAAA` : signed);
    } else {
        json(res, said().claims);
    }
}).listen(process.env.PORT, '127.0.0.1', () => console.log('ready'));

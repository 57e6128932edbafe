// Issuers that say what they are told to: http://127.0.0.1:PORT/<base64url of JSON> is one. Its discovery
// document is a sound one, over which the JSON is laid (null takes a member away); members that begin with $
// are no part of it:
//   $clock     seconds that its clock (Date) is ahead          $age      seconds of the header Age
//   $status    of the document                                 $location a redirect
//   $text      instead of the document                         $pad      so many bytes more
//   $hang      true: it never answers                          $keys     the set of keys
// PORT is where it listens. Prints "ready".
import http from 'node:http';
import { generateKeyPairSync } from 'node:crypto';
import './lifetime.mjs';

const port = process.env.PORT;
const key = { ...generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' }), kid: 'k', use: 'sig' };

http.createServer((req, res) => {
    const [, name, path] = /^\/([\w-]*)(.*)$/.exec(req.url);
    const told = JSON.parse(Buffer.from(name, 'base64url').toString() || '{}');
    const issuer = `http://127.0.0.1:${port}/${name}`;
    const document = {
        issuer,
        authorization_endpoint: `${issuer}/authorize`,
        token_endpoint: `${issuer}/token`,
        userinfo_endpoint: `${issuer}/userinfo`,
        jwks_uri: `${issuer}/jwks`,
        response_types_supported: ['code'],
        response_modes_supported: ['query', 'form_post'],
        scopes_supported: ['openid', 'profile', 'email'],
        code_challenge_methods_supported: ['S256'],
        id_token_signing_alg_values_supported: ['RS256', 'ES256'],
        token_endpoint_auth_methods_supported: ['client_secret_basic'],
    };
    for (const [member, value] of Object.entries(told)) {
        if (member.startsWith('$')) continue;
        if (value === null) delete document[member];
        else document[member] = value;
    }
    const headers = { 'content-type': 'application/json', date: new Date(Date.now() + 1000 * (told.$clock ?? 0)).toUTCString() };
    if (told.$age) headers.age = told.$age;
    if (told.$location) headers.location = told.$location;
    if (told.$hang) return;
    if (path === '/jwks') {
        res.writeHead(200, headers).end(JSON.stringify(told.$keys ?? { keys: [key] }));
    } else if (path === '/.well-known/openid-configuration') {
        res.writeHead(told.$status ?? 200, headers);
        res.end((told.$text ?? JSON.stringify(document)) + ' '.repeat(told.$pad ?? 0));
    } else {
        res.writeHead(404, headers).end();
    }
}).listen(port, '127.0.0.1', () => console.log('ready'));

// provider.mjs PORT TLS_PORT KEY CERT CLIENT_ID: an OpenID Provider that has nothing to
// decide, so that a sign-in costs it little: its code is the nonce, its user always the same
// one. An id_token without a nonce is signed once a second.
import { createHash, createSign, generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';

const [port, tlsPort, keyFile, certFile, clientId] = process.argv.slice(2);
const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'one', alg: 'RS256', use: 'sig' };
const user = { sub: '1234567', name: 'Jane Benchmark', email: 'visitor@example.com',
  email_verified: true, picture: 'https://avatars.example.com/u/1234567?v=4' };
const base64 = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
const header = base64({ alg: 'RS256', kid: 'one' });
const plain = {};

function sign(issuer, now, nonce) {
  const text = `${header}.${base64({ iss: issuer, aud: clientId, iat: now, exp: now + 3600,
    ...(nonce && { nonce }), ...user })}`;
  return `${text}.${createSign('sha256').update(text).sign(privateKey, 'base64url')}`;
}

function idToken(issuer, nonce) {
  const now = Math.floor(Date.now() / 1000);
  if (nonce) return sign(issuer, now, nonce);
  if (plain[issuer]?.now !== now) plain[issuer] = { now, token: sign(issuer, now) };
  return plain[issuer].token;
}

const discovery = (issuer) => ({
  issuer,
  authorization_endpoint: `${issuer}/auth`, token_endpoint: `${issuer}/token`,
  jwks_uri: `${issuer}/jwks`, userinfo_endpoint: `${issuer}/me`,
  response_types_supported: ['code'], subject_types_supported: ['public'],
  id_token_signing_alg_values_supported: ['RS256'],
  token_endpoint_auth_methods_supported: ['client_secret_basic'],
  code_challenge_methods_supported: ['S256'],
});

async function answer(issuer, req) {
  const path = req.url.split('?')[0];
  if (path === '/token') {
    let body = '';
    for await (const chunk of req) body += chunk;
    const code = new URLSearchParams(body).get('code');
    return { access_token: createHash('sha256').update(code).digest('hex'),
      token_type: 'Bearer', expires_in: 3600,
      id_token: idToken(issuer, code === 'none' ? null : code) };
  }
  if (path === '/jwks') return { keys: [jwk] };
  if (path === '/me') return user;
  const metadata = discovery(issuer);
  // mod_auth_openidc asks for userinfo wherever it is offered; the others do not.
  if (req.url.endsWith('?lean')) delete metadata.userinfo_endpoint;
  return metadata;
}

function handler(issuer) {
  return async (req, res) => {
    const text = JSON.stringify(await answer(issuer, req));
    res.writeHead(200, { 'content-type': 'application/json',
      'content-length': Buffer.byteLength(text) }).end(text);
  };
}

const tls = { key: readFileSync(keyFile), cert: readFileSync(certFile) };
for (const server of [
  http.createServer(handler(`http://localhost:${port}`)).listen(port, '127.0.0.1'),
  https.createServer(tls, handler(`https://localhost:${tlsPort}`)).listen(tlsPort, '127.0.0.1'),
]) server.keepAliveTimeout = 65000;

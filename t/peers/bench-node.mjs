// bench-node.mjs PORT SECRET FILE ISSUER CLIENT_SECRET: a file behind Auth.js's getToken,
// and Auth.js's endpoints below /auth, on node:http.
import http from 'node:http';
import { readFileSync } from 'node:fs';
import { Auth } from '@auth/core';
import { getToken } from '@auth/core/jwt';

const [port, secret, file, issuer, clientSecret] = process.argv.slice(2);
const body = readFileSync(file);
const config = {
  secret, trustHost: true, basePath: '/auth',
  providers: [{ id: 'op', name: 'op', type: 'oidc', issuer, clientId: 'basic', clientSecret }],
};

async function readAll(stream) {
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function endpoint(req, res) {
  const answer = await Auth(new Request(`http://127.0.0.1:${port}${req.url}`, {
    method: req.method, headers: req.headers,
    body: req.method === 'POST' ? await readAll(req) : undefined,
  }), config);
  const headers = Object.fromEntries(answer.headers);
  headers['set-cookie'] = answer.headers.getSetCookie();
  res.writeHead(answer.status, headers).end(Buffer.from(await answer.arrayBuffer()));
}

async function protectedFile(req, res) {
  const token = await getToken({ req, secret, secureCookie: false }).catch(() => null);
  if (token?.sub) {
    res.writeHead(200, { 'content-type': 'text/plain', 'content-length': body.length }).end(body);
  } else {
    res.writeHead(401).end();
  }
}

const server = http.createServer((req, res) =>
  (req.url.startsWith('/auth/') ? endpoint : protectedFile)(req, res));
server.keepAliveTimeout = 65000;
server.listen(Number(port), '127.0.0.1');

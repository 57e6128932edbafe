// A service that AuthJSCallback and AuthJSEvent ask, well-behaved and otherwise: the path says
// how it answers. Who asks is checked with the example of the manual.
//
// Environment: PORT; HOOKS_TLS_PORT and HOOKS_TLS, a directory with srv.pem and srv.key;
// HOOKS_VERIFY, the manual's verify.mjs; HOOKS_SECRET. Prints "ready".
//
//   GET  /seen     {connections, questions: [{path, signature, body, type}]} since it was asked last
//   POST /...      see answers
import fs from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import './lifetime.mjs';

const env = process.env;
const { verify } = await import(env.HOOKS_VERIFY);

let seen = [];
let sockets = new Set();
let last = 'none';

const send = (res, status, headers, body = '') => {
    res.writeHead(status, headers);
    res.end(body);
};
const text = (res, body, type = 'application/json') => send(res, 200, { 'Content-Type': type }, body);
const json = (res, value) => text(res, JSON.stringify(value), 'application/json; charset=utf-8');
const value = (of) => (res, q) => json(res, { id: q.id, value: of(q) });

const answers = {
    '/true': value(() => true),
    '/false': value(() => false),
    '/null': value(() => null),
    '/undefined': (res, q) => json(res, { id: q.id }),
    '/url': value(() => 'https://other.example.com/welcome'),
    '/role': value(({ params }) => ({ ...(params.token ?? params.session), role: 'admin' })),
    '/member': value(({ params: { session, token } }) =>
        ({ ...session, user: { ...session.user, id: token.sub, list: [1, { a: 'b' }] }, expires: '2099' })),
    '/params': value(({ params }) => params),
    '/long': value(() => ({ text: 'x'.repeat(60000) })),
    '/error': (res, q) => json(res, { id: q.id, error: 'no \u001b[31mway\n' }),
    '/code': (res, q) => json(res, { id: q.id, error: 'locked', code: 'account_locked' }),
    '/empty': (res) => send(res, 204, {}),

    '/slow': async (res, q) => (await sleep(3000), json(res, { id: q.id, value: true })),
    '/drip': async (res, q) => {
        res.writeHead(200, { 'Content-Type': 'application/json' });
        for (const c of JSON.stringify({ id: q.id, value: true })) {
            res.write(c);
            await sleep(100);
        }
        res.end();
    },
    '/redirect': (res) => send(res, 302, { Location: '/true' }),
    '/repeat': (res) => send(res, 307, { Location: '/true' }),
    '/large': (res, q) => text(res, JSON.stringify({ id: q.id, value: 'x'.repeat(10_000_000) })),
    '/larger': (res, q) => text(res, JSON.stringify({ id: q.id, value: 'x'.repeat(65536) })),
    '/text': (res) => text(res, 'true', 'text/plain'),
    '/plain': (res, q) => text(res, JSON.stringify({ id: q.id, value: true }), 'text/plain'),
    '/untyped': (res, q) => send(res, 200, {}, JSON.stringify({ id: q.id, value: true })),
    '/bare': (res) => text(res, 'true'),
    '/array': (res) => text(res, '[true]'),
    '/html': (res) => text(res, '<!doctype html><title>Sign in to the network</title>', 'text/html'),
    '/half': (res, q) => text(res, `{"id":"${q.id}","value":tr`),
    '/twice': (res, q) => text(res, `{"id":"${q.id}","value":false,"value":true}`),
    '/deep': (res, q) => text(res, `{"id":"${q.id}","value":${'['.repeat(100)}${']'.repeat(100)}}`),
    '/bytes': (res, q) => text(res, Buffer.from(`{"id":"${q.id}","value":"\xff"}`, 'latin1')),
    '/anonymous': (res) => json(res, { value: true }),
    '/other': (res, q) => json(res, { id: last === 'none' ? 'x'.repeat(32) : last, value: true }),
    '/number': (res) => json(res, { id: 1, value: true }),
    '/both': (res, q) => json(res, { id: q.id, value: true, error: 'no' }),
    '/odd': (res, q) => json(res, { id: q.id, error: true }),
    '/zipped': (res, q) => send(res, 200, { 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' },
        JSON.stringify({ id: q.id, value: true })),
    '/closed': (res) => res.socket.destroy(),
    '/cut': (res, q) => {
        res.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': 1000 });
        res.write(JSON.stringify({ id: q.id, value: true }), () => res.socket.destroy());
    },
    '/500': (res, q) => send(res, 500, { 'Content-Type': 'application/json' },
        JSON.stringify({ id: q.id, value: true })),
    '/created': (res, q) => send(res, 201, { 'Content-Type': 'application/json' },
        JSON.stringify({ id: q.id, value: true })),
};

async function serve(req, res) {
    const path = req.url.replace(/\?.*/, '');
    if (path === '/seen') {
        json(res, { connections: sockets.size, questions: seen });
        seen = [];
        sockets = new Set();
        return;
    }
    sockets.add(req.socket);
    const body = await buffer(req);
    const signature = req.headers['x-authjs-signature'];
    seen.push({ path: req.url, signature, body: body.toString(), type: req.headers['content-type'] });
    const question = verify(signature, body, env.HOOKS_SECRET);
    if (!question || req.method !== 'POST') {
        send(res, 401, {});
        return;
    }
    await (answers[path] ?? ((r) => send(r, 404, {})))(res, question);
    last = question.id;
}

const listen = (server, port) => new Promise((done) => server.listen(port, '127.0.0.1', done));
await listen(http.createServer(serve), env.PORT);
if (env.HOOKS_TLS_PORT) {
    const [cert, key] = ['srv.pem', 'srv.key'].map((name) => fs.readFileSync(`${env.HOOKS_TLS}/${name}`));
    await listen(https.createServer({ cert, key }, serve), env.HOOKS_TLS_PORT);
}
console.log('ready');

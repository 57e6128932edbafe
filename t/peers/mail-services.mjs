// Mail services that take mails by HTTP: one TLS server that plays all of them, keeps what it is
// asked, and answers as it is told. And Auth.js's own providers, with what they would ask.
//
// Environment: PORT (control, HTTP), SERVICE_PORT (TLS), SERVICE_CERT, SERVICE_KEY. Prints "ready".
//
//   GET    /requests   [{connection, method, url, headers, body, fields}] since it was asked last;
//                      fields: [[name, value]] of a form or multipart body
//   PUT    /answer     {status, body, headers, delay, drop}: what is answered from now on
//   POST   /authjs     {id, config, identifier, url}: {method, url, headers, body, fields} that
//                      sendVerificationRequest of @auth/core/providers/ID asks, or {error}
import http from 'node:http';
import https from 'node:https';
import { readFileSync } from 'node:fs';
import { buffer, json as readJson } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import './lifetime.mjs';

const env = process.env;
let requests = [];
let answer = {};
let connections = 0;

/** A request as it is compared. */
async function describe({ method, url, headers, body }) {
    const type = headers['content-type'] ?? '';
    const isForm = /^(?:multipart\/form-data|application\/x-www-form-urlencoded)/.test(type);
    const form = isForm && (await new Response(body, { headers: { 'content-type': type } }).formData());
    return { method, url, headers, body: body.toString(), fields: form ? [...form.entries()] : null };
}

/** What a provider of Auth.js asks, without a network. */
async function ask({ id, config, identifier, url }) {
    const { default: create } = await import(`@auth/core/providers/${id}`);
    const { options, ...usual } = create(config);
    let asked;
    globalThis.fetch = async (...args) => {
        const request = new Request(...args);
        asked = await describe({
            method: request.method,
            url: request.url,
            headers: Object.fromEntries(request.headers),
            body: Buffer.from(await request.arrayBuffer()),
        });
        return new Response('{}');
    };
    const provider = { ...usual, ...options };
    await provider.sendVerificationRequest({
        identifier, url, provider, theme: {}, token: 'unused', expires: new Date(), request: new Request(url),
    });
    return asked;
}

const service = https.createServer(
    { cert: readFileSync(env.SERVICE_CERT), key: readFileSync(env.SERVICE_KEY) },
    async (request, response) => {
        const { method, headers, socket } = request;
        const url = `https://${headers.host}${request.url}`;
        const body = await buffer(request);
        requests.push({ connection: socket.number, ...(await describe({ method, url, headers, body })) });
        const { status = 200, body: said = '{}', headers: more = {}, delay = 0, drop } = answer;
        await sleep(delay);
        if (drop) {
            socket.destroy();
        } else {
            response.writeHead(status, { 'content-type': 'application/json', ...more }).end(said.replace('{body}', body.toString()));
        }
    },
);
service.on('secureConnection', (socket) => {
    socket.number = ++connections;
});

const control = {
    'GET /requests': () => requests.splice(0),
    'PUT /answer': async (request) => {
        answer = await readJson(request);
    },
    'POST /authjs': async (request) => ask(await readJson(request)).catch((error) => ({ error: error.message })),
};
service.listen(env.SERVICE_PORT, '127.0.0.1', () => {
    http.createServer(async (request, response) => {
        const value = await control[`${request.method} ${request.url}`](request);
        response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value ?? null));
    }).listen(env.PORT, '127.0.0.1', () => console.log('ready'));
});

// An API that answers as it is told to and remembers how it was asked. There is no login: a
// code is the base64url of {token, api}: what the token endpoint (whoever is sent a grant_type)
// answers, and for each other path ("*": any) how it answers, until the next code comes:
// {json | text | size | hex, status, type, wait}. size: so many bytes of it.
//
// Environment: PORT; MECHANISMS_TLS_PORT, MECHANISMS_TLS (directory with all.pem, all.key): the
// same by TLS. GET /__log: the requests since the last time, as JSON. Prints "ready".
import http from 'node:http';
import https from 'node:https';
import { readFileSync } from 'node:fs';
import { text as readText } from 'node:stream/consumers';
import './lifetime.mjs';

let log = [];
let told = { api: {} };
const body = ({ json, text, size, hex }) =>
    hex !== undefined ? Buffer.from(hex, 'hex') : size ? Buffer.alloc(size, 'a') : (text ?? JSON.stringify(json));

function answer(res, how) {
    if (!how) return res.writeHead(404).end();
    const send = () =>
        res.writeHead(how.status ?? 200, { 'content-type': how.type ?? 'application/json', ...how.headers })
            .end(body(how));
    return how.wait ? setTimeout(send, how.wait) : send();
}

const env = process.env;

async function serve(req, res) {
    if (req.url === '/__log') {
        const said = JSON.stringify(log);
        log = [];
        return res.end(said);
    }
    const asked = { method: req.method, url: req.url, headers: req.headers, body: await readText(req) };
    log.push(asked);
    const path = req.url.split('?')[0];
    if (asked.body.includes('grant_type=')) {
        const code = new URLSearchParams(asked.body).get('code');
        if (code) told = JSON.parse(Buffer.from(code, 'base64url'));
        return answer(res, told.token.api ?? { json: told.token });
    }
    return answer(res, told.api[path] ?? told.api['*']);
}

http.createServer(serve).listen(env.PORT, '127.0.0.1', () => {
    if (!env.MECHANISMS_TLS) return console.log('ready');
    const tls = { cert: readFileSync(`${env.MECHANISMS_TLS}/all.pem`), key: readFileSync(`${env.MECHANISMS_TLS}/all.key`) };
    https.createServer(tls, serve).listen(env.MECHANISMS_TLS_PORT, '127.0.0.1', () => console.log('ready'));
});


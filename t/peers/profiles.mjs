// A plain OAuth 2 provider whose profiles nobody would expect, and a service that callbacks ask
// about them. The parameter `profile` of the authorization request names the profile.
//
// Environment: PORT. POST /hook answers signIn with profile.allowed === true; GET /asked: the
// parameters it was given since it was asked last. GET /profiles: the names. Prints "ready".
import http from 'node:http';
import { buffer } from 'node:stream/consumers';
import './lifetime.mjs';

const who = '"id":1,"name":"signIn-false","email":"odd@example.test"';
const members = Array.from({ length: 10000 }, (_, i) => `"member${i}":${i}`).join();
const nested = (depth) => `{${who},"deep":${'['.repeat(depth)}${']'.repeat(depth)}}`;
const profiles = {
    honest: '{"id":2,"name":"Honest","email":"honest@example.test","allowed":true}',
    members: `{${who},${members}}`,
    prototype: `{${who},"__proto__":{"allowed":true},"constructor":{"prototype":{"allowed":true}}}`,
    dots: `{${who},"profile.allowed":true,"user.role":"admin","":{"allowed":true},".":1,"a.b":"dotted","a":{"b":"nested"}}`,
    pointers: `{${who},"/allowed":true,"~1allowed":true,"%{AUTHJS:profile.allowed}":true}`,
    controls: `{${who},"bio":"\\u001b[31m\\r\\nSet-Cookie: a=b\\u007f","%0a":"%s%n"}`,
    noncharacters: `{${who},"bio":"\\ufffe\\uffff\\u202e"}`,
    text: `{${who},"allowed":"true"}`,
    one: `{${who},"allowed":1}`,
    array: `{${who},"allowed":[true]}`,
    numbers: `{${who},"n":[9223372036854775807,-9223372036854775808,0.1,1e308,5e-324]}`,
    nul: `{${who},"bio":"a\\u0000b"}`,
    nultrue: '{"id":2,"name":"signIn-false","email":"odd@example.test","allowed":"true\\u0000x"}',
    nulname: `{${who},"allowed\\u0000x":true}`,
    surrogate: `{${who},"bio":"\\ud800"}`,
    depth: nested(500),
    depths: nested(100000),
    twice: `{${who},"allowed":false,"allowed":true}`,
    raw: `{${who},"bio":"\u001b"}`,
    latin1: Buffer.from(`{${who},"bio":"\xff\xfe"}`, 'latin1'),
    overlong: Buffer.from(`{${who},"bio":"\xc0\xaf"}`, 'latin1'),
    infinity: `{${who},"n":1e999}`,
    nan: `{${who},"n":NaN}`,
    list: `[{${who}}]`,
    nothing: 'null',
    large: `{${who},"bio":"${'x'.repeat(2_000_000)}"}`,
};
let asked = [];

http.createServer(async (req, res) => {
    const url = new URL(req.url, 'http://localhost');
    const body = await buffer(req);
    const json = (text) => {
        res.writeHead(200, { 'Content-Type': 'application/json' });
        res.end(text);
    };
    if (url.pathname === '/authorize') {
        const back = new URL(url.searchParams.get('redirect_uri'));
        back.searchParams.set('code', url.searchParams.get('profile'));
        back.searchParams.set('state', url.searchParams.get('state'));
        res.writeHead(302, { Location: back.href }).end();
    } else if (url.pathname === '/token') {
        const code = new URLSearchParams(body.toString()).get('code');
        json(JSON.stringify({ access_token: code, token_type: 'bearer' }));
    } else if (url.pathname === '/userinfo') {
        json(profiles[req.headers.authorization.replace(/^Bearer /, '')]);
    } else if (url.pathname === '/hook') {
        const { id, params } = JSON.parse(body);
        asked.push(params);
        json(JSON.stringify({ id, value: params.profile.allowed === true }));
    } else if (url.pathname === '/asked') {
        json(JSON.stringify(asked));
        asked = [];
    } else {
        json(JSON.stringify(Object.keys(profiles)));
    }
}).listen(process.env.PORT, '127.0.0.1', () => console.log('ready'));

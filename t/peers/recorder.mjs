// Auth.js with callbacks that write down what they are given and answer as Auth.js itself
// would: the reference for the parameters of ours.
//
// Environment: that of authjs.mjs; DATABASE_URL: users in PostgreSQL by @auth/pg-adapter;
// STRATEGY: jwt or database. GET /calls: the calls since it was asked last, one line of JSON
// ["name",{params}] each. Prints "ready".
import http from 'node:http';
import PostgresAdapter from '@auth/pg-adapter';
import pg from 'pg';
import './lifetime.mjs';
import { configuration, listener } from './authjs.mjs';

const env = process.env;
let calls = [];

/** A function that writes down its parameters and answers what value makes of them. */
const recorded = (name, value) => (params) => {
    calls.push(JSON.stringify([name, params]));
    return value?.(params);
};
const events = ['signIn', 'signOut', 'createUser', 'updateUser', 'linkAccount', 'session'];
const adapter = env.DATABASE_URL && PostgresAdapter(new pg.Pool({ connectionString: env.DATABASE_URL }));
const handle = listener(env.AUTHJS_ORIGIN, {
    ...(await configuration()),
    ...(adapter ? { adapter } : {}),
    session: { strategy: env.STRATEGY },
    callbacks: {
        signIn: recorded('signIn', () => true),
        redirect: recorded('redirect', ({ url, baseUrl }) => {
            if (url.startsWith('/')) {
                return baseUrl + url;
            }
            return new URL(url).origin === baseUrl ? url : baseUrl;
        }),
        jwt: recorded('jwt', ({ token }) => token),
        session: recorded('session', ({ session }) => session),
    },
    events: Object.fromEntries(events.map((name) => [name, recorded(`events.${name}`)])),
});

http.createServer({ maxHeaderSize: 65536 }, (req, res) => {
    if (req.url === '/calls') {
        res.end(calls.join('\n'));
        calls = [];
        return;
    }
    handle(req, res).catch((error) => {
        console.error(error);
        res.writeHead(500).end();
    });
}).listen(env.AUTHJS_PORT, '127.0.0.1', () => console.log('ready'));

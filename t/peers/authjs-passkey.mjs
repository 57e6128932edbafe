// Auth.js's own WebAuthn (npm @auth/core) over an adapter in memory, to be asked the same as httpd;
// or over @auth/drizzle-adapter on PostgreSQL, to share its database.
// Environment: AUTHJS_PORT, AUTHJS_SECRET, DATABASE_URL. Prints "ready" when it listens.
import http from 'node:http';
import Passkey from '@auth/core/providers/passkey';
import WebAuthn from '@auth/core/providers/webauthn';
import { DrizzleAdapter } from '@auth/drizzle-adapter';
import { drizzle } from 'drizzle-orm/node-postgres';
import pg from 'pg';
import { listener } from './authjs.mjs';
import './lifetime.mjs';

const users = [], accounts = [], authenticators = [];
const find = (list, wanted) =>
    list.find((one) => Object.entries(wanted).every(([name, value]) => one[name] === value)) ?? null;
const keep = (list, row) => (list.push(row), row);

const memory = {
    createUser: (user) => keep(users, { ...user, id: crypto.randomUUID() }),
    getUser: (id) => find(users, { id }),
    getUserByEmail: (email) => find(users, { email }),
    getUserByAccount: (account) => find(users, { id: find(accounts, account)?.userId }),
    updateUser: (user) => Object.assign(find(users, { id: user.id }), user),
    linkAccount: (account) => keep(accounts, account),
    getAccount: (providerAccountId, provider) => find(accounts, { providerAccountId, provider }),
    getAuthenticator: (credentialID) => find(authenticators, { credentialID }),
    createAuthenticator: (row) => keep(authenticators, row),
    listAuthenticatorsByUserId: (userId) => authenticators.filter((row) => row.userId === userId),
    updateAuthenticatorCounter: (credentialID, counter) =>
        Object.assign(find(authenticators, { credentialID }), { counter }),
};

const port = Number(process.env.AUTHJS_PORT);
const handle = listener(`http://localhost:${port}`, {
    secret: process.env.AUTHJS_SECRET,
    basePath: '/auth',
    trustHost: true,
    session: { strategy: 'jwt' },
    adapter: process.env.DATABASE_URL
        ? DrizzleAdapter(drizzle(new pg.Pool({ connectionString: process.env.DATABASE_URL })))
        : memory,
    experimental: { enableWebAuthn: true },
    // It takes one provider with autofill.
    providers: [Passkey, WebAuthn({ enableConditionalUI: false })],
});
http.createServer((req, res) => {
    handle(req, res).catch((error) => {
        console.error(error);
        res.writeHead(500).end();
    });
}).listen(port, '127.0.0.1', () => console.log('ready'));

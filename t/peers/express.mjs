// An application with @auth/express, sessions in PostgreSQL through @auth/pg-adapter: what
// httpd shares one sign-in with. GET /me shows who the visitor is, or 401.
//
// Environment:
//   PORT            where to listen on 127.0.0.1; clients reach it as localhost
//   DATABASE_URL    postgresql://...
//   AUTH_SECRET     the same as httpd's
//   OP              issuer of op.mjs, whose client "basic" is the provider "op"
//   SMTP            with it there is the provider "nodemailer": where its mails go
// Prints "ready" when it listens.
import express from 'express';
import { ExpressAuth, getSession } from '@auth/express';
import Nodemailer from '@auth/express/providers/nodemailer';
import PostgresAdapter from '@auth/pg-adapter';
import pg from 'pg';
import './lifetime.mjs';

const { PORT, DATABASE_URL, AUTH_SECRET, OP, SMTP } = process.env;

const config = {
    secret: AUTH_SECRET,
    trustHost: true,
    basePath: '/auth',
    adapter: PostgresAdapter(new pg.Pool({ connectionString: DATABASE_URL })),
    session: { strategy: 'database' },
    providers: [
        {
            id: 'op',
            name: 'OP',
            type: 'oidc',
            issuer: OP,
            clientId: 'basic',
            clientSecret: 'basic-secret-0123456789abcdefghijklmnopqrstuvwxyz',
            checks: ['pkce', 'state', 'nonce'],
        },
        ...(SMTP ? [Nodemailer({ server: SMTP, from: 'node@example.test' })] : []),
    ],
    callbacks: {
        session: ({ session, user }) => ({
            ...session,
            user: { ...session.user, id: String(user.id) },
        }),
    },
};

const app = express();
app.use(/^\/auth\/(.*)/, ExpressAuth(config)); // it takes the base path from the group
app.get('/me', async (request, response) => {
    const session = await getSession(request, config);
    response.status(session ? 200 : 401).json(session);
});
app.listen(PORT, '127.0.0.1', () => console.log('ready'));

// The reference: Auth.js itself (npm @auth/core) on a plain Node.js HTTP server, with the
// providers, the secret and the base path of the httpd it is compared with.
//
// Providers: op (oidc, AUTHJS_OP), github (oauth, AUTHJS_GITHUB), credentials (demo/demo),
// one for each client named in AUTHJS_OP_CLIENTS (ids are op.mjs's client ids), and one for
// each case of the lying provider (AUTHJS_LIAR; ids are liar.mjs's case names).
//
// Environment:
//   AUTHJS_PORT     where to listen on 127.0.0.1
//   AUTHJS_ORIGIN   how clients reach it (default http://localhost:PORT)
//   AUTHJS_SECRET   comma list, newest first
//   AUTHJS_OP, AUTHJS_OP_CLIENTS, AUTHJS_GITHUB, AUTHJS_LIAR   base URLs and lists as above
//   AUTHJS_OPTIONS  JSON laid over the configuration (pages, theme, session, cookies,
//                   useSecureCookies, basePath, ...)
//   AUTHJS_CALLBACKS   a module that exports callbacks
//   AUTHJS_VERBOSE=1  Auth.js's own log to stderr
// Prints "ready" when it listens.
import http from 'node:http';
import { createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Auth } from '@auth/core';
import { pathToFileURL } from 'node:url';

const env = process.env;
const list = (text) =>
    (text ?? '')
        .split(',')
        .map((s) => s.trim())
        .filter(Boolean);
const secretOf = (client) =>
    `${client}-secret-0123456789abcdefghijklmnopqrstuvwxyz${client === 'hs512' ? '-abcdefghijklmnop' : ''}`;

const credentials = {
    id: 'credentials',
    name: 'Credentials',
    type: 'credentials',
    credentials: {
        username: { label: 'Username' },
        password: { label: 'Password', type: 'password' },
    },
    authorize: ({ username, password }) =>
        username === 'demo' && password === 'demo'
            ? { id: 'demo', name: 'demo' }
            : null,
};

const AUTH_METHODS = {
    post: 'client_secret_post',
    csjwt: 'client_secret_jwt',
    public: 'none',
    'pkjwt-es': 'private_key_jwt',
    'pkjwt-rs': 'private_key_jwt',
    'pkjwt-ed': 'private_key_jwt',
};
const IMPORT = {
    'pkjwt-es': { name: 'ECDSA', namedCurve: 'P-256' },
    'pkjwt-ed': { name: 'Ed25519' },
    'pkjwt-rs': { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
};
const ID_TOKEN_ALG = /^(?:rs|ps|es|hs)(?:256|384|512)$/;

async function privateKey(client) {
    const pem = readFileSync(`${env.OP_KEYS}/${client}.pem`);
    const der = createPrivateKey(pem).export({ type: 'pkcs8', format: 'der' });
    return {
        kid: client,
        key: await crypto.subtle.importKey('pkcs8', der, IMPORT[client], false, ['sign']),
    };
}

async function opClient(id, client) {
    const method = AUTH_METHODS[client] ?? 'client_secret_basic';
    const alg = ID_TOKEN_ALG.test(client) ? client.toUpperCase() : undefined;
    return {
        id,
        name: `OP ${id}`,
        type: 'oidc',
        issuer: env.AUTHJS_OP,
        clientId: client,
        ...(method === 'none' || method === 'private_key_jwt'
            ? {}
            : {
                  clientSecret: client === 'odd' ? 'p%20:+&=/ ~"secret<>?' : secretOf(client),
              }),
        ...(method === 'private_key_jwt'
            ? { token: { clientPrivateKey: await privateKey(client) } }
            : {}),
        ...(client === 'formpost'
            ? { authorization: { params: { response_mode: 'form_post' } } }
            : {}),
        ...(client === 'signeduserinfo' ? { idToken: false } : {}),
        client: {
            token_endpoint_auth_method: method,
            ...(alg ? { id_token_signed_response_alg: alg } : {}),
            ...(client === 'eddsa' ? { id_token_signed_response_alg: 'EdDSA' } : {}),
            ...(client === 'ed25519' ? { id_token_signed_response_alg: 'Ed25519' } : {}),
            ...(client === 'signeduserinfo' ? { userinfo_signed_response_alg: 'ES256' } : {}),
        },
        checks: client === 'formpost' ? ['state', 'nonce'] : ['pkce', 'state', 'nonce'],
    };
}

function github(base) {
    return {
        id: 'github',
        name: 'GitHub',
        type: 'oauth',
        clientId: 'gh',
        clientSecret: 'gh-secret',
        authorization: {
            url: `${base}/login/oauth/authorize`,
            params: { scope: 'read:user user:email' },
        },
        token: `${base}/login/oauth/access_token`,
        userinfo: { url: `${base}/user` },
        profile: (p) => ({
            id: p.id.toString(),
            name: p.name ?? p.login,
            email: p.email,
            image: p.avatar_url,
        }),
    };
}

async function liars(base) {
    const cases = await (await fetch(`${base}/__list`)).json();
    return cases.map(({ name, type, issuer, rp = {} }) => {
        const common = {
            id: name,
            name,
            type,
            clientId: 'liar',
            clientSecret: secretOf('liar'),
            client: { ...(rp.idTokenAlg ? { id_token_signed_response_alg: rp.idTokenAlg } : {}) },
        };
        return type === 'oidc'
            ? {
                  ...common,
                  issuer,
                  checks: ['pkce', 'state', 'nonce'],
                  ...(rp.userinfo ? { idToken: false } : {}),
              }
            : {
                  ...common,
                  checks: ['pkce', 'state'],
                  authorization: `${issuer}/authorize?scope=profile`,
                  token: `${issuer}/token`,
                  userinfo: `${issuer}/userinfo`,
              };
    });
}

/** The configuration that the environment asks for. */
export async function configuration() {
    const clients = list(env.AUTHJS_OP_CLIENTS);
    return {
        basePath: '/auth',
        trustHost: true,
        secret: list(env.AUTHJS_SECRET ?? 'mod_authjs-test-secret-0123456789abcdef'),
        providers: [
            ...(env.AUTHJS_OP ? [await opClient('op', 'basic')] : []),
            ...(await Promise.all(clients.map((client) => opClient(client, client)))),
            ...(env.AUTHJS_GITHUB ? [github(env.AUTHJS_GITHUB)] : []),
            ...(env.AUTHJS_LIAR ? await liars(env.AUTHJS_LIAR) : []),
            credentials,
        ],
        ...(env.AUTHJS_CALLBACKS ? await import(env.AUTHJS_CALLBACKS) : {}),
        ...(env.AUTHJS_VERBOSE ? {} : { logger: { error() {}, warn() {}, debug() {} } }),
        ...JSON.parse(env.AUTHJS_OPTIONS ?? '{}'),
    };
}

/** A Node.js request listener that is Auth.js with this configuration. */
export function listener(origin, config) {
    return async (req, res) => {
        const chunks = [];
        for await (const chunk of req) {
            chunks.push(chunk);
        }
        const headers = new Headers();
        for (let i = 0; i < req.rawHeaders.length; i += 2) {
            headers.append(req.rawHeaders[i], req.rawHeaders[i + 1]);
        }
        const body =
            ['GET', 'HEAD'].includes(req.method) || !chunks.length
                ? undefined
                : Buffer.concat(chunks);
        const answer = await Auth(
            new Request(origin + req.url, { method: req.method, headers, body }),
            config,
        );
        for (const [name, value] of answer.headers) {
            if (name !== 'set-cookie') {
                res.setHeader(name, value);
            }
        }
        res.setHeader('set-cookie', answer.headers.getSetCookie());
        res.writeHead(answer.status).end(Buffer.from(await answer.arrayBuffer()));
    };
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
    await import('./lifetime.mjs');
    const port = Number(env.AUTHJS_PORT);
    const handle = listener(env.AUTHJS_ORIGIN ?? `http://localhost:${port}`, await configuration());
    http.createServer({ maxHeaderSize: 65536 }, (req, res) => {
        handle(req, res).catch((error) => {
            console.error(error);
            res.writeHead(500).end();
        });
    }).listen(port, '127.0.0.1', () => console.log('ready'));
}

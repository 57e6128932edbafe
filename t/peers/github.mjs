// A GitHub-shaped plain OAuth 2 provider: no discovery, no id_token. The protocol engine is
// npm @node-oauth/oauth2-server (RFC 6749, 7636); this file adds the storage, a login form
// and GitHub's habits: a form-encoded token answer unless Accept says JSON, errors with HTTP
// 200, a comma between scopes, User-Agent demanded, a numeric id, a null e-mail in /user and
// the addresses in /user/emails.
//
// Client gh, secret gh-secret. Accounts: octocat, noname (no name, no verified address), giant
// (a name of 900,000 characters), noteam (of another team of the organisation example).
// Environment: GH_PORT, GH_ORIGINS (as OP_ORIGINS; provider ids github and GH_PROVIDERS),
// GH_REDIRECTS, GH_PKCE=required, GH_STRICT=1 (RFC 6749 status codes instead of 200).
// Control: GET, DELETE /__test/log. Prints "ready" when it listens.
import http from 'node:http';
import OAuth2Server from '@node-oauth/oauth2-server';
import './lifetime.mjs';

const { Request, Response } = OAuth2Server;
const env = process.env;
const list = (text) =>
    (text ?? '')
        .split(',')
        .map((s) => s.trim())
        .filter(Boolean);

const users = {
    octocat: {
        id: 583231,
        login: 'octocat',
        name: 'The Octocat',
        email: null,
        avatar_url: 'https://example.test/octocat.png',
        site_admin: false,
        plan: { name: 'pro', space: 976562499, ratio: 0.25, 'a.b': 'dotted' },
        groups: ['staff', 'admins'],
        orgs: [{ login: 'one' }, { login: 'two', 'id': 2 }],
        bio: null,
    },
    giant: { id: 8, login: 'giant', name: 'n'.repeat(900000), email: null, avatar_url: null },
    noname: { id: 7, login: 'noname', name: null, email: 'no@example.test', avatar_url: null },
    noteam: { id: 9, login: 'noteam', name: null, email: 'no-team@example.test', avatar_url: null },
};
const emails = {
    octocat: [
        { email: 'octo@users.example.test', primary: false, verified: true },
        { email: 'octocat@example.test', primary: true, verified: true },
    ],
    noname: [],
    noteam: [],
    giant: [],
};
// What GET /user/teams has of each team, as far as anybody asks.
const teams = {
    octocat: [
        { slug: 'editors', organization: { login: 'example' } },
        { slug: 'editors', organization: { login: 'elsewhere' } },
    ],
    noname: [{ slug: 'editors', organization: { login: 'elsewhere' } }],
    noteam: [{ slug: 'readers', organization: { login: 'example' } }],
};
const ids = ['github', ...list(env.GH_PROVIDERS)];
const client = {
    id: 'gh',
    secret: 'gh-secret',
    grants: ['authorization_code'],
    redirectUris: [
        ...list(env.GH_ORIGINS).flatMap((base) => ids.map((id) => `${base}/callback/${id}`)),
        ...list(env.GH_REDIRECTS),
    ],
};

const codes = new Map();
const tokens = new Map();
const keep = (map, key, value) => {
    map.set(key, value);
    return value;
};
const oauth = new OAuth2Server({
    model: {
        getClient: async (id, secret) =>
            id === client.id && (!secret || secret === client.secret) ? client : null,
        saveAuthorizationCode: async (code, cl, user) =>
            keep(codes, code.authorizationCode, { ...code, client: cl, user }),
        getAuthorizationCode: async (code) => codes.get(code),
        revokeAuthorizationCode: async (code) => codes.delete(code.authorizationCode),
        saveToken: async (token, cl, user) =>
            keep(tokens, token.accessToken, { ...token, client: cl, user }),
        getAccessToken: async (token) => tokens.get(token),
        validateScope: async (user, cl, scope) => scope ?? [],
        verifyScope: async () => true,
    },
});

const log = [];
const FORM = `<!doctype html><form method="post"><input name="login" value="octocat">
<button name="ok" value="1">Authorize</button><button name="ok" value="0">Cancel</button></form>`;

function send(res, status, type, body) {
    res.writeHead(status, { 'content-type': type }).end(body);
}
const json = (res, status, value) =>
    send(res, status, 'application/json; charset=utf-8', JSON.stringify(value));

function deny(url, res) {
    const back = new URL(url.searchParams.get('redirect_uri') ?? client.redirectUris[0]);
    back.search = new URLSearchParams({
        error: 'access_denied',
        error_description: 'The user has denied your application access.',
        error_uri: 'https://docs.example.test/',
        state: url.searchParams.get('state') ?? '',
    });
    res.writeHead(302, { location: back.href }).end();
}

async function authorize(req, url, body, res) {
    if (req.method === 'GET') {
        send(res, 200, 'text/html; charset=utf-8', FORM);
        return;
    }
    if (body.ok === '0') {
        deny(url, res);
        return;
    }
    if (env.GH_PKCE === 'required' && !url.searchParams.has('code_challenge')) {
        send(res, 400, 'text/plain', 'PKCE required');
        return;
    }
    const query = { response_type: 'code', state: 'none', ...Object.fromEntries(url.searchParams) };
    const answer = new Response({});
    await oauth.authorize(
        new Request({ method: 'GET', headers: req.headers, query, body: {} }),
        answer,
        { authenticateHandler: { handle: () => users[body.login] } },
    );
    res.writeHead(302, { location: answer.get('location') }).end();
}

async function token(req, body, res) {
    log.push({
        path: '/login/oauth/access_token',
        fields: Object.keys(body),
        authorization: (req.headers.authorization ?? '').split(' ')[0],
        accept: req.headers.accept,
    });
    const answer = (value, status = 200) =>
        (req.headers.accept ?? '').includes('application/json')
            ? json(res, status, value)
            : send(
                  res,
                  status,
                  'application/x-www-form-urlencoded; charset=utf-8',
                  new URLSearchParams(value).toString(),
              );
    try {
        const made = await oauth.token(
            new Request({
                method: 'POST',
                query: {},
                headers: req.headers,
                body: { grant_type: 'authorization_code', ...body },
            }),
            new Response({}),
        );
        answer({
            access_token: made.accessToken,
            scope: (made.scope ?? []).join(','),
            token_type: 'bearer',
        });
    } catch (error) {
        answer(
            {
                error:
                    error.name === 'invalid_client'
                        ? 'incorrect_client_credentials'
                        : 'bad_verification_code',
                error_description: error.message,
                error_uri: 'https://docs.example.test/',
            },
            env.GH_STRICT ? error.code : 200,
        );
    }
}

async function api(req, res, of) {
    log.push({ path: req.url, user_agent: req.headers['user-agent'], accept: req.headers.accept });
    if (!req.headers['user-agent']) {
        send(res, 403, 'text/html', 'Request forbidden: no User-Agent header.');
        return;
    }
    try {
        const found = await oauth.authenticate(
            new Request({ method: 'GET', headers: req.headers, query: {}, body: {} }),
            new Response({}),
        );
        json(res, 200, of(found.user));
    } catch {
        json(res, 401, { message: 'Bad credentials', status: '401' });
    }
}

async function route(req, res) {
    const url = new URL(req.url, 'http://localhost');
    const chunks = [];
    for await (const chunk of req) {
        chunks.push(chunk);
    }
    const body = Object.fromEntries(new URLSearchParams(Buffer.concat(chunks).toString()));
    switch (url.pathname) {
        case '/login/oauth/authorize':
            return authorize(req, url, body, res);
        case '/login/oauth/access_token':
            return token(req, body, res);
        case '/user':
            return api(req, res, (user) => user);
        case '/user/emails':
            return api(req, res, (user) => emails[user.login]);
        case '/user/teams':
            return api(req, res, (user) => teams[user.login]);
        case '/__test/log':
            if (req.method === 'DELETE') {
                log.length = 0;
            }
            return json(res, 200, log);
        default:
            return send(res, 404, 'text/plain', 'Not Found');
    }
}

http.createServer((req, res) => {
    route(req, res).catch((error) =>
        send(res, error.code ?? 500, 'text/plain', `${error.name}: ${error.message}`),
    );
}).listen(Number(env.GH_PORT), '127.0.0.1', () => console.log('ready'));

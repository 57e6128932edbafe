// The requests of the parity suite. Each is {name, site, method, path, headers, body,
// cookies, csrf}; {name, site, flow} is a conversation (flows.mjs).
//   cookies  an array of names of the states below, or of literal "name=value" texts
//   csrf     how the CSRF token travels (below); only for requests with a body
import { callbackUrls } from './callback_urls.mjs';

const BASE = '/auth';
const METHODS = ['GET', 'POST', 'HEAD', 'OPTIONS', 'PUT', 'PATCH', 'DELETE'];
const ENDPOINTS = [
    '',
    'providers',
    'session',
    'csrf',
    'signin',
    'signin/op',
    'signin/github',
    'signin/credentials',
    'signin/nobody',
    'signout',
    'callback',
    'callback/op',
    'callback/github',
    'callback/credentials',
    'callback/nobody',
    'verify-request',
    'error',
    'webauthn-options',
    'unknown',
    'unknown/op',
    'session/op',
    'csrf/op',
    'signout/op',
    'error/op',
    'providers/op',
    'verify-request/op',
    'signin/op/more',
    'callback/op/more',
];

/** Every endpoint by every method, from a browser that was never here. */
const plain = ENDPOINTS.flatMap((endpoint) =>
    METHODS.map((method) => ({
        name: `${method} ${endpoint || '(base path)'}`,
        method,
        path: `${BASE}${endpoint && '/'}${endpoint}`,
    })),
);

// --- CSRF: how the token and the body come ------------------------------------------------

const FORM = 'application/x-www-form-urlencoded';
const json = (value) => JSON.stringify(value);
/** name: [content type, body, cookies]; @token@ is the right token. */
const BODIES = {
    form: [FORM, 'csrfToken=@token@', ['csrf']],
    'form with charset': [`${FORM}; charset=utf-8`, 'csrfToken=@token@', ['csrf']],
    JSON: ['application/json', json({ csrfToken: '@token@' }), ['csrf']],
    'JSON with charset': [
        'application/json; charset=utf-8',
        json({ csrfToken: '@token@' }),
        ['csrf'],
    ],
    'raw | in the cookie': [FORM, 'csrfToken=@token@', ['csrf-raw']],
    'wrong token': [FORM, `csrfToken=${'0'.repeat(64)}`, ['csrf']],
    'empty token': [FORM, 'csrfToken=', ['csrf']],
    'cookie only': [FORM, '', ['csrf']],
    'cookie and no body': [undefined, undefined, ['csrf']],
    'body only': [FORM, 'csrfToken=@token@', []],
    'forged cookie': [FORM, `csrfToken=${'a'.repeat(64)}`, ['csrf-forged']],
    'cookie without hash': [FORM, 'csrfToken=@token@', ['csrf-bare']],
    'token twice, right last': [FORM, 'csrfToken=x&csrfToken=@token@', ['csrf']],
    'token twice, right first': [FORM, 'csrfToken=@token@&csrfToken=x', ['csrf']],
    multipart: [
        'multipart/form-data; boundary=B',
        '--B\r\nContent-Disposition: form-data; name="csrfToken"\r\n\r\n@token@\r\n--B--\r\n',
        ['csrf'],
    ],
    text: ['text/plain', 'csrfToken=@token@', ['csrf']],
    'no type': [undefined, 'csrfToken=@token@', ['csrf']],
    'broken JSON': ['application/json', '{"csrfToken":', ['csrf']],
    'JSON token is a number': ['application/json', '{"csrfToken":1}', ['csrf']],
    'percent encoding': [FORM, 'csrf%54oken=@token@', ['csrf']],
};
const CSRF_ENDPOINTS = [
    'signin',
    'signin/op',
    'signin/github',
    'signin/credentials',
    'signout',
    'session',
    'callback/credentials',
];
const ANY_ENDPOINTS = ['csrf', 'providers', 'callback/op', 'error', 'verify-request'];

const csrf = [...CSRF_ENDPOINTS, ...ANY_ENDPOINTS].flatMap((endpoint) =>
    Object.entries(BODIES)
        .filter(
            ([how]) =>
                CSRF_ENDPOINTS.includes(endpoint) || ['form', 'JSON', 'broken JSON'].includes(how),
        )
        .map(([how, [type, body, cookies]]) => ({
            name: `POST ${endpoint}: ${how}`,
            method: 'POST',
            path: `${BASE}/${endpoint}`,
            body,
            cookies,
            headers: type ? { 'content-type': type } : {},
        })),
);
const csrfElsewhere = [
    {
        name: 'POST signout: token in the query',
        method: 'POST',
        path: `${BASE}/signout?csrfToken=@token@`,
        cookies: ['csrf'],
        body: '',
        headers: { 'content-type': FORM },
    },
    {
        name: 'POST signout: token in a header',
        method: 'POST',
        path: `${BASE}/signout`,
        cookies: ['csrf'],
        body: '',
        headers: { 'content-type': FORM, 'x-csrf-token': '@token@' },
    },
];
const returning = ['form', 'wrong token', 'body only', 'broken JSON'].flatMap((how) =>
    [...CSRF_ENDPOINTS, 'callback/op', 'error', 'unknown'].map((endpoint) => ({
        name: `POST ${endpoint}: ${how}, X-Auth-Return-Redirect`,
        method: 'POST',
        path: `${BASE}/${endpoint}`,
        body: BODIES[how][1],
        cookies: BODIES[how][2],
        headers: { 'content-type': BODIES[how][0], 'x-auth-return-redirect': '1' },
    })),
);
const returningGet = [
    'signin',
    'session',
    'signout',
    'callback/op',
    'callback/credentials',
    'csrf',
    'signin/op',
].map((endpoint) => ({
    name: `GET ${endpoint}: X-Auth-Return-Redirect`,
    path: `${BASE}/${endpoint}`,
    headers: { 'x-auth-return-redirect': '' },
}));

// --- cookies ----------------------------------------------------------------------------------

/** States by name (state.mjs makes the values). */
export const COOKIE_STATES = [
    'csrf',
    'csrf-raw',
    'csrf-forged',
    'csrf-bare',
    'csrf-empty',
    'session',
    'session-garbage',
    'session-expired',
    'session-old',
    'session-other-secret',
    'session-other-salt',
    'session-check',
    'session-a256gcm',
    'session-no-exp',
    'session-nulls',
    'session-claims',
    'session-encoded',
    'session-empty',
    'session-large',
    'session-large-reversed',
    'session-large-gap',
    'session-stale-chunk',
    'session-suffix',
    'session-twice',
    'session-dot-dots',
    'callback',
    'state',
    'secure-names',
];
const SESSION_STATES = COOKIE_STATES.filter(
    (name) => name.startsWith('session') || ['state', 'secure-names', 'callback'].includes(name),
);
const states = SESSION_STATES.flatMap((state) => [
    {
        name: `GET session: ${state}`,
        path: `${BASE}/session`,
        cookies: ['csrf', 'callback', state],
    },
    {
        name: `POST session: ${state}`,
        method: 'POST',
        path: `${BASE}/session`,
        cookies: ['csrf', 'callback', state],
        body: json({ csrfToken: '@token@', data: { name: 'other' } }),
        headers: { 'content-type': 'application/json' },
    },
    {
        name: `POST signout: ${state}`,
        method: 'POST',
        path: `${BASE}/signout`,
        cookies: ['csrf', 'callback', state],
        body: 'csrfToken=@token@',
        headers: { 'content-type': FORM },
    },
]);
const csrfStates = COOKIE_STATES.filter((name) => name.startsWith('csrf')).flatMap((state) =>
    ['csrf', 'session', 'signin'].map((endpoint) => ({
        name: `GET ${endpoint}: ${state}`,
        path: `${BASE}/${endpoint}`,
        cookies: [state, 'callback'],
    })),
);
const cookieSyntax = [
    ';',
    ' ; ;=; =',
    '=',
    'authjs.session-token',
    'authjs.session-token=',
    '  authjs.session-token = x ',
    'authjs.callback-url="http://parity.test/quoted"',
    'authjs.callback-url=%zz',
    'a=b;authjs.callback-url=%2Fno%20blank',
    'authjs.callback-url=http://parity.test/1; authjs.callback-url=http://parity.test/2',
].map((header) => ({
    name: `Cookie: ${header}`,
    path: `${BASE}/session`,
    headers: { cookie: header },
}));

// --- paths, pages, codes ------------------------------------------------------------------------

const paths = [
    '/auth/',
    '/auth//session',
    '/auth/session/',
    '/auth//session//',
    '/authsession',
    '/auth/%73ession',
    '/auth/Session',
    '/auth/SESSION',
    '/auth/session%2f',
    '/auth/session;x',
    '/auth/session?',
    '/auth/session?x',
    '/auth/session/undefined',
    '/auth/signin/undefined',
    '/auth/callback/undefined',
    '/auth/signin//',
    '/auth/signin/OP',
    '/auth/signin/o%70',
    '/auth/callback/op/',
    '/auth?x=1',
    '/auth/csrf?csrfToken=x',
    '/auth/verify-request?provider=email&type=email',
    '/auth/providers?x=1',
    '/auth/constructor',
    '/auth/__proto__',
    '/auth/signin/__proto__',
].map((path) => ({ name: `GET ${path}`, path }));
const CODES = [
    'Configuration',
    'AccessDenied',
    'Verification',
    'Default',
    '',
    'default',
    'OAuthCallbackError',
    'CredentialsSignin',
    'MissingCSRF',
    'SessionRequired',
    'OAuthAccountNotLinked',
    '<script>',
    '__proto__',
    'a&b',
];
const codes = CODES.flatMap((code) =>
    ['error', 'signin'].flatMap((page) => [
        {
            name: `GET ${page}?error=${code}`,
            path: `${BASE}/${page}?error=${encodeURIComponent(code)}`,
        },
        {
            name: `GET ${page}?error=${code}, own pages`,
            site: 'pages',
            path: `${BASE}/${page}?error=${encodeURIComponent(code)}`,
        },
    ]),
);
const ownPages = [
    'signin',
    'signin?callbackUrl=%2Fapp',
    'signout',
    'signout?callbackUrl=%2Fapp',
    'error',
    'verify-request',
    'verify-request?provider=email&type=email',
    'signin?email=a%40b.test',
    'callback',
    'callback/nobody',
    'signin/op',
    'session',
].flatMap((path) => [{ name: `GET ${path}, own pages`, site: 'pages', path: `${BASE}/${path}` }]);
const pageOverrides = [
    'csrfToken=x',
    'providers=x',
    'email=a%40b.test',
    'theme=x',
    'error=Signin&email=%22%3E%3Cb',
    'code=credentials&error=CredentialsSignin',
].map((query) => ({ name: `GET signin?${query}`, path: `${BASE}/signin?${query}` }));
const ownPosts = ['signout', 'signin/op', 'callback/credentials', 'signin', 'session'].flatMap(
    (endpoint) =>
        ['form', 'wrong token'].map((how) => ({
            name: `POST ${endpoint}: ${how}, own pages`,
            site: 'pages',
            method: 'POST',
            path: `${BASE}/${endpoint}`,
            body: BODIES[how][1],
            cookies: ['csrf'],
            headers: { 'content-type': FORM },
        })),
);

// --- authorization requests and callbacks ---------------------------------------------------------

const start = (name, query, body = '') => ({
    name: `authorization: ${name}`,
    method: 'POST',
    path: `${BASE}/signin/op${query}`,
    cookies: ['csrf'],
    body: `csrfToken=@token@${body}`,
    headers: { 'content-type': FORM },
});
const authorization = [
    start('bare question mark', '?'),
    start('prompt', '?prompt=login'),
    start('login_hint and scope', '?login_hint=a%40b.test&scope=openid+email'),
    start('unknown', '?x=1&y=%C5%BE'),
    start('a parameter twice', '?prompt=login&prompt=consent'),
    start('callbackUrl in the query', '?callbackUrl=%2Fapp'),
    start('reserved client_id', '?client_id=evil'),
    start('reserved redirect_uri', '?redirect_uri=https%3A%2F%2Fevil.test'),
    start('reserved response_type', '?response_type=token'),
    start('reserved state', '?state=x'),
    start('reserved nonce', '?nonce=x'),
    start('reserved code_challenge', '?code_challenge=x&code_challenge_method=plain'),
    start('callbackUrl in the body', '', '&callbackUrl=%2Fapp'),
    start('foreign callbackUrl', '', '&callbackUrl=https%3A%2F%2Fevil.test'),
];
const CALLBACK_QUERIES = [
    '',
    '?code=x',
    '?code=x&state=y',
    '?error=access_denied',
    '?error=access_denied&state=y',
    '?error=server_error&error_description=%3Cb%3E',
    '?code=x&iss=https%3A%2F%2Fevil.test',
    '?state=y',
    '?response=x',
    '?id_token=x',
    '?code=x&code=y',
    `?code=${'x'.repeat(3000)}`,
];
const callbacks = CALLBACK_QUERIES.flatMap((query) =>
    ['op', 'github'].flatMap((id) =>
        [
            ['GET', []],
            ['GET', ['state']],
            ['POST', []],
        ].map(([method, cookies]) => ({
            name: `${method} callback/${id}${query.slice(0, 40)}${cookies.length ? ' with cookies' : ''}`,
            method,
            path: `${BASE}/callback/${id}${query}`,
            cookies,
            ...(method === 'POST' ? { body: 'code=body', headers: { 'content-type': FORM } } : {}),
        })),
    ),
);
const credentials = [
    'username=demo&password=demo',
    'username=demo&password=wrong',
    'username=nobody&password=demo',
    'username=demo',
    'password=demo',
    '',
    'username=&password=',
    'username=demo&password=demo&callbackUrl=%2Fapp',
    'username=demo&password=demo&callbackUrl=https%3A%2F%2Fevil.test',
    'username=demo&username=x&password=demo',
].flatMap((fields) =>
    [{}, { 'x-auth-return-redirect': '1' }].map((extra) => ({
        name: `credentials: ${fields || 'nothing'}${extra['x-auth-return-redirect'] ? ', X-Auth-Return-Redirect' : ''}`,
        method: 'POST',
        path: `${BASE}/callback/credentials`,
        cookies: ['csrf'],
        body: `csrfToken=@token@&${fields}`,
        headers: { 'content-type': FORM, ...extra },
    })),
);
const credentialsOver = [
    {
        name: 'credentials: over a session',
        method: 'POST',
        path: `${BASE}/callback/credentials`,
        cookies: ['csrf', 'session'],
        body: 'csrfToken=@token@&username=demo&password=demo',
        headers: { 'content-type': FORM },
    },
    {
        name: 'credentials: over a large session',
        method: 'POST',
        path: `${BASE}/callback/credentials`,
        cookies: ['csrf', 'session-large'],
        body: 'csrfToken=@token@&username=demo&password=demo',
        headers: { 'content-type': FORM },
    },
    {
        name: 'credentials: as JSON',
        method: 'POST',
        path: `${BASE}/callback/credentials`,
        cookies: ['csrf'],
        body: json({ csrfToken: '@token@', username: 'demo', password: 'demo' }),
        headers: { 'content-type': 'application/json' },
    },
];

// --- over https: other cookie names and attributes --------------------------------------------------

const secure = [
    { name: 'GET session', path: `${BASE}/session` },
    { name: 'GET csrf', path: `${BASE}/csrf` },
    { name: 'GET signin', path: `${BASE}/signin` },
    { name: 'GET providers', path: `${BASE}/providers` },
    {
        name: 'GET session: session',
        path: `${BASE}/session`,
        cookies: ['csrf', 'callback', 'session'],
    },
    {
        name: 'GET session: session-large',
        path: `${BASE}/session`,
        cookies: ['csrf', 'callback', 'session-large'],
    },
    {
        name: 'GET session: session-garbage',
        path: `${BASE}/session`,
        cookies: ['csrf', 'session-garbage'],
    },
    {
        name: 'POST signout',
        method: 'POST',
        path: `${BASE}/signout`,
        cookies: ['csrf', 'session'],
        body: 'csrfToken=@token@',
        headers: { 'content-type': FORM },
    },
    {
        name: 'POST signin/op',
        method: 'POST',
        path: `${BASE}/signin/op`,
        cookies: ['csrf'],
        body: 'csrfToken=@token@',
        headers: { 'content-type': FORM },
    },
    {
        name: 'POST signin/github',
        method: 'POST',
        path: `${BASE}/signin/github`,
        cookies: ['csrf'],
        body: 'csrfToken=@token@',
        headers: { 'content-type': FORM },
    },
    {
        name: 'credentials',
        method: 'POST',
        path: `${BASE}/callback/credentials`,
        cookies: ['csrf'],
        body: 'csrfToken=@token@&username=demo&password=demo',
        headers: { 'content-type': FORM },
    },
    {
        name: 'POST signout, http callbackUrl',
        method: 'POST',
        path: `${BASE}/signout`,
        cookies: ['csrf'],
        body: 'csrfToken=@token@&callbackUrl=http%3A%2F%2Fparity.test%2Fapp',
        headers: { 'content-type': FORM },
    },
].map((one) => ({ ...one, name: `https: ${one.name}`, site: 'secure' }));

// --- an e-mail provider -----------------------------------------------------------------------

const ADDRESSES = {
    'an address': 'alice@example.test',
    'an address in capitals': ' Bob@Example.TEST ',
    'an address with a full-width @': 'carol%EF%BC%A0example.test',
    'two addresses': 'dan@example.test,eve@example.test',
    'no @': 'frank',
    'two @': 'a@b@example.test',
    quotes: '%22grace%22@example.test',
    'no domain': 'heidi@',
    'no address': '',
};
const mail = [
    ...['providers', 'signin', 'signin?email=x@example.test', 'signin?error=EmailSignin'].map(
        (path) => ({ name: `GET ${path}`, path: `${BASE}/${path}` }),
    ),
    ...['verify-request', 'verify-request?provider=nodemailer&type=email'].map((path) => ({
        name: `GET ${path}`,
        path: `${BASE}/${path}`,
    })),
    ...Object.entries(ADDRESSES).flatMap(([name, address]) =>
        [{}, { 'x-auth-return-redirect': '1' }].map((headers) => ({
            name: `POST signin/nodemailer, ${name}${headers['x-auth-return-redirect'] ? ', as JSON' : ''}`,
            method: 'POST',
            path: `${BASE}/signin/nodemailer`,
            cookies: ['csrf'],
            body: `csrfToken=@token@&email=${address}`,
            headers: { 'content-type': FORM, ...headers },
        })),
    ),
    {
        name: 'POST signin/nodemailer without the token',
        method: 'POST',
        path: `${BASE}/signin/nodemailer`,
        body: 'email=alice@example.test',
        headers: { 'content-type': FORM },
    },
    ...['GET', 'POST', 'HEAD'].flatMap((method) =>
        ['token=x&email=alice@example.test', 'token=x', 'email=alice@example.test'].map(
            (query) => ({
                name: `${method} callback/nodemailer?${query}`,
                method,
                path: `${BASE}/callback/nodemailer?${query}`,
                cookies: ['csrf'],
                ...(method === 'POST'
                    ? { body: 'csrfToken=@token@', headers: { 'content-type': FORM } }
                    : {}),
            }),
        ),
    ),
].map((one) => ({ ...one, name: `mail: ${one.name}`, site: 'mail' }));

/** All requests. */
export const requests = [
    plain,
    csrf,
    csrfElsewhere,
    returning,
    returningGet,
    callbackUrls,
    states,
    csrfStates,
    cookieSyntax,
    paths,
    codes,
    ownPages,
    pageOverrides,
    ownPosts,
    authorization,
    callbacks,
    credentials,
    credentialsOver,
    secure,
    mail,
]
    .flat()
    .map((one) => ({ method: 'GET', site: 'plain', headers: {}, cookies: [], ...one }));

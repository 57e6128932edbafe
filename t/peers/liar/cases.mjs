// Every case of the lying provider: what is done otherwise than an honest provider does it.
//
// A case is {name, kind: lie|honest, type: oidc|oauth, why} and, of these, what it changes:
//   discovery(document, c), jwks(set, c), tokens(answer, c), userinfo(profile, c)
//                           the object that the endpoint answers with
//   text: {endpoint: f}     the answer's text; wire: {endpoint: f} how it is delivered
//   answer(params, c)       the parameters of the redirect back to the relying party
//   alg, key, keys          how the id_token is signed, and the names of the JWKS's keys
//   header(h, c), claims(cl, c), idToken(jwt, h, cl, c)   the id_token
//   tls: true | 'untrusted' the issuer is https (with a certificate of nobody's)
//   rp: {idTokenAlg, checks, userinfo}  how the relying party must be configured
//   slow: true              it takes as long as the client waits
// c: {issuer, http (our plain base URL), now, accessToken, state, trap, trapHere}
import * as idToken from './id_token.mjs';
import { jws, pair } from './keys.mjs';
import { honest as honestWire, lies as wireLies } from './wire.mjs';

const add = (more) => (value, c) => ({
    ...value,
    ...(typeof more === 'function' ? more(c, value) : more),
});
const drop =
    (name) =>
    ({ [name]: gone, ...rest }) =>
        rest;
const duplicate = (endpoint, member) => ({
    text: { [endpoint]: (text) => text.replace('{', `{${member},`) },
});
const rows = (kind, type, table) =>
    table.map(([name, why, change]) => ({ name, kind, type, why, ...change }));

// --- how answers are delivered ----------------------------------------------------------

const ENDPOINTS = [
    ['oidc', 'discovery'],
    ['oidc', 'jwks'],
    ['oidc', 'token'],
    ['oauth', 'token'],
    ['oauth', 'userinfo'],
];

function delivered(kind, table) {
    return ENDPOINTS.flatMap(([type, endpoint]) =>
        Object.entries(table).map(([name, { why, send, slow }]) => ({
            name: `${type}-${endpoint}-${name}`,
            kind,
            type,
            why: `${endpoint}: ${why}`,
            slow,
            wire: { [endpoint]: send },
        })),
    );
}

// --- discovery ----------------------------------------------------------------------------

const discovery = (more) => ({ discovery: add(more) });
const endpointIs = (name, url) =>
    discovery((c) => ({ [name]: typeof url === 'function' ? url(c) : url }));
const httpEndpoint = (name, path) => ({
    tls: true,
    ...endpointIs(name, (c) => `${c.http}/${path}`),
});

const discoveryLies = [
    [
        'issuer-other',
        'the document is of another issuer',
        discovery({ issuer: 'https://evil.test' }),
    ],
    [
        'issuer-longer',
        'the issuer is longer than ours',
        discovery((c) => ({ issuer: `${c.issuer}/x` })),
    ],
    ['issuer-missing', 'no issuer', { discovery: drop('issuer') }],
    ['issuer-array', 'the issuer in an array', discovery((c) => ({ issuer: [c.issuer] }))],
    [
        'issuer-twice',
        'two issuers',
        { text: { discovery: (text) => text.replace('{', '{"issuer":"https://evil.test",') } },
    ],
    ['token-endpoint-missing', 'no token endpoint', { discovery: drop('token_endpoint') }],
    ['token-endpoint-number', 'the token endpoint is a number', discovery({ token_endpoint: 1 })],
    [
        'token-endpoint-file',
        'the token endpoint is a file',
        discovery({ token_endpoint: 'file:///etc/passwd' }),
    ],
    [
        'token-endpoint-ftp',
        'the token endpoint is FTP',
        discovery({ token_endpoint: 'ftp://127.0.0.1/' }),
    ],
    [
        'token-endpoint-relative',
        'the token endpoint is relative',
        discovery({ token_endpoint: '/token' }),
    ],
    [
        'token-endpoint-user',
        'a user name in the token endpoint',
        endpointIs(
            'token_endpoint',
            (c) => `${c.issuer.replace('://', '://user:password@')}/token`,
        ),
    ],
    [
        'token-endpoint-lines',
        'a line break in the token endpoint',
        endpointIs('token_endpoint', (c) => `${c.issuer}/token\r\nX-Evil: 1`),
    ],
    [
        'authorization-missing',
        'no authorization endpoint',
        { discovery: drop('authorization_endpoint') },
    ],
    [
        'authorization-script',
        'the authorization endpoint is a script',
        discovery({ authorization_endpoint: 'javascript:alert(1)' }),
    ],
    [
        'authorization-data',
        'the authorization endpoint is data',
        discovery({ authorization_endpoint: 'data:text/html,x' }),
    ],
    ['jwks-uri-missing', 'no jwks_uri', { discovery: drop('jwks_uri') }],
    ['jwks-uri-file', 'jwks_uri is a file', discovery({ jwks_uri: 'file:///etc/passwd' })],
    [
        'https-http-token',
        'https issuer, http token endpoint',
        httpEndpoint('token_endpoint', 'token'),
    ],
    ['https-http-jwks', 'https issuer, http jwks_uri', httpEndpoint('jwks_uri', 'jwks')],
    [
        'https-http-authorization',
        'https issuer, http authorization endpoint',
        httpEndpoint('authorization_endpoint', 'authorize'),
    ],
    [
        'https-http-userinfo',
        'https issuer, http userinfo endpoint',
        { rp: { userinfo: true }, ...httpEndpoint('userinfo_endpoint', 'userinfo') },
    ],
    ['https-untrusted', 'a certificate that nobody vouches for', { tls: 'untrusted' }],
];
const discoveryHonest = [
    ['oidc', 'nothing is unusual', {}],
    ['https', 'nothing is unusual, over TLS', { tls: true }],
    [
        'discovery-unknown',
        'members nobody knows',
        discovery({ x_new: [{ a: 1 }], code_challenge_methods_supported: ['plain', 'S256'] }),
    ],
    [
        'discovery-reordered',
        'members in another order',
        { discovery: (d) => Object.fromEntries(Object.entries(d).reverse()) },
    ],
    [
        'discovery-minimal',
        'the required members only',
        {
            discovery: (d) =>
                Object.fromEntries(
                    [
                        'issuer',
                        'authorization_endpoint',
                        'token_endpoint',
                        'jwks_uri',
                        'userinfo_endpoint',
                    ].map((name) => [name, d[name]]),
                ),
        },
    ],
    [
        'discovery-other-host',
        'endpoints on another host',
        discovery((c) => ({
            token_endpoint: `${c.elsewhere}/token`,
            jwks_uri: `${c.elsewhere}/jwks`,
        })),
    ],
    [
        'authorization-query',
        'an authorization endpoint with a query',
        endpointIs('authorization_endpoint', (c) => `${c.issuer}/authorize?tenant=a%20b&x=1`),
    ],
    [
        'jwks-uri-query',
        'a jwks_uri with a query',
        endpointIs('jwks_uri', (c) => `${c.issuer}/jwks?v=2`),
    ],
];

// --- the answer to the browser ------------------------------------------------------------

const answer = (change) => ({ answer: change });
const ISS = { discovery: add({ authorization_response_iss_parameter_supported: true }) };

const answerLies = [
    ['state-altered', 'another state', answer((p) => p.set('state', `${p.get('state')}x`))],
    ['state-missing', 'no state', answer((p) => p.delete('state'))],
    ['state-empty', 'an empty state', answer((p) => p.set('state', ''))],
    ['state-twice', 'state twice', answer((p) => p.append('state', 'x'))],
    [
        'state-first',
        'another state before the right one',
        { answerText: (text) => `state=x&${text}` },
    ],
    ['code-altered', 'another code', answer((p) => p.set('code', `${p.get('code')}x`))],
    ['code-missing', 'no code', answer((p) => p.delete('code'))],
    ['code-empty', 'an empty code', answer((p) => p.set('code', ''))],
    ['code-twice', 'code twice', { answerText: (text) => `code=x&${text}` }],
    ['error-beside', 'an error beside the code', answer((p) => p.set('error', 'access_denied'))],
    [
        'error-script',
        'an error with a script in it',
        answer((p) => {
            p.delete('code');
            p.set('error', '<script>alert(1)</script>');
            p.set('error_description', '"><script>alert(1)</script>');
        }),
    ],
    ['answer-id-token', 'an id_token beside the code', answer((p) => p.set('id_token', 'x.y.z'))],
    ['answer-token', 'a token beside the code', answer((p) => p.set('token', 'x'))],
    [
        'answer-jarm',
        'a signed answer that nobody asked for',
        answer((p) => p.set('response', 'x.y.z')),
    ],
];
const issLies = [
    ['iss-parameter-missing', 'iss is announced and missing', ISS],
    [
        'iss-parameter-wrong',
        'iss of another',
        { ...ISS, ...answer((p) => p.set('iss', 'https://evil.test')) },
    ],
    ['iss-parameter-empty', 'iss is empty', { ...ISS, ...answer((p) => p.set('iss', '')) }],
    [
        'iss-parameter-unannounced',
        'iss of another, not announced',
        answer((p) => p.set('iss', 'https://evil.test')),
    ],
    [
        'iss-parameter-twice',
        'iss twice',
        {
            ...ISS,
            answerText: (text, c) =>
                `iss=https%3A%2F%2Fevil.test&${text}&iss=${encodeURIComponent(c.issuer)}`,
        },
    ],
];
const issHonest = [
    [
        'iss-parameter',
        'iss is announced and right',
        { ...ISS, ...answer((p, c) => p.set('iss', c.issuer)) },
    ],
    [
        'iss-parameter-extra',
        'iss is right and not announced',
        answer((p, c) => p.set('iss', c.issuer)),
    ],
    [
        'answer-extra',
        'parameters nobody knows',
        answer((p) => {
            p.set('session_state', 'a.b');
            p.set('scope', 'openid');
        }),
    ],
    ['code-odd', 'a code of odd characters', { oddCode: true }],
    ['code-long', 'a code of 1,500 characters', { longCode: true }],
];

// --- the token answer -----------------------------------------------------------------------

const tokens = (more) => ({ tokens: add(more) });
const tokenLies = [
    ['type-mac', 'token_type mac', tokens({ token_type: 'mac' })],
    ['type-number', 'token_type is a number', tokens({ token_type: 1 })],
    ['access-missing', 'no access_token', { tokens: drop('access_token') }],
    ['access-number', 'access_token is a number', tokens({ access_token: 7 })],
    ['access-null', 'access_token is null', tokens({ access_token: null })],
    ['access-empty', 'access_token is empty', tokens({ access_token: '' })],
    [
        'access-array',
        'access_token is an array',
        tokens((c) => ({ access_token: [c.accessToken] })),
    ],
    [
        'error-member',
        'status 200 with an error beside the tokens',
        tokens({ error: 'invalid_grant' }),
    ],
    [
        'error-only',
        'status 200 with an error',
        { tokens: () => ({ error: 'invalid_grant', error_description: 'x' }) },
    ],
    ['duplicate-access', 'access_token twice', duplicate('token', '"access_token":"evil"')],
    ['duplicate-unknown', 'an unknown member twice', duplicate('token', '"a":1,"a":2')],
    [
        'form-encoded',
        'a form instead of JSON',
        { text: { token: (text) => new URLSearchParams(JSON.parse(text)).toString() } },
    ],
];
const tokenHonest = [
    ['type-upper', 'token_type BEARER', tokens({ token_type: 'BEARER' })],
    ['expires-text', 'expires_in as a text', tokens({ expires_in: '3600' })],
    ['expires-zero', 'expires_in 0', tokens({ expires_in: 0 })],
    ['expires-absent', 'no expires_in', { tokens: drop('expires_in') }],
    [
        'refresh',
        'a refresh token and a scope',
        tokens({ refresh_token: 'r', scope: 'openid profile' }),
    ],
    ['scope-empty', 'an empty scope', tokens({ scope: '' })],
    ['scope-array', 'scope is an array', tokens({ scope: ['openid'] })],
    ['refresh-number', 'refresh_token is a number', tokens({ refresh_token: 1 })],
    ['expires-object', 'expires_in is an object', tokens({ expires_in: {} })],
    ['expires-word', 'expires_in is a word', tokens({ expires_in: 'soon' })],
    ['expires-negative', 'expires_in is negative', tokens({ expires_in: -1 })],
    ['type-empty', 'token_type is empty', tokens({ token_type: '' })],
    ['type-missing', 'no token_type', { tokens: drop('token_type') }],
];
const typed = (kind, type, table) =>
    rows(
        kind,
        type,
        table.map(([name, ...rest]) => [`${type}-tokens-${name}`, ...rest]),
    );

// --- userinfo -------------------------------------------------------------------------------

const userinfo = (more) => ({ userinfo: add(more) });
const userinfoLies = [
    ['status-401', 'status 401 with a profile', { status: { userinfo: 401 } }],
    ['status-403', 'status 403 with a profile', { status: { userinfo: 403 } }],
    ['status-201', 'status 201 with a profile', { status: { userinfo: 201 } }],
    ['error', 'an error instead of a profile', { userinfo: () => ({ error: 'invalid_token' }) }],
    ['error-beside', 'an error beside the profile', userinfo({ error: 'invalid_token' })],
    [
        'message',
        'a message instead of a profile',
        { userinfo: () => ({ message: 'Bad credentials' }) },
    ],
    ['id-missing', 'no id', { userinfo: drop('sub') }],
    ['id-null', 'id is null', userinfo({ sub: null })],
    ['id-empty', 'id is empty', userinfo({ sub: '' })],
    ['id-object', 'id is an object', userinfo({ sub: {} })],
    ['id-array', 'id is an array', userinfo({ sub: ['alice'] })],
    ['id-boolean', 'id is true', userinfo({ sub: true })],
    ['id-twice', 'id twice', duplicate('userinfo', '"sub":"admin"')],
    ['id-nul', 'id has a NUL in it', userinfo({ sub: 'alice\u0000admin' })],
    [
        'jwt-unsigned',
        'a JWT with alg none',
        {
            wire: {
                userinfo: (res, text) => {
                    const jwt = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from(text).toString('base64url')}.`;
                    res.writeHead(200, { 'content-type': 'application/jwt' }).end(jwt);
                },
            },
        },
    ],
];
const userinfoHonest = [
    ['id-member', 'the id is in "id"', { userinfo: ({ sub, ...rest }) => ({ ...rest, id: sub }) }],
    [
        'id-number',
        'the id is a number',
        { userinfo: ({ sub, ...rest }) => ({ ...rest, id: 583231 }) },
    ],
    [
        'id-large',
        'the id is a number of 16 digits',
        { userinfo: ({ sub, ...rest }) => ({ ...rest, id: 9007199254740991 }) },
    ],
    ['unicode', 'a name of many scripts', userinfo({ name: 'Žluťoučký 日本語 \u{1f40e}' })],
    ['nulls', 'null where nothing is known', userinfo({ name: null, email: null, picture: null })],
    [
        'nested',
        'objects and arrays beside',
        userinfo({ plan: { name: 'free', limits: [1, 2, { a: [] }] }, error_count: 0 }),
    ],
    ['empty-strings', 'empty strings', userinfo({ name: '', picture: '' })],
];
const signedUserinfo = (more, key = 'rsa') => ({
    wire: {
        userinfo: (res, text, c) => {
            const claims = { ...JSON.parse(text), iss: c.issuer, aud: 'liar', ...more };
            const header = JSON.stringify({ alg: 'RS256', kid: 'rsa' });
            const jwt = jws(header, JSON.stringify(claims), 'RS256', pair(key).privateKey);
            res.writeHead(200, { 'content-type': 'application/jwt' }).end(jwt);
        },
    },
});
const subLies = [
    ['userinfo-sub-other', 'userinfo is of another sub', { userinfo: add({ sub: 'admin' }) }],
    ['userinfo-sub-missing', 'userinfo has no sub', { userinfo: drop('sub') }],
    ['userinfo-sub-case', 'sub differs in case', userinfo({ sub: 'ALICE' })],
    ['userinfo-oidc-401', 'userinfo with status 401', { status: { userinfo: 401 } }],
    ['userinfo-oidc-array', 'userinfo in an array', { userinfo: (u) => [u] }],
    ['userinfo-jwt-key', 'userinfo signed by a stranger', signedUserinfo({}, 'otherRsa')],
    ['userinfo-jwt-iss', 'userinfo of another issuer', signedUserinfo({ iss: 'https://evil.test' })],
    ['userinfo-jwt-aud', 'userinfo for another client', signedUserinfo({ aud: 'other' })],
    ['userinfo-jwt-no-aud', 'userinfo for nobody', signedUserinfo({ aud: undefined })],
    ['userinfo-jwt-sub', 'signed userinfo of another sub', signedUserinfo({ sub: 'admin' })],
].map(([name, why, change]) => [name, why, { rp: { userinfo: true }, ...change }]);

const namedUserinfo = (kind, table) =>
    rows(
        kind,
        'oauth',
        table.map(([name, ...rest]) => [`userinfo-${name}`, ...rest]),
    );

const all = [
    ...rows('lie', 'oidc', idToken.lies),
    ...rows('honest', 'oidc', idToken.honest),
    ...rows('lie', 'oidc', discoveryLies),
    ...rows('honest', 'oidc', discoveryHonest),
    ...rows('lie', 'oidc', answerLies),
    ...rows(
        'lie',
        'oauth',
        answerLies.map(([name, ...rest]) => [`oauth-${name}`, ...rest]),
    ),
    ...rows('lie', 'oidc', issLies),
    ...rows('honest', 'oidc', issHonest),
    ...typed('lie', 'oidc', tokenLies),
    ...typed('lie', 'oauth', tokenLies),
    ...typed('honest', 'oidc', tokenHonest),
    ...typed('honest', 'oauth', tokenHonest),
    ...namedUserinfo('lie', userinfoLies),
    ...namedUserinfo('honest', userinfoHonest),
    ...rows('lie', 'oidc', subLies),
    ...rows('honest', 'oidc', [
        ['userinfo-sub', 'the profile comes from userinfo', { rp: { userinfo: true } }],
        ['userinfo-jwt', 'signed userinfo', { rp: { userinfo: true }, ...signedUserinfo({}) }],
    ]),
    ...rows('honest', 'oauth', [
        ['oauth', 'nothing is unusual', {}],
        ['oauth-id-token', 'an id_token that nobody asked for', tokens({ id_token: 'a.b.c' })],
    ]),
    ...delivered('lie', wireLies),
    ...delivered('honest', honestWire),
];
/** All cases, by name. */
export const cases = new Map(all.map((one) => [one.name, one]));
if (cases.size !== all.length) {
    throw new Error('two cases have one name');
}

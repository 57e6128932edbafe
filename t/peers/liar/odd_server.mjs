// docs/tolerance.md: the discovery document and the keys.
import { jwk, jws, secretOf } from './keys.mjs';
import { add, anything, row, sent } from './rows.mjs';

const OIDC = ['oidc'];
const DISCOVERY = 'discovery document';
const inDocument = (member, rp) => (value) => ({
    ...(rp ? { rp } : {}),
    discovery: add((c) => ({ [member]: typeof value === 'function' ? value(c) : value })),
});
const document = (member, values, rp) =>
    row(DISCOVERY, member, OIDC, inDocument(member, rp), values);
const NO_URL = [
    [undefined, 'missing'],
    [null, 'null'],
    ['', 'empty'],
    [1, 'a number'],
    [['https://idp.test/'], 'a list'],
    ['/relative', 'relative'],
    ['ftp://127.0.0.1/', 'FTP'],
];
const withoutTypes = (list, note) => list.map(([value, what]) => [value, `${what}, ${note}`]);
const POLICY = 'discovery'; // where the document lies too
const USERINFO_NEEDED = { userinfo: true };
const HS = { idTokenAlg: 'HS256' };
const bySecret = {
    idToken: (jwt, header, claims) =>
        jws('{"alg":"HS256"}', JSON.stringify(claims), 'HS256', secretOf('liar')),
};

const discoveryDocument = [
    ...document('issuer', {
        refused: [
            [undefined, 'missing'],
            [null, 'null'],
            ['https://evil.test', 'another'],
            [(c) => `${c.issuer}/x`, 'longer'],
            [(c) => `${c.issuer}/`, 'a slash more behind a path'],
            [(c) => [c.issuer], 'a list'],
            [1, 'a number'],
        ],
        read: [[(c) => c.issuer, 'ours']],
    }),
    ...row(DISCOVERY, 'issuer', OIDC, (change) => ({ rp: { discovery: true }, discovery: change }), {
        refused: [
            [add({ issuer: 'https://evil.test' }), 'another, at AuthJSDiscovery'],
            [(d, c) => ({ ...d, issuer: `${c.issuer}/discovery` }), 'the address of AuthJSDiscovery'],
        ],
        read: [
            [
                (d, c) => (c.endpoint === POLICY ? d : { issuer: 'https://evil.test' }),
                'ours, at AuthJSDiscovery alone',
            ],
        ],
    }),
    ...document('authorization_endpoint', { refused: NO_URL }),
    ...document('token_endpoint', { refused: NO_URL }),
    ...document('jwks_uri', { refused: NO_URL }),
    ...row(
        DISCOVERY,
        'jwks_uri',
        OIDC,
        (value) => ({ ...inDocument('jwks_uri', HS)(value), ...bySecret }),
        {
            absent: withoutTypes(NO_URL.slice(1), 'with HS256'),
            read: [[undefined, 'missing, with HS256']],
        },
    ),
    ...document('userinfo_endpoint', {
        absent: NO_URL.slice(1),
        read: [[undefined, 'missing, not needed']],
    }),
    ...document('userinfo_endpoint', { refused: withoutTypes(NO_URL, 'needed') }, USERINFO_NEEDED),
    ...document('id_token_signing_alg_values_supported', {
        refused: [
            [['ES256'], 'without the one in use'],
            [['none', 'HS256'], 'nothing that is accepted'],
            [['rs256'], 'in lower case'],
        ],
        absent: [
            [[], 'an empty list'],
            ['RS256', 'a text'],
            [null, 'null'],
            [{ RS256: true }, 'an object'],
            [[1, null], 'a list without texts'],
        ],
        read: [
            [undefined, 'missing'],
            [['RS256', 1, null, ['x']], 'a list with others in it'],
        ],
    }),
    ...row(
        DISCOVERY,
        'authorization_response_iss_parameter_supported',
        OIDC,
        (value) => ({
            ...inDocument('authorization_response_iss_parameter_supported')(value),
        }),
        {
            refused: [
                [true, 'true, and the answer has none'],
                ['true', 'true as a text, and the answer has none'],
                [1, '1, and the answer has none'],
            ],
            read: [
                [undefined, 'missing'],
                [false, 'false'],
                ['false', 'false as a text'],
                [null, 'null'],
                [[true], 'a list'],
            ],
        },
    ),
    ...document('token_endpoint_auth_methods_supported', {
        absent: [
            [[], 'an empty list'],
            ['client_secret_basic', 'a text'],
            [null, 'null'],
            [[1], 'a list without texts'],
        ],
        read: [
            [undefined, 'missing'],
            [['client_secret_post', 1], 'a list without ours'],
        ],
    }),
    ...['require_pushed_authorization_requests', 'require_signed_request_object'].flatMap(
        (member) => document(member, { read: [[true, 'true'], ...anything(member).read] }),
    ),
    ...[
        'scopes_supported',
        'response_types_supported',
        'subject_types_supported',
        'claims_supported',
        'end_session_endpoint',
        'registration_endpoint',
    ].flatMap((member) =>
        row(DISCOVERY, 'other members', OIDC, inDocument(member), anything(member)),
    ),
    ...row(DISCOVERY, 'the format', OIDC, (change) => change, {
        refused: [
            [sent('discovery', 'text/html')(() => '<html></html>'), 'a page'],
            [sent('discovery', 'application/json')((text) => `[${text}]`), 'a list'],
            [sent('discovery', 'application/json')(() => '"x"'), 'a text'],
        ],
        read: [
            [sent('discovery', 'text/plain')((text) => text), 'as text'],
            [sent('discovery', 'application/octet-stream')((text) => `\ufeff${text}`), 'a mark'],
            [sent('discovery')((text) => `\n${text} `), 'no type and blanks'],
        ],
    }),
];

// --- the keys --------------------------------------------------------------------------------

const KEYS = 'keys';
/** The one key, otherwise. */
const only = (member) => (value) => ({
    jwks: () => ({ keys: [jwk('rsa', { [member]: value })] }),
});
/** Another key, otherwise, before the right one. */
const beside = (member) => (value) => ({
    jwks: (set) => ({ keys: [jwk('otherRsa', { [member]: value }), ...set.keys] }),
});
const ODD = [
    [1, 'a number'],
    [null, 'null'],
    [['x'], 'a list'],
    [{}, 'an object'],
];
/** Refused where it is the only key, absent where it stands beside the right one. */
const key = (member, odd, read) => [
    ...row(KEYS, member, OIDC, only(member), { refused: odd, read }),
    ...row(KEYS, member, OIDC, beside(member), {
        absent: odd.map(([value, what]) => [value, `${what}, beside`]),
    }),
];
const publishedKeys = [
    ...row(KEYS, 'keys', OIDC, (keys) => ({ jwks: (set) => keys(set) }), {
        refused: [
            [() => ({}), 'missing'],
            [() => ({ keys: null }), 'null'],
            [(set) => ({ keys: { a: set.keys[0] } }), 'an object'],
            [(set) => ({ keys: JSON.stringify(set.keys) }), 'a text'],
            [() => ({ keys: [] }), 'empty'],
            [(set) => ({ keys: Array(200).fill(set.keys[0]) }), 'two hundred'],
        ],
        absent: [
            [(set) => ({ keys: [null, 1, 'x', [], {}, ...set.keys] }), 'with others than keys in it'],
        ],
        read: [[(set) => set, 'a list']],
    }),
    ...key('kty', [...ODD, [undefined, 'missing'], ['rsa', 'in lower case'], ['XYZ', 'unknown']], [
        ['RSA', 'RSA'],
    ]),
    ...key('use', [...ODD, ['enc', 'for encryption'], ['SIG', 'in upper case']], [
        [undefined, 'missing'],
        ['sig', 'sig'],
    ]),
    ...key('key_ops', [
        [1, 'a number'],
        [null, 'null'],
        ['verify', 'a text'],
        [{}, 'an object'],
        [[], 'an empty list'],
        [['encrypt', 1], 'without verify'],
    ], [
        [undefined, 'missing'],
        [['verify', 'x', 1], 'with verify'],
    ]),
    ...key('alg', [...ODD, ['RSA-OAEP', 'for encryption'], ['HS256', 'of another type'], ['rs256', 'in lower case']], [
        [undefined, 'missing'],
        ['RS256', 'that of the token'],
    ]),
    ...key('kid', ODD, [['rsa', 'that of the token']]),
    ...key('n', [...ODD, [undefined, 'missing'], ['!', 'no base64url'], ['AQAB', 'of 17 bits']], []),
    ...row(KEYS, 'n', OIDC, () => ({}), { read: [[null, 'of 2048 bits']] }),
    ...key('e', [...ODD, [undefined, 'missing'], ['AQ', '1'], ['AQAB==', 'padded']], [['AQAB', '65537']]),
    ...['d', 'k'].flatMap((member) => key(member, [['AQAB', 'a secret'], [null, 'null']], [[undefined, 'missing']])),
    ...row(KEYS, 'crv', OIDC, (crv) => ({
        jwks: (set) => ({ keys: [jwk('p256', { crv }), ...set.keys] }),
    }), {
        absent: [
            ['P-999', 'unknown'],
            ['secp256k1', 'of no algorithm'],
            [1, 'a number'],
            [undefined, 'missing'],
        ],
    }),
    ...row(KEYS, 'crv', OIDC, () => ({ alg: 'ES256', key: 'p256', keys: ['p256'], discovery: add({ id_token_signing_alg_values_supported: ['ES256'] }) }), {
        read: [[null, 'P-256']],
    }),
    ...['x5c', 'x5t', 'x5u', 'exp'].flatMap((member) =>
        row(KEYS, 'other members', OIDC, only(member), anything(member)),
    ),
    ...row(KEYS, 'several of one kid', OIDC, (change) => change, {
        refused: [
            [{ jwks: (set) => ({ keys: [...set.keys, ...set.keys] }) }, 'twice the same'],
            [{ jwks: (set) => ({ keys: [jwk('otherRsa', { kid: 'rsa' }), ...set.keys] }) }, 'two of one type'],
        ],
        read: [
            [{ jwks: (set) => ({ keys: [jwk('p256', { kid: 'rsa' }), ...set.keys] }) }, 'of two types'],
        ],
    }),
];

export const server = [...discoveryDocument, ...publishedKeys];

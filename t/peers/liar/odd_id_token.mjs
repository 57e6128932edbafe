// docs/tolerance.md: the id_token.
import { atHash } from './keys.mjs';
import { add, anything, row, pictured, shown } from './rows.mjs';

const OIDC = ['oidc'];
const inHeader = (member) => (value) => ({ header: add({ [member]: value }) });
const header = (member, values) =>
    row("id_token's header", member, OIDC, inHeader(member), values);
const inClaims = (member) => (value) => ({
    claims: (claims, c) => ({
        ...claims,
        [member]: typeof value === 'function' ? value(c) : value,
    }),
});
const claims = (member, values, change = inClaims(member)) =>
    row("id_token's claims", member, OIDC, change, values);
export const idTokenHeader = [
    ...header('alg', {
        refused: [
            [undefined, 'missing'],
            [null, 'null'],
            ['', 'empty'],
            ['rs256', 'in lower case'],
            ['none', 'none'],
            ['RS512', 'another of the same key'],
            [['RS256'], 'a list'],
            [1, 'a number'],
        ],
        read: [['RS256', 'as it should be']],
    }),
    ...header('kid', {
        refused: [
            ['nobody', 'unknown'],
            ['RSA', 'in another case'],
            [1, 'a number'],
            [null, 'null'],
            [['rsa'], 'a list'],
        ],
        read: [
            [undefined, 'missing, with one key that fits'],
            ['rsa', 'known'],
        ],
    }),
    ...header('typ', {
        refused: [
            ['at+jwt', 'an access token'],
            ['logout+JWT', 'a logout token'],
            [1, 'a number'],
            [null, 'null'],
        ],
        read: [
            [undefined, 'missing'],
            ['jwt', 'in lower case'],
            ['JWS', 'JWS'],
            ['', 'empty'],
        ],
    }),
    ...header('crit', {
        refused: [
            [['exp'], 'a list'],
            [[], 'an empty list'],
            [null, 'null'],
        ],
    }),
    ...header('b64', {
        refused: [
            [false, 'false'],
            [true, 'true'],
        ],
    }),
    ...['jwk', 'jku', 'x5u', 'x5c', 'x5t'].flatMap((member) =>
        header(member, {
            read: [
                [1, 'a number'],
                ['https://evil.test/', 'a text'],
                [null, 'null'],
            ],
        }),
    ),
    ...header('other members', { read: [[{ a: [1, null] }, 'of any type']] }),
];

const soon = (c) => c.now + 600;
export const idTokenClaims = [
    ...claims('iss', {
        refused: [
            [undefined, 'missing'],
            [null, 'null'],
            ['https://evil.test', 'another'],
            [(c) => `${c.issuer}/`, 'with a slash more'],
            [(c) => c.issuer.toUpperCase(), 'in upper case'],
            [(c) => [c.issuer], 'a list'],
            [1, 'a number'],
        ],
        read: [[(c) => c.issuer, 'ours']],
    }),
    ...claims('sub', {
        refused: [
            [undefined, 'missing'],
            [null, 'null'],
            ['', 'empty'],
            [583231, 'a number'],
            [['alice'], 'a list'],
            [true, 'true'],
            ['alice\u0000', 'a text with a NUL'],
        ],
        read: [['a b/\u017e|1', 'an odd text']],
    }),
    ...claims('aud', {
        refused: [
            [undefined, 'missing'],
            [null, 'null'],
            ['', 'empty'],
            [[], 'an empty list'],
            [['other'], 'a list without us'],
            [['liar', 'other'], 'a list of several without azp'],
            [['liar', 1], 'a list with a number in it'],
            [{ liar: true }, 'an object'],
            ['liar other', 'several in a text'],
            ['LIAR', 'in upper case'],
        ],
        read: [
            ['liar', 'us'],
            [['liar'], 'a list with us alone'],
        ],
    }),
    ...claims('azp', {
        refused: [
            ['other', 'another'],
            [null, 'null'],
            ['', 'empty'],
            [['liar'], 'a list'],
            [1, 'a number'],
        ],
        read: [
            [undefined, 'missing'],
            ['liar', 'us'],
        ],
    }),
    ...claims('exp', {
        refused: [
            [undefined, 'missing'],
            [null, 'null'],
            [(c) => String(soon(c)), 'a text'],
            [(c) => c.now - 3600, 'past'],
            [-1, 'negative'],
            [1e300, 'larger than any time'],
            [true, 'true'],
            [(c) => [soon(c)], 'a list'],
            ['2036-01-01T00:00:00Z', 'a date'],
        ],
        read: [
            [soon, 'a number'],
            [(c) => soon(c) + 0.5, 'with a fraction'],
            [4102444800, 'in many years'],
        ],
    }),
    ...claims('iat', {
        refused: [
            [undefined, 'missing'],
            [null, 'null'],
            [(c) => String(c.now), 'a text'],
            [true, 'true'],
            [[1], 'a list'],
        ],
        read: [
            [(c) => c.now + 0.25, 'with a fraction'],
            [(c) => c.now + 86400, 'in the future'],
            [0, 'zero'],
            [-1, 'negative'],
        ],
    }),
    ...claims('nbf', {
        refused: [
            [(c) => c.now + 3600, 'in the future'],
            ['0', 'a text'],
            [null, 'null'],
            [true, 'true'],
            [1e300, 'huge'],
        ],
        read: [
            [undefined, 'missing'],
            [0, 'zero'],
            [(c) => c.now - 0.5, 'with a fraction'],
        ],
    }),
    ...claims('nonce', {
        refused: [
            [undefined, 'missing'],
            [null, 'null'],
            ['', 'empty'],
            ['another', 'another'],
            [1, 'a number'],
            [['a'], 'a list'],
        ],
    }),
    ...claims(
        'nonce',
        { refused: [['of its own', 'that nobody asked for']], read: [[undefined, 'none asked for']] },
        (value) => ({ rp: { checks: 'pkce state' }, ...inClaims('nonce')(value) }),
    ),
    ...row("id_token's claims", 'nonce', OIDC, () => ({}), { read: [[null, 'ours']] }),
    ...claims('at_hash', {
        refused: [
            ['AAAAAAAAAAAAAAAAAAAAAA', 'of another token'],
            ['', 'empty'],
            [null, 'null'],
            [1, 'a number'],
        ],
        read: [
            [undefined, 'missing'],
            [(c) => atHash(c.accessToken, 'RS256'), 'of ours'],
        ],
    }),
    ...claims('auth_time', {
        absent: [
            ['1795895400', 'a text'],
            ['2026-11-28T20:00:00Z', 'a date'],
            [null, 'null'],
            [-1, 'negative'],
            [1e300, 'huge'],
            [[1], 'a list'],
            [true, 'true'],
        ],
        read: [
            [undefined, 'missing'],
            [1795895400.5, 'with a fraction'],
        ],
    }),
    ...claims('email', {
        refused: [
            [1, 'a number'],
            [['alice@example.test'], 'a list'],
            [{ value: 'alice@example.test' }, 'an object'],
            [true, 'true'],
            ['a@b.test\u0000', 'a text with a NUL'],
        ],
        read: [
            [undefined, 'missing', { email: null }],
            [null, 'null', { email: null }],
            ['', 'empty', { email: null }],
            ['Alice@Example.TEST', 'in upper case', { email: 'alice@example.test' }],
        ],
    }),
    ...claims('email_verified', {
        read: [
            [true, 'true', { email: 'alice@example.test' }],
            ['true', 'true as a text', { email: 'alice@example.test' }],
            [1, '1', { email: 'alice@example.test' }],
            ['1', '1 as a text', { email: 'alice@example.test' }],
            [false, 'false', { email: null }],
            ['false', 'false as a text', { email: null }],
            ['True', 'a capital True', { email: null }],
            ['yes', 'yes', { email: null }],
            [1.5, 'a fraction', { email: null }],
            [2, '2', { email: null }],
            [null, 'null', { email: null }],
            [undefined, 'missing', { email: null }],
            [[true], 'a list', { email: null }],
            [{ true: true }, 'an object', { email: null }],
        ],
    }),
    ...claims('name', shown('name')),
    ...claims('picture', pictured('image')),
    ...['updated_at', 'acr', 'amr', 'groups', 'c_hash', 's_hash', 'sid', 'address'].flatMap(
        (member) => claims('other claims', anything(member), inClaims(member)),
    ),
];

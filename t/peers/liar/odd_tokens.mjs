// docs/tolerance.md: the token answer.
import { BOTH, FORM, add, form, row, sent } from './rows.mjs';

const TOKENS = 'token answer';
const inTokens = (member) => (value) => ({ tokens: add({ [member]: value }) });
const tokens = (member, values, types = BOTH, change = inTokens(member)) =>
    row(TOKENS, member, types, change, values);
export const tokenAnswer = [
    ...tokens('access_token', {
        refused: [
            [undefined, 'missing'],
            [null, 'null'],
            ['', 'empty'],
            [7, 'a number'],
            [true, 'true'],
            [['a'], 'a list'],
            [{ a: 1 }, 'an object'],
            ['a\u0000b', 'a text with a NUL'],
        ],
    }),
    ...row(TOKENS, 'access_token', BOTH, () => ({}), { read: [[null, 'a text']] }),
    ...tokens('token_type', {
        refused: [
            ['mac', 'mac'],
            ['DPoP', 'DPoP'],
            ['N_A', 'N_A'],
            ['bearer ', 'bearer and a blank'],
            [1, 'a number'],
            [true, 'true'],
            [['Bearer'], 'a list'],
            [{}, 'an object'],
        ],
        absent: [
            [undefined, 'missing', { token_type: 'bearer' }],
            [null, 'null', { token_type: 'bearer' }],
            ['', 'empty', { token_type: 'bearer' }],
        ],
        read: [
            ['bearer', 'bearer', { token_type: 'bearer' }],
            ['BEARER', 'in upper case', { token_type: 'bearer' }],
        ],
    }),
    ...tokens('expires_in', {
        absent: [
            [null, 'null', { expires_in: null, expires_at: null }],
            ['', 'empty', { expires_in: null }],
            [-1, 'negative', { expires_in: null, expires_at: null }],
            ['-1', 'a negative text', { expires_in: null }],
            ['soon', 'a word', { expires_in: null }],
            ['3600 seconds', 'a number with its unit', { expires_in: null }],
            [' 3600', 'a number behind a blank', { expires_in: null }],
            ['2026-11-28T20:00:00Z', 'a date', { expires_in: null }],
            [true, 'true', { expires_in: null }],
            [{}, 'an object', { expires_in: null }],
            [[3600], 'a list', { expires_in: null }],
            [1e300, 'huge', { expires_in: null, expires_at: null }],
            [1795895400000, 'milliseconds since 1970', { expires_in: null }],
            ['99999999999999999999999', 'a huge text', { expires_in: null }],
        ],
        read: [
            [undefined, 'missing', { expires_in: null }],
            [3600, 'a number', { expires_in: 3600 }],
            ['3600', 'a text', { expires_in: 3600 }],
            [3599.7, 'a fraction', { expires_in: 3599 }],
            ['3599.7', 'a fraction as a text', { expires_in: 3599 }],
            [0, 'zero', { expires_in: 0, expires_at: null }],
            ['0', 'zero as a text', { expires_in: 0, expires_at: null }],
        ],
    }),
    ...tokens('refresh_token', {
        absent: [
            [null, 'null'],
            ['', 'empty'],
            [1, 'a number'],
            [false, 'false'],
            [['r'], 'a list'],
            [{ r: 1 }, 'an object'],
            ['r\u0000', 'a text with a NUL'],
        ],
        read: [
            [undefined, 'missing'],
            ['r', 'a text'],
        ],
    }),
    ...tokens('expires_at', {
        absent: [
            ['2026-11-28T20:00:00Z', 'a date', { expires_at: null }],
            [null, 'null', { expires_at: null }],
            [-1, 'negative', { expires_at: null }],
            [1e300, 'huge', { expires_at: null }],
            [['1'], 'a list', { expires_at: null }],
        ].map(([value, ...rest]) => [{ expires_in: undefined, expires_at: value }, ...rest]),
        read: [
            [{ expires_in: undefined, expires_at: 1795895400 }, 'a number', { expires_at: 1795895400 }],
        ],
    }, BOTH, (more) => ({ tokens: add(more) })),
    ...tokens('session_state', {
        absent: [
            [1, 'a number'],
            [null, 'null'],
            ['', 'empty'],
            [{}, 'an object'],
        ],
        read: [['a.b', 'a text']],
    }),
    ...tokens('scope', {
        absent: [
            [null, 'null', { scope: null }],
            [1, 'a number', { scope: null }],
            [true, 'true', { scope: null }],
            [{ openid: true }, 'an object', { scope: null }],
            [['openid', 1], 'a list with a number in it', { scope: null }],
            [['openid', ['email']], 'a list in a list', { scope: null }],
            [['a\u0000b'], 'a list with a NUL in it', { scope: null }],
        ],
        read: [
            [undefined, 'missing', { scope: null }],
            [['openid', 'user:read:email'], 'a list', { scope: 'openid user:read:email' }],
            [[], 'an empty list', { scope: '' }],
            ['', 'empty', { scope: '' }],
            ['openid email', 'a text', { scope: 'openid email' }],
            ['read:user,user:email', 'with commas', { scope: 'read:user,user:email' }],
        ],
    }),
    ...tokens(
        'id_token',
        {
            refused: [
                [undefined, 'missing'],
                [null, 'null'],
                ['', 'empty'],
                [1, 'a number'],
                [['a.b.c'], 'a list'],
                ['a.b.c', 'three parts of nothing'],
            ],
        },
        ['oidc'],
    ),
    ...tokens(
        'id_token',
        {
            absent: [
                [null, 'null'],
                ['', 'empty'],
                [1, 'a number'],
                [['a.b.c'], 'a list'],
            ],
            read: [
                [undefined, 'missing'],
                ['a.b.c', 'that nobody asked for'],
            ],
        },
        ['oauth'],
    ),
    ...tokens('error', {
        refused: [
            ['invalid_grant', 'a text'],
            [true, 'true'],
            [400, 'a number'],
            [{ code: 1 }, 'an object'],
            [[], 'a list'],
        ],
        read: [
            [null, 'null'],
            ['', 'empty'],
            [false, 'false'],
            [0, 'zero'],
        ],
    }),
    ...row(TOKENS, 'the format', BOTH, (change) => change, {
        refused: [
            [sent('token', 'application/json')(form), 'a form that says it is JSON'],
            [sent('token', FORM)((text) => `${form(text)}&access_token=x`), 'a field twice'],
            [sent('token', FORM)((text) => text), 'JSON that says it is a form'],
            [sent('token', 'application/json')((text) => Buffer.from(text, 'utf16le')), 'UTF-16'],
            [sent('token', 'application/xml')(() => '<token/>'), 'XML'],
        ],
        read: [
            [sent('token', `${FORM}; charset=utf-8`)(form), 'a form', { expires_in: 3600 }],
            [sent('token', 'text/plain')((text) => text), 'JSON that says it is text'],
            [sent('token', 'application/json')((text) => `\ufeff${text}`), 'a byte order mark'],
            [sent('token', 'application/json; charset=ISO-8859-1')((text) => text), 'a charset'],
            [sent('token')((text) => ` \r\n${text}\n`), 'no type and blanks'],
        ],
    }),
    ...row(TOKENS, 'other members', BOTH, (more) => ({ tokens: add(more) }), {
        read: [
            [{ 'not-before-policy': 0, user: { id: 7 }, x: null }, 'of any type'],
            [{ provider: 'evil', type: 1, userId: 'admin' }, 'that are named like ours'],
        ],
    }),
];

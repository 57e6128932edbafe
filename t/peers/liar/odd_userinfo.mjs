// docs/tolerance.md: userinfo.
import { BOTH, FORM, add, anything, form, row, sent, pictured, shown } from './rows.mjs';

const USERINFO = 'userinfo';
const inUserinfo = (member) => (value) => ({
    rp: { userinfo: true },
    userinfo: add({ [member]: value }),
});
const userinfo = (member, values, types = BOTH) =>
    row(USERINFO, member, types, inUserinfo(member), values);
export const userinfoAnswer = [
    ...userinfo(
        'sub',
        {
            refused: [
                [undefined, 'missing'],
                [null, 'null'],
                ['', 'empty'],
                ['admin', 'another'],
                ['ALICE', 'in another case'],
                [['alice'], 'a list'],
                [7, 'a number'],
            ],
            read: [['alice', "the id_token's"]],
        },
        ['oidc'],
    ),
    ...userinfo(
        'sub',
        {
            refused: [
                [undefined, 'missing'],
                [null, 'null'],
                ['', 'empty'],
                [true, 'true'],
                [['alice'], 'a list'],
                [{ id: 1 }, 'an object'],
                ['alice\u0000admin', 'a text with a NUL'],
            ],
            read: [
                ['alice', 'a text'],
                [583231, 'a number'],
                [-1, 'negative'],
                [1.5, 'a fraction'],
            ],
        },
        ['oauth'],
    ),
    ...userinfo('error', {
        refused: [
            ['invalid_token', 'a text'],
            [true, 'true'],
            [{ code: 190 }, 'an object'],
            [[], 'a list'],
        ],
        read: [
            [null, 'null'],
            ['', 'empty'],
            [false, 'false'],
            [0, 'zero'],
        ],
    }),
    ...userinfo('email', {
        refused: [
            [1, 'a number'],
            [['alice@example.test'], 'a list'],
            [{}, 'an object'],
        ],
        read: [
            [undefined, 'missing', { email: null }],
            [null, 'null', { email: null }],
            ['', 'empty', { email: null }],
        ],
    }),
    ...userinfo(
        'email_verified',
        {
            read: [
                [true, 'true', { email: 'alice@example.test' }],
                ['true', 'true as a text', { email: 'alice@example.test' }],
                ['TRUE', 'in capitals', { email: null }],
                [[true], 'a list', { email: null }],
                [undefined, 'missing', { email: null }],
            ],
        },
        ['oidc'],
    ),
    ...userinfo('name', shown('name')),
    ...userinfo('picture', pictured('image')),
    ...['updated_at', 'address', 'plan'].flatMap((member) =>
        row(USERINFO, 'other members', BOTH, inUserinfo(member), anything(member)),
    ),
    ...row(USERINFO, 'the format', BOTH, (change) => ({ rp: { userinfo: true }, ...change }), {
        refused: [
            [sent('userinfo', FORM)(form), 'a form'],
            [sent('userinfo', 'application/json')((text) => `[${text}]`), 'a list'],
            [sent('userinfo', 'application/json')((text) => JSON.stringify(text)), 'a text'],
            [sent('userinfo', 'application/jwt')((text) => text), 'JSON that says it is a JWT'],
            [sent('userinfo', 'text/html')(() => '<html></html>'), 'a page'],
        ],
        read: [
            [sent('userinfo', 'text/javascript; charset=UTF-8')((text) => text), 'as a script'],
            [sent('userinfo', 'application/json')((text) => `\ufeff${text}`), 'a byte order mark'],
            [sent('userinfo')((text) => `\n${text} `), 'no type and blanks'],
        ],
    }),
];

// What the tables of cases for docs/tolerance.md are written with.
import { createHash } from 'node:crypto';

export const add = (more) => (value, c) => ({
    ...value,
    ...(typeof more === 'function' ? more(c, value) : more),
});
/** A provider's id: at most 64 characters. */
function slug(text) {
    const name = text.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
    const mark = createHash('sha256').update(text).digest('hex').slice(0, 8);
    return name.length > 64 ? `${name.slice(0, 55)}-${mark}` : name;
}

/** The cases of one row: change(value) is what a case changes; values are, under how they are
 * taken, [value, what it is, what the session has of it]. */
export function row(section, member, types, change, values) {
    return types.flatMap((type) =>
        Object.entries(values).flatMap(([taken, list]) =>
            list.map(([value, what, session]) => ({
                name: slug(`${type}-${section}-${member}-${what}`),
                kind: taken === 'refused' ? 'lie' : 'honest',
                type,
                why: `${section}: ${member}: ${what}`,
                section,
                member,
                taken,
                session,
                ...change(value),
            })),
        ),
    );
}
export const BOTH = ['oidc', 'oauth'];
/** What is shown, and no more: a text or nothing. */
export const shown = (field) => ({
    absent: [
        [7, 'a number', { [field]: null }],
        [true, 'true', { [field]: null }],
        [['a', 'b'], 'a list', { [field]: null }],
        [{ data: { url: 'x' } }, 'an object', { [field]: null }],
        ['a\u0000b', 'a text with a NUL', { [field]: null }],
    ],
    read: [
        [undefined, 'missing', { [field]: null }],
        [null, 'null', { [field]: null }],
        ['https://example.test/a', 'a text', { [field]: 'https://example.test/a' }],
    ],
});
/** An address of an image: none of anything else. */
export const pictured = (field) => {
    const { absent, read } = shown(field);
    return {
        absent: [
            ...absent,
            ['javascript:alert(1)', 'a program', { [field]: null }],
            [' JavaScript:alert(1)', 'a program behind a blank', { [field]: null }],
            ['java\nscript:alert(1)', 'a program with a line break in it', { [field]: null }],
            ['data:text/html,x', 'a page', { [field]: null }],
            ['data:image/svg+xml,x', 'a drawing, which may be a program', { [field]: null }],
            ['file:///etc/passwd', 'a file', { [field]: null }],
        ],
        read: [
            ...read,
            ['//example.test/a:b', 'an address without a scheme', { [field]: '//example.test/a:b' }],
            ['data:image/png;base64,AA==', 'an image', { [field]: 'data:image/png;base64,AA==' }],
        ],
    };
};
/** What nobody looks at. */
export const anything = (member) => ({
    read: [
        ['soon', `${member} a text`],
        [-1.5, `${member} a number`],
        [null, `${member} null`],
        [[1, { a: null }], `${member} a list`],
    ],
});

/** The answer's body as it is sent. */
export const sent =
    (endpoint, contentType) =>
    (make) => ({
        wire: {
            [endpoint]: (res, text) => {
                const body = Buffer.from(make(text));
                res.writeHead(200, {
                    ...(contentType ? { 'content-type': contentType } : {}),
                    'content-length': body.length,
                }).end(body);
            },
        },
    });
export const form = (text) => new URLSearchParams(JSON.parse(text)).toString();
export const FORM = 'application/x-www-form-urlencoded';

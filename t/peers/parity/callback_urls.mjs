// Requests of the parity suite about callbackUrl: its forms, good and bad, in the query, in the
// body, in the cookie (requests.mjs says what a request is).
import { readFileSync } from 'node:fs';

const BASE = '/auth';
const FORM = 'application/x-www-form-urlencoded';

const ownUrls = [
    '/',
    '/app',
    '/app?x=1&y=a%20b',
    '/app#part',
    '/a b',
    '/a b?c d=e f#g h',
    '@origin@/a b',
    '/app ',
    ' /app',
    '@origin@',
    '@origin@/',
    '@origin@/app?x=1',
    '//evil.test',
    '///evil.test',
    '/x?next=//evil.test',
    '/../up',
    '/a//b',
    '/%ff',
    '/a%0d%0ab',
    'https://evil.test/',
    'https://evil.test',
    'http://evil.test:80/x',
    '@origin@.evil.test/',
    '@origin@@evil.test/',
    'foo',
    '',
    'javascript:alert(1)',
    'data:text/html,x',
    'ftp://parity.test/',
    'HTTP://PARITY.TEST/app',
    'http://parity.test:80/app',
    'https:evil.test',
    '?x=1',
    '#x',
    '/auth/signout',
    '/auth/error?error=X',
    'http://user@parity.test/',
    '\\\\evil.test',
    ':',
    '%2f%2fevil.test',
];
const enc = (url) => encodeURIComponent(url).replaceAll('%40origin%40', '@origin%@');
const everywhere = ownUrls.flatMap((url) => [
    { name: `callbackUrl ${url} in the query`, path: `${BASE}/signin?callbackUrl=${enc(url)}` },
    {
        name: `callbackUrl ${url} in the body`,
        method: 'POST',
        path: `${BASE}/signout`,
        cookies: ['csrf'],
        body: `csrfToken=@token@&callbackUrl=${enc(url)}`,
        headers: { 'content-type': FORM },
    },
    {
        name: `callbackUrl ${url} in the cookie`,
        path: `${BASE}/session`,
        cookies: [`authjs.callback-url=${enc(url)}`],
    },
]);
const unescapeBytes = (text) =>
    Buffer.from(
        text.replace(/\\x([0-9a-f]{2})/g, (all, hex) => String.fromCharCode(parseInt(hex, 16))),
        'latin1',
    );
const percent = (bytes) => [...bytes].map((b) => `%${b.toString(16).padStart(2, '0')}`).join('');
const hostile = readFileSync(new URL('../../data/hostile-redirect.tsv', import.meta.url), 'latin1')
    .split('\n')
    .filter((line) => line && !line.startsWith('#'))
    .map((line) => line.split('\t')[0])
    .flatMap((text, i) => {
        const value = percent(unescapeBytes(text)).replaceAll(
            percent(Buffer.from('www.example.com')),
            'parity.test',
        );
        return value.length > 6000
            ? []
            : [
                  {
                      name: `hostile ${i}: ${text.slice(0, 40)}`,
                      method: 'POST',
                      path: `${BASE}/signout`,
                      cookies: ['csrf'],
                      body: `csrfToken=@token@&callbackUrl=${value}`,
                      headers: { 'content-type': FORM },
                  },
              ];
    });
const elsewhere = [
    ...['csrf', 'session', 'signout', 'error', 'verify-request', 'providers'].map((endpoint) => ({
        name: `callbackUrl on GET ${endpoint}`,
        path: `${BASE}/${endpoint}?callbackUrl=%2Fapp`,
    })),
    {
        name: 'callbackUrl twice in the query',
        path: `${BASE}/signin?callbackUrl=%2Fa&callbackUrl=%2Fb`,
    },
    {
        name: 'callbackUrl in body and query',
        method: 'POST',
        path: `${BASE}/signout?callbackUrl=%2Fquery`,
        cookies: ['csrf'],
        body: 'csrfToken=@token@&callbackUrl=%2Fbody',
        headers: { 'content-type': FORM },
    },
    {
        name: 'callbackUrl in query and cookie',
        path: `${BASE}/session?callbackUrl=%2Fquery`,
        cookies: ['authjs.callback-url=%2Fcookie'],
    },
    {
        name: 'callbackUrl unchanged',
        path: `${BASE}/session?callbackUrl=%2Fapp`,
        cookies: [`authjs.callback-url=${enc('@origin@/app')}`],
    },
    {
        name: 'callbackUrl in JSON',
        method: 'POST',
        path: `${BASE}/signout`,
        cookies: ['csrf'],
        body: JSON.stringify({ csrfToken: '@token@', callbackUrl: '/json' }),
        headers: { 'content-type': 'application/json' },
    },
    {
        name: 'callbackUrl in JSON is a number',
        method: 'POST',
        path: `${BASE}/signout`,
        cookies: ['csrf'],
        body: '{"csrfToken":"@token@","callbackUrl":1}',
        headers: { 'content-type': 'application/json' },
    },
    { name: 'callbackUrl with plus', path: `${BASE}/signin?callbackUrl=/a+b` },
];

export const callbackUrls = [...everywhere, ...hostile, ...elsewhere];

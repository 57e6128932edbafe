// Cookies of every state a browser may be in, sealed with the secret of both servers.
import { createHash } from 'node:crypto';
import { encode } from '@auth/core/jwt';

const TOKEN = '0123456789abcdef'.repeat(4);
const hash = (secret) =>
    createHash('sha256')
        .update(TOKEN + secret)
        .digest('hex');
const user = {
    name: 'Ada Lovelace',
    email: 'ada@example.test',
    picture: 'https://example.test/ada.png',
    sub: 'user-1',
};

export const csrfToken = TOKEN;

/** name of the state -> Cookie pairs. */
export async function cookieStates({ secret, prefix }) {
    const name = `${prefix}authjs.session-token`;
    const csrfName = `${prefix ? '__Host-' : ''}authjs.csrf-token`;
    const seal = (token, more = {}) => encode({ token, salt: name, secret, ...more });
    const small = await seal(user);
    const large = await seal({ ...user, name: 'x'.repeat(6000) });
    const chunks = large.match(/.{1,3936}/g).map((part, i) => `${name}.${i}=${part}`);
    const aged = await seal(user, { maxAge: -60 });
    return {
        csrf: [`${csrfName}=${TOKEN}%7C${hash(secret)}`],
        'csrf-raw': [`${csrfName}=${TOKEN}|${hash(secret)}`],
        'csrf-forged': [`${csrfName}=${'a'.repeat(64)}%7C${'b'.repeat(64)}`],
        'csrf-bare': [`${csrfName}=${TOKEN}`],
        'csrf-empty': [`${csrfName}=`],
        session: [`${name}=${small}`],
        'session-garbage': [`${name}=garbage`],
        'session-expired': [`${name}=${aged}`],
        'session-old': [
            `${name}=${await seal({ ...user, roles: ['a', 'b'], jti: 'x' }, { maxAge: 3600 })}`,
        ],
        'session-other-secret': [
            `${name}=${await encode({ token: user, salt: name, secret: 'another-secret-0123456789' })}`,
        ],
        'session-other-salt': [
            `${name}=${await encode({ token: user, salt: 'authjs.other', secret })}`,
        ],
        'session-check': [
            `${name}=${await encode({ token: { value: 'x', provider: 'op' }, salt: `${prefix}authjs.state`, secret })}`,
        ],
        'session-nulls': [
            `${name}=${await seal({ name: null, email: null, picture: null, sub: 'user-1' })}`,
        ],
        'session-claims': [
            `${name}=${await seal({ sub: 'user-1', nested: { a: [1, 2.5, null] }, ž: '🐎' })}`,
        ],
        'session-encoded': [`${name}=${small.replaceAll('.', '%2E')}`],
        'session-empty': [`${name}=`],
        'session-large': chunks,
        'session-large-reversed': [...chunks].reverse(),
        'session-large-gap': chunks.filter((chunk, i) => i !== 1),
        'session-stale-chunk': [`${name}=${small}`, `${name}.3=stale`],
        'session-suffix': [`${name}=${small}`, `${name}-foo=bar`],
        'session-twice': [`${name}=${small}`, `${name}=garbage`],
        'session-dot-dots': [`${name}..=x`, `${name}=${small}`],
        'session-no-exp': [`${name}=${await seal({ ...user, iat: undefined })}`],
        'session-a256gcm': [
            `${name}=${small.replace(/^[^.]+/, 'eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0')}`,
        ],
        callback: [
            `${prefix}authjs.callback-url=${encodeURIComponent(prefix ? 'https://parity.test/before' : 'http://parity.test/before')}`,
        ],
        state: [
            `${prefix}authjs.state=${await encode({ token: { value: 'x', provider: 'op' }, salt: `${prefix}authjs.state`, secret, maxAge: 900 })}`,
        ],
        'secure-names': [`__Secure-${name}=${small}`],
    };
}

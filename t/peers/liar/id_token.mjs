// Cases about the id_token: [name, why, what is changed]. The members that a case may change
// are described in cases.mjs.
import * as keys from './keys.mjs';

const { b64, jws } = keys;
const HS_LISTED = {
    discovery: (d) => ({ ...d, id_token_signing_alg_values_supported: ['RS256', 'HS256'] }),
};
const listed = (...algs) => ({
    discovery: (d) => ({ ...d, id_token_signing_alg_values_supported: algs }),
});
const claims = (more) => ({
    claims: (cl, c) => ({ ...cl, ...(typeof more === 'function' ? more(c, cl) : more) }),
});
const without = (name) => ({ claims: ({ [name]: gone, ...rest }) => rest });
const header = (more) => ({
    header: (h, c) => ({ ...h, ...(typeof more === 'function' ? more(c) : more) }),
});
const token = (make) => ({ idToken: make });
const hmac = (key) =>
    token((jwt, h, p) => jws(JSON.stringify({ alg: 'HS256' }), JSON.stringify(p), 'HS256', key));
/** The payload (or header) as a text of its own, rightly signed. */
const payload = (text) =>
    token((jwt, h, p) =>
        jws(JSON.stringify(h), text(JSON.stringify(p)), 'RS256', keys.pair('rsa').privateKey),
    );
const rawHeader = (text) =>
    token((jwt, h, p) =>
        jws(text(JSON.stringify(h)), JSON.stringify(p), 'RS256', keys.pair('rsa').privateKey),
    );
const unsigned = (alg) =>
    token((jwt, h, p) => `${b64(JSON.stringify({ alg }))}.${b64(JSON.stringify(p))}.`);
const signedBy = (alg, sign, headerMembers) =>
    token((jwt, h, p) => {
        const input = `${b64(JSON.stringify({ ...h, alg, ...headerMembers }))}.${b64(JSON.stringify(p))}`;
        return `${input}.${b64(sign(Buffer.from(input)))}`;
    });

export const lies = [
    ['sig-other-key', 'signed by another key', { key: 'otherRsa' }],
    [
        'sig-flipped',
        'one bit of the signature is wrong',
        token((jwt) => {
            const [h, p, s] = jwt.split('.');
            const bytes = Buffer.from(s, 'base64url');
            bytes[10] ^= 1;
            return `${h}.${p}.${b64(bytes)}`;
        }),
    ],
    ['sig-empty', 'the signature is empty', token((jwt) => jwt.replace(/[^.]*$/, ''))],
    ['sig-missing', 'two parts only', token((jwt) => jwt.split('.').slice(0, 2).join('.'))],
    [
        'payload-changed',
        'the payload was changed after signing',
        token((jwt) => {
            const [h, p, s] = jwt.split('.');
            const changed = { ...JSON.parse(Buffer.from(p, 'base64url')), sub: 'admin' };
            return `${h}.${b64(JSON.stringify(changed))}.${s}`;
        }),
    ],
    ['alg-none', 'alg none', unsigned('none')],
    [
        'alg-none-listed',
        'alg none, and discovery lists it',
        { ...listed('RS256', 'none'), ...unsigned('none') },
    ],
    [
        'alg-none-case',
        'alg nOnE, and discovery lists it',
        { ...listed('RS256', 'nOnE'), ...unsigned('nOnE') },
    ],
    [
        'hs256-public-pem',
        'HS256 with the public key (PEM) as secret',
        { ...HS_LISTED, ...hmac(keys.publicPem('rsa')) },
    ],
    [
        'hs256-public-der',
        'HS256 with the public key (DER) as secret',
        { ...HS_LISTED, ...hmac(keys.publicDer('rsa')) },
    ],
    [
        'hs256-public-n',
        'HS256 with the modulus as secret',
        { ...HS_LISTED, ...hmac(Buffer.from(keys.jwk('rsa').n, 'base64url')) },
    ],
    ['hs256-empty', 'HS256 with an empty secret', { ...HS_LISTED, ...hmac('') }],
    [
        'hs256-unasked',
        'HS256 with the right secret, which nobody configured',
        { ...HS_LISTED, ...hmac(keys.secretOf('liar')) },
    ],
    [
        'hs256-oct-jwks',
        'HS256 with a key that the JWKS publishes',
        {
            ...HS_LISTED,
            ...hmac('published-secret-0123456789abcdef'),
            jwks: (set) => ({
                keys: [...set.keys, { kty: 'oct', k: b64('published-secret-0123456789abcdef') }],
            }),
        },
    ],
    [
        'alg-unlisted',
        'rightly signed with an algorithm that discovery does not list',
        { alg: 'RS384', ...listed('RS256') },
    ],
    [
        'alg-pinned',
        'another algorithm than the client is configured for',
        { rp: { idTokenAlg: 'ES256' }, keys: ['rsa', 'p256'], ...listed('RS256', 'ES256') },
    ],
    ['alg-missing', 'no alg', header({ alg: undefined })],
    [
        'ps-as-rs',
        'a PS256 signature that says RS256',
        { alg: 'PS256', ...header({ alg: 'RS256' }) },
    ],
    [
        'es-der',
        'an ECDSA signature in DER',
        {
            keys: ['p256'],
            ...listed('ES256'),
            ...signedBy('ES256', () => Buffer.from('3006020101020101', 'hex'), { kid: 'p256' }),
        },
    ],
    [
        'es-zero',
        'an ECDSA signature of zeros',
        {
            keys: ['p256'],
            ...listed('ES256'),
            ...signedBy('ES256', () => Buffer.alloc(64), { kid: 'p256' }),
        },
    ],
    [
        'es-curve',
        'ES256 by a P-384 key',
        {
            keys: ['p384'],
            ...listed('ES256'),
            ...signedBy(
                'ES256',
                (data) => keys.signature('ES256', keys.pair('p384').privateKey, data),
                { kid: 'p384' },
            ),
        },
    ],
    ['kid-unknown', 'a kid that the JWKS does not have', header({ kid: 'nobody' })],
    [
        'kid-of-another',
        'the kid of a key of another type',
        { keys: ['rsa', 'p256'], ...header({ kid: 'p256' }) },
    ],
    [
        'key-in-header',
        'the key in the header (jwk)',
        { key: 'otherRsa', ...header(() => ({ jwk: keys.jwk('otherRsa') })) },
    ],
    [
        'jku-in-header',
        'the key at a URL in the header (jku)',
        { key: 'otherRsa', ...header((c) => ({ jku: `${c.trap}` })) },
    ],
    ['crit', 'a critical header that nobody knows', header({ crit: ['x'], x: 1 })],
    ['b64-false', 'b64 false', header({ b64: false, crit: ['b64'] })],
    ['typ-access-token', 'an access token (typ at+jwt)', header({ typ: 'at+jwt' })],
    [
        'header-duplicate',
        'alg twice in the header',
        rawHeader((text) => text.replace('{', '{"alg":"none",')),
    ],
    ['header-array', 'the header in an array', rawHeader((text) => `[${text}]`)],
    ['encrypted', 'five parts', token((jwt) => `${jwt}.AAAA.AAAA`)],
    ['not-base64url', 'plus, slash and padding', token((jwt) => `${jwt.slice(0, -4)}+/==`)],
    [
        'payload-duplicate',
        'sub twice in the payload',
        payload((text) => text.replace('{', '{"sub":"admin",')),
    ],
    ['payload-array', 'the payload in an array', payload((text) => `[${text}]`)],
    [
        'payload-utf8',
        'a payload that is not UTF-8',
        payload((text) =>
            Buffer.concat([
                Buffer.from(`${text.slice(0, -1)},"x":"`),
                Buffer.from([0xff]),
                Buffer.from('"}'),
            ]),
        ),
    ],
    [
        'payload-deep',
        'a payload of 5,000 nested arrays',
        payload((text) => `${text.slice(0, -1)},"x":${'['.repeat(5000)}${']'.repeat(5000)}}`),
    ],
    [
        'at-hash-wrong',
        'the at_hash of another access token',
        claims(() => ({ at_hash: keys.atHash('another', 'RS256') })),
    ],
    ['at-hash-number', 'an at_hash that is a number', claims({ at_hash: 1 })],
    ['iss-wrong', 'another iss', claims({ iss: 'https://evil.test' })],
    ['iss-slash', 'iss with a slash more', claims((c) => ({ iss: `${c.issuer}/` }))],
    ['iss-missing', 'no iss', without('iss')],
    ['aud-wrong', 'for another client', claims({ aud: 'other' })],
    ['aud-prefix', 'aud is a part of our name', claims({ aud: 'lia' })],
    ['aud-missing', 'no aud', without('aud')],
    ['aud-number', 'aud is a number', claims({ aud: 1 })],
    ['aud-empty', 'aud is an empty array', claims({ aud: [] })],
    ['aud-many', 'several in aud and no azp', claims({ aud: ['liar', 'other'] })],
    [
        'azp-other-many',
        'several in aud, azp is another',
        claims({ aud: ['liar', 'other'], azp: 'other' }),
    ],
    ['azp-other', 'azp is another', claims({ azp: 'other' })],
    ['exp-past', 'expired a minute ago', claims((c) => ({ exp: c.now - 60 }))],
    ['exp-missing', 'no exp', without('exp')],
    ['exp-string', 'exp is a string', claims((c) => ({ exp: String(c.now + 600) }))],
    ['nbf-future', 'not valid for five minutes', claims((c) => ({ nbf: c.now + 300 }))],
    ['nbf-string', 'nbf is a string', claims({ nbf: '0' })],
    ['iat-missing', 'no iat', without('iat')],
    ['iat-string', 'iat is a string', claims({ iat: 'now' })],
    ['sub-missing', 'no sub', without('sub')],
    ['sub-number', 'sub is a number', claims({ sub: 7 })],
    ['sub-empty', 'sub is empty', claims({ sub: '' })],
    ['sub-nul', 'sub has a NUL in it', claims({ sub: 'alice\u0000admin' })],
    ['nonce-missing', 'no nonce', without('nonce')],
    ['nonce-wrong', 'another nonce', claims({ nonce: 'another' })],
    ['nonce-number', 'nonce is a number', claims({ nonce: 1 })],
    [
        'nonce-unasked',
        'a nonce that nobody sent',
        { rp: { checks: 'pkce state' }, ...claims({ nonce: 'x' }) },
    ],
    ['id-token-missing', 'no id_token', { tokens: ({ id_token: gone, ...rest }) => rest }],
    ['id-token-number', 'id_token is a number', { tokens: (t) => ({ ...t, id_token: 1 }) }],
    ['id-token-empty', 'id_token is empty', { tokens: (t) => ({ ...t, id_token: '' }) }],
    ['rsa-1024', 'a key of 1,024 bits', { keys: ['rsa1024'], key: 'rsa1024' }],
    [
        'rsa-16384',
        'a key of 16,384 bits, rightly signed',
        {
            jwks: () => ({ keys: [keys.hugeJwk()] }),
            ...signedBy('RS256', keys.hugeSignature, { kid: 'huge' }),
        },
    ],
    [
        'rsa-e1',
        'exponent 1: the message is its own signature',
        {
            jwks: () => ({ keys: [keys.exponentOneJwk()] }),
            ...signedBy('RS256', keys.exponentOneSignature, { kid: 'e1' }),
        },
    ],
    [
        'ec-off-curve',
        'a point that is not on the curve',
        {
            alg: 'ES256',
            key: 'p256',
            ...listed('ES256'),
            jwks: () => ({ keys: [keys.offCurveJwk()] }),
        },
    ],
    [
        'key-for-encryption',
        'the key is for encryption (use enc)',
        { jwks: () => ({ keys: [keys.jwk('rsa', { use: 'enc' })] }) },
    ],
    [
        'key-ops',
        'the key is not for verification (key_ops)',
        { jwks: () => ({ keys: [keys.jwk('rsa', { use: undefined, key_ops: ['wrapKey'] })] }) },
    ],
    [
        'key-alg',
        'the key is for another algorithm',
        { jwks: () => ({ keys: [keys.jwk('rsa', { alg: 'PS512' })] }) },
    ],
    [
        'jwks-many',
        '10,000 keys, the right one last',
        { jwks: (set) => ({ keys: [...keys.manyKeys(10000), ...set.keys] }) },
    ],
    ['jwks-empty', 'no keys', { jwks: () => ({ keys: [] }) }],
    ['jwks-no-member', 'no member keys', { jwks: (set) => ({ key: set.keys }) }],
    ['jwks-object', 'keys is an object', { jwks: (set) => ({ keys: { 0: set.keys[0] } }) }],
    [
        'jwks-duplicate',
        'keys twice',
        { text: { jwks: (text) => text.replace('{', '{"keys":[],') } },
    ],
];

const signed = (alg, key, extra = {}) => ({ alg, key, keys: [key], ...listed(alg), ...extra });

export const honest = [
    ['kid-absent', 'no kid, one key', header({ kid: undefined })],
    [
        'kid-absent-types',
        'no kid, keys of several types',
        { keys: ['p256', 'rsa', 'ed'], ...header({ kid: undefined }) },
    ],
    [
        'kid-absent-both',
        'no kid in token and key',
        {
            ...header({ kid: undefined }),
            jwks: () => ({ keys: [keys.jwk('rsa', { kid: undefined })] }),
        },
    ],
    ['keys-several', 'the right one of several', { keys: ['otherRsa', 'p256', 'rsa', 'ed'] }],
    [
        'keys-unknown',
        'keys of unknown types beside',
        {
            jwks: (set) => ({
                keys: [
                    { kty: 'XYZ', kid: 'x' },
                    { kty: 'EC', crv: 'P-999', kid: 'y', x: 'AA', y: 'AA' },
                    { kty: 'AKP', alg: 'ML-DSA-44', pub: 'AA' },
                    ...set.keys,
                ],
            }),
        },
    ],
    [
        'keys-use-absent',
        'a key without use and alg',
        { jwks: () => ({ keys: [keys.jwk('rsa', { use: undefined })] }) },
    ],
    [
        'keys-encryption-beside',
        'a key for encryption beside',
        {
            jwks: (set) => ({
                keys: [keys.jwk('otherRsa', { use: 'enc', alg: 'RSA-OAEP' }), ...set.keys],
            }),
        },
    ],
    ['keys-fifty', '50 keys', { jwks: (set) => ({ keys: [...keys.manyKeys(49), ...set.keys] }) }],
    ['typ-absent', 'no typ', header({ typ: undefined })],
    ['typ-lower', 'typ in lower case', header({ typ: 'jwt' })],
    [
        'header-extra',
        'members in the header that nobody needs',
        header({ x5t: 'AAAA', x_new: [1] }),
    ],
    [
        'claims-reordered',
        'claims in another order',
        { claims: (cl) => Object.fromEntries(Object.entries(cl).reverse()) },
    ],
    [
        'claims-extra',
        'claims nobody knows',
        claims({
            acr: '1',
            amr: ['pwd'],
            groups: ['a', 'b'],
            address: { locality: 'Brno' },
            x: null,
        }),
    ],
    [
        'claims-unicode',
        'a name of many scripts',
        claims({ name: 'Žluťoučký 日本語 \u{1f40e} \u202e "<&>' }),
    ],
    [
        'claims-large',
        '20 kB of groups',
        claims({ groups: Array.from({ length: 1000 }, (_, i) => `group-number-${i}`) }),
    ],
    [
        'claims-escaped',
        'JSON with escapes where none are needed',
        payload((text) => text.replace('"sub"', '"\\u0073\\u0075b"')),
    ],
    ['aud-one', 'aud is an array of one', claims({ aud: ['liar'] })],
    ['aud-azp', 'several in aud, azp is us', claims({ aud: ['other', 'liar'], azp: 'liar' })],
    ['azp', 'azp is us', claims({ azp: 'liar' })],
    [
        'at-hash',
        'the right at_hash',
        claims((c) => ({ at_hash: keys.atHash(c.accessToken, 'RS256') })),
    ],
    [
        'at-hash-es384',
        'the right at_hash of ES384',
        signed(
            'ES384',
            'p384',
            claims((c) => ({ at_hash: keys.atHash(c.accessToken, 'ES384') })),
        ),
    ],
    ['exp-25', 'expired 25 seconds ago', claims((c) => ({ exp: c.now - 25 }))],
    ['exp-fraction', 'exp with a fraction', claims((c) => ({ exp: c.now + 600.5 }))],
    ['exp-exponent', 'exp as 4e9', payload((text) => text.replace(/"exp":\d+/, '"exp":4e9'))],
    ['nbf-20', 'valid in 20 seconds', claims((c) => ({ nbf: c.now + 20 }))],
    ['iat-old', 'issued a year ago', claims((c) => ({ iat: c.now - 31536000 }))],
    [
        'iat-ahead',
        'a clock that is an hour ahead (exp decides)',
        claims((c) => ({ iat: c.now + 3600 })),
    ],
    ['email-verified-text', 'email_verified as a text', claims({ email_verified: 'true' })],
    ['email-null', 'email is null', claims({ email: null })],
    [
        'email-absent',
        'no e-mail',
        { claims: ({ email: gone, email_verified: gone2, ...rest }) => rest },
    ],
    [
        'hs256',
        'HS256, as configured',
        { rp: { idTokenAlg: 'HS256' }, ...HS_LISTED, ...hmac(keys.secretOf('liar')) },
    ],
    [
        'algs-unlisted',
        'discovery lists no algorithms',
        { discovery: ({ id_token_signing_alg_values_supported: gone, ...rest }) => rest },
    ],
    ['rs384', 'RS384', signed('RS384', 'rsa')],
    ['rs512', 'RS512', signed('RS512', 'rsa')],
    ['ps256', 'PS256', signed('PS256', 'rsa')],
    ['ps384', 'PS384', signed('PS384', 'rsa')],
    ['ps512', 'PS512', signed('PS512', 'rsa')],
    ['es256', 'ES256', signed('ES256', 'p256')],
    ['es384', 'ES384', signed('ES384', 'p384')],
    ['es512', 'ES512', signed('ES512', 'p521')],
    ['eddsa', 'EdDSA', signed('EdDSA', 'ed')],
];

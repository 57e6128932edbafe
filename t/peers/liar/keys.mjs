// The lying provider's keys, and signed tokens right and wrong.
import {
    createHash,
    createHmac,
    generateKeyPairSync,
    generatePrimeSync,
    randomBytes,
    sign,
} from 'node:crypto';

export const b64 = (data) => Buffer.from(data).toString('base64url');
export const secretOf = (client) => `${client}-secret-0123456789abcdefghijklmnopqrstuvwxyz`;

const once = (make) => {
    let value;
    return () => {
        value ??= make();
        return value;
    };
};
const rsa = () => generateKeyPairSync('rsa', { modulusLength: 2048 });
const ec = (namedCurve) => generateKeyPairSync('ec', { namedCurve });
const keyPairs = {
    rsa: once(rsa),
    otherRsa: once(rsa),
    rsa1024: once(() => generateKeyPairSync('rsa', { modulusLength: 1024 })),
    p256: once(() => ec('P-256')),
    p384: once(() => ec('P-384')),
    p521: once(() => ec('P-521')),
    otherP256: once(() => ec('P-256')),
    ed: once(() => generateKeyPairSync('ed25519')),
};
export const pair = (name) => keyPairs[name]();

/** The public JWK of a key of ours. */
export function jwk(name, extra = {}) {
    return { ...pair(name).publicKey.export({ format: 'jwk' }), kid: name, use: 'sig', ...extra };
}
export const publicPem = (name) => pair(name).publicKey.export({ type: 'spki', format: 'pem' });
export const publicDer = (name) => pair(name).publicKey.export({ type: 'spki', format: 'der' });

const HASH = (alg) => `sha${alg.slice(2)}`;
const PSS = 6; // crypto.constants.RSA_PKCS1_PSS_PADDING

/** Sign the bytes as alg says, with a key of ours or (HS*) with the given secret. */
export function signature(alg, key, data) {
    switch (alg.slice(0, 2)) {
        case 'HS':
            return createHmac(HASH(alg), key).update(data).digest();
        case 'RS':
            return sign(HASH(alg), data, key);
        case 'PS':
            return sign(HASH(alg), data, {
                key,
                padding: PSS,
                saltLength: Number(alg.slice(2)) / 8,
            });
        case 'ES':
            return sign(HASH(alg), data, { key, dsaEncoding: 'ieee-p1363' });
        case 'Ed':
            return sign(null, data, key);
        default:
            return Buffer.alloc(0); // none
    }
}

/** A JWS from header and payload texts. */
export function jws(header, payload, alg, key) {
    const input = `${b64(header)}.${b64(payload)}`;
    return `${input}.${b64(signature(alg, key, Buffer.from(input)))}`;
}

export function atHash(accessToken, alg) {
    const digest = createHash(alg === 'EdDSA' ? 'sha512' : HASH(alg))
        .update(accessToken)
        .digest();
    return b64(digest.subarray(0, digest.length / 2));
}

// --- RSA that OpenSSL would not make for us --------------------------------------------

const toBig = (buffer) => BigInt(`0x${Buffer.from(buffer).toString('hex')}`);
function toBytes(value, length) {
    return Buffer.from(value.toString(16).padStart(length * 2, '0'), 'hex');
}
function power(base, exponent, modulus) {
    let result = 1n;
    let b = base % modulus;
    for (let e = exponent; e > 0n; e >>= 1n) {
        if (e & 1n) {
            result = (result * b) % modulus;
        }
        b = (b * b) % modulus;
    }
    return result;
}
function inverse(value, modulus) {
    let [r0, r1, t0, t1] = [modulus, value % modulus, 0n, 1n];
    while (r1 > 0n) {
        const q = r0 / r1;
        [r0, r1, t0, t1] = [r1, r0 - q * r1, t1, t0 - q * t1];
    }
    return ((t0 % modulus) + modulus) % modulus;
}

/** PKCS #1 v1.5 padding of a SHA-256 digest. */
function padded(data, length) {
    const info = Buffer.concat([
        Buffer.from('3031300d060960864801650304020105000420', 'hex'),
        createHash('sha256').update(data).digest(),
    ]);
    return Buffer.concat([
        Buffer.from([0, 1]),
        Buffer.alloc(length - info.length - 3, 0xff),
        Buffer.from([0]),
        info,
    ]);
}

/** A real RSA key of 16,384 bits: sixteen primes make it in a moment, and by the Chinese
 * remainder theorem it signs in a moment too. Whoever verifies has the whole work. */
const huge = once(() => {
    const primes = [];
    let n = 1n;
    for (let i = 0; i < 16; i += 1) {
        const p = generatePrimeSync(1024, { bigint: true });
        primes.push(p);
        n *= p;
    }
    return { primes, n, length: Math.ceil(n.toString(16).length / 2) };
});
export function hugeJwk() {
    const { n, length } = huge();
    return {
        kty: 'RSA',
        n: b64(toBytes(n, length)),
        e: 'AQAB',
        kid: 'huge',
        use: 'sig',
        alg: 'RS256',
    };
}
export function hugeSignature(data) {
    const { primes, n, length } = huge();
    const m = toBig(padded(data, length));
    let s = 0n;
    for (const p of primes) {
        const d = inverse(65537n, p - 1n);
        const others = n / p;
        s += power(m, d, p) * others * inverse(others % p, p);
    }
    return toBytes(s % n, length);
}

/** e = 1: the padded message is its own signature. */
export function exponentOneJwk() {
    return jwk('rsa', { e: 'AQ', kid: 'e1' });
}
export function exponentOneSignature(data) {
    return padded(data, 256);
}

/** A point that is not on P-256. */
export function offCurveJwk() {
    const key = jwk('p256');
    const y = Buffer.from(key.y, 'base64url');
    y[31] ^= 1;
    return { ...key, y: b64(y) };
}

export function manyKeys(count) {
    return Array.from({ length: count }, (_, i) => ({
        kty: 'EC',
        crv: 'P-256',
        kid: `k${i}`,
        use: 'sig',
        x: b64(randomBytes(32)),
        y: b64(randomBytes(32)),
    }));
}

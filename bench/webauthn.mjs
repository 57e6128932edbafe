// webauthn.mjs TOOL: what verifying one authentication costs, in µs, by algorithm: by the module
// (TOOL is t/tools/authjs-webauthn), by OpenSSL alone, with a key that is there and with one that
// is made first, and by @simplewebauthn/server. The least of ROUNDS (5) times 20 runs each.
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { Authenticator, coseKey, keysFor } from '../t/peers/authenticator.mjs';

const require = createRequire(new URL('../t/peers/', import.meta.url));
const { verifyAuthenticationResponse } = require('@simplewebauthn/server');
const tool = process.argv[2];
const rounds = 20 * Number(process.env.ROUNDS ?? 5);
const atOnce = 20;
const names = { '-7': 'ES256', '-35': 'ES384', '-36': 'ES512', '-257': 'RS256', '-37': 'PS256', '-8': 'EdDSA' };
const rpId = 'example.com', origin = `https://${rpId}`;
const challenge = Buffer.alloc(32, 7).toString('base64url');

/** An authentication that @simplewebauthn/server takes: see t/peers/ceremonies/differences.mjs. */
async function authentication(algorithm) {
    const key = keysFor(algorithm);
    const authenticator = new Authenticator();
    const options = { challenge, rpId, rp: { id: rpId }, user: { id: 'dXNlci0x' } };
    authenticator.create(options, { origin, algorithm, key });
    const stored = { publicKey: coseKey(algorithm, key.publicKey).toString('base64url'), counter: 1 };
    for (;;) {
        const sent = authenticator.get(options, { origin });
        const one = {
            op: 'authenticate', sent, stored: { ...stored, id: sent.id },
            expected: { rpId, origins: [origin], challenge, userVerification: true },
        };
        if (await theirs(one)) return one;
    }
}

async function theirs({ sent, stored }) {
    const { verified } = await verifyAuthenticationResponse({
        response: sent, expectedChallenge: challenge, expectedOrigin: origin, expectedRPID: rpId,
        authenticator: {
            credentialID: Buffer.from(stored.id, 'base64url'), counter: stored.counter,
            credentialPublicKey: new Uint8Array(Buffer.from(stored.publicKey, 'base64url')),
        },
    });
    return verified;
}

async function leastOfTheirs(one) {
    let least = Infinity;
    for (let i = 0; i < rounds; i++) {
        const start = process.hrtime.bigint();
        for (let j = 0; j < atOnce; j++) await theirs(one);
        least = Math.min(least, Number(process.hrtime.bigint() - start) / 1000 / atOnce);
    }
    return least;
}

console.log('| | mod_authjs | OpenSSL | OpenSSL, key made first | @simplewebauthn/server | over OpenSSL | over it, key made first |');
console.log('|---|--:|--:|--:|--:|--:|--:|');
for (const [algorithm, name] of Object.entries(names)) {
    const one = await authentication(Number(algorithm));
    const { stdout } = spawnSync(tool, ['--time', String(rounds)], { input: `${JSON.stringify(one)}\n` });
    const { ours, openssl, fresh } = JSON.parse(stdout).microseconds;
    const columns = [ours, openssl, fresh, await leastOfTheirs(one)].map((value) => value.toFixed(1));
    console.log(`| ${[name, ...columns, (ours / openssl).toFixed(2), (ours / fresh).toFixed(2)].join(' | ')} |`);
}

// ceremonies.mjs TOOL: ceremonies of passkeys, honest and not, as @simplewebauthn/server verifies
// them, and as TOOL (t/tools/authjs-webauthn) does: COUNT of them (2000), put together from SEED;
// every case of ceremonies/cases.mjs comes. Where both accept one, what they say of it has to
// agree. Prints a line for each that differs and is not in ceremonies/differences.mjs, then a JSON
// object: how many were accepted by both (and by algorithm), refused by both, differ (by case), and
// the differences that are listed.
import { spawnSync } from 'node:child_process';
import { verifyAuthenticationResponse, verifyRegistrationResponse } from '@simplewebauthn/server';
import { ALGORITHMS, Authenticator, coseKey, keysFor } from './authenticator.mjs';
import { faults, variations } from './ceremonies/cases.mjs';
import { differences } from './ceremonies/differences.mjs';

const tool = process.argv[2];
const count = Number(process.env.COUNT ?? 2000);
const rpId = 'example.com', origin = `https://${rpId}`;
const algorithms = Object.keys(ALGORITHMS).map(Number);

let state = Number(process.env.SEED ?? 1);
const random = (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
};
const b64 = (data) => Buffer.from(data).toString('base64url');
const one = (list) => list[random(list.length)];
const pairs = Object.fromEntries(algorithms.map((alg) => [alg, [keysFor(alg), keysFor(alg)]]));

// @simplewebauthn/server takes a number of an ECDSA signature for as long as DER has it: what is
// shorter than the curve it refuses. So that nothing else depends on that, others are made again.
const widths = { '-7': 32, '-35': 48, '-36': 66 };
function isWide(alg, der) {
    if (!widths[alg] || der[0] !== 0x30) return true;
    const r = der.subarray(der[1] & 0x80 ? 3 : 2), s = r.subarray(2 + r[1]);
    const wide = (number) => {
        const value = number.subarray(2, 2 + number[1]);
        return value.length - (value[0] === 0 ? 1 : 0) === widths[alg];
    };
    return wide(r) && wide(s);
}

/** Make an answer until its signature is wide, or is not. */
function again(alg, narrow, make) {
    for (let i = 0; i < 1000; i++) {
        const { sent, signature } = make();
        if (!signature || isWide(alg, signature) !== narrow) return sent;
    }
    throw new Error('no such signature');
}

function register({ alg, over, options, keys }) {
    const { statement } = over;
    return again(alg, false, () => {
        let signature;
        const sent = new Authenticator().create(options, {
            ...over, key: keys, algorithm: alg,
            statement: (honest) => {
                signature = honest.get('sig');
                return typeof statement === 'function' ? statement(honest) : statement ?? honest;
            },
        });
        return { sent, signature };
    });
}

function authenticate({ alg, over, options, keys }) {
    const authenticator = new Authenticator();
    authenticator.create(options, { origin, key: keys, algorithm: alg, credentialId: over.credentialId });
    return again(alg, over.narrow ?? false, () => {
        const sent = authenticator.get(options, over);
        return { sent, signature: over.signature ? undefined : Buffer.from(sent.response.signature, 'base64url') };
    });
}

/** One ceremony, with what is expected of it: what TOOL reads. */
function ceremony(label, { ops, when, make }, varied) {
    const challenge = Buffer.from(Array.from({ length: 32 }, () => random(256))).toString('base64url');
    const asked = {
        op: one(ops), alg: one(algorithms), random, over: { origin, counter: 6 }, stored: { counter: 5 },
        expected: { rpId, origins: [origin], challenge, userVerification: random(2) === 1, attestation: 'none' },
        options: { challenge, rpId, rp: { id: rpId }, user: { id: 'dXNlci0x' } },
    };
    while (when && !when(asked)) asked.alg = one(algorithms);
    [asked.keys, asked.others] = random(2) ? pairs[asked.alg] : [...pairs[asked.alg]].reverse();
    for (const variation of varied.filter((known) => known.ops.includes(asked.op))) variation.make(asked);
    const change = make?.(asked);
    const { op, alg, stored, expected } = asked;
    const sent = op === 'register' ? register(asked) : authenticate(asked);
    const { id } = sent, key = coseKey(alg, asked.keys.publicKey);
    change?.(sent);
    const kept = { id, publicKey: b64(stored.change?.(key) ?? key), counter: stored.counter };
    return { label, op, alg, sent, expected, ...(op === 'authenticate' ? { stored: kept } : {}) };
}

/** What @simplewebauthn/server says, as TOOL says it. */
async function theirs({ op, sent, expected, stored }) {
    const asked = {
        response: structuredClone(sent), expectedChallenge: expected.challenge, expectedOrigin: expected.origins,
        expectedRPID: expected.rpId, requireUserVerification: expected.userVerification,
    };
    try {
        const said = op === 'register'
            ? await verifyRegistrationResponse({ ...asked, supportedAlgorithmIDs: algorithms })
            : await verifyAuthenticationResponse({
                ...asked, authenticator: {
                    credentialID: Buffer.from(stored.id, 'base64url'), counter: stored.counter,
                    credentialPublicKey: new Uint8Array(Buffer.from(stored.publicKey, 'base64url')),
                },
            });
        if (!said.verified) return { accepted: false, why: 'not verified' };
        const info = said.registrationInfo ?? said.authenticationInfo;
        return {
            accepted: true, id: b64(info.credentialID), counter: info.counter ?? info.newCounter,
            publicKey: info.credentialPublicKey ? b64(info.credentialPublicKey) : stored.publicKey,
            userVerified: info.userVerified, backupEligible: info.credentialDeviceType === 'multiDevice',
            backedUp: info.credentialBackedUp, format: info.fmt ?? null,
        };
    } catch (error) {
        return { accepted: false, why: error.message };
    }
}

/** What TOOL says of all. */
function ours(all) {
    const input = all.map((each) => `${JSON.stringify(each)}\n`).join('');
    const { stdout, stderr, status } = spawnSync(tool, { input, maxBuffer: 2 ** 28 });
    if (status) throw new Error(`${tool} ended with ${status}: ${stderr}`);
    return stdout.toString().trim().split('\n').map((line) => JSON.parse(line));
}

const all = [];
for (let i = 0; all.length < count; i++) {
    for (const [label, fault] of Object.entries(faults)) {
        all.push(ceremony(label, fault, random(3) ? [] : [one(Object.values(variations))]));
    }
    for (const [label, variation] of Object.entries(variations)) {
        all.push(ceremony(label, { ops: variation.ops }, [variation, ...random(2) ? [] : [one(Object.values(variations))]]));
    }
    for (const alg of algorithms) {
        for (const op of ['register', 'authenticate']) {
            all.push(ceremony('honest', { ops: [op], when: (asked) => asked.alg === alg }, []));
        }
    }
}
const said = ours(all);
const counts = { seed: Number(process.env.SEED ?? 1), of: all.length, accepted: 0, refused: 0, stricter: {}, looser: {}, algorithms: {} };
for (const [i, each] of all.entries()) {
    const we = said[i], they = await theirs(each);
    const side = we.accepted === they.accepted ? null : they.accepted ? 'stricter' : 'looser';
    if (side) {
        counts[side][each.label] = (counts[side][each.label] ?? 0) + 1;
    } else if (we.accepted && Object.keys(they).some((name) => they[name] !== we[name])) {
        console.log('differs', JSON.stringify({ ...each, we, they }));
    } else {
        counts[we.accepted ? 'accepted' : 'refused']++;
    }
    if (side && !differences[side][each.label]) {
        console.log(side, JSON.stringify({ ...each, we, they }));
    }
    if (we.accepted && they.accepted) counts.algorithms[each.alg] = (counts.algorithms[each.alg] ?? 0) + 1;
}
counts.listed = Object.fromEntries(Object.entries(differences).map(([side, listed]) => [side, Object.keys(listed)]));
console.log(JSON.stringify(counts));

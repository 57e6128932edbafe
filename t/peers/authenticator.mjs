// A browser with an authenticator, in software: what navigator.credentials.create() and get()
// would give for the options of an endpoint, as toJSON() writes it. Keys are Node's crypto.
//
//   const authenticator = new Authenticator({ algorithms: [-7] });
//   const registration = authenticator.create(options, { origin });
//   const assertion = authenticator.get(options, { origin });
//   const text = authenticator.save(), again = Authenticator.load(text);
//
// options are PublicKeyCredentialCreationOptionsJSON or PublicKeyCredentialRequestOptionsJSON, or
// what the endpoint answers: {action, options}. Beside origin, both take overrides, each a way to
// be another browser or a wrong one:
//   flags      {up, uv, be, bs, at, ed}: what the authenticator says (as the Authenticator has them;
//              at and ed only change the bit, not what follows)
//   counter    a number; extensions: a Map or an object that is encoded, or bytes; aaguid: 16 bytes
//   rpId, type, challenge, crossOrigin, topOrigin, clientData (members beside those)
//   clientDataJSON, authenticatorData, signature   bytes, or a function of the honest bytes
//   response   members of the answer that are changed, or left out (undefined)
// create(): algorithm, credentialId, key ({privateKey, publicKey}), publicKey (COSE bytes or a
//   function of them), attestation ('none', 'packed'; any other name with statement), statement (a
//   Map, or a function of the honest one), attestationObject (bytes or a function), userHandle
// get(): id (which credential, base64url), key, userHandle (null: none)
import { createHash, createPrivateKey, createPublicKey, constants, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { encode } from './authenticator/cbor.mjs';

const b64 = (bytes) => Buffer.from(bytes).toString('base64url');
const bytes = (text) => Buffer.from(text, 'base64url');
const sha256 = (data) => createHash('sha256').update(data).digest();
const of = (override, honest) =>
    typeof override === 'function' ? override(honest) : override === undefined ? honest : Buffer.from(override);

const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 };
const ec = (crv, namedCurve, size, hash) => ({
    hash, generate: ['ec', { namedCurve }],
    cose: (alg, { x, y }) => [[1, 2], [3, alg], [-1, crv], [-2, pad(x, size)], [-3, pad(y, size)]],
});
const rsa = (hash, padding) => ({
    hash, padding, generate: ['rsa', { modulusLength: 2048 }],
    cose: (alg, { n, e }) => [[1, 3], [3, alg], [-1, bytes(n)], [-2, bytes(e)]],
});
const pad = (text, size) => Buffer.concat([Buffer.alloc(size), bytes(text)]).subarray(-size);

/** The algorithms of COSE that it has. */
export const ALGORITHMS = {
    '-7': ec(1, 'P-256', 32, 'sha256'),
    '-35': ec(2, 'P-384', 48, 'sha384'),
    '-36': ec(3, 'P-521', 66, 'sha512'),
    '-257': rsa('sha256'),
    '-37': rsa('sha256', pss),
    '-8': {
        hash: null, generate: ['ed25519'],
        cose: (alg, { x }) => [[1, 1], [3, alg], [-1, 6], [-2, bytes(x)]],
    },
};

/** A pair of keys for an algorithm: {privateKey, publicKey}. */
export const keysFor = (alg) => generateKeyPairSync(...ALGORITHMS[alg].generate);

/** A public key as COSE_Key, in the order of CTAP2. */
export const coseKey = (alg, publicKey) =>
    encode(new Map(ALGORITHMS[alg].cose(alg, publicKey.export({ format: 'jwk' }))));

const signed = (alg, privateKey, data) =>
    sign(ALGORITHMS[alg].hash, data, { key: privateKey, ...ALGORITHMS[alg].padding });

export class Authenticator {
    /** algorithms: which it has; attachment, transports: what it says it is; aaguid; flags; counts:
     * 0 for one whose counter stays 0; idLength: of the ids that it makes. */
    constructor(set = {}) {
        const has = {
            algorithms: Object.keys(ALGORITHMS).map(Number), attachment: 'platform', transports: ['internal'],
            aaguid: '00'.repeat(16), flags: {}, counts: 1, idLength: 32, ...set,
        };
        this.set = { ...has, flags: { up: true, uv: true, be: false, bs: false, ...has.flags } };
        this.credentials = [];
    }

    /** Everything that it is and has, as text; private keys too. */
    save() {
        const credentials = this.credentials.map((credential) => ({
            ...credential, privateKey: credential.privateKey.export({ format: 'jwk' }),
        }));
        return JSON.stringify({ set: this.set, credentials });
    }

    static load(text) {
        const { set, credentials } = JSON.parse(text);
        const made = new Authenticator(set);
        made.credentials = credentials.map((credential) => ({
            ...credential, privateKey: createPrivateKey({ key: credential.privateKey, format: 'jwk' }),
        }));
        return made;
    }

    create(given, over = {}) {
        const options = given.options ?? given;
        const known = (options.excludeCredentials ?? []).some(({ id }) => this.find(id));
        const alg = over.algorithm
            ?? options.pubKeyCredParams.map((one) => one.alg).find((one) => this.set.algorithms.includes(one));
        if (known || alg === undefined) {
            throw new Error(known ? 'InvalidStateError' : 'NotSupportedError');
        }
        const { privateKey, publicKey } = over.key ?? keysFor(alg);
        const credential = {
            id: b64(over.credentialId ?? randomBytes(this.set.idLength)),
            rpId: over.rpId ?? options.rp.id ?? new URL(over.origin).hostname,
            alg, counter: 0, privateKey,
            user: over.userHandle === undefined ? options.user?.id ?? null : over.userHandle,
        };
        this.credentials.push(credential);
        const clientDataJSON = this.#clientData('webauthn.create', options, over);
        const cose = of(over.publicKey, coseKey(alg, publicKey));
        const authData = this.#authData(credential, over, cose);
        return this.#answer(credential, over, {
            clientDataJSON: b64(clientDataJSON),
            attestationObject: b64(this.#attestation(credential, over, authData, clientDataJSON)),
            authenticatorData: b64(authData),
            transports: this.set.transports,
            publicKey: b64(publicKey.export({ format: 'der', type: 'spki' })),
            publicKeyAlgorithm: alg,
        });
    }

    get(given, over = {}) {
        const options = given.options ?? given;
        const allowed = (options.allowCredentials ?? []).map(({ id }) => id);
        const rpId = options.rpId ?? new URL(over.origin).hostname;
        // One that the site did not ask for by id is the newest of the site.
        const credential = over.id ? this.find(over.id)
            : this.credentials.findLast((one) => one.rpId === rpId && (!allowed.length || allowed.includes(one.id)));
        if (!credential) {
            throw new Error('NotAllowedError');
        }
        const clientDataJSON = this.#clientData('webauthn.get', options, over);
        const authData = this.#authData(credential, over);
        const key = over.key?.privateKey ?? credential.privateKey;
        const signature = signed(credential.alg, key, Buffer.concat([authData, sha256(clientDataJSON)]));
        const user = over.userHandle === undefined ? credential.user : over.userHandle;
        return this.#answer(credential, over, {
            clientDataJSON: b64(clientDataJSON),
            authenticatorData: b64(authData),
            signature: b64(of(over.signature, signature)),
            // Either client gives back the text that the site sent.
            ...(user === null ? {} : { userHandle: user }),
        });
    }

    find(id) {
        return this.credentials.find((one) => one.id === id);
    }

    #clientData(type, options, over) {
        const members = {
            type: over.type ?? type, challenge: over.challenge ?? options.challenge, origin: over.origin,
            crossOrigin: over.crossOrigin ?? false,
            ...(over.topOrigin === undefined ? {} : { topOrigin: over.topOrigin }), ...over.clientData,
        };
        return Buffer.from(of(over.clientDataJSON, Buffer.from(JSON.stringify(members))));
    }

    /** cose: of a registration. */
    #authData(credential, over, cose) {
        const extensions = over.extensions === undefined || over.extensions instanceof Uint8Array
            ? over.extensions : encode(over.extensions);
        const flags = { ...this.set.flags, at: Boolean(cose), ed: Boolean(extensions), ...over.flags };
        const bits = ['up', , 'uv', 'be', 'bs', , 'at', 'ed'];
        const head = Buffer.alloc(5);
        credential.counter = over.counter ?? credential.counter + this.set.counts;
        head[0] = bits.reduce((sum, name, bit) => sum | (flags[name] ? 1 << bit : 0), 0);
        head.writeUInt32BE(credential.counter, 1);
        const id = bytes(credential.id);
        const attested = cose ? [
            Buffer.from(over.aaguid ?? this.set.aaguid, 'hex'), Buffer.from([id.length >> 8, id.length & 255]), id, cose,
        ] : [];
        return of(over.authenticatorData, Buffer.concat([
            sha256(over.rpId ?? credential.rpId), head, ...attested, extensions ?? Buffer.alloc(0)]));
    }

    #attestation(credential, over, authData, clientDataJSON) {
        const fmt = over.attestation ?? 'none';
        const input = Buffer.concat([authData, sha256(clientDataJSON)]);
        const honest = new Map(fmt === 'packed'
            ? [['alg', credential.alg], ['sig', signed(credential.alg, credential.privateKey, input)]] : []);
        const statement = typeof over.statement === 'function' ? over.statement(honest) : over.statement ?? honest;
        return of(over.attestationObject, encode({ fmt, attStmt: statement, authData }));
    }

    #answer(credential, over, response) {
        return {
            id: credential.id, rawId: credential.id, response: { ...response, ...over.response },
            type: 'public-key', clientExtensionResults: {}, authenticatorAttachment: this.set.attachment,
        };
    }
}

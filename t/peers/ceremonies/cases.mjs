// The ceremonies of ceremonies.mjs: what is varied of an honest one, and what is wrong with the
// others. Each takes what is about to be asked ({op, alg, over, expected, options, stored}), may
// change it, and may give back a function that changes what was sent.
import { createHash, sign } from 'node:crypto';
import { encode, head, raw } from '../authenticator/cbor.mjs';
import { ALGORITHMS, coseKey } from '../authenticator.mjs';

const sha256 = (data) => createHash('sha256').update(data).digest();
const bytes = (text) => Buffer.from(text, 'base64url');
const b64 = (data) => Buffer.from(data).toString('base64url');
const hex = (text) => Buffer.from(text.replaceAll(' ', ''), 'hex');
const isRsa = (alg) => alg === -257 || alg === -37;
const isEc = (alg) => [-7, -35, -36].includes(alg);

/** Replace the credential's public key by one whose members are changed. */
const member = (key, value) => ({ over, alg, keys }) => {
    const entries = new Map(ALGORITHMS[alg].cose(alg, keys.publicKey.export({ format: 'jwk' })));
    const changed = typeof value === 'function' ? value(entries.get(key), alg) : value;
    changed === undefined ? entries.delete(key) : entries.set(key, changed);
    over.publicKey = encode(entries);
};
const response = (change) => () => (sent) => change(sent.response, sent);
/** Client data with blanks behind it: so many bytes more than threes. */
const long = (rest) => (data) => Buffer.from(`${data}${' '.repeat((3 + rest - data.length % 3) % 3)}`);
const name = (op) => (op === 'register' ? 'attestationObject' : 'authenticatorData');
const client = (members) => ({ over }) => { over.clientData = { ...over.clientData, ...members }; };
const raised = (flags) => ({ over }) => { over.flags = { ...over.flags, ...flags }; };
const item = (value) => ({ over }) => { over.extensions = value; };
const object = (change) => ({ over }) => { over.attestationObject = change; };
const statement = (attestation, made) => ({ over }) => { over.attestation = attestation; over.statement = made; };
const inData = (change) => ({ over }) => { over.authenticatorData = change; };
const of = (ops, ...rest) => ({ ops, when: rest.length > 1 ? rest[0] : undefined, make: rest.at(-1) });

const both = ['register', 'authenticate'], create = ['register'], get = ['authenticate'];

/** What an honest ceremony may be, one or several at once. */
export const variations = {
    'backed up': of(both, raised({ be: true, bs: true })),
    'could be backed up': of(both, raised({ be: true })),
    'not verified, which nobody asks for': of(both, ({ over, expected }) => {
        raised({ uv: false })({ over });
        expected.userVerification = false;
    }),
    'extensions': of(both, item({ credProtect: 2, 'hmac-secret': true })),
    'extensions with more in them': of(both, item(new Map([['uvm', [[2, 4, 2], [8, 1, 1]]], ['x', { y: [] }]]))),
    'no extensions, announced': of(both, item(new Map())),
    'an aaguid': of(create, ({ over, random }) => { over.aaguid = Array.from({ length: 16 }, () => random(256).toString(16).padStart(2, '0')).join(''); }),
    'signed by itself': of(create, ({ over }) => { over.attestation = 'packed'; }),
    'signed by itself, as asked': of(create, ({ over, expected }) => { over.attestation = 'packed'; expected.attestation = 'self'; }),
    'a large counter': of(both, ({ over, stored }) => { over.counter = 0xffffffff; stored.counter = 0xfffffffe; }),
    'no counter': of(both, ({ over, stored }) => { over.counter = 0; stored.counter = 0; }),
    'a member that is new': of(both, client({ 'new': { x: [1.5, null] } })),
    'no crossOrigin': of(both, ({ over }) => { over.crossOrigin = undefined; over.clientData = { ...over.clientData, crossOrigin: undefined }; }),
    'a short id': of(both, ({ over, stored }) => { over.credentialId = Buffer.from([7]); }),
    'a long id': of(both, ({ over }) => { over.credentialId = Buffer.alloc(1023, 7); }),
    'several origins': of(both, ({ expected }) => { expected.origins = ['https://a.example', ...expected.origins, 'https://b.example']; }),
    'reserved flags': of(both, inData((data) => { const copy = Buffer.from(data); copy[32] |= 0x22; return copy; })),
};

/** What is wrong. */
export const faults = {
    'another type': of(both, ({ over, op }) => { over.type = op === 'register' ? 'webauthn.get' : 'webauthn.create'; }),
    'a type that is none': of(both, ({ over }) => { over.type = 'payment.get'; }),
    'another challenge': of(both, ({ over, options }) => { over.challenge = b64(sha256(options.challenge)); }),
    'a challenge that is cut': of(both, ({ over, options }) => { over.challenge = options.challenge.slice(0, -1); }),
    'a challenge with padding': of(both, ({ over, options }) => { over.challenge = `${options.challenge}=`; }),
    'another port': of(both, ({ over }) => { over.origin = `${over.origin}:8443`; }),
    'another scheme': of(both, ({ over }) => { over.origin = over.origin.replace('https', 'http'); }),
    'an origin that looks alike': of(both, ({ over }) => { over.origin = `${over.origin}.evil.example`; }),
    'an origin with a slash': of(both, ({ over }) => { over.origin = `${over.origin}/`; }),
    'no origin': of(both, client({ origin: undefined })),
    'another site': of(both, ({ over }) => { over.rpId = 'evil.example'; }),
    'nobody there': of(both, raised({ up: false })),
    'not verified': of(both, ({ over, expected }) => { raised({ uv: false })({ over }); expected.userVerification = true; }),
    'backed up, which it cannot be': of(both, raised({ be: false, bs: true })),
    'in a frame': of(both, client({ crossOrigin: true })),
    'in a frame, said otherwise': of(both, client({ topOrigin: 'https://evil.example' })),
    'crossOrigin is text': of(both, client({ crossOrigin: 'false' })),
    'a token binding': of(both, client({ tokenBinding: { status: 'present', id: 'eA' } })),
    'a token binding that is text': of(both, client({ tokenBinding: 'present' })),
    'a token binding that could be': of(both, client({ tokenBinding: { status: 'supported' } })),
    'a token binding that could not be': of(both, client({ tokenBinding: { status: 'not-supported' } })),
    'client data with a member twice': of(both, ({ over }) => { over.clientDataJSON = (data) => Buffer.from(`{"type":"x",${data.toString().slice(1)}`); }),
    'client data that is an array': of(both, ({ over }) => { over.clientDataJSON = (data) => Buffer.from(`[${data}]`); }),
    'client data that is null': of(both, ({ over }) => { over.clientDataJSON = Buffer.from('null'); }),
    'client data that ends too early': of(both, ({ over }) => { over.clientDataJSON = (data) => data.subarray(0, -1); }),
    'client data with more behind it': of(both, ({ over }) => { over.clientDataJSON = (data) => Buffer.from(`${data}}`); }),
    'client data with a BOM': of(both, ({ over }) => { over.clientDataJSON = (data) => Buffer.from(`\ufeff${data}`); }),
    'client data that is not UTF-8': of(both, ({ over }) => { over.clientDataJSON = (data) => Buffer.concat([Buffer.from('{"x":"\xff",', 'latin1'), data.subarray(1)]); }),
    'client data of 20 KiB': of(both, client({ x: 'x'.repeat(20000) })),
    'client data that is deep': of(both, ({ over }) => { over.clientDataJSON = (data) => Buffer.from(`{"x":${'['.repeat(100)}${']'.repeat(100)},${data.toString().slice(1)}`); }),

    'id and rawId that differ': of(both, () => (sent) => { sent.rawId = b64(sha256(sent.rawId)); }),
    'no id': of(both, () => (sent) => { delete sent.id; }),
    'an empty id': of(both, () => (sent) => { sent.id = sent.rawId = ''; }),
    'an id with padding': of(both, ({ over }) => { over.credentialId = Buffer.alloc(32, 9); return (sent) => { sent.id = sent.rawId = `${sent.id}=`; }; }),
    'another id than the authenticator says': of(create, () => (sent) => { sent.id = sent.rawId = b64(sha256(sent.id)); }),
    'the id of another credential': of(get, () => (sent) => { sent.id = sent.rawId = b64(sha256(sent.id)); }),
    'an id that is too long': of(both, ({ over }) => { over.credentialId = Buffer.alloc(1024, 7); }),
    'another type of credential': of(both, () => (sent) => { sent.type = 'password'; }),
    'no response': of(both, () => (sent) => { sent.response = {}; }),
    'client data that is a number': of(both, response((said) => { said.clientDataJSON = 1; })),
    'authenticator data that is an object': of(both, ({ op }) => (sent) => { sent.response[name(op)] = {}; }),
    'no signature': of(get, response((said) => { delete said.signature; })),
    'a signature that is a number': of(get, response((said) => { said.signature = 7; })),
    'a user handle that is a number': of(get, response((said) => { said.userHandle = 7; })),
    'base64 with padding': of(both, ({ over }) => { over.clientDataJSON = long(1); return response((said) => { said.clientDataJSON += '=='; })(); }),
    'base64 with a blank': of(both, ({ over }) => { over.clientDataJSON = long(0); return response((said) => { said.clientDataJSON += ' '; })(); }),

    'authenticator data with a byte behind it': of(both, inData((data) => Buffer.concat([data, hex('00')]))),
    'authenticator data that ends too early': of(both, inData((data) => data.subarray(0, 36))),
    'a credential that ends too early': of(create, inData((data) => data.subarray(0, -1))),
    'a length of the id that is too large': of(create, inData((data) => { const copy = Buffer.from(data); copy.writeUInt16BE(1000, 53); return copy; })),
    'extensions announced, none there': of(both, raised({ ed: true })),
    'extensions there, not announced': of(both, (asked) => { item({ credProtect: 2 })(asked); raised({ ed: false })(asked); }),
    'a credential not announced': of(create, raised({ at: false })),
    'no credential': of(create, (asked) => { raised({ at: false })(asked); inData((data) => data.subarray(0, 37))(asked); }),
    'a credential announced, none there': of(get, raised({ at: true })),
    'a credential in an authentication': of(get, (asked) => {
        inData((data) => {
            const copy = Buffer.concat([data, Buffer.alloc(16), hex('0004 01020304'), coseKey(asked.alg, asked.keys.publicKey)]);
            copy[32] |= 0x40;
            return copy;
        })(asked);
    }),
    'extensions that are an array': of(both, item([])),
    'extensions that are text': of(both, item('x')),
    'extensions with a float': of(both, item(hex('a1 6178 fb3ff0000000000000'))),
    'extensions with a tag': of(both, item(hex('a1 6178 c1 00'))),
    'extensions with a key twice': of(both, item(hex('a2 6178 00 6178 00'))),
    'extensions of indefinite length': of(both, item(hex('bf 6178 00 ff'))),
    'extensions with undefined': of(both, item(hex('a1 6178 f7'))),
    'extensions with a long number': of(both, item(hex('a1 6178 1800'))),
    'extensions that are deep': of(both, item(Buffer.concat([hex('a1 6178'), Buffer.alloc(20, 0x81), hex('00')]))),
    'extensions that claim too much': of(both, item(hex('a1 6178 5bffffffffffffffff00'))),

    'a counter that stands still': of(get, ({ over, stored }) => { over.counter = stored.counter = 7; }),
    'a counter that went back': of(get, ({ over, stored }) => { over.counter = 6; stored.counter = 7; }),
    'a counter that is gone': of(get, ({ over, stored }) => { over.counter = 0; stored.counter = 7; }),

    'a signature with a bit turned over': of(get, ({ over, random }) => { over.signature = (made) => { const copy = Buffer.from(made); copy[random(copy.length)] ^= 1 << random(8); return copy; }; }),
    'a signature that is cut': of(get, ({ over }) => { over.signature = (made) => made.subarray(0, -1); }),
    'a signature with a byte behind it': of(get, ({ over }) => { over.signature = (made) => Buffer.concat([made, hex('00')]); }),
    'an empty signature': of(get, ({ over }) => { over.signature = Buffer.alloc(0); }),
    'a signature of zeros': of(get, ({ over }) => { over.signature = (made) => Buffer.alloc(made.length); }),
    'a signature by another key': of(get, ({ over, others }) => { over.key = others; }),
    'a signature of another ceremony': of(get, () => (sent) => {
        const data = bytes(sent.response.authenticatorData);
        data[36] ^= 1;
        sent.response.authenticatorData = b64(data);
    }),
    'a signature that is not DER': of(get, ({ alg }) => isEc(alg), ({ over, alg, keys }) => {
        over.signature = () => sign(ALGORITHMS[alg].hash, Buffer.from('x'), { key: keys.privateKey, dsaEncoding: 'ieee-p1363' });
    }),
    'a number of the signature that is short': of(get, ({ alg }) => alg === -36, ({ over }) => { over.narrow = true; }),
    'a stored key that is cut': of(get, ({ stored }) => { stored.change = (key) => key.subarray(0, -1); }),
    'a stored key with a byte behind it': of(get, ({ stored }) => { stored.change = (key) => Buffer.concat([key, hex('00')]); }),
    'no stored key': of(get, ({ stored }) => { stored.change = () => Buffer.alloc(0); }),
    'another stored key': of(get, ({ stored, others, alg }) => { stored.change = () => coseKey(alg, others.publicKey); }),

    'an algorithm that is none': of(create, member(3, -47)),
    'no algorithm': of(create, member(3, undefined)),
    'an algorithm that is text': of(create, member(3, 'ES256')),
    'a key without its type': of(create, member(1, undefined)),
    'a type of another algorithm': of(create, member(1, (kty) => (kty % 3) + 1)),
    'another curve': of(create, ({ alg }) => !isRsa(alg), member(-1, (crv) => (crv % 3) + 1)),
    'a point that is not on the curve': of(create, ({ alg }) => isEc(alg), member(-2, (x) => { const copy = Buffer.from(x); copy[5] ^= 0x40; return copy; })),
    'a coordinate that is short': of(create, ({ alg }) => !isRsa(alg), member(-2, (x) => x.subarray(1))),
    'a point of small order': of(create, ({ alg }) => alg === -8, member(-2, Buffer.concat([hex('01'), Buffer.alloc(31)]))),
    'an exponent of 1': of(create, ({ alg }) => isRsa(alg), member(-2, hex('01'))),
    'an even exponent': of(create, ({ alg }) => isRsa(alg), member(-2, hex('010000'))),
    'a modulus of 1024 bits': of(create, ({ alg }) => isRsa(alg), member(-1, Buffer.alloc(128, 0xa5))),
    'a modulus of 16384 bits': of(create, ({ alg }) => isRsa(alg), member(-1, Buffer.alloc(2048, 0xa5))),
    'a key with a member more': of(create, member(2, hex('01'))),
    'a key with a name for a member': of(create, member('d', hex('01'))),
    'a key with its private part': of(create, ({ alg }) => isEc(alg), member(-4, Buffer.alloc(32, 1))),
    'a key that is an array': of(create, ({ over }) => { over.publicKey = encode([1, 2]); }),
    'a key with a member twice': of(create, ({ over }) => { over.publicKey = (key) => Buffer.concat([head(5, key[0] - 0xa0 + 1), key.subarray(1), hex('01 02')]); }),
    'a key as Firefox 117 wrote it': of(create, ({ alg }) => alg === -8, ({ over, keys }) => {
        const x = bytes(keys.publicKey.export({ format: 'jwk' }).x);
        over.publicKey = Buffer.concat([hex('a3 01634f4b50 0327 206745643235353139 215820'), x]);
    }),

    'an attestation object with a byte behind it': of(create, object((made) => Buffer.concat([made, hex('00')]))),
    'an attestation object that is cut': of(create, object((made) => made.subarray(0, -1))),
    'an attestation object with a member more': of(create, object((made) => Buffer.concat([hex('a4'), made.subarray(1), hex('6178 00')]))),
    'an attestation object of indefinite length': of(create, object((made) => Buffer.concat([hex('bf'), made.subarray(1), hex('ff')]))),
    'an attestation object in a tag': of(create, object((made) => Buffer.concat([hex('d9d9f7'), made]))),
    'an attestation object with a long count': of(create, object((made) => Buffer.concat([hex('b803'), made.subarray(1)]))),
    'an attestation object that is an array': of(create, ({ over }) => { over.attestationObject = encode([]); }),
    'an attestation object of nothing': of(create, ({ over }) => { over.attestationObject = Buffer.alloc(0); }),
    'a depth bomb': of(create, ({ over }) => { over.attestationObject = Buffer.alloc(3000, 0x81); }),
    'none, with a statement': of(create, statement('none', new Map([['alg', -7]]))),
    'a statement that is an array': of(create, statement('none', [])),
    'a format that is a number': of(create, ({ over }) => { over.attestation = 7; }),
    'packed, with another algorithm': of(create, statement('packed', (made) => new Map([...made, ['alg', made.get('alg') === -7 ? -8 : -7]]))),
    'packed, without an algorithm': of(create, statement('packed', (made) => new Map([['sig', made.get('sig')]]))),
    'packed, without a signature': of(create, statement('packed', (made) => new Map([['alg', made.get('alg')]]))),
    'packed, with a wrong signature': of(create, statement('packed', (made) => { const sig = Buffer.from(made.get('sig')); sig[sig.length - 1] ^= 1; return new Map([...made, ['sig', sig]]); })),
    'packed, with a member more': of(create, statement('packed', (made) => new Map([...made, ['x', 1]]))),
    'packed, with a certificate that is none': of(create, statement('packed', (made) => new Map([...made, ['x5c', [Buffer.from('x')]]]))),
    'a statement that is not known': of(create, statement('example', new Map([['x', 1]]))),
    'fido-u2f, with nothing in it': of(create, statement('fido-u2f', new Map())),
    'not signed by itself, as asked': of(create, ({ expected }) => { expected.attestation = 'self'; }),
    'a tagged statement': of(create, statement('none', raw(0xc1, 0xa0))),
};

// Where the module and @simplewebauthn/server 9.0.3 do not agree, by case of cases.mjs, and why.
// A case may be one now and then only: what a bit turned over does is chance.
const frame = 'a page in a frame of another site may ask for what the visitor does not see';
const parser = 'JSON.parse takes it, or the last of two members; a strict parser does not guess';
const cbor = 'CTAP2 has authenticators write one form of CBOR; theirs reads more of them, and what is cut off';
const key = 'a key is looked at when it is made, not when somebody wants to sign in with it';
const id = 'the id that is stored is the one that the authenticator said';
const text = 'base64url has one form (RFC 7515)';
const binding = 'no connection of httpd has a token bound to it';
const statement = 'a site that asks for no attestation looks into no statement but the credential\'s own';

export const differences = {
    /** They accept it, the module does not. */
    stricter: {
        'in a frame': frame,
        'in a frame, said otherwise': frame,
        'crossOrigin is text': frame,
        'a token binding': binding,
        'client data with a member twice': parser,
        'client data with a BOM': parser,
        'client data that is not UTF-8': parser,
        'client data that is deep': parser,
        'client data of 20 KiB': 'everything has a bound',
        'an id with padding': text,
        'base64 with a blank': text,
        'base64 with padding': text,
        'another id than the authenticator says': id,
        'the id of another credential': id,
        'an id that is too long': id,
        'a credential in an authentication': 'authenticators make none there (section 6.1)',
        'a credential that ends too early': cbor,
        'extensions that are an array': cbor,
        'extensions that are text': cbor,
        'extensions with a tag': cbor,
        'extensions with undefined': cbor,
        'extensions that are deep': cbor,
        'an attestation object with a byte behind it': cbor,
        'an attestation object that is cut': cbor,
        'an attestation object with a member more': cbor,
        'a statement that is an array': cbor,
        'a tagged statement': cbor,
        'a signature with a bit turned over': 'an ECDSA signature is DER, every bit of it',
        'a signature with a byte behind it': 'an ECDSA signature is DER, every bit of it',
        'a stored key with a byte behind it': key,
        'a key without its type': key,
        'a type of another algorithm': key,
        'another curve': key,
        'a point that is not on the curve': key,
        'a coordinate that is short': key,
        'a point of small order': key,
        'an exponent of 1': key,
        'an even exponent': key,
        'a modulus of 1024 bits': key,
        'a modulus of 16384 bits': key,
        'a key with a member more': 'a key has no member that it does not need (section 6.5.1.1)',
        'a key with a name for a member': 'a key has no member that it does not need (section 6.5.1.1)',
        'a key with its private part': 'a key has no member that it does not need (section 6.5.1.1)',
        'a key as Firefox 117 wrote it': 'it is no COSE_Key, and theirs cannot sign in with it later',
        'packed, with another algorithm': 'the algorithm is the credential\'s (section 8.2)',
        'packed, with a member more': 'a statement is what section 8.2 says',
        'not signed by itself, as asked': 'theirs has no such policy',
    },
    /** The module accepts it, they do not. */
    looser: {
        'a number of the signature that is short': 'a number of a signature may begin with zeros; theirs leaves them out',
        'a token binding that could not be': 'theirs spells it another way in an authentication than in a registration',
        'packed, with a certificate that is none': statement,
        'a statement that is not known': statement,
        'fido-u2f, with nothing in it': statement,
    },
};

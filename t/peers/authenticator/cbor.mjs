// CBOR as authenticators write it (CTAP2's canonical form), and as none should. encode() takes
// numbers, strings, booleans, null, Buffers, arrays, Maps and plain objects, in the order they
// have; raw() is what is written as it stands.

class Raw {
    constructor(bytes) {
        this.bytes = bytes;
    }
}

/** Bytes that are CBOR already, or should not be. */
export const raw = (...bytes) => new Raw(Buffer.from(bytes.flat()));

/** The head of an item; width: how many bytes its number takes, canonical when not given. */
export function head(major, number, width) {
    const n = BigInt(number);
    const least = n < 24n ? 0 : n < 256n ? 1 : n < 65536n ? 2 : n < 4294967296n ? 4 : 8;
    const bytes = width ?? least;
    if (!bytes) {
        return Buffer.from([(major << 5) | Number(n)]);
    }
    const out = Buffer.alloc(9);
    out.writeBigUInt64BE(n, 1);
    out[8 - bytes] = (major << 5) | (24 + Math.log2(bytes));
    return out.subarray(8 - bytes);
}

export function encode(value) {
    if (value instanceof Raw) {
        return value.bytes;
    }
    if (typeof value === 'number' || typeof value === 'bigint') {
        return value < 0 ? head(1, -1n - BigInt(value)) : head(0, value);
    }
    if (typeof value === 'string') {
        return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)]);
    }
    if (value instanceof Uint8Array) {
        return Buffer.concat([head(2, value.length), value]);
    }
    if (Array.isArray(value)) {
        return Buffer.concat([head(4, value.length), ...value.map(encode)]);
    }
    if (value === true || value === false || value === null) {
        return Buffer.from([value === null ? 0xf6 : value ? 0xf5 : 0xf4]);
    }
    const entries = value instanceof Map ? [...value] : Object.entries(value);
    return Buffer.concat([head(5, entries.length), ...entries.flat().map(encode)]);
}

// Ways to deliver an answer over HTTP that a client must refuse, or must cope with. Each is
// a function (res, text, c): text is the honest body, c the context of the case.
import { gzipSync } from 'node:zlib';

const JSON_TYPE = { 'content-type': 'application/json' };

/** As it should be. */
export function plain(res, text, headers = JSON_TYPE, status = 200) {
    const body = Buffer.isBuffer(text) ? text : Buffer.from(text);
    res.writeHead(status, { ...headers, 'content-length': body.length }).end(body);
}

const padding = (text, bytes) => `${text.slice(0, -1)},"padding":"${'x'.repeat(bytes)}"}`;
const every = (res, ms, act) => {
    const timer = setInterval(act, ms);
    res.on('close', () => clearInterval(timer));
};

function redirect(status, to) {
    return (res, text, c) => res.writeHead(status, { location: to(c) }).end();
}

/** As good as endless: 64 MB as fast as the client reads, then nothing more. A client without
 * a limit would otherwise take the whole machine with it. */
function endless(res, text, headers) {
    const block = Buffer.alloc(65536, ' ');
    let left = 1024;
    const more = () => {
        while (left-- > 0 && res.write(block)) {
            /* until the socket is full */
        }
    };
    res.writeHead(200, { ...JSON_TYPE, ...headers });
    res.write(text);
    res.on('drain', more);
    more();
}

/** Lies. slow: whoever waits for it needs a clock. */
export const lies = {
    redirect: {
        why: 'a redirect to the right answer on another host',
        send: redirect(302, (c) => c.trap),
    },
    'redirect-307': {
        why: 'a redirect that keeps method and body, to another host',
        send: redirect(307, (c) => c.trap),
    },
    'redirect-same-host': {
        why: 'a redirect on the same host',
        send: redirect(302, (c) => c.trapHere),
    },
    'redirect-file': {
        why: 'a redirect to a file',
        send: redirect(302, () => 'file:///etc/passwd'),
    },
    'status-404': {
        why: 'the right body with status 404',
        send: (res, text) => plain(res, text, JSON_TYPE, 404),
    },
    'status-500': {
        why: 'the right body with status 500',
        send: (res, text) => plain(res, text, JSON_TYPE, 500),
    },
    'no-content': { why: 'status 204', send: (res) => res.writeHead(204).end() },
    empty: { why: 'status 200 and nothing', send: (res) => plain(res, '') },
    html: {
        why: 'a page instead of JSON',
        send: (res) =>
            plain(res, '<!doctype html><title>Maintenance</title>', {
                'content-type': 'text/html',
            }),
    },
    truncated: {
        why: 'half of the JSON',
        send: (res, text) => plain(res, text.slice(0, text.length / 2)),
    },
    trailing: {
        why: 'the JSON and something behind it',
        send: (res, text) => plain(res, `${text}{}`),
    },
    array: { why: 'the object inside an array', send: (res, text) => plain(res, `[${text}]`) },
    null: { why: 'null', send: (res) => plain(res, 'null') },
    string: {
        why: 'the object as a JSON string',
        send: (res, text) => plain(res, JSON.stringify(text)),
    },
    'invalid-utf8': {
        why: 'a member that is not UTF-8',
        send: (res, text) =>
            plain(
                res,
                Buffer.concat([
                    Buffer.from(`${text.slice(0, -1)},"x":"`),
                    Buffer.from([0xc3, 0x28, 0xff]),
                    Buffer.from('"}'),
                ]),
            ),
    },
    deep: {
        why: '100,000 nested arrays',
        send: (res, text) =>
            plain(res, `${text.slice(0, -1)},"x":${'['.repeat(1e5)}${']'.repeat(1e5)}}`),
    },
    large: { why: 'a body of 10 MB', send: (res, text) => plain(res, padding(text, 1e7)) },
    bomb: {
        why: 'a compressed body, 50 MB when unpacked, that nobody asked for',
        send: (res, text) =>
            plain(res, gzipSync(padding(text, 5e7)), { ...JSON_TYPE, 'content-encoding': 'gzip' }),
    },
    'header-line': {
        why: 'a header line of 1 MB',
        send: (res, text) => plain(res, text, { ...JSON_TYPE, 'x-long': 'a'.repeat(1 << 20) }),
    },
    'header-count': {
        why: '20,000 header lines',
        send: (res, text) => {
            res.socket.write(
                `HTTP/1.1 200 OK\r\n${'x-many: 0123456789abcdef\r\n'.repeat(20000)}` +
                    `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
            );
        },
    },
    cut: {
        why: 'the connection ends before the body does',
        send: (res, text) => {
            res.writeHead(200, { ...JSON_TYPE, 'content-length': text.length + 100 });
            res.write(text, () => res.socket.destroy());
        },
    },
    reset: { why: 'the connection is reset', send: (res) => res.socket.resetAndDestroy() },
    garbage: {
        why: 'bytes that are not HTTP',
        send: (res) => res.socket.end('\x00\x01\x02 hello\n\n'),
    },
    http09: {
        why: 'a body without status line and headers',
        send: (res, text) => res.socket.end(text),
    },
    silence: { slow: true, why: 'the request is accepted and never answered', send: () => {} },
    'silent-body': {
        slow: true,
        why: 'headers come, the body never does',
        send: (res, text) => {
            res.writeHead(200, { ...JSON_TYPE, 'content-length': text.length }).flushHeaders();
        },
    },
    drip: {
        slow: true,
        why: 'the right body, a byte a second',
        send: (res, text) => {
            let at = 0;
            res.writeHead(200, { ...JSON_TYPE, 'content-length': text.length }).flushHeaders();
            every(res, 1000, () => res.write(text[at++] ?? ''));
        },
    },
    'drip-header': {
        slow: true,
        why: 'a header that never ends, a line a second',
        send: (res) => {
            res.socket.write('HTTP/1.1 200 OK\r\n');
            every(res, 1000, () => res.socket.write('x-more: 1\r\n'));
        },
    },
    continue: {
        slow: true,
        why: '100 Continue, for ever',
        send: (res) => {
            every(res, 200, () => res.socket.write('HTTP/1.1 100 Continue\r\n\r\n'));
        },
    },
    endless: {
        slow: true,
        why: 'a body that never ends, as fast as it goes',
        send: (res, text) => endless(res, text, { connection: 'close' }),
    },
    'endless-chunks': {
        slow: true,
        why: 'chunk after chunk, for ever',
        send: (res, text) => {
            res.writeHead(200, JSON_TYPE);
            res.write(text);
            every(res, 300, () => res.write(' '));
        },
    },
};

const typed = (type) => (res, text) => plain(res, text, type ? { 'content-type': type } : {});

/** Honest: unusual, and right. */
export const honest = {
    chunked: {
        why: 'chunked in small pieces',
        send: (res, text) => {
            res.writeHead(200, JSON_TYPE);
            for (let i = 0; i < text.length; i += 100) {
                res.write(text.slice(i, i + 100));
            }
            res.end();
        },
    },
    'until-close': {
        why: 'no length, the end of the connection ends the body',
        send: (res, text) => {
            res.useChunkedEncodingByDefault = false;
            res.writeHead(200, { ...JSON_TYPE, connection: 'close' }).end(text);
        },
    },
    'slow-second': {
        why: 'answered after a second',
        send: (res, text) => {
            setTimeout(() => plain(res, text), 1000);
        },
    },
    'long-header': {
        why: 'a header of 8 kB beside',
        send: (res, text) =>
            plain(res, text, {
                ...JSON_TYPE,
                'x-long': 'a'.repeat(8000),
                'set-cookie': ['a=b', 'c=d'],
            }),
    },
    charset: {
        why: 'a charset in the content type',
        send: typed('application/json; charset=UTF-8'),
    },
    'type-html': { why: 'JSON that says it is HTML', send: typed('text/html; charset=utf-8') },
    'type-text': { why: 'JSON that says it is text', send: typed('text/plain') },
    'type-missing': { why: 'no content type', send: typed(null) },
    interim: {
        why: '103 Early Hints before the answer',
        send: (res, text) => {
            res.socket.write('HTTP/1.1 103 Early Hints\r\nlink: </x>; rel=preload\r\n\r\n');
            plain(res, text);
        },
    },
    blanks: {
        why: 'blanks and line breaks round the JSON',
        send: (res, text) => plain(res, `\r\n\t ${text.replaceAll(',"', ' ,\n  "')} \n`),
    },
    'extra-members': {
        why: 'members nobody knows, nested a little',
        send: (res, text) =>
            plain(
                res,
                `${text.slice(0, -1)},"x_new":{"a":[1,-2.5e3,true,null,{"b":[[[[]]]]}],"ž":"\\u017e\\ud83d\\ude00"}}`,
            ),
    },
    'large-ok': { why: 'a body of 200 kB', send: (res, text) => plain(res, padding(text, 200000)) },
};

// A mail server (npm smtp-server) that keeps what it is handed, and shows it over HTTP.
//
// Environment:
//   PORT           where the mails are read over HTTP, on 127.0.0.1
//   SMTP_SERVERS   {"PORT": "words"}: where it speaks SMTP, and how:
//                    plain, starttls or tls
//                    auth        nobody hands in mail without SMTP_USER and SMTP_PASSWORD
//                    ascii       neither 8BITMIME nor SMTPUTF8
//                    untrusted   the certificate is one that nobody vouches for
//                    stall=STEP  it falls silent at connect, ehlo, tls, auth or mail
//                    full        421 instead of a greeting
//                    closes, busy   after one mail: the connection ends; 421 for the next
//   SMTP_USER, SMTP_PASSWORD
//   SMTP_TLS       a directory of mkca.sh
//
// A mail's first recipient orders a fault by what stands in front of its @:
//   reject550, defer451        refused at RCPT
//   datafail                   554 behind the message
//   slow                       RCPT is answered after two seconds
//   drop, dropdata             the connection ends without an answer, at RCPT or behind the message
//   stall, stall354, stalldata silence at RCPT, at DATA, behind the message
//   byte                       from RCPT on, one byte a second
//   long, odd                  550 at RCPT with very much text, with control characters
//   echo                       554 behind the message, with what the message says
//
//   GET    /messages[?to=ADDRESS]   [{from, to, user, tls, ehlo, port, connection, mail, rcpt,
//                                   utf8, body, raw, text, html, subject, links, headers}],
//                                   oldest first; mail and rcpt are the lines as they were sent
//   GET    /connections             [{number, port, ehlo, tls, mails}]
//   DELETE /messages                both are empty again
// Prints "ready" when it listens.
import http from 'node:http';
import { readFileSync } from 'node:fs';
import { simpleParser } from 'mailparser';
import { SMTPServer } from 'smtp-server';
import './lifetime.mjs';

const env = process.env;
let messages = [];
let connections = [];

const refusal = (responseCode, message) => Object.assign(new Error(message), { responseCode });
const localPart = (address) => address.slice(0, address.lastIndexOf('@'));

/** The certificate of a server, of words that say which. */
function certificate(words) {
    const name = words.includes('untrusted') ? 'untrusted' : 'srv';
    return words.includes('plain')
        ? {}
        : {
              key: readFileSync(`${env.SMTP_TLS}/${name}.key`),
              cert: readFileSync(`${env.SMTP_TLS}/${name}.pem`),
          };
}

/** From now on what a connection says comes one byte a second. */
function trickle(connection) {
    const bytes = [];
    const timer = setInterval(() => {
        const socket = connection._socket;
        if (socket.destroyed) {
            clearInterval(timer);
        } else if (bytes.length) {
            socket.write(bytes.shift());
        }
    }, 1000);
    connection.send = (code, text) => bytes.push(...`${code} ${text}\r\n`);
}

/** Keep the last lines that say whom a mail is from and for, as they were sent. */
function watch(connection, kept) {
    const { _onCommand } = connection;
    connection._onCommand = (line, ...rest) => {
        const [, command] = /^(MAIL FROM|RCPT TO):/i.exec(line) ?? [];
        if (command) {
            kept[command.toUpperCase() === 'MAIL FROM' ? 'mail' : 'rcpt'] = line.toString();
        }
        return _onCommand.call(connection, line, ...rest);
    };
}

/** Answers with these codes never leave. */
function swallow(connection, codes) {
    const { send } = connection;
    connection.send = (code, ...rest) => codes.includes(code) || send.call(connection, code, ...rest);
}

const links = (text) => text?.match(/https?:\/\/[^\s"'<>]+/g) ?? [];

async function read(raw) {
    const { text, html, subject, headerLines } = await simpleParser(raw, { skipTextToHtml: true });
    const headers = Object.fromEntries(headerLines.map(({ key, line }) => [key, line.slice(key.length + 1).trim()]));
    return { raw: raw.toString('latin1'), text, html, subject, links: links(text), headers };
}

async function collect(stream) {
    const chunks = [];
    for await (const chunk of stream) {
        chunks.push(chunk);
    }
    return Buffer.concat(chunks);
}

function serve(port, words) {
    const stall = words.find((word) => word.startsWith('stall='))?.slice('stall='.length);
    const secure = words.includes('tls');
    const ascii = words.includes('ascii');
    const connectionOf = (session) => [...server.connections].find((one) => one.session === session);
    const kept = (session) => connections.find((one) => one.session === session);

    const faultsAtRecipient = {
        reject550: (session, done) => done(refusal(550, 'No such user here')),
        defer451: (session, done) => done(refusal(451, 'Try again later')),
        slow: (session, done) => setTimeout(done, 2000),
        drop: (session) => connectionOf(session)._socket.destroy(),
        stall: () => {},
        stall354: (session, done) => {
            swallow(connectionOf(session), [354]);
            done();
        },
        byte: (session, done) => {
            trickle(connectionOf(session));
            done();
        },
        long: (session) => {
            const line = 'No. '.repeat(60);
            connectionOf(session)._socket.write(`550-${line}\r\n`.repeat(50) + `550 ${line}\r\n`);
        },
        odd: (session) =>
            connectionOf(session)._socket.write('550 gone \x1b[31mred\x07\x00 \xff\xfe \t[x] AuthJS: forged\r\n', 'latin1'),
    };
    const faultsBehindMessage = {
        datafail: (session, raw, done) => done(refusal(554, 'Message rejected as spam')),
        dropdata: (session) => connectionOf(session)._socket.destroy(),
        stalldata: () => {},
        echo: async (session, raw, done) => done(refusal(554, `No: ${(await read(raw)).text.replace(/\s+/g, ' ')}`)),
    };

    const server = new SMTPServer({
        name: 'mail.example.test',
        secure,
        ...certificate(words),
        disabledCommands: [
            ...(words.includes('starttls') ? [] : ['STARTTLS']),
            ...(words.includes('auth') ? [] : ['AUTH']),
        ],
        authOptional: !words.includes('auth'),
        allowInsecureAuth: words.includes('plain'),
        disableReverseLookup: true,
        hide8BITMIME: ascii,
        hideSMTPUTF8: ascii,
        onConnect(session, done) {
            const connection = connectionOf(session);
            const one = { session, number: connections.length + 1, port, mails: 0 };
            connections.push(one);
            watch(connection, one);
            if (stall === 'ehlo') {
                connection.handler_EHLO = () => {};
            }
            if (stall === 'tls') {
                connection.upgrade = () => {};
            }
            if (words.includes('full')) {
                done(refusal(421, 'Too many connections'));
            } else if (stall !== 'connect') {
                done();
            }
        },
        onAuth({ username, password }, session, done) {
            if (stall !== 'auth') {
                const right = username === env.SMTP_USER && password === env.SMTP_PASSWORD;
                done(...(right ? [null, { user: username }] : [refusal(535, 'Wrong user or password')]));
            }
        },
        onMailFrom(address, session, done) {
            if (words.includes('busy') && kept(session).mails) {
                done(refusal(421, 'One mail a connection'));
            } else if (stall !== 'mail') {
                done();
            }
        },
        onRcptTo({ address }, session, done) {
            const fault = faultsAtRecipient[localPart(address)];
            if (fault) {
                fault(session, done);
            } else {
                done();
            }
        },
        async onData(stream, session, done) {
            const raw = await collect(stream).catch(() => null); // the client has gone
            if (!raw) {
                return;
            }
            const { mailFrom, rcptTo, bodyType, smtpUtf8 } = session.envelope;
            const fault = faultsBehindMessage[localPart(rcptTo[0].address)];
            const connection = kept(session);
            if (fault) {
                fault(session, raw, done);
                return;
            }
            messages.push({
                from: mailFrom.address,
                to: rcptTo.map(({ address }) => address),
                user: session.user ?? null,
                tls: session.secure ? session.tlsOptions.name : null,
                ehlo: session.hostNameAppearsAs,
                port,
                connection: connection?.number ?? null,
                mail: connection?.mail,
                rcpt: connection?.rcpt,
                utf8: Boolean(smtpUtf8),
                body: bodyType,
                ...(await read(raw)),
            });
            done(null, `queued as ${messages.length}`);
            if (connection) {
                connection.mails++;
            }
            if (words.includes('closes')) {
                connectionOf(session)?.close();
            }
        },
    });
    server.on('error', (error) => console.log(`SMTP ${port}: ${error.message}`));
    return new Promise((listening) => {
        server.listen(port, '127.0.0.1', listening);
    });
}

const show = ({ session, mails, ...rest }) => ({
    ...rest,
    mails,
    ehlo: session.hostNameAppearsAs || null,
    tls: session.secure,
});

await Promise.all(
    Object.entries(JSON.parse(env.SMTP_SERVERS)).map(([port, words]) => serve(Number(port), words.split(' '))),
);
http.createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url, 'http://localhost');
    const json = (value) => response.setHeader('content-type', 'application/json').end(JSON.stringify(value));
    const to = searchParams.get('to');
    if (request.method === 'DELETE') {
        messages = [];
        connections = [];
        response.writeHead(204).end();
    } else if (pathname === '/connections') {
        json(connections.map(show));
    } else {
        json(messages.filter((message) => to === null || message.to.includes(to)));
    }
}).listen(env.PORT, '127.0.0.1', () => console.log('ready'));

// The parity suite: the same requests to Auth.js (in this process) and to httpd, answers
// compared in status, Location, Set-Cookie (names, order, attributes, values by shape),
// content type, cache headers, JSON and forms. Prints TAP.
//
// Environment:
//   PARITY_PLAIN, PARITY_SECURE, PARITY_PAGES   ports of httpd's three virtual hosts, whose
//       AuthJSURL is http://parity.test, https://parity.test and http://parity.test (with
//       pages of its own). Without them Auth.js is compared with itself: the suite's test.
//   PARITY_SENDING   the port of one more, whose only provider is nodemailer, with sessions in
//       cookies;  PARITY_SMTP, PARITY_MAIL   smtp.mjs, smtp:// and http://
//   PARITY_OP, PARITY_GITHUB   base URLs of op.mjs and github.mjs; their OP_ORIGINS is
//       http://parity.test/auth,https://parity.test/auth
//   PARITY_ONLY   a part of the names of the requests to send
//   AUTHJS_SECRET, PARITY_DOCS (docs/differences.md)
import http from 'node:http';
import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { normalise, request as send } from './parity/client.mjs';
import { differences } from './parity/differences.mjs';
import { Browser, flows } from './parity/flows.mjs';
import { startMailSite } from './parity/mail.mjs';
import { requests } from './parity/requests.mjs';
import { cookieStates, csrfToken } from './parity/state.mjs';

const env = process.env;
env.AUTHJS_SECRET ??= 'mod_authjs-test-secret-0123456789abcdef';
env.AUTHJS_OP = env.PARITY_OP;
env.AUTHJS_GITHUB = env.PARITY_GITHUB;
const { configuration, listener } = await import('./authjs.mjs');
const secret = env.AUTHJS_SECRET;
const alone = !env.PARITY_PLAIN;

const PAGES = { signIn: '/login', signOut: '/bye', error: '/oops', verifyRequest: '/check' };
const sites = {
    plain: { origin: 'http://parity.test', port: env.PARITY_PLAIN },
    secure: { origin: 'https://parity.test', port: env.PARITY_SECURE },
    pages: { origin: 'http://parity.test', port: env.PARITY_PAGES, options: { pages: PAGES } },
    mail: { origin: 'http://parity.test', port: env.PARITY_SENDING, start: startMailSite },
};
async function startSite(origin, options) {
    const server = http.createServer(listener(origin, { ...(await configuration()), ...options }));
    await new Promise((resolve) => {
        server.listen(0, '127.0.0.1', resolve);
    });
    return server.address().port;
}
for (const site of Object.values(sites)) {
    site.authjs = await (site.start ?? startSite)(site.origin, site.options);
    site.port ??= site.authjs;
    site.states = await cookieStates({
        secret,
        prefix: site.origin.startsWith('https') ? '__Secure-' : '',
    });
}

/** A request of the table as it goes over the wire. */
function filledIn({ method, path, headers, body, cookies, site }) {
    const { origin, states } = sites[site];
    const fill = (text) =>
        text
            .replaceAll('@token@', csrfToken)
            .replaceAll('@origin%@', encodeURIComponent(origin))
            .replaceAll('@origin@', origin);
    const cookie = cookies.flatMap((name) => states[name] ?? [fill(name)]).join('; ');
    return {
        method,
        path: fill(path),
        body: body === undefined ? undefined : fill(body),
        headers: {
            host: new URL(origin).host,
            ...(cookie ? { cookie } : {}),
            ...Object.fromEntries(
                Object.entries(headers).map(([name, value]) => [name, fill(value)]),
            ),
        },
    };
}

async function answers(one) {
    const site = sites[one.site];
    const ask = (port, what) =>
        send(port, filledIn(what)).then((answer) => normalise(answer, { ...site, secret }));
    const authjs = await ask(site.authjs, one);
    const httpd = await ask(site.port, one);
    return { authjs, httpd, ask: (what) => ask(site.authjs, what) };
}

const used = new Set();

/** What is not equal and not intended; or null. */
async function compare(one, { authjs, httpd, ask }) {
    const pair = {
        request: one,
        authjs: structuredClone(authjs),
        httpd: structuredClone(httpd),
        origin: sites[one.site].origin,
        ask,
    };
    for (const difference of alone ? [] : differences) {
        if (await difference.apply(pair)) {
            used.add(difference.id);
        }
    }
    const unequal = Object.keys(authjs).filter(
        (key) => !isDeepStrictEqual(pair.authjs[key], pair.httpd[key]),
    );
    return unequal.length
        ? unequal.flatMap((key) => [
              `${key}`,
              `  Auth.js: ${JSON.stringify(pair.authjs[key])}`,
              `  httpd:   ${JSON.stringify(pair.httpd[key])}`,
          ])
        : null;
}

let count = 0;
let failed = 0;
function report(name, problem) {
    count += 1;
    failed += problem ? 1 : 0;
    console.log(
        `${problem ? 'not ok' : 'ok'} ${count} - ${name.replaceAll('#', '\\#').replace(/[^\x20-\x7e]/g, '?')}`,
    );
    for (const line of problem ?? []) {
        console.log(`#   ${line}`);
    }
}

async function converse(name, flow) {
    const { site = 'plain', run = flow } = flow;
    const { origin, authjs, port } = sites[site];
    const [left, right] = [authjs, port].map((at) => new Browser({ port: at, origin }));
    await run(left);
    await run(right);
    if (left.answers.length !== right.answers.length) {
        report(name, ['another number of answers']);
        return;
    }
    for (const [i, answer] of left.answers.entries()) {
        const of = (one) => normalise(one, { origin, secret });
        report(
            `${name}, answer ${i + 1}`,
            await compare(
                { name, site, step: i, method: '', path: '', headers: {}, cookies: [] },
                { authjs: await of(answer), httpd: await of(right.answers[i]), ask: null },
            ),
        );
    }
}

const wanted = (name) => !env.PARITY_ONLY || name.includes(env.PARITY_ONLY);
const failure = (error) => [`${error.stack}`.replaceAll('\n', ' ')];
for (const one of requests.filter(({ name }) => wanted(name))) {
    report(
        one.name,
        await answers(one)
            .then((both) => compare(one, both))
            .catch(failure),
    );
}
for (const [name, flow] of Object.entries(flows).filter(([name]) => wanted(name))) {
    await converse(name, flow).catch((error) => report(name, failure(error)));
}
const compared = count;
if (!alone && !env.PARITY_ONLY) {
    const documented = [...readFileSync(env.PARITY_DOCS, 'utf8').matchAll(/^#+ (D\d\d)\b/gm)].map(
        (found) => found[1],
    );
    for (const { id, title } of differences) {
        report(
            `difference ${id} occurs: ${title}`,
            used.has(id) ? null : ['it never did: the entry is stale'],
        );
    }
    report(
        'the manual lists the same differences',
        isDeepStrictEqual(
            documented,
            differences.map(({ id }) => id),
        )
            ? null
            : [`manual: ${documented}`, `suite:  ${differences.map(({ id }) => id)}`],
    );
}
console.log(`1..${count}`);
console.log(`# ${compared} answers compared, ${failed} failed, ${used.size} intended differences`);
process.exit(failed ? 1 : 0);

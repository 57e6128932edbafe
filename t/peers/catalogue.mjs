// Every provider of the catalogue, at Auth.js and at httpd: each signs the same visitor in with
// the same options at the same server (play/vendors.mjs), which answers in all the ways of
// play/answers.mjs. Prints TAP.
//
// Environment:
//   PLAY_PORT, PLAY_TLS      the providers' server, and the directory of its certificate
//   PLAY_HOOKS               port for the callbacks of httpd
//   PLAY_HTTPD               port of httpd, whose AuthJSURL is http://play.test: every address
//                            counts there, as it does for Auth.js
//   PLAY_DEFINED             port of its host where it counts as the definition says, and access
//                            tokens are renewed
//   PLAY_DATA                t/data/play.json
//   PLAY_IDS                 the providers that httpd has, with blanks between
//   PLAY_ONLY, PLAY_VARIANT  parts of the names of providers and answers
//   AUTHJS_SECRET
import http from 'node:http';
import { readFileSync } from 'node:fs';
import { json as readJson } from 'node:stream/consumers';
import { MAIL, answersOf, unverified } from './play/answers.mjs';
import { never, unexplained } from './play/differences.mjs';
import { faults } from './play/faults.mjs';
import { differing, seen } from './play/seen.mjs';
import { play } from './play/vendors.mjs';
import { authjs, fetcher, httpd, visit } from './play/visit.mjs';

const { env } = process;
const origin = 'http://play.test';
const { providers, instances } = JSON.parse(readFileSync(env.PLAY_DATA, 'utf8'));
for (const [id, of] of Object.entries(instances)) {
    providers[id] = { ...providers[of.of], ...of };
}
const issuers = new Set(
    Object.values(providers).flatMap(({ iss, options }) => [iss, options?.issuer].filter(Boolean)),
);
const visits = new Map();
await play({ port: env.PLAY_PORT, dir: env.PLAY_TLS, visits, issuers });
const fetch = fetcher({ port: env.PLAY_PORT, ca: readFileSync(`${env.PLAY_TLS}/ca.pem`) });
// Providers of Auth.js that wrap fetch(), or make requests of their own, take this one.
globalThis.fetch = fetch;
// Two of them remark on every token answer that needs no mending.
console.warn = () => {};

function told(params) {
    const [name] = JSON.stringify(params.account).match(/visit-\d+-[a-z]/) ?? [];
    if (visits.has(name)) {
        visits.get(name).told = structuredClone(params);
    }
}
http.createServer(async (req, res) => {
    const { id, params } = await readJson(req);
    told(params);
    res.writeHead(200, { 'content-type': 'application/json' });
    res.end(JSON.stringify({ id, value: true }));
}).listen(env.PLAY_HOOKS, '127.0.0.1');

let visitors = 0;
function send(id, answer, side, ask) {
    visitors += 1;
    const one = {
        name: `visit-${visitors}-${side}`,
        id,
        play: providers[id],
        issuer: providers[id].iss ?? providers[id].options?.issuer,
        answer,
        requests: [],
    };
    visits.set(one.name, one);
    return visit(one, ask).finally(() => visits.delete(one.name));
}

const results = [];
const result = (name, problems) => results.push({ name, problems });

function same({ id, name }, [theirs, ours]) {
    const [left, right] = [theirs, ours].map((visitor) => seen(visitor, origin));
    result(
        `${id}: ${name}: the same`,
        unexplained({ id, of: providers[id].of ?? id, name, theirs: left, ours: right }).map(
            ([path, a, b]) =>
                `${path}: Auth.js ${JSON.stringify(a)}, httpd ${JSON.stringify(b)}`,
        ),
    );
}

async function compare(id, ask) {
    const named = ({ name }) => !env.PLAY_VARIANT || name.includes(env.PLAY_VARIANT);
    for (const { name, ends, alone, answer } of answersOf(providers[id]).filter(named)) {
        const both = await Promise.all([
            alone ? null : send(id, answer, 'a', ask.authjs),
            send(id, answer, 'h', ask.httpd),
        ]);
        if (!alone) {
            same({ id, name }, both);
        }
        result(`${id}: ${name}: ends as it must`, faults(both[1], ends, answer));
    }
}

/** What Auth.js alone needs to be given. */
async function withoutCrutch(id, of, ask) {
    const { crutch, options, profile } = providers[id];
    if (crutch) {
        const { [crutch]: without, ...rest } = options;
        const theirs = await authjs({ ...of, play: { ...providers[id], options: rest } });
        const answer = { profile };
        same({ id, name: `without ${crutch}` }, [
            await send(id, answer, 'a', theirs),
            await send(id, answer, 'h', ask),
        ]);
    }
}

/** What the definition says of the address, and whether its tokens can be renewed. */
async function alone(id, ask) {
    const of = providers[id];
    const mail = ({ session }) => session?.user.email;
    const holds = JSON.stringify(of.profile).includes(MAIL) || of.token?.email;
    const vouches = Boolean(of.unverified ?? of.unverified_extra);
    const rich = await send(id, { profile: of.profile }, 'd', ask);
    result(`${id}: an address that the provider ${vouches ? 'vouches for' : 'says nothing of'}`, [
        ...(rich.session ? [] : [`no session: ${rich.landed}`]),
        ...(mail(rich) === (holds && vouches ? MAIL.toLowerCase() : undefined) || mail(rich) === null
            ? []
            : [`session.user.email: ${mail(rich)}`]),
    ]);
    for (const profile of vouches ? unverified(of) : []) {
        const answer = { profile, extra: of.unverified_extra };
        const it = await send(id, answer, 'd', ask);
        result(`${id}: an address that the provider does not vouch for`, [
            ...(it.session ? [] : [`no session: ${it.landed}`]),
            ...(mail(it) ? [`session.user.email: ${mail(it)}`] : []),
            ...(it.told?.user.email_verified === false ? [] : ['the callback is not told']),
        ]);
    }
    if (!/^(?:never|elsewhere|unknown)/.test(of.refresh)) {
        const answer = { profile: of.profile, token: { expires_in: 5, '-expires_at': true } };
        const it = await send(id, answer, 'd', ask);
        result(`${id}: the access token is renewed`, renewal(it));
    }
}

/** The request that renews is the token request with another grant. */
function renewal({ requests, name, session }) {
    const [first] = requests;
    const again = requests.find(({ text }) => /grant_type=refresh_token/.test(text));
    if (!again || !session || session.error) {
        return [again ? `the session: ${JSON.stringify(session)}` : 'nobody asked for a new one'];
    }
    const grant = /^(?:grant_type|code|code_verifier|redirect_uri|refresh_token)=/;
    const rest = ({ method, url, headers, body }) =>
        JSON.stringify([method, url, headers, body.filter((pair) => !grant.test(pair))]);
    return [
        ...(rest(first) === rest(again) ? [] : [`${rest(again)} instead of ${rest(first)}`]),
        ...(again.body.includes(`refresh_token=rt.${name}`) ? [] : [`${again.body}`]),
    ];
}

const wanted = env.PLAY_IDS.split(' ').filter(
    (id) => !env.PLAY_ONLY || env.PLAY_ONLY.split(',').includes(id),
);
const ours = httpd({ origin, port: env.PLAY_HTTPD });
const queue = [...wanted];
await Promise.all(
    Array.from({ length: 6 }, async () => {
        for (let id = queue.shift(); id; id = queue.shift()) {
            const of = { origin, secret: env.AUTHJS_SECRET, id, play: providers[id], fetch, told };
            const theirs = await authjs(of);
            await compare(id, { authjs: theirs, httpd: ours })
                .then(() => withoutCrutch(id, of, ours))
                .then(() => alone(id, httpd({ origin, port: env.PLAY_DEFINED })))
                .catch((error) => result(id, [error.stack]));
        }
    }),
);

if (!env.PLAY_ONLY && !env.PLAY_VARIANT) {
    for (const title of never(wanted, providers[wanted[0]].type)) {
        result(`it occurs: ${title}`, ['it never did: the entry is stale']);
    }
}
const plain = (text) => text.replaceAll('#', '\\#').replace(/[^\x20-\x7e]/g, '?');
const failed = results.filter(({ problems }) => problems.length).length;
const tap = results.flatMap(({ name, problems }, i) => [
    `${problems.length ? 'not ok' : 'ok'} ${i + 1} - ${plain(name)}`,
    ...problems.map((line) => `#   ${plain(line)}`),
]);
process.stdout.write(
    `${tap.join('\n')}\n1..${results.length}\n# ${wanted.length} providers, ${visitors} sign-ins, ${failed} failed\n`,
    () => process.exit(failed ? 1 : 0),
);

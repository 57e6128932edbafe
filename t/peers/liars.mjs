// Drive a relying party that speaks Auth.js's protocol through every case of the lying
// provider. The relying party has one provider a case, with the case's name as its id.
//   liars.mjs RP_BASE LIAR_BASE [NAME...]    RP_BASE: http://localhost:PORT/auth
// Prints one JSON object a line: {name, kind, type, why, signedIn, session, status, to, ms}:
// where the last answer of the relying party led, and the longest that one of its answers
// took. A first line {"replay": ...} per type says whether used check cookies work with a
// fresh code.
// Environment: LIARS_AT_ONCE (default 8; slow cases run beside, all at once), LIARS_SLOW=0
// (without the slow ones).
import { Jar, post, step } from './login.mjs';

const [, , base, liar, ...names] = process.argv;
const atOnce = Number(process.env.LIARS_AT_ONCE ?? 8);
const json = async (url) => (await fetch(url)).json();

function stopwatch() {
    let longest = 0;
    return {
        get ms() {
            return longest;
        },
        async time(promise) {
            const start = Date.now();
            const value = await promise;
            longest = Math.max(longest, Date.now() - start);
            return value;
        },
    };
}

async function start(jar, name) {
    const { csrfToken } = await (await step(jar, `${base}/csrf`)).json();
    return post(jar, `${base}/signin/${name}`, { csrfToken });
}
const leadsOut = (res) => {
    const to = res.headers.get('location');
    return to && /^https?:/.test(to) && !to.startsWith(`${base}/`) && to.includes('/authorize')
        ? to
        : null;
};

/** The authorization endpoint's redirect back. */
async function callbackOf(jar, to) {
    const res = await step(jar, to);
    return res.headers.get('location');
}

async function sessionOf(jar) {
    const cookie = jar
        .for(new URL(`${base}/session`))
        .some(({ name }) => name.includes('session-token'));
    const res = await step(jar, `${base}/session`);
    const session = await res.json();
    return { signedIn: cookie || session !== null, session };
}

async function run({ name, kind, type, why }) {
    const jar = new Jar();
    const watch = stopwatch();
    let res = await watch.time(start(jar, name));
    const to = leadsOut(res);
    if (to) {
        res = await watch.time(step(jar, await callbackOf(jar, to)));
    }
    return {
        name,
        kind,
        type,
        why,
        ...(await sessionOf(jar)),
        status: res.status,
        to: res.headers.get('location'),
        ms: watch.ms,
    };
}

/** Sign in, then send the same check cookies with a fresh code. */
async function replay(type) {
    const jar = new Jar();
    const to = leadsOut(await start(jar, type));
    const old = new Jar();
    old.cookies = new Map(jar.cookies);
    const first = await step(jar, await callbackOf(jar, to));
    await step(old, await callbackOf(old, to));
    const { signedIn } = await sessionOf(old);
    return { replay: type, first: first.headers.get('location'), signedIn };
}

/** Honest ones that httpd did not wait for: a busy machine is late. */
const late = [];
const isLate = ({ kind, signedIn, ms }) => kind === 'honest' && !signedIn && ms > 9000;

async function pool(cases, size) {
    const queue = [...cases];
    await Promise.all(
        Array.from({ length: size }, async () => {
            for (let one = queue.shift(); one; one = queue.shift()) {
                const line = await run(one).catch((error) => ({
                    name: one.name,
                    kind: one.kind,
                    failed: `${error.cause ?? error} ${error.stack}`,
                }));
                if (isLate(line) && !late.includes(one)) {
                    late.push(one);
                } else {
                    console.log(JSON.stringify(line));
                }
            }
        }),
    );
}

const cases = (await json(`${liar}/__list`)).filter(
    ({ name }) => !names.length || names.includes(name),
);
const slow = cases.filter((one) => one.slow && process.env.LIARS_SLOW !== '0');
const patience = pool(slow, slow.length);
await pool(
    cases.filter((one) => !one.slow),
    atOnce,
);
if (!names.length) {
    for (const type of ['oidc', 'oauth']) {
        console.log(JSON.stringify(await replay(type)));
    }
}
await patience;
// Once more, when nobody else asks.
await pool([...late], 1);

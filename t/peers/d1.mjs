// Cloudflare D1 as its HTTP API shows it: POST .../query and .../raw in front of workerd's own
// D1, with faults to order, and @auth/d1-adapter beside it on the same databases.
//
// Environment: PORT; D1_TOKEN, D1_ACCOUNT; D1_DATABASES, a comma list of UUIDs; D1_FILES, the
// directory where they stay. Prints "ready".
//
//   POST /control/faults            [fault, ...]: one for each of the next API requests, in turn
//   GET  /control/seen              {connections, requests: [[sql, ...], ...]} since it was asked
//                                   last; [] is a request that D1 was not asked about
//   POST /control/adapter/DATABASE  {method, args} of @auth/d1-adapter -> {ok} or {error}
//   POST /control/up/DATABASE       its migration
//
// A fault: {status, headers, body} is answered instead, without asking D1 unless execute is
// true; null is no fault. delay: milliseconds before anything. drop: the connection closes
// without an answer. cut: it closes after that many bytes of D1's own answer. size: the body is filled
// up with blanks to that length. replay: the answer before this one comes again. edit: [from,
// to], text replaced in D1's own answer.
import http from 'node:http';
import { text as readText } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { Log, LogLevel, Miniflare } from 'miniflare';
import { adapterOf, up } from './d1/adapter.mjs';

const env = process.env;
const databases = env.D1_DATABASES.split(',');
const binding = (database) => `DB${databases.indexOf(database)}`;

// D1's binding makes objects of the rows of a batch, and loses columns that share a name: what
// it stands on gives rows and columns.
const script = `export default {
    async fetch(request, env) {
        const { name, statements } = await request.json();
        return env[name].fetcher.fetch('http://d1/query?resultsFormat=ROWS_AND_COLUMNS',
            { method: 'POST', body: JSON.stringify(statements) });
    },
};`;
const miniflare = new Miniflare({
    host: '127.0.0.1', port: 0, cf: false, log: new Log(LogLevel.WARN),
    modules: true, script, compatibilityDate: '2026-04-01', d1Persist: env.D1_FILES ?? false,
    d1Databases: Object.fromEntries(databases.map((id) => [binding(id), id])),
});

let faults = [];
let last = '';
let requests = [];
let sockets = new Set();

const envelope = (result, errors = []) =>
    ({ result, errors, messages: [], success: errors.length === 0 });
const failure = (status, code, message) =>
    ({ status, body: JSON.stringify(envelope(null, [{ code, message }])) });

/** The statements of a request, or nothing when it is malformed. */
function statementsOf(body) {
    const list = Array.isArray(body?.batch) ? body.batch : [body];
    const good = (params) => params === undefined
        || (Array.isArray(params) && params.every((p) => p === null || typeof p === 'string'));
    return list.every((s) => typeof s?.sql === 'string' && good(s.params))
        ? list.map(({ sql, params = [] }) => ({ sql, params })) : undefined;
}

const named = ({ columns, rows }) =>
    rows.map((row) => Object.fromEntries(columns.map((name, i) => [name, row[i]])));

/** One batch: one transaction. */
async function execute(database, statements, raw) {
    const response = await miniflare.dispatchFetch('http://d1.test/', {
        method: 'POST', body: JSON.stringify({ name: binding(database), statements }),
    });
    const answer = await response.json();
    if (!Array.isArray(answer)) {
        return failure(400, 7500, answer.error ?? 'unknown');
    }
    const result = answer.map(({ results, meta }) =>
        ({ results: raw ? results : named(results), success: true, meta }));
    return { status: 200, body: JSON.stringify(envelope(result)) };
}

/** What the API says, faults aside. */
async function api(req, [, account, database, form], text, seen) {
    if (!/^Bearer \S+$/.test(req.headers.authorization ?? '')) {
        return failure(400, 6003, 'Invalid request headers');
    }
    if (req.headers.authorization !== `Bearer ${env.D1_TOKEN}`) {
        return failure(401, 10000, 'Authentication error');
    }
    if (account !== env.D1_ACCOUNT) {
        return failure(403, 10000, 'Authentication error');
    }
    if (!databases.includes(database)) {
        return failure(404, 7404, `The database ${database} could not be found`);
    }
    let statements;
    try {
        statements = statementsOf(JSON.parse(text));
    } catch {
        statements = undefined;
    }
    seen.push(...(statements ?? []).map(({ sql }) => sql));
    return statements ? execute(database, statements, form === 'raw')
        : failure(400, 7400, 'The request is malformed');
}

/** The answer that a fault makes of D1's own. */
function spoil(fault, own) {
    let body = fault.replay ? last : fault.body ?? own?.body ?? '';
    if (fault.edit) {
        body = body.replaceAll(...fault.edit);
    }
    return { status: fault.status ?? own?.status ?? 200, headers: fault.headers,
        body: fault.size ? body.padEnd(fault.size) : body };
}

async function answerApi(req, res, match) {
    const fault = faults.shift() ?? { execute: true };
    const seen = [];
    requests.push(seen);
    sockets.add(req.socket);
    const text = await readText(req);
    await sleep(fault.delay ?? 0);
    const own = fault.execute || fault.edit || fault.cut
        ? await api(req, match, text, seen) : undefined;
    if (fault.drop) {
        req.socket.destroy();
        return;
    }
    const answer = spoil(fault, own);
    const length = Buffer.byteLength(answer.body);
    res.writeHead(answer.status,
        { 'content-type': 'application/json', 'content-length': length, ...answer.headers });
    if (fault.cut !== undefined) {
        res.write(answer.body.slice(0, fault.cut), () => req.socket.destroy());
        return;
    }
    res.end(answer.body);
    last = answer.body;
}

const control = {
    faults: async (req) => {
        faults = JSON.parse(await readText(req));
        return {};
    },
    seen: async () => {
        const seen = { connections: sockets.size, requests };
        [requests, sockets] = [[], new Set()];
        return seen;
    },
    adapter: async (req, database) => {
        const { method, args } = JSON.parse(await readText(req));
        return adapterOf(await miniflare.getD1Database(binding(database)), method, args);
    },
    up: async (req, database) => {
        await up(await miniflare.getD1Database(binding(database)));
        return {};
    },
};

const server = http.createServer(async (req, res) => {
    const path = new URL(req.url, 'http://d1.test').pathname;
    const match = /^\/client\/v4\/accounts\/([^/]+)\/d1\/database\/([^/]+)\/(query|raw)$/.exec(path);
    const [, verb, database] = /^\/control\/(\w+)(?:\/(.+))?$/.exec(path) ?? [];
    try {
        if (match && req.method === 'POST') {
            await answerApi(req, res, match);
        } else if (control[verb]) {
            res.end(JSON.stringify(await control[verb](req, database)));
        } else {
            const { status, body } = failure(404, 7000, 'No route for that URI');
            res.writeHead(status).end(body);
        }
    } catch (error) {
        console.error(error);
        res.writeHead(500).end(String(error));
    }
});
server.keepAliveTimeout = 60_000;

async function end() {
    server.close();
    await miniflare.dispose();
    process.exit(0);
}
process.on('SIGTERM', end);
process.stdin.on('end', end).resume();

await miniflare.ready;
server.listen(env.PORT, '127.0.0.1', () => console.log('ready'));

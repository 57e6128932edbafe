// Callbacks and events as a service has them: what t/modules/mod_authjs_test_callbacks.c does
// in C. Every call is kept, who is asked for says what is answered.
//
// Environment: PORT; HOOKS_SECRET; HOOKS_VERIFY, the manual's verify.mjs; ANSWERS, JSON
// {"word": value}. GET /calls: [[name, params], ...] since it was asked last. Prints "ready".
import http from 'node:http';
import { buffer } from 'node:stream/consumers';
import './lifetime.mjs';

const env = process.env;
const { verify } = await import(env.HOOKS_VERIFY);
const answers = JSON.parse(env.ANSWERS);
let calls = [];

/** The moment that a rule names: jwt is called at three. */
function moment(name, params) {
    if (name !== 'jwt') {
        return name;
    }
    const moments = { signIn: 'jwt-signIn', signUp: 'jwt-signIn', update: 'jwt-update' };
    return moments[params.trigger] ?? 'jwt-session';
}

/** What the callback returned, as the answer says it. */
function answer(name, params) {
    const who = (
        params.user?.name ??
        params.token?.name ??
        params.session?.user?.name ??
        params.url ??
        ''
    ).replace(/^User |^.*\//, '');
    const when = `${moment(name, params)}-`;
    const word = who.startsWith(when) ? who.slice(when.length) : undefined;
    const object = { jwt: params.token, session: params.session, signIn: true }[name];
    if (word === 'undefined') {
        return {};
    }
    if (word === 'error') {
        return { error: 'the test asked for it' };
    }
    if (word === 'role') {
        return { value: { ...object, role: 'admin' } };
    }
    return word !== undefined && word in answers ? { value: answers[word] } : { value: object };
}

http.createServer(async (req, res) => {
    const json = (body) => {
        res.writeHead(200, { 'Content-Type': 'application/json' });
        res.end(JSON.stringify(body));
    };
    if (req.url === '/calls') {
        json(calls);
        calls = [];
        return;
    }
    const question = verify(req.headers['x-authjs-signature'], await buffer(req), env.HOOKS_SECRET);
    if (!question) {
        res.writeHead(401).end();
        return;
    }
    const { id, callback, event, params } = question;
    calls.push([callback ?? `events.${event}`, params]);
    json({ id, ...(callback ? answer(callback, params) : {}) });
}).listen(env.PORT, '127.0.0.1', () => console.log('ready'));

// What may come of an answer, whatever Auth.js makes of it (docs/tolerance.md): no session, or
// that of the one whom the answer names, with a clean user.
import { at } from './answers.mjs';

const isText = (value) => value === null || value === undefined || typeof value === 'string';
const SCHEME = /^[\0-\x20]*(?!https?:|data:image\/)[a-z][a-z0-9+.-]*:/i;

/** @returns what is wrong */
export function faults(visit, ends, answer) {
    const { session, told, play } = visit;
    const found = [];
    const must = (holds, why) => holds || found.push(why);
    if (ends === 'session') {
        must(session, `no session: ${visit.landed}`);
    }
    if (ends === 'none') {
        must(!session, `a session: ${JSON.stringify(session)}`);
    }
    if (!session) {
        must(session === null, 'no answer about the session');
        must(/[?&]error=/.test(visit.landed), `no error: ${visit.landed}`);
        return found;
    }
    for (const [name, value] of Object.entries(session.user)) {
        must(isText(value), `session.user.${name}: ${JSON.stringify(value)}`);
        must(name !== 'image' || !SCHEME.test(value ?? ''), `session.user.image: ${value}`);
    }
    const of = told?.account.providerAccountId;
    must(/^.+$/.test(`${of}`) && ['string', 'number'].includes(typeof of), `the account: ${JSON.stringify(of)}`);
    if (answer.profileBody === undefined) {
        const expected =
            at(answer.profile, play.id) ?? (play.other && at(answer.profile, play.other));
        must(`${of}` === `${expected}`, `the account of somebody else: ${of}, not ${expected}`);
    }
    return found;
}

// The cases of docs/tolerance.md: what a provider sends otherwise than it should, a value a
// case, in the form of cases.mjs. Beside that a case says of which row of the manual it is
// (section, member), how it is taken: refused, absent (the member is taken for absent) or
// read, and `session`, what the session has of it then.
import { idTokenClaims, idTokenHeader } from './odd_id_token.mjs';
import { server } from './odd_server.mjs';
import { tokenAnswer } from './odd_tokens.mjs';
import { userinfoAnswer } from './odd_userinfo.mjs';
import { add } from './rows.mjs';

// --- definitions of the catalogue ---------------------------------------------------------

const template = (name, change) => ({ rp: { template: name }, ...change });
const OWN_NONCE = { claims: (claims) => ({ nonce: 'of the user pool', ...claims }) };

/** Habits for which the catalogue is prepared: of no row, but of a definition. */
const definitions = [
    { name: 'twitch', why: 'scope in a list', ...template('twitch', {
        tokens: add({ scope: ['openid', 'user:read:email'] }),
    }), session: { scope: 'openid user:read:email' } },
    { name: 'cognito', why: 'a nonce of its own where none was sent', ...template('cognito', OWN_NONCE) },
].map((one) => ({ kind: 'honest', type: 'oidc', taken: 'read', ...one }));

const all = [
    ...tokenAnswer,
    ...idTokenHeader,
    ...idTokenClaims,
    ...userinfoAnswer,
    ...server,
    ...definitions,
];
/** All cases, by name. */
export const cases = new Map(all.map((one) => [one.name, one]));
if (cases.size !== all.length) {
    throw new Error('two cases have one name');
}

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

// --- what is wanted, by what is said -----------------------------------------------------

const refusal = (error, description) => ({
    answer: (params) => {
        params.delete('code');
        params.set('error', error);
        if (description !== undefined) {
            params.set('error_description', description);
        }
    },
});
const tokenError = (error, description, document) => ({
    status: { token: 400 },
    tokens: () => ({ error, error_description: description }),
    ...(document ? { discovery: add(document) } : {}),
});
const PLAIN = { rp: { checks: 'pkce' } };
const NONCE = 'if it wants a nonce, write AuthJSChecks pkce nonce';
/** name, what the provider does, what the log says. */
const wants = [
    ['nonce', { ...PLAIN, ...refusal('invalid_request', 'nonce required') }, `; ${NONCE}`],
    ['nonce-named', { ...PLAIN, ...refusal('nonce_required', '') }, `; ${NONCE}`],
    ['silent', { ...PLAIN, ...refusal('invalid_request') }, `it does not say why: ${NONCE}`],
    [
        'state',
        { ...PLAIN, ...refusal('invalid_state', 'The state is missing or too short') },
        'if it wants a state, write AuthJSChecks pkce state',
    ],
    [
        'pkce',
        {
            rp: { checks: 'state' },
            ...refusal('invalid_request', 'Missing parameter: CODE_CHALLENGE'),
        },
        'if it wants PKCE, write AuthJSChecks pkce state',
    ],
    [
        'method',
        tokenError('invalid_client', 'x', {
            token_endpoint_auth_methods_supported: ['tls_client_auth', 'client_secret_post'],
        }),
        'lists another method: write AuthJSClientAuth client_secret_post',
    ],
    ['token-nonce', { ...PLAIN, ...tokenError('invalid_grant', 'No Nonce.') }, `; ${NONCE}`],
    [
        'thumbprint',
        { rp: { clientKey: true }, ...refusal('invalid_client', 'AADSTS700027: no x5t claim') },
        'write AuthJSOption certificate=file:/path/to/cert.pem',
    ],
    [
        'own-nonce',
        { ...PLAIN, claims: add({ nonce: 'x' }) },
        'a nonce and none was sent; write AuthJSChecks with nonce',
    ],
    [
        'secret',
        { discovery: add({ id_token_signing_alg_values_supported: ['HS256'] }) },
        'if it signs with the client secret, write AuthJSIDTokenAlg HS256',
    ],
    [
        'nothing',
        { ...PLAIN, ...refusal('access_denied', 'by the user, in this estate\n') },
        'provider wants-nothing answered with error access_denied',
    ],
].map(([name, change, log]) => ({
    name: `wants-${name}`,
    kind: 'lie',
    type: 'oidc',
    why: `what it wants: ${name}`,
    taken: 'refused',
    log,
    ...change,
}));
const pushed = {
    name: 'wants-par',
    kind: 'honest',
    type: 'oidc',
    why: 'what it wants: PAR',
    taken: 'read',
    log: 'provider wants-par: its discovery document has require_pushed_authorization_requests',
    discovery: add({ require_pushed_authorization_requests: true }),
};

const all = [
    ...tokenAnswer,
    ...idTokenHeader,
    ...idTokenClaims,
    ...userinfoAnswer,
    ...server,
    ...definitions,
    ...wants,
    pushed,
];
/** All cases, by name. */
export const cases = new Map(all.map((one) => [one.name, one]));
if (cases.size !== all.length) {
    throw new Error('two cases have one name');
}

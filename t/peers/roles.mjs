// A certified OpenID Provider (npm oidc-provider) whose accounts have roles and groups in the
// shapes that Keycloak, Microsoft Entra ID and Amazon Cognito put them into id_tokens. A login name
// is one of the accounts below; its password is not looked at.
//
// Environment: PORT, CLIENT and SECRET (its client), REDIRECTS (a comma list). Prints "ready".
import { createServer } from 'node:http';
import { generateKeyPairSync } from 'node:crypto';
import Provider from 'oidc-provider';
import './lifetime.mjs';

const { PORT, CLIENT, SECRET, REDIRECTS } = process.env;
const EDITORS = '33333333-3333-3333-3333-333333333333';
const OTHERS = '44444444-4444-4444-4444-444444444444';
const accounts = {
    // Keycloak: realm roles, roles of a client, groups with their paths
    kate: {
        realm_access: { roles: ['admin', 'offline_access', 'uma_authorization'] },
        resource_access: { www: { roles: ['editor'] } },
        groups: ['/staff', '/staff/dev'],
    },
    karl: { realm_access: { roles: ['offline_access'] }, resource_access: {}, groups: ['/guests'] },
    // Entra: app roles, ids of groups, and more groups than a token has room for
    eve: { roles: ['Admin'], groups: [EDITORS, OTHERS] },
    earl: { groups: [OTHERS] },
    many: {
        _claim_names: { groups: 'src1' },
        _claim_sources: { src1: { endpoint: 'https://graph.microsoft.com/v1.0/me/getMemberObjects' } },
    },
    // Cognito
    cora: { 'cognito:groups': ['admins', 'staff'], 'cognito:username': 'cora' },
    carl: { 'cognito:username': 'carl' },
};
const key = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' });
const provider = new Provider(`http://127.0.0.1:${PORT}`, {
    clients: [
        {
            client_id: CLIENT,
            client_secret: SECRET,
            redirect_uris: REDIRECTS.split(','),
            grant_types: ['authorization_code'],
        },
    ],
    jwks: { keys: [{ ...key, kid: 'rsa', use: 'sig' }] },
    cookies: { keys: ['mod_authjs tests'] },
    claims: {
        openid: ['sub', ...new Set(Object.values(accounts).flatMap((claims) => Object.keys(claims)))],
        email: ['email', 'email_verified'],
        profile: ['name'],
    },
    scopes: ['openid', 'email', 'profile', 'User.Read'],
    conformIdTokenClaims: false,
    findAccount: (ctx, login) =>
        accounts[login] && {
            accountId: login,
            claims: () => ({
                sub: login,
                name: login,
                email: `${login}@example.com`,
                email_verified: true,
                ...accounts[login],
            }),
        },
    features: { devInteractions: { enabled: true } },
});
createServer(provider.callback()).listen(PORT, '127.0.0.1', () => console.log('ready'));

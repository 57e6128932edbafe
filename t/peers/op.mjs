// A real OpenID Provider (npm oidc-provider) for the tests of mod_authjs.
//
// Clients (client id: what is special about it). The secret is always
// "<client id>-secret-0123456789abcdefghijklmnopqrstuvwxyz" unless said; that of hs512 has
// "-abcdefghijklmnop" behind it, to be as long as the hash.
//   authentication  basic post csjwt public, pkjwt-es pkjwt-rs pkjwt-ed (private_key_jwt:
//                   the key is OP_KEYS/<client id>.pem, its kid is the client id)
//   id_token        rs256 rs384 rs512 ps256 ps384 ps512 es256 es384 es512 eddsa
//             ed25519 hs256 hs384 hs512 (all client_secret_basic)
//   formpost        for response_mode=form_post
//   signeduserinfo  userinfo answers are JWTs (ES256)
//   pkce            PKCE is demanded
//   refresh         gets refresh tokens (scope offline_access, prompt=consent), good for one
//                   use: another one revokes all that came of the grant
//   refresh-short   the same; its access tokens live 12 seconds
//   odd             the secret is  p%20:+&=/ ~"secret<>?
//
// Any login name is an account; the password is not looked at. Names with a meaning:
//   unverified (email_verified false), noemail, noname, longname (a name of 6,000
//   characters), unicode, upper (an upper-case e-mail address); mfa (amr pwd, mfa), otp (amr
//   otp), phr (acr phr), gold (acr gold), earlier (signed in an hour ago). acr, amr and
//   auth_time are told to whom asks for them (the parameter claims).
//
// Environment:
//   OP_PORT, OP_TLS_PORT     where to listen (127.0.0.1); at least one
//   OP_ISSUER, OP_TLS_ISSUER default http://127.0.0.1:PORT, https://localhost:PORT
//   OP_TLS                   directory of mkca.sh: srv.pem, srv.key
//   OP_KEYS                  directory for the private_key_jwt clients' keys; a key that is
//                            there is used, a missing one is written (default: OP_TLS or .)
//   OP_ORIGINS               comma list of relying parties' base URLs (origin and base path):
//                            redirect URIs are each one's /callback/<client id> and
//                            /callback/<id> for every id of
//   OP_PROVIDERS             comma list of further provider ids (default: op)
//   OP_REDIRECTS             comma list of further redirect URIs as they are
//   OP_PKCE=required         demand PKCE of every client
//   OP_VERBOSE=1             errors to stderr
// Control: GET /__test/log (requests seen, JSON), DELETE /__test/log, POST /__test/rotate
// (new signing keys with new kids; the old ones leave the JWKS), POST /__test/replace (new
// signing keys under the kids that are there).
// Prints "ready" when it listens.
import http from 'node:http';
import https from 'node:https';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import Provider from 'oidc-provider';
import './lifetime.mjs';

const env = process.env;
const list = (text) =>
    (text ?? '')
        .split(',')
        .map((s) => s.trim())
        .filter(Boolean);
const tlsDir = env.OP_TLS ?? '.';
const keysDir = env.OP_KEYS ?? tlsDir;

function clientKey(id, type, options) {
    const file = `${keysDir}/${id}.pem`;
    if (!existsSync(file)) {
        const { privateKey } = generateKeyPairSync(type, options);
        writeFileSync(file, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o644 });
    }
    const key = createPublicKey(createPrivateKey(readFileSync(file)));
    return { jwks: { keys: [{ ...key.export({ format: 'jwk' }), kid: id, use: 'sig' }] } };
}

function redirectUris(clientId) {
    const ids = [clientId, 'op', ...list(env.OP_PROVIDERS)];
    const built = list(env.OP_ORIGINS).flatMap((base) => ids.map((id) => `${base}/callback/${id}`));
    return [...new Set([...built, ...list(env.OP_REDIRECTS)])];
}

const secretOf = (id) =>
    `${id}-secret-0123456789abcdefghijklmnopqrstuvwxyz${id === 'hs512' ? '-abcdefghijklmnop' : ''}`;
function client(id, options = {}) {
    const secretless = options.jwks || options.token_endpoint_auth_method === 'none';
    return {
        client_id: id,
        ...(secretless ? {} : { client_secret: secretOf(id) }),
        token_endpoint_auth_method: 'client_secret_basic',
        id_token_signed_response_alg: 'RS256',
        response_types: ['code'],
        grant_types: ['authorization_code'],
        redirect_uris: redirectUris(id),
        ...options,
    };
}

const SIGNING_ALGS = [
    'RS256',
    'RS384',
    'RS512',
    'PS256',
    'PS384',
    'PS512',
    'ES256',
    'ES384',
    'ES512',
    'EdDSA',
    'Ed25519',
    'HS256',
    'HS384',
    'HS512',
];

const clients = [
    client('basic'),
    client('post', { token_endpoint_auth_method: 'client_secret_post' }),
    client('csjwt', { token_endpoint_auth_method: 'client_secret_jwt' }),
    client('public', { token_endpoint_auth_method: 'none' }),
    ...[
        ['pkjwt-es', 'ec', { namedCurve: 'P-256' }],
        ['pkjwt-rs', 'rsa', { modulusLength: 2048 }],
        ['pkjwt-ed', 'ed25519'],
    ].map(([id, ...type]) =>
        client(id, { token_endpoint_auth_method: 'private_key_jwt', ...clientKey(id, ...type) }),
    ),
    ...SIGNING_ALGS.map((alg) => client(alg.toLowerCase(), { id_token_signed_response_alg: alg })),
    client('formpost'),
    client('signeduserinfo', { userinfo_signed_response_alg: 'ES256' }),
    client('pkce'),
    ...['refresh', 'refresh-short'].map((id) =>
        client(id, { grant_types: ['authorization_code', 'refresh_token'] }),
    ),
    client('odd', { client_secret: 'p%20:+&=/ ~"secret<>?' }),
];

function claimsOf(login) {
    const claims = {
        sub: login,
        name: `User ${login}`,
        given_name: 'User',
        family_name: login,
        email: `${login}@example.test`,
        email_verified: true,
        preferred_username: login,
        picture: `https://example.test/${login}.png`,
        groups: ['staff', 'dev'],
    };
    switch (login) {
        case 'unverified':
            claims.email_verified = false;
            break;
        case 'noemail':
            delete claims.email;
            delete claims.email_verified;
            break;
        case 'noname':
            delete claims.name;
            break;
        case 'longname':
            claims.name = 'n'.repeat(6000);
            break;
        case 'unicode':
            claims.name = 'Žluťoučký kůň 🐎 <b>&"';
            break;
        case 'upper':
            claims.email = 'UPPER@Example.TEST';
            break;
        default:
    }
    return claims;
}

// What a login proves, as a session of the provider keeps it.
const PROVED = {
    mfa: { amr: ['pwd', 'mfa'] },
    otp: { amr: ['otp'] },
    phr: { acr: 'phr' },
    gold: { acr: 'gold', amr: ['pwd'] },
};

function keepWhatIsProved(op) {
    const { save } = op.Interaction.prototype;
    op.Interaction.prototype.save = function (...args) {
        const login = this.result?.login;
        if (login) {
            Object.assign(login, PROVED[login.accountId]);
            if (login.accountId === 'earlier') {
                login.ts = Math.floor(Date.now() / 1000) - 3600;
            }
        }
        return save.apply(this, args);
    };
}

let generation = 0;
function signingKeys() {
    const key = (kid, type, options) => ({
        ...generateKeyPairSync(type, options).privateKey.export({ format: 'jwk' }),
        kid: `${kid}-${generation}`,
        use: 'sig',
    });
    // One RSA key serves RS* and PS*: the relying party must not read the algorithm off it.
    return {
        keys: [
            key('rsa', 'rsa', { modulusLength: 2048 }),
            key('p256', 'ec', { namedCurve: 'P-256' }),
            key('p384', 'ec', { namedCurve: 'P-384' }),
            key('p521', 'ec', { namedCurve: 'P-521' }),
            key('ed', 'ed25519'),
        ],
    };
}

const log = [];
const ERROR_EVENTS = ['server_error', 'grant.error', 'authorization.error', 'userinfo.error'];

function tokenRequestFacts(ctx) {
    const body = ctx.oidc?.body ?? {};
    const facts = { grant_type: body.grant_type, fields: Object.keys(body) };
    if (body.client_assertion) {
        const [header, claims] = body.client_assertion
            .split('.', 2)
            .map((part) => JSON.parse(Buffer.from(part, 'base64url')));
        facts.assertion = { header, claims };
    }
    return facts;
}

async function record(ctx, next) {
    await next();
    log.push({
        method: ctx.method,
        path: ctx.path,
        status: ctx.status,
        client: ctx.oidc?.client?.clientId,
        authorization: ctx.get('authorization').split(' ')[0] || undefined,
        accept: ctx.get('accept'),
        user_agent: ctx.get('user-agent'),
        ...(ctx.path === '/token' ? tokenRequestFacts(ctx) : {}),
    });
}

function provider(issuer, jwks) {
    const op = new Provider(issuer, {
        clients,
        jwks,
        cookies: { keys: ['mod_authjs tests'] },
        acrValues: ['phr', 'gold'],
        claims: {
            acr: null,
            amr: null,
            auth_time: null,
            openid: ['sub'],
            email: ['email', 'email_verified'],
            profile: [
                'name',
                'given_name',
                'family_name',
                'picture',
                'preferred_username',
                'groups',
            ],
        },
        conformIdTokenClaims: false, // profile and email claims in the id_token too
        findAccount: (ctx, login) => ({ accountId: login, claims: () => claimsOf(login) }),
        pkce: { required: (ctx, cl) => env.OP_PKCE === 'required' || cl.clientId === 'pkce' },
        enabledJWA: {
            idTokenSigningAlgValues: SIGNING_ALGS,
            userinfoSigningAlgValues: ['RS256', 'ES256'],
            clientAuthSigningAlgValues: SIGNING_ALGS,
        },
        clientAuthMethods: [
            'client_secret_basic',
            'client_secret_post',
            'client_secret_jwt',
            'private_key_jwt',
            'none',
        ],
        features: {
            claimsParameter: { enabled: true },
            devInteractions: { enabled: true },
            jwtUserinfo: { enabled: true },
            rpInitiatedLogout: { enabled: false },
        },
        rotateRefreshToken: true,
        ttl: {
            AccessToken: (ctx, token, cl) => (cl.clientId === 'refresh-short' ? 12 : 3600),
            RefreshToken: 3600,
            AuthorizationCode: 60,
            IdToken: 3600,
            Interaction: 600,
            Session: 3600,
            Grant: 3600,
        },
    });
    for (const event of ERROR_EVENTS) {
        op.on(event, (ctx, error) => {
            log.push({
                event,
                error: error.error ?? error.message,
                detail: error.error_description,
            });
            if (env.OP_VERBOSE) {
                console.error(event, error);
            }
        });
    }
    keepWhatIsProved(op);
    op.use(record);
    return op.callback();
}

const listeners = [];
function newKeys() {
    const jwks = signingKeys();
    for (const listener of listeners) {
        listener.handle = provider(listener.issuer, jwks);
    }
}

function control(req, res) {
    if (req.url === '/__test/rotate' && req.method === 'POST') {
        generation += 1;
        newKeys();
    } else if (req.url === '/__test/replace' && req.method === 'POST') {
        newKeys();
    } else if (req.url === '/__test/log' && req.method === 'DELETE') {
        log.length = 0;
    } else if (req.url !== '/__test/log') {
        res.writeHead(404).end();
        return;
    }
    res.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(log));
}

function listen(port, issuer, create) {
    const listener = { issuer };
    listeners.push(listener);
    const server = create((req, res) =>
        req.url.startsWith('/__test/') ? control(req, res) : listener.handle(req, res),
    );
    return new Promise((resolve) => {
        server.listen(Number(port), '127.0.0.1', resolve);
    });
}

const starts = [];
if (env.OP_PORT) {
    starts.push(
        listen(env.OP_PORT, env.OP_ISSUER ?? `http://127.0.0.1:${env.OP_PORT}`, http.createServer),
    );
}
if (env.OP_TLS_PORT) {
    const tls = { key: readFileSync(`${tlsDir}/srv.key`), cert: readFileSync(`${tlsDir}/srv.pem`) };
    starts.push(
        listen(
            env.OP_TLS_PORT,
            env.OP_TLS_ISSUER ?? `https://localhost:${env.OP_TLS_PORT}`,
            (handler) => https.createServer(tls, handler),
        ),
    );
}
newKeys();
await Promise.all(starts);
console.log('ready');

// One TLS server that plays the hosts of all providers: which one is meant says the Host header.
// It knows their habits from t/data/play.json, as their documentation shows them, and nothing of
// the catalogue: where a client asks, and how, is what is compared.
//
// A visit's code names it ("visit-12-a"), and so do its tokens: a request that carries the name
// belongs to the visit and is written down there.
import https from 'node:https';
import { readFileSync } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { jwk, jws, pair } from '../liar/keys.mjs';

export const CLIENT = { id: 'client.1', secret: 'S e/c:r+t~! 0123456789abcdefghijklmnop' };
const NAME = /visit-\d+-[a-z]/;
const DISCOVERY = '/.well-known/openid-configuration';
/** What a client says about itself and the connection, and not to the provider. */
const OWN = new Set([
    'host',
    'connection',
    'accept',
    'accept-encoding',
    'accept-language',
    'content-length',
    'sec-fetch-mode',
    'transfer-encoding',
    'user-agent',
]);

const now = () => Math.floor(Date.now() / 1000);
const json = (value, status = 200, headers = {}) => ({
    status,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(value),
});

/** @param issuers those of the providers, as they write them */
function discovery(base, issuers) {
    const tenant = base.match(/^https:\/\/login\.microsoftonline\.com\/([^/]+)\/v2\.0$/)?.[1];
    const issuer =
        tenant && !/^[0-9a-f]{8}-/.test(tenant)
            ? 'https://login.microsoftonline.com/{tenantid}/v2.0'
            : issuers.has(`${base}/`)
              ? `${base}/`
              : base;
    return json({
        issuer,
        authorization_endpoint: `${base}/authorize?audience=api`,
        token_endpoint: `${base}/token`,
        userinfo_endpoint: `${base}/userinfo`,
        jwks_uri: `${base}/keys`,
        id_token_signing_alg_values_supported: ['RS256', 'ES256'],
    });
}

const plain = (claims) => JSON.stringify(claims);
const signed = (claims, { alg = 'RS256' }, { forged }) =>
    jws(
        plain({ alg, typ: 'JWT', ...(alg === 'RS256' ? { kid: 'rsa' } : {}) }),
        plain(claims),
        alg,
        alg === 'RS256' ? pair(forged ? 'otherRsa' : 'rsa').privateKey : CLIENT.secret,
    );

const protocolClaims = ({ issuer, nonce, nonceChecked }) => ({
    iss: issuer,
    aud: CLIENT.id,
    iat: now(),
    exp: now() + 600,
    ...(nonceChecked ? { nonce } : {}),
});

/** The token answer as this provider gives it: a visit's answer may change each member. */
function token(visit, refreshed) {
    const { name, play, answer } = visit;
    const suffix = refreshed ? '.2' : '';
    const members = {
        access_token: `at.${name}${suffix}`,
        token_type: 'Bearer',
        expires_in: answer.expires_in ?? 3600,
        ...(/^(?:never|elsewhere|unknown)/.test(play.refresh)
            ? {}
            : { refresh_token: `rt.${name}${suffix}` }),
        scope: 'what was asked for',
        ...(play.type === 'oidc'
            ? {
                  id_token: signed(
                      { ...protocolClaims(visit), ...answer.profile },
                      play,
                      play.userinfo === 'jwt' ? {} : answer,
                  ),
              }
            : {}),
    };
    for (const [key, value] of [play.token, answer.token].flatMap((of) => Object.entries(of ?? {}))) {
        if (key.startsWith('-')) {
            delete members[key.slice(1)];
        } else {
            members[key] = value === '@in6h@' ? now() + 21600 : value;
        }
    }
    return members;
}

function tokenAnswer(visit, request) {
    const { play, answer } = visit;
    if (answer.tokenBody !== undefined) {
        return { status: 200, headers: { 'content-type': answer.tokenType }, body: answer.tokenBody };
    }
    if (answer.tokenError) {
        return json(answer.tokenError, answer.tokenStatus ?? 200);
    }
    const members = token(visit, /grant_type=refresh_token/.test(request.text));
    const asForm =
        answer.form || (play.form_unless_json && !request.accept.includes('application/json'));
    return asForm
        ? {
              status: 200,
              headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
              body: new URLSearchParams(members).toString(),
          }
        : json(members);
}

function profileAnswer(visit, request) {
    const { play, answer } = visit;
    const extra = Object.entries(answer.extra ?? play.extra ?? {}).find(
        ([where]) => where === `${request.method} ${request.url}`,
    )?.[1];
    if (extra) {
        return extra.base64
            ? {
                  status: extra.status ?? 200,
                  headers: { 'content-type': extra.type },
                  body: Buffer.from(extra.base64, 'base64'),
              }
            : json(extra.json, extra.status);
    }
    if (answer.profileBody !== undefined) {
        return {
            status: answer.profileStatus ?? 200,
            headers: { 'content-type': answer.profileType },
            body: answer.profileBody,
        };
    }
    if (play.userinfo === 'jwt') {
        return {
            status: 200,
            headers: { 'content-type': 'application/jwt' },
            body: signed({ ...protocolClaims(visit), ...answer.profile }, play, answer),
        };
    }
    return json(answer.profile);
}

/** What the vendor would not answer: null, or its refusal. */
function refusal(play, request) {
    for (const [where, headers] of Object.entries(play.demands ?? {})) {
        if (
            `${request.method} ${request.url}`.startsWith(where) &&
            !Object.entries(headers).every(([name, value]) =>
                new RegExp(value).test(request.headers[name] ?? ''),
            )
        ) {
            return json({ error: 'the vendor demands more' }, 401);
        }
    }
    return null;
}

function written(req, body) {
    const url = new URL(`https://${req.headers.host}${req.url}`);
    const type = (req.headers['content-type'] ?? '').split(';')[0];
    const form = type === 'application/x-www-form-urlencoded';
    return {
        method: req.method,
        url: url.href,
        text: `${url.search}&${body}`,
        accept: req.headers.accept ?? '',
        agent: req.headers['user-agent'] ?? '',
        headers: {
            ...Object.fromEntries(Object.entries(req.headers).filter(([name]) => !OWN.has(name))),
            ...(type ? { 'content-type': type } : {}),
        },
        body: form ? [...new URLSearchParams(body)].map((pair) => pair.join('=')).sort() : body,
    };
}

/** @param visits by name; @returns the server, which listens */
export async function play({ port, dir, visits, issuers }) {
    const tls = { cert: readFileSync(`${dir}/srv.pem`), key: readFileSync(`${dir}/srv.key`) };
    const server = https.createServer({ ...tls, keepAliveTimeout: 60_000 }, async (req, res) => {
        const body = (await buffer(req)).toString();
        const request = written(req, body);
        const path = new URL(request.url).pathname;
        const [name] =
            decodeURIComponent(`${req.url} ${req.headers.authorization ?? ''} ${body}`).match(
                NAME,
            ) ?? [];
        const visit = visits.get(name);
        let answer;
        if (path.endsWith(DISCOVERY)) {
            answer = discovery(request.url.slice(0, -DISCOVERY.length), issuers);
        } else if (path.endsWith('/keys')) {
            answer = json({ keys: [jwk('rsa')] });
        } else if (!visit) {
            answer = json({ error: 'nobody knows what this is about' }, 404);
        } else {
            visit.requests.push(request);
            answer =
                refusal(visit.play, request) ??
                (/(?:code|assertion|refresh_token)=/.test(request.text)
                    ? tokenAnswer(visit, request)
                    : profileAnswer(visit, request));
        }
        res.writeHead(answer.status, answer.headers).end(answer.body);
    });
    await new Promise((resolve) => {
        server.listen(port, '127.0.0.1', resolve);
    });
    return server;
}

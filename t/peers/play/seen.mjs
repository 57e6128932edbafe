// What two visits have in common: everything that was asked and answered as one flat list of
// paths and values, without what is random or tells the time.

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const RANDOM = new Set(['state', 'nonce', 'code_challenge', 'code_verifier']);
const DATES = new Set(['iat', 'exp', 'nbf']);

const shape = (text) => (text.length >= 43 ? '<random>' : `<too short: ${text}>`);
const scrub = (value) =>
    typeof value === 'string' ? value.replace(/visit-\d+-[a-z]/g, 'visit') : value;

function flatten(value, path, into) {
    if (value && typeof value === 'object') {
        const entries = Object.entries(value);
        if (!entries.length && path !== 'session.user') {
            into.set(path, Array.isArray(value) ? '[]' : '{}');
        }
        for (const [key, inner] of entries) {
            if (inner !== undefined) {
                flatten(inner, `${path}.${key}`, into);
            }
        }
    } else if (value !== undefined) {
        into.set(path, scrub(value));
    }
}

function authorization(location, into) {
    if (!URL.canParse(location ?? '')) {
        into.set('authorization', `${location}`);
        return;
    }
    const url = new URL(location);
    into.set('authorization.url', url.origin + url.pathname);
    for (const [name, value] of url.searchParams) {
        into.set(`authorization.${name}`, RANDOM.has(name) ? shape(value) : value);
    }
}

const NAMES = ['token', 'profile', 'extra', 'extra2'];

function request({ method, url, headers, body, accept, agent }, name, into) {
    const { searchParams, origin, pathname } = new URL(url);
    into.set(`${name}.request`, scrub(`${method} ${origin}${pathname}`));
    for (const [key, value] of searchParams) {
        into.set(`${name}.query.${key}`, scrub(value));
    }
    for (const [key, value] of Object.entries(headers)) {
        into.set(`${name}.header.${key}`, scrub(value));
    }
    into.set(`${name}.accepts JSON`, /json|\*\/\*/.test(accept) || accept === 'application/jwt');
    into.set(`${name}.says who asks`, Boolean(agent));
    for (const pair of Array.isArray(body) ? body : body ? [`text=${body}`] : []) {
        const [key, ...value] = pair.split('=');
        into.set(
            `${name}.body.${key}`,
            RANDOM.has(key) ? shape(value.join('=')) : scrub(value.join('=')),
        );
    }
}

/** Where the visitor ended: the page, or the page of an error and which. */
function landed(location, origin) {
    if (!URL.canParse(location)) {
        return location;
    }
    const url = new URL(location);
    const error = url.searchParams.get('error');
    return `${url.origin === origin ? '' : url.origin}${url.pathname}${error ? `?error=${error}` : ''}`;
}

function account({ expires_at: at, ...members }, into) {
    flatten(members, 'account', into);
    if (at !== undefined) {
        const left = Number(at) - Date.now() / 1000;
        into.set('account.expires_at', left > 1e8 ? 'far away' : `in ${Math.round(left / 60)} min`);
    }
}

/** @returns Map path -> value */
export function seen(visit, origin) {
    const into = new Map();
    authorization(visit.authorization, into);
    visit.requests.forEach((one, i) => request(one, NAMES[i] ?? `request ${i + 1}`, into));
    into.set('landed', landed(visit.landed, origin));
    if (visit.told && visit.session) {
        const { user, account: of, profile } = visit.told;
        flatten({ ...user, id: UUID.test(user.id) ? '<UUID>' : user.id }, 'user', into);
        account(of, into);
        flatten(profile, 'raw', into);
        for (const path of [...into.keys()].filter((key) => key.startsWith('raw.') && DATES.has(key.slice(4)))) {
            into.set(path, '<a time>');
        }
        for (const path of ['account.id_token', 'raw.nonce']) {
            if (into.has(path)) {
                into.set(path, shape(`${into.get(path)}`));
            }
        }
    }
    const { expires, ...session } = visit.session ?? {};
    flatten({ ...session, ...(expires ? { expires: '<a date>' } : {}) }, 'session', into);
    return into;
}

/** Paths whose values differ: [path, theirs, ours]. Of who did not sign in there is no user. */
export function differing(theirs, ours) {
    const all = [...new Set([...theirs.keys(), ...ours.keys()])]
        .filter((path) => theirs.get(path) !== ours.get(path))
        .map((path) => [path, theirs.get(path), ours.get(path)]);
    return all.some(([path]) => path === 'landed')
        ? all.filter(([path]) => /^(?:authorization|token|landed)/.test(path))
        : all;
}

// What a provider answers to a visit: as its documentation shows it (rich), less, and what
// somebody would be surprised by. `ends`: how a sign-in at httpd must end by docs/tolerance.md:
// session, none, or either (a provider's definition decides), always with a clean user. `alone`:
// Auth.js, which has no limit, is not asked.

export const MAIL = 'Ada.Lovelace@Example.TEST';
const PICTURE = 'https://img.example.test/ada.png?s=96&d=x';

const PADDING = 'x'.repeat(5_000_000);

const parts = (pointer) => pointer.split('/').slice(1);
export const at = (value, pointer) =>
    parts(pointer).reduce((inner, part) => inner?.[part], value);

function put(value, pointer, leaf) {
    const copy = structuredClone(value);
    const path = parts(pointer);
    const last = path.pop();
    const holder = path.reduce((inner, part) => (inner[part] ??= {}), copy);
    if (leaf === undefined) {
        delete holder[last];
    } else {
        holder[last] = leaf;
    }
    return copy;
}

/** Every leaf but that of the id through change(leaf). */
function others({ id, keep = [], profile }, change) {
    const walk = (value, pointer) => {
        if (pointer === id || keep.includes(pointer)) {
            return value;
        }
        if (value && typeof value === 'object' && (!Array.isArray(value) || id.startsWith(`${pointer}/`))) {
            const entries = Object.entries(value).map(([key, inner]) => [
                key,
                walk(inner, `${pointer}/${key}`),
            ]);
            return Array.isArray(value)
                ? entries.map(([, inner]) => inner)
                : Object.fromEntries(entries);
        }
        return change(value);
    };
    return walk(profile, '');
}

/** Every leaf that is this text, another one. */
const swap = (value, from, to) =>
    value === from
        ? to
        : value && typeof value === 'object'
          ? Object.fromEntries(
                Object.entries(value).map(([key, inner]) => [key, swap(inner, from, to)]),
            )
          : value;
/** The same where lists stay lists. */
function exchanged(value, from, to) {
    if (Array.isArray(value)) {
        return value.map((inner) => exchanged(inner, from, to));
    }
    return value && typeof value === 'object'
        ? Object.fromEntries(
              Object.entries(value).map(([key, inner]) => [key, exchanged(inner, from, to)]),
          )
        : swap(value, from, to);
}

/** The path to the id alone. */
function bare({ id, keep = [], profile }) {
    const alone = parts(id).reduceRight(
        (inner, part) => (/^\d+$/.test(part) ? [inner] : { [part]: inner }),
        at(profile, id),
    );
    return keep.reduce((held, pointer) => put(held, pointer, at(profile, pointer)), alone);
}

const holds = (play, text) => JSON.stringify(play.profile).includes(JSON.stringify(text));
const id = (leaf) => (play) => ({ profile: put(play.profile, play.id, leaf) });
const tokens = (members) => () => ({ token: members });
const plainOnly = (make) => (play) => (play.type === 'oauth' ? make(play) : null);

/** All extra requests answered so. */
const extra = (answer) => (play) =>
    play.extra
        ? { extra: Object.fromEntries(Object.keys(play.extra).map((where) => [where, answer])) }
        : null;

/** A number that JavaScript cannot hold. */
function hugeId(play) {
    const text = JSON.stringify(put(play.profile, play.id, '@huge@'));
    return { profileType: 'application/json', profileBody: text.replace('"@huge@"', '9007199254740993') };
}

const made = {
    'rich': { make: () => ({}) },
    'minimal': { make: (play) => ({ profile: bare(play) }) },
    'nulls': { make: (play) => ({ profile: others(play, () => null) }) },
    'lists': { ends: 'either', make: (play) => ({ profile: others(play, (leaf) => [leaf]) }) },
    'objects': { ends: 'either', make: (play) => ({ profile: others(play, (leaf) => ({ leaf })) }) },
    'numbers': { ends: 'either', make: (play) => ({ profile: others(play, () => 7) }) },
    'true': { ends: 'either', make: (play) => ({ profile: others(play, () => true) }) },
    'empty texts': { make: (play) => ({ profile: others(play, () => '') }) },

    'id missing': { ends: 'none', make: id(undefined) },
    'id null': { ends: 'none', make: id(null) },
    'id a list': { ends: 'none', make: (play) => id([at(play.profile, play.id)])(play) },
    'id an object': { ends: 'none', make: id({ id: 1 }) },
    'id true': { ends: 'none', make: id(true) },
    'id an empty text': { ends: 'none', make: id('') },
    'id 0': { ends: 'either', make: plainOnly(id(0)) },
    'id huge': { ends: 'session', make: plainOnly(hugeId) },

    'an e-mail list': {
        ends: 'either',
        make: (play) =>
            holds(play, MAIL) ? { profile: exchanged(play.profile, MAIL, [MAIL]) } : null,
    },
    'a javascript: picture': {
        make: (play) =>
            holds(play, PICTURE)
                ? { profile: exchanged(play.profile, PICTURE, 'javascript:alert(document.domain)//') }
                : null,
    },
    'HTML': {
        ends: 'none',
        make: plainOnly(() => ({ profileType: 'text/html', profileBody: '<!doctype html><p>Down' })),
    },
    'nothing': {
        ends: 'none',
        make: plainOnly(() => ({ profileType: 'application/json', profileBody: 'null' })),
    },
    'a false signature': {
        ends: 'none',
        make: (play) => (play.type === 'oidc' && play.alg !== 'HS256' ? { forged: true } : null),
    },
    'five megabytes': {
        ends: 'none',
        alone: true,
        make: (play) =>
            play.type === 'oauth'
                ? {
                      profileType: 'application/json',
                      profileBody: `{"bio":"${PADDING}",${JSON.stringify(play.profile).slice(1)}`,
                  }
                : { tokenType: 'application/json', tokenBody: `{"bio":"${PADDING}"}` },
    },
    'a profile with status 401': {
        ends: 'none',
        make: plainOnly((play) => ({
            profileStatus: 401,
            profileType: 'application/json',
            profileBody: JSON.stringify(play.profile),
        })),
    },

    'expires_in a text': { make: tokens({ expires_in: '3600' }) },
    'expires_in negative': { make: tokens({ expires_in: -1 }) },
    'expires_in soon': { make: tokens({ expires_in: 'soon' }) },
    'no token_type': { make: tokens({ '-token_type': true }) },
    'scope a list': { make: tokens({ scope: ['openid', 'email'] }) },
    'token_type and scope': {
        make: ({ token = {}, gone }) =>
            !gone && (token['-token_type'] || typeof (token.scope ?? '') !== 'string' || token.scope === null)
                ? { token: { token_type: 'bearer', scope: 'a b' } }
                : null,
    },
    'refresh_token null': { make: tokens({ refresh_token: null }) },
    'a form': { make: () => ({ form: true }) },
    'an id_token that nobody asked for': { make: plainOnly(tokens({ id_token: 'a.b.c' })) },
    'no access_token': { ends: 'none', make: tokens({ '-access_token': true }) },
    'an access_token list': { ends: 'none', make: tokens({ access_token: ['x'] }) },
    'an error under 200': {
        ends: 'none',
        make: () => ({ tokenError: { error: 'bad_verification_code', error_description: 'x' } }),
    },
    'an error beside the tokens': { ends: 'none', make: tokens({ error: 'invalid_grant' }) },
    'an error under 400': {
        ends: 'none',
        make: () => ({ tokenError: { error: 'invalid_grant' }, tokenStatus: 400 }),
    },
    'HTML for tokens': {
        ends: 'none',
        make: () => ({ tokenType: 'text/html', tokenBody: '<!doctype html><p>Down' }),
    },
    'iss beside the code': {
        ends: 'either',
        make: ({ iss, options }) => ({
            back: { iss: iss ?? options?.issuer ?? 'https://idp.example.test' },
        }),
    },
    'iss of somebody else': {
        ends: 'none',
        make: (play) =>
            play.type === 'oidc' ? { back: { iss: 'https://idp.example.test' } } : null,
    },
    'no form behind the code': { make: (play) => (play.form ? { bare: true } : null) },
    'an extra request under 404': { make: extra({ status: 404, json: { error: 'none' } }) },
    'an extra request that is HTML': { make: extra({ type: 'text/html', base64: 'PGh0bWw+' }) },
    'an extra request without end': {
        alone: true,
        make: extra({ json: [{ email: 'other@example.test', primary: true, verified: true, bio: PADDING }] }),
    },
    'access denied': { ends: 'none', make: () => ({ refused: { error: 'access_denied' } }) },
};

/** name -> {ends, make(play)}; make gives null where it is not about this provider. */
export const variants = Object.fromEntries(
    Object.entries(made).map(([name, { ends = 'session', alone = false, make }]) => [
        name,
        {
            ends,
            alone,
            make: (play) => {
                const answer = make(play);
                return answer && { profile: play.profile, ...answer };
            },
        },
    ]),
);

/** Those of one provider: its own besides. With other options than the usual ones, two. */
export function answersOf(play) {
    const own = Object.entries(play.more ?? {}).map(([name, changes]) => ({
        name,
        ends: 'session',
        answer: {
            profile: Object.entries(changes).reduce(
                (profile, [pointer, leaf]) => put(profile, pointer, leaf),
                play.profile,
            ),
        },
    }));
    return [
        ...Object.entries(variants).map(([name, { make, ends, alone }]) => ({
            name,
            alone,
            ends: play.other && /^id (?:missing|null)$/.test(name) ? 'session' : ends,
            answer: make(play),
        })),
        ...own,
    ].filter(({ name, answer }) => answer && (!play.of || ['rich', 'nulls'].includes(name)));
}

/** Profiles in which the provider does not vouch for the address: each of what says so by itself. */
export const unverified = (play) =>
    Object.entries(play.unverified ?? { '': null }).map(([pointer, leaf]) =>
        pointer ? put(play.profile, pointer, leaf) : play.profile,
    );

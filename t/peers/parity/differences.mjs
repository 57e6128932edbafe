// The intended differences between mod_authjs and Auth.js. Each has its paragraph, with the
// reason, in docs/differences.md under the same id. apply() is given copies of the two
// answers as client.mjs normalises them; where the difference occurs it takes it away and
// returns true. What is left must be equal, and a difference that never occurs is stale.
import { isDeepStrictEqual } from 'node:util';

const NO_STORE = 'private, no-cache, no-store | 0 | no-cache';
const CHECKS = /authjs\.(?:state|nonce|pkce\.code_verifier)$/;
const REFERENCE = /authjs\.error-reference$/;
const CALLBACK_URL = 'hidden callbackUrl=';
const asText = (to) => (typeof to === 'string' ? to : (to?.to ?? ''));
const locationOf = ({ location, body }) => location ?? body?.url ?? '';
const failed = (answer) => /[?&]error=/.test(asText(locationOf(answer)));
const forms = ({ body }) => body?.forms ?? [];

/** Both sides become one: everything about these members is intended. */
function yields(pair, ...members) {
    for (const member of members.length ? members : Object.keys(pair.httpd)) {
        pair.httpd[member] = pair.authjs[member];
    }
    return true;
}

/** The request with every callbackUrl in it replaced by the base URL. */
function withBaseUrl(request) {
    const swap = (text) =>
        text
            ?.replace(/(callbackUrl=)[^&]*/g, '$1@origin%@')
            .replace(/("callbackUrl":)(?:"[^"]*"|[^,}]*)/, '$1"@origin@"');
    return {
        ...request,
        path: swap(request.path),
        body: swap(request.body),
        headers: { ...request.headers, ...(request.headers.cookie ? { cookie: '' } : {}) },
        cookies: request.cookies.filter((cookie) => !/callback-url=/.test(cookie)),
    };
}

/** The callbackUrl that a request asks for. */
function askedUrl(request) {
    const [, value = ''] =
        [request.body, request.path, request.headers.cookie, ...request.cookies]
            .join('\n')
            .match(/(?:callbackUrl|callback-url)=([^&\n;]*)/) ?? [];
    return value
        .replaceAll('+', ' ')
        .replace(/%([0-9a-f]{2})/gi, (all, hex) => String.fromCharCode(parseInt(hex, 16)));
}
/** Auth.js takes these for URLs of ours; a browser may not, or a header cannot carry them. */
const UNUSABLE = /[\0-\x1f\x7f\\]|^ |^https?:\/\/[^/]*@/;

/** Compare with Auth.js's answer to a request that differs in this; true when it differs. */
async function instead(pair, change, members) {
    const answer = await pair.ask({ ...pair.request, ...change });
    const occurs = (members ?? Object.keys(answer)).some(
        (key) => !isDeepStrictEqual(answer[key], pair.authjs[key]),
    );
    Object.assign(
        pair.authjs,
        members ? Object.fromEntries(members.map((key) => [key, answer[key]])) : answer,
    );
    return occurs;
}

const BAD_REQUEST = {
    status: 400,
    location: undefined,
    type: 'application/json',
    cookies: [],
    body: 'Bad request.',
};
/** httpd's own page. */
const NO_SUCH_FILE = {
    status: 404,
    location: undefined,
    type: 'text/html; charset=iso-8859-1',
    cookies: [],
    body: { forms: [], links: [] },
};
const configurationError = ({ origin }) => ({
    status: 302,
    location: `${origin}/auth/error?error=Configuration`,
    type: undefined,
    cookies: [],
    body: '',
});

/** Where Auth.js answers just this, and httpd just that, these members are as one. */
function becomes(pair, theirs, ours) {
    const is = (answer, expected) =>
        Object.keys(expected).every((key) => isDeepStrictEqual(answer[key], expected[key]));
    if (!is(pair.authjs, theirs) || !is(pair.httpd, ours)) {
        return false;
    }
    Object.assign(pair.httpd, theirs);
    return true;
}

/** Whether ours (perhaps encoded, in a cookie) is theirs as the URL standard writes it. */
function isRewritten(theirs, ours) {
    if (typeof theirs !== 'string' || typeof ours !== 'string') {
        return false;
    }
    const text = /^https?%3A/.test(ours) ? decodeURIComponent(ours) : ours;
    return theirs !== text && URL.canParse(theirs) && new URL(theirs).href === text;
}

export const differences = [
    {
        id: 'D01',
        title: 'a callbackUrl that cannot be used counts as the base URL',
        async apply(pair) {
            const refused =
                pair.authjs.status === 500 ||
                /error=Configuration/.test(asText(locationOf(pair.authjs)));
            if (
                !(refused || UNUSABLE.test(askedUrl(pair.request))) ||
                !pair.ask ||
                failed(pair.httpd) ||
                pair.httpd.status === 400 ||
                !/callbackUrl|callback-url/.test(JSON.stringify(pair.request))
            ) {
                return false;
            }
            return instead(pair, withBaseUrl(pair.request));
        },
    },
    {
        id: 'D02',
        title: 'the query of the sign-in page does not set what the page is made of',
        async apply(pair) {
            return (
                /\/signin\?(?:csrfToken|providers|theme)=/.test(pair.request.path) &&
                instead(pair, { path: '/auth/signin' })
            );
        },
    },
    {
        id: 'D03',
        title: 'reserved authorization parameters are not taken from the query',
        async apply(pair) {
            return (
                /^authorization: (?:reserved|callbackUrl in the query)/.test(pair.request.name) &&
                instead(pair, { path: '/auth/signin/op' }, ['location'])
            );
        },
    },
    {
        id: 'D04',
        title: 'only the exact name and its numbered chunks are the session cookie',
        async apply(pair) {
            const odd = ['session-suffix', 'session-dot-dots'];
            return (
                pair.request.cookies.some((name) => odd.includes(name)) &&
                instead(pair, {
                    cookies: pair.request.cookies.map((name) =>
                        odd.includes(name) ? 'session' : name,
                    ),
                })
            );
        },
    },
    {
        id: 'D05',
        title: 'nothing under the base path is ever stored by a cache',
        apply(pair) {
            return (
                pair.httpd.cache === NO_STORE &&
                pair.authjs.cache !== NO_STORE &&
                yields(pair, 'cache')
            );
        },
    },
    {
        id: 'D06',
        title: 'the session token has the claims provider, via and auth_time, the checks of a sign-in via, of, b and to',
        apply(pair) {
            let occurs = false;
            for (const { value } of pair.httpd.cookies) {
                if (/^[\w-]{8}$/.test(value?.via)) {
                    delete value.via;
                    occurs = true;
                    if (!value.value) {
                        delete value.provider;
                        if (/^(?:now\+0|\d+)$/.test(value.auth_time)) {
                            delete value.auth_time;
                        }
                        continue;
                    }
                    if (/^[\w-]{16}$/.test(value.of)) {
                        delete value.of;
                    }
                    if (/^[\w-]{16}$/.test(value.b)) {
                        delete value.b;
                    }
                    if (/^(?:\/|$)/.test(value.to)) {
                        delete value.to;
                    }
                }
            }
            return occurs;
        },
    },
    {
        id: 'D07',
        title: 'a failed callback clears the check cookies',
        apply(pair) {
            const references = pair.httpd.cookies.filter(({ name }) => REFERENCE.test(name));
            const cookies = pair.httpd.cookies.filter((one) => !references.includes(one));
            const cleared = cookies.every(
                ({ name, value, attributes }) =>
                    CHECKS.test(name) && value === '' && attributes[0] === 'Max-Age=0',
            );
            const occurs =
                cookies.length > 0 &&
                cleared &&
                failed(pair.httpd) &&
                failed(pair.authjs) &&
                !pair.authjs.cookies.length;
            if (occurs) {
                pair.httpd.cookies = references;
            }
            return occurs;
        },
    },
    {
        id: 'D08',
        title: 'every form of a page carries the callback URL',
        apply(pair) {
            let occurs = false;
            for (const [i, form] of forms(pair.httpd).entries()) {
                const theirs = forms(pair.authjs)[i];
                const at = form.fields.findIndex((field) => field.startsWith(CALLBACK_URL));
                if (
                    theirs &&
                    at >= 0 &&
                    !theirs.fields.some((field) => field.startsWith(CALLBACK_URL))
                ) {
                    form.fields.splice(at, 1);
                    // Auth.js keeps it in the query of the sign-out form's action instead.
                    theirs.action = theirs.action.replace(/\?callbackUrl=.*$/, '');
                    occurs = true;
                }
            }
            return occurs;
        },
    },
    {
        id: 'D09',
        title: 'a page repeats the decided callback URL, not what was asked for',
        apply(pair) {
            let occurs = false;
            for (const [i, form] of forms(pair.authjs).entries()) {
                const at = form.fields.findIndex((field) => field.startsWith(CALLBACK_URL));
                const ours = forms(pair.httpd)[i]?.fields[at] ?? '';
                if (
                    at >= 0 &&
                    ours !== form.fields[at] &&
                    ours.startsWith(CALLBACK_URL + pair.origin)
                ) {
                    form.fields[at] = ours;
                    occurs = true;
                }
            }
            return occurs;
        },
    },
    {
        id: 'D10',
        title: 'the way to a page of the site is an absolute URL, its error encoded or absent',
        apply(pair) {
            const [theirs, ours] = [pair.authjs, pair.httpd].map((answer) =>
                asText(locationOf(answer)),
            );
            if (
                pair.request.site !== 'pages' ||
                !theirs.startsWith('/') ||
                !ours.startsWith(`${pair.origin}/`)
            ) {
                return false;
            }
            const [a, b, asked] = [theirs, ours, pair.request.path].map(
                (to) => new URL(to, pair.origin),
            );
            const same =
                a.pathname === b.pathname &&
                a.searchParams.get('callbackUrl') === b.searchParams.get('callbackUrl') &&
                (b.searchParams.get('error') || null) === (asked.searchParams.get('error') || null);
            return same && yields(pair, 'location');
        },
    },
    {
        id: 'D11',
        title: 'email in the query fills in the user name',
        apply(pair) {
            let occurs = false;
            for (const { fields } of forms(pair.httpd)) {
                const at = fields.findIndex((field) => /^text username=./.test(field));
                if (at >= 0 && /[?&]email=/.test(pair.request.path)) {
                    fields[at] = 'text username=';
                    occurs = true;
                }
            }
            return occurs;
        },
    },
    {
        id: 'D12',
        title: 'the base path ends at a segment boundary',
        apply(pair) {
            return (
                pair.request.path === '/authsession' &&
                pair.authjs.status === 200 &&
                pair.httpd.status === 404 &&
                yields(pair)
            );
        },
    },
    {
        id: 'D13',
        title: 'an encoded character in the path is refused',
        apply(pair) {
            const { path } = pair.request;
            return (
                /%/.test(path) &&
                !path.includes('?') &&
                (becomes(pair, configurationError(pair), BAD_REQUEST) ||
                    (/%2f/i.test(path) && becomes(pair, BAD_REQUEST, NO_SUCH_FILE)))
            );
        },
    },
    {
        id: 'D14',
        title: 'a callback URL is written as the URL standard writes it',
        apply(pair) {
            const remembered = ({ cookies }) =>
                cookies.find(({ name }) => name.endsWith('callback-url'));
            const [theirs, ours] = [pair.authjs, pair.httpd].map(remembered);
            const asked = askedUrl(pair.request)
                .replace(/@origin%?@/, pair.origin)
                .replace(/^(?=\/)/, pair.origin);
            let occurs = false;
            if (ours && isRewritten(theirs ? decodeURIComponent(theirs.value) : asked, ours.value)) {
                occurs = true;
                if (theirs) {
                    ours.value = theirs.value;
                } else {
                    pair.httpd.cookies.splice(pair.httpd.cookies.indexOf(ours), 1);
                }
            }
            if (isRewritten(pair.authjs.location, pair.httpd.location)) {
                occurs = true;
                pair.httpd.location = pair.authjs.location;
            }
            if (isRewritten(pair.authjs.body?.url, pair.httpd.body?.url)) {
                occurs = true;
                pair.httpd.body.url = pair.authjs.body.url;
            }
            return occurs;
        },
    },
    {
        id: 'D15',
        title: 'a NUL in a form is a bad request',
        apply(pair) {
            return (
                /%00/.test(pair.request.body ?? '') &&
                becomes(pair, configurationError(pair), BAD_REQUEST)
            );
        },
    },
    {
        id: 'D16',
        title: 'pages link to the sign-in page and back to the site',
        apply(pair) {
            const [theirs, ours] = [pair.authjs.body?.links, pair.httpd.body?.links];
            const allowed = (link) => link === pair.origin || link.startsWith(`${pair.origin}/`);
            if (!theirs || !ours || isDeepStrictEqual(theirs, ours) || !ours.every(allowed)) {
                return false;
            }
            pair.httpd.body.links = theirs;
            return true;
        },
    },
    {
        id: 'D17',
        title: "GET signin/<id> shows that provider's button",
        apply(pair) {
            const { status, location } = pair.httpd;
            const isPage = [200, 404].includes(status) && forms(pair.httpd).length > 0;
            return (
                pair.request.method === 'GET' &&
                /^\/auth\/+signin\/+[^/?]/.test(pair.request.path) &&
                failed(pair.authjs) &&
                (isPage || /\/login\?/.test(asText(location))) &&
                yields(pair)
            );
        },
    },
    {
        id: 'D18',
        title: 'a sign-in that has ended leads on, or begins again',
        apply(pair) {
            const theirs = locationOf(pair.authjs);
            const ours = locationOf(pair.httpd);
            const again = /\/(?:signin\/\w+|login)\?(?:provider=\w+&)?callbackUrl=[^&]*&error=SignInExpired$/;
            return (
                /error=Configuration$/.test(asText(theirs)) &&
                (again.test(asText(ours)) || !failed(pair.httpd)) &&
                !pair.authjs.cookies.length &&
                pair.httpd.cookies.every(
                    ({ name, attributes }) =>
                        CHECKS.test(name) && attributes[0] === 'Max-Age=0',
                ) &&
                yields(pair, 'location', 'body', 'cookies')
            );
        },
    },
    {
        id: 'D19',
        title: 'of several session cookies the first that opens counts',
        apply(pair) {
            const sent = pair.request.cookies.some((name) => name === 'session-stale-chunk');
            return (
                sent &&
                pair.authjs.body === null &&
                typeof pair.httpd.body?.user === 'object' &&
                yields(pair, 'cookies', 'body')
            );
        },
    },
    {
        id: 'D20',
        title: 'a browser keeps the reference of a failure for the error page',
        apply(pair) {
            const others = pair.httpd.cookies.filter(({ name }) => !REFERENCE.test(name));
            const occurs = others.length < pair.httpd.cookies.length && failed(pair.httpd);
            pair.httpd.cookies = occurs ? others : pair.httpd.cookies;
            return occurs;
        },
    },
    {
        id: 'D21',
        title: 'HEAD and OPTIONS do nothing and say so, other methods are 405',
        apply(pair) {
            const { method } = pair.request;
            const right = { HEAD: [200, 302, 404], OPTIONS: [200] }[method] ?? [405];
            return (
                !['GET', 'POST', ''].includes(method) &&
                pair.authjs.status === 400 &&
                right.includes(pair.httpd.status) &&
                !pair.httpd.cookies.length &&
                yields(pair)
            );
        },
    },
    {
        id: 'D22',
        title: 'who is not signed in is not asked whether to sign out',
        apply(pair) {
            const isSignout = ({ action }) => /\/signout(?:\?|$)/.test(action);
            return (
                /^\/auth\/+signout/.test(pair.request.path) &&
                pair.request.method === 'GET' &&
                forms(pair.authjs).some(isSignout) &&
                !forms(pair.httpd).length &&
                yields(pair, 'body')
            );
        },
    },
    {
        id: 'D23',
        title: 'a browser remembers the sign-in links that it asks for',
        apply(pair) {
            const others = pair.httpd.cookies.filter(({ name }) => !/authjs\.email$/.test(name));
            const occurs = others.length < pair.httpd.cookies.length && !failed(pair.httpd);
            pair.httpd.cookies = occurs ? others : pair.httpd.cookies;
            return occurs;
        },
    },
    {
        id: 'D24',
        title: 'what is no address leads back to the form',
        apply(pair) {
            const is = (answer, page) => asText(locationOf(answer)).endsWith(page);
            return (
                is(pair.authjs, '/auth/error?error=Configuration') &&
                is(pair.httpd, '/auth/signin?error=EmailSignin') &&
                yields(pair, 'location', 'body')
            );
        },
    },
    {
        id: 'D25',
        title: 'a browser that did not ask for a sign-in link is shown a button',
        apply(pair) {
            const [form, more] = forms(pair.httpd);
            return (
                /callback\/nodemailer\?callbackUrl=|callback\/nodemailer\?token=/.test(
                    form?.action ?? '',
                ) &&
                !more &&
                pair.httpd.status === 200 &&
                pair.authjs.status === 302 &&
                yields(pair)
            );
        },
    },
    {
        id: 'D26',
        title: 'a link that is not complete is one that is no longer valid',
        apply(pair) {
            return (
                /\/callback\/nodemailer\?email=/.test(pair.request.path) &&
                becomes(
                    pair,
                    { location: `${pair.origin}/auth/error?error=Configuration` },
                    { location: `${pair.origin}/auth/error?error=Verification` },
                )
            );
        },
    },
];

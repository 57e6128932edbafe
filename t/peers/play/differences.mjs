// The intended differences between Auth.js's providers and ours. Those of all providers are here,
// each with its paragraph in docs/differences.md; those of one provider, with the reason, in
// t/data/differences.json, from which docs/providers-table.md is made. What is left must be
// equal, and a difference that never occurs is stale.
import { readFileSync } from 'node:fs';
import { differing } from './seen.mjs';

const ERROR = '/auth/error?error=Configuration';
const SIGNED_IN = '/after';
const isText = (value) => typeof value === 'string';
const none = (value) => value === undefined || value === null;
const shown = (path) => /^(?:session\.)?user\.(?:name|image)/.test(path);

/** takes(path, theirs, ours, {id, name}): whether this one is the reason. `only`: the type. */
const general = [
    {
        id: 'C01',
        only: 'oauth',
        title: 'the id of an account is a text',
        takes: (path, a, b) =>
            path === 'account.providerAccountId' && typeof a === 'number' && b === `${a}`,
    },
    {
        id: 'C02',
        only: 'oauth',
        title: 'a number as id is the one that the provider wrote',
        takes: (path, a, b, { name }) =>
            name === 'id huge' && `${a}`.replace('9007199254740992', '9007199254740993') === b,
    },
    {
        id: 'C03',
        title: 'a profile that cannot be read ends at the error page',
        takes: (path, a, b, { id }) =>
            path === 'landed' && a.startsWith(`/auth/callback/${id}`) && b === ERROR,
    },
    {
        id: 'C04',
        only: 'oauth',
        title: 'a part of the profile that is missing is absent, and ends no sign-in',
        takes: (path, a, b, { id }) =>
            path === 'landed' && a.startsWith(`/auth/callback/${id}`) && b === SIGNED_IN,
    },
    {
        id: 'C05',
        title: 'a text with a missing part is absent',
        takes: (path, a, b) =>
            shown(path) &&
            isText(a) &&
            /^ *$|\b(?:undefined|null|NaN)\b|\[object Object\]|^true true$/.test(a) &&
            none(b),
    },
    {
        id: 'C06',
        title: 'an empty e-mail address is none',
        takes: (path, a, b) => /^(?:session\.)?user\.email$/.test(path) && a === '' && none(b),
    },
    {
        id: 'C07',
        title: 'a name or a picture that is no text is absent',
        takes: (path, a, b, { name }) =>
            ['lists', 'objects', 'numbers', 'true', 'id huge'].includes(name) && shown(path) && none(b),
    },
    {
        id: 'C08',
        title: 'a picture is no script',
        takes: (path, a, b) =>
            /^(?:session\.)?user\.image$/.test(path) && /^javascript:/.test(a) && none(b),
    },
    {
        id: 'C09',
        title: 'members of the token answer on which nothing rests end no sign-in',
        takes: (path, a, b, { name }) =>
            [
                'expires_in negative',
                'expires_in soon',
                'no token_type',
                'scope a list',
                'refresh_token null',
                'a form',
                'an id_token that nobody asked for',
            ].includes(name) &&
            path === 'landed' &&
            a === ERROR &&
            b === SIGNED_IN,
    },
    {
        id: 'C10',
        title: 'an error ends the sign-in wherever it stands',
        takes: (path, a, b, { name }) =>
            ['an error beside the tokens', 'a profile with status 401'].includes(name) &&
            path === 'landed' &&
            a === SIGNED_IN &&
            b === ERROR,
    },
    {
        id: 'C11',
        title: 'nobody is signed in without an id',
        takes: (path, a, b, { name }) =>
            /^(?:id |nothing)/.test(name) &&
            (path === 'landed'
                ? a === SIGNED_IN && b === ERROR
                : path.startsWith('profile.') && b === undefined),
    },
    {
        id: 'C12',
        only: 'oauth',
        title: 'an id of 0 is an id',
        takes: (path, a, b, { name }) =>
            name === 'id 0' && path === 'landed' && a === ERROR && b === SIGNED_IN,
    },
    {
        id: 'C13',
        only: 'oidc',
        title: 'signatures are verified',
        takes: (path, a, b, { name }) =>
            name === 'a false signature' &&
            (path === 'landed'
                ? a === SIGNED_IN && b === ERROR
                : path.startsWith('profile.') && b === undefined),
    },
    {
        id: 'C14',
        only: 'oauth',
        title: 'without an issuer there is none that iss could contradict',
        takes: (path, a, b, { name }) =>
            name === 'iss beside the code' &&
            (path === 'landed'
                ? a === ERROR && b === SIGNED_IN
                : path.startsWith('token.') && a === undefined),
    },
];

const own = JSON.parse(
    readFileSync(new URL('../../data/differences.json', import.meta.url), 'utf8'),
);
const used = new Set();

function reasonOf([path, theirs, ours], about) {
    const at = (own[about.of] ?? []).findIndex(
        ({ paths, answers }) =>
            paths.some((one) => (one.endsWith('.') ? path.startsWith(one) : path === one)) &&
            (!answers || answers.includes(about.name)),
    );
    return at >= 0
        ? `${about.of} ${at}`
        : general.find(({ takes }) => takes(path, theirs, ours, about))?.id;
}

/** Paths of a pair of visits for whose difference there is no reason. */
export const unexplained = ({ id, of, name, theirs, ours }) =>
    differing(theirs, ours).filter((one) => {
        const reason = reasonOf(one, { id, of, name });
        used.add(reason);
        return !reason;
    });

/** What never occurred, of the general ones and of those of these providers. */
export const never = (ids, type) => [
    ...general.filter(({ id, only = type }) => only === type && !used.has(id)).map(({ id, title }) => `${id} ${title}`),
    ...ids.flatMap((id) =>
        (own[id] ?? [])
            .filter((entry, i) => !used.has(`${id} ${i}`))
            .map(({ paths }) => `${id}: ${paths}`),
    ),
];

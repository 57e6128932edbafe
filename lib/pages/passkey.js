/* Passkeys in the browser: the sign-in page and the account page (lib/pages/passkey.c), whose
 * forms say by data-passkey which ceremony they are for. What comes of one is put into the
 * form, and goes where any form goes.
 * ES2017, ASCII. lib/pages/generate makes passkey.inc of it, without lines of comments. */
(() => {
const forms = Array.from(document.querySelectorAll('form[data-passkey]'));
const texts = document.getElementById('passkey-texts').dataset;
const known = window.PublicKeyCredential && navigator.credentials;
/* A challenge is good for 15 minutes. */
const LIFE = 14 * 60000;
/* No person says no as fast: the browser has found no passkey, or nothing that makes one. */
const AT_ONCE = 500;
const failures = {
    AbortError: '',
    InvalidStateError: texts.exists,
    SecurityError: texts.address,
    NotSupportedError: texts.unfit,
    ConstraintError: texts.unfit,
};
let busy = null;
let offer = null;

const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')),
    (letter) => letter.charCodeAt(0));
const encode = (buffer) => btoa(Array.from(new Uint8Array(buffer),
    (byte) => String.fromCharCode(byte)).join(''))
    .replace(/\+/g, '-').replace(/\//g, '_').replace(/=/g, '');
const fault = (message) => Object.assign(new Error(message), { said: message });

/* What the server says in JSON, as the browser wants it; and the other way round. User
 * handles are text, as @simplewebauthn/browser 9 has them. */
const list = (given) => (given || []).map((one) => Object.assign({}, one, { id: bytes(one.id) }));
const forBrowser = (options) => Object.assign({}, options, {
    challenge: bytes(options.challenge),
}, options.user ? {
    user: Object.assign({}, options.user, { id: new TextEncoder().encode(options.user.id) }),
    excludeCredentials: list(options.excludeCredentials),
} : { allowCredentials: list(options.allowCredentials) });
const forServer = (credential) => {
    const { id, rawId, type, response } = credential;
    const told = { clientDataJSON: encode(response.clientDataJSON) };
    if (response.attestationObject) {
        told.attestationObject = encode(response.attestationObject);
        told.transports = response.getTransports ? response.getTransports() : [];
    } else {
        told.authenticatorData = encode(response.authenticatorData);
        told.signature = encode(response.signature);
        if (response.userHandle) told.userHandle = new TextDecoder().decode(response.userHandle);
    }
    return { id, rawId: encode(rawId), type, response: told,
        clientExtensionResults: credential.getClientExtensionResults(),
        authenticatorAttachment: credential.authenticatorAttachment || undefined };
};

const ask = async (form, signal) => {
    const { options, passkey } = form.dataset;
    const { email, invitation } = form.elements;
    if (new URL(options).origin !== location.origin) throw fault(texts.address);
    const url = `${options}?action=${passkey}`
        + (email && email.value ? `&email=${encodeURIComponent(email.value)}` : '')
        + (invitation ? `&invitation=${encodeURIComponent(invitation.value)}` : '');
    const answer = await fetch(url, { cache: 'no-store', credentials: 'same-origin',
        headers: { Accept: 'application/json' }, redirect: 'manual', signal })
        .catch((error) => {
            throw error.name === 'AbortError' ? error : fault(texts.unreachable);
        });
    /* The session is too old, or none: the page says what to do. */
    if (answer.status === 403 && !email) location.reload();
    if (answer.status === 429) throw fault(texts.limited);
    if (answer.status === 403 && invitation) throw fault(texts.uninvited);
    if (!answer.ok) throw fault(answer.status === 400 && !email ? texts.gone : texts.failed);
    return (await answer.json()).options;
};

const ceremony = async (form, signal, mediation) => {
    const options = await ask(form, signal);
    const create = form.dataset.passkey === 'register';
    const request = { publicKey: forBrowser(options), signal };
    const begun = Date.now();
    if (mediation) request.mediation = mediation;
    try {
        const credential = await navigator.credentials[create ? 'create' : 'get'](request);
        if (!credential) throw fault(texts.failed);
        return Date.now() - begun < LIFE ? credential : ceremony(form);
    } catch (error) {
        const took = Date.now() - begun;
        if (error.name === 'NotAllowedError') {
            const at = took < AT_ONCE ? 0 : mediation || took < options.timeout - AT_ONCE ? 1 : 2;
            error.said = (create ? [texts.unfit, texts.cancelled, texts.late]
                : [texts.none, texts.refused, texts.late])[at];
        }
        error.took = took;
        throw error;
    }
};

/* ---- what a person is told ---- */

const say = (form, text, failed) => {
    const status = form.querySelector('[role=status]');
    status.textContent = text;
    status.classList.toggle('failed', !!failed);
};
const wait = (form) => {
    busy = form;
    form.setAttribute('aria-busy', 'true');
    form.querySelector('button').setAttribute('aria-disabled', 'true');
    for (const other of forms) say(other, other === form ? texts.waiting : '');
};
const rest = (form) => {
    busy = null;
    form.removeAttribute('aria-busy');
    form.querySelector('button').removeAttribute('aria-disabled');
};
const fail = (form, error) => {
    const text = 'said' in error ? error.said
        : error.name in failures ? failures[error.name] : texts.failed;
    rest(form);
    say(form, text, true);
};
const send = (form, credential) => {
    const values = { action: form.dataset.passkey, data: JSON.stringify(forServer(credential)) };
    for (const name of Object.keys(values)) {
        const field = form.elements[name] || document.createElement('input');
        Object.assign(field, { type: 'hidden', name, value: values[name] });
        form.append(field);
    }
    HTMLFormElement.prototype.submit.call(form);
};

/* ---- by button ---- */

const start = async (form) => {
    if (busy) return;
    if (offer) offer.abort();
    wait(form);
    try {
        send(form, await ceremony(form));
    } catch (error) {
        fail(form, error);
        form.querySelector('button').focus();
        suggest();
    }
};

/* ---- in a field that the browser fills in ---- */

const suggest = async () => {
    const form = forms.find(({ dataset }) => 'autofill' in dataset);
    const can = known && PublicKeyCredential.isConditionalMediationAvailable;
    if (offer) offer.abort();
    if (!form || busy || document.hidden || !can
        || !document.querySelector('input[autocomplete$=webauthn]')
        || !(await PublicKeyCredential.isConditionalMediationAvailable())) return;
    const mine = offer = new AbortController();
    const again = setTimeout(suggest, LIFE);
    try {
        const credential = await ceremony(form, mine.signal, 'conditional');
        wait(form);
        send(form, credential);
    } catch (error) {
        if (offer !== mine || busy) return;
        offer = null;
        if (error.took > AT_ONCE && error.name === 'NotAllowedError') {
            fail(form, error);
            suggest();
        }
    } finally {
        clearTimeout(again);
    }
};

/* ---- the page ---- */

for (const form of forms) {
    const [button, status] = ['button', '[role=status]'].map((what) => form.querySelector(what));
    button.setAttribute('aria-describedby', status.id = `passkey-status-${forms.indexOf(form)}`);
    if (!known) {
        if (form === forms[0]) say(form, window.isSecureContext ? texts.unsupported : texts.address);
        continue;
    }
    button.disabled = false;
    for (const folded of form.querySelectorAll('details')) folded.hidden = false;
    form.addEventListener('submit', (event) => {
        event.preventDefault();
        start(form);
    });
}
for (const time of document.querySelectorAll('time')) {
    time.textContent = new Date(time.dateTime)
        .toLocaleDateString(document.documentElement.lang, { dateStyle: 'medium' });
}
if (known) {
    document.addEventListener('visibilitychange', () => {
        if (!document.hidden && !offer) suggest();
    });
    window.addEventListener('pageshow', ({ persisted }) => {
        if (persisted && busy) rest(busy);
        if (persisted) suggest();
    });
    suggest();
}
})();

// What tests of passkeys do in Chromium: virtual authenticators (CDP's domain WebAuthn), and the
// sign-in page and the account page as a person uses them.
import { generateKeyPairSync } from 'node:crypto';

const sessions = new WeakMap();

/**
 * A virtual authenticator of a page: of the device itself, with all it can do, whose user says yes
 * at once, unless options say something else.
 */
async function authenticator(context, page, options = {}) {
    if (!sessions.has(page)) {
        const session = await context.newCDPSession(page);
        await session.send('WebAuthn.enable', { enableUI: false });
        sessions.set(page, session);
    }
    const cdp = sessions.get(page);
    const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
        options: {
            protocol: 'ctap2',
            transport: 'internal',
            hasResidentKey: true,
            hasUserVerification: true,
            isUserVerified: true,
            automaticPresenceSimulation: true,
            ...options,
        },
    });
    const send = (method, more = {}) => cdp.send(`WebAuthn.${method}`, { authenticatorId, ...more });
    return {
        credentials: async () => (await send('getCredentials')).credentials,
        take: (credential) => send('addCredential', { credential }),
        presence: (enabled) => send('setAutomaticPresenceSimulation', { enabled }),
        /** What waits for its user ends as a browser ends what its user cancels: by another
         * authenticator, which cannot do it. */
        cancel: () => authenticator(context, page, { transport: 'usb', isUserVerified: false }),
        remove: () => send('removeVirtualAuthenticator'),
        anyKey: () =>
            generateKeyPairSync('ec', { namedCurve: 'P-256' })
                .privateKey.export({ type: 'pkcs8', format: 'der' })
                .toString('base64'),
    };
}

const user = async (page, site) => (await (await page.request.get(`${site}/auth/session`)).json())?.user;
const said = async (page) => (await page.locator('[role=status]').allTextContents()).join('');

/** What the page says of a ceremony that failed. */
async function alert(page) {
    await page.waitForSelector('.failed:not(:empty)');
    return page.textContent('.failed:not(:empty)');
}
async function create(page, name, index = 0) {
    await page.getByRole('button', { name, exact: true }).nth(index).click();
}
/** Fill in the form for a new account, and send it. */
async function move(page, name) {
    const field = page.getByLabel('Name or e-mail address');
    if (!(await field.isVisible())) await page.click('summary:has-text("Create an account")');
    await field.fill(name);
    await create(page, 'Create account');
}
async function signUp(page, site, name) {
    await page.goto(`${site}/auth/signin?callbackUrl=/`);
    await move(page, name);
    await page.waitForURL(`${site}/`);
}
async function signIn(page, site) {
    await page.goto(`${site}/auth/signin?callbackUrl=/`);
    await page.getByRole('button', { name: /^Sign in with/ }).first().click();
    await page.waitForURL(`${site}/`);
}
async function withPassword(page, site, name) {
    await page.goto(`${site}/auth/signin?callbackUrl=/`);
    await page.fill('input[name=username]', name);
    await page.fill('input[name=password]', 'demo');
    await page.click('[id^=submitButton]');
    await page.waitForURL(`${site}/`);
}
async function signOut(page, site) {
    await page.goto(`${site}/auth/signout`);
    await page.click('#submitButton');
    await page.waitForURL((url) => !url.pathname.endsWith('/signout'));
}
async function addPasskey(page, site) {
    await page.goto(`${site}/auth/account`);
    const before = await page.locator('.passkeys > li').count();
    await create(page, 'Add a passkey');
    await page.waitForFunction((count) => document.querySelectorAll('.passkeys > li').length > count, before);
}
/** Wait until the account page has these passkeys; of one second any may be first. */
const named = (page, names) =>
    page.waitForFunction(
        (wanted) => Array.from(document.querySelectorAll('.passkeys strong'), (name) => name.textContent).sort().join() === wanted,
        [...names].sort().join(),
    );

export const passkeys = { addPasskey, alert, authenticator, create, move, named, said, signIn, signOut, signUp, user, withPassword };

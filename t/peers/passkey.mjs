// Passkeys in Chromium, with virtual authenticators (CDP's domain WebAuthn). Prints TAP.
// Environment:
//   PASSKEY_ONE    httpd's site: passkey (signUp=open, no autofill, 10 s) and staff, a form for
//                  passwords ("demo")
//   PASSKEY_TWO    another one, on a database of its own: passkey (signUp=open) and nothing else
//   PASSKEY_STALE  the same, where a session is fresh for a second
//   PASSKEY_KEY    on the database of the first: webauthn, which asks for little, and staff
//   PASSKEY_DIR    screenshots go there;  PASSKEY_ONLY  a part of the names of the tests
//   CHROMIUM       default /usr/bin/chromium
// A line "# restart" asks who started this for a restart of httpd; an answer is any line.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { passkeys } from './passkey-visits.mjs';
import { visit } from './visits.mjs';

const { env } = process;
const [one, two, key, stale] = ['ONE', 'TWO', 'KEY', 'STALE'].map((name) => env[`PASSKEY_${name}`]);
const {
    addPasskey, alert, authenticator, create, move, named, said, signIn, signOut, signUp, user, withPassword,
} = passkeys;

const tests = {
    'an account by a passkey, out, and in again': async ({ page, context }) => {
        const device = await authenticator(context, page);
        await signUp(page, one, 'Ada Lovelace');
        assert.equal((await user(page, one)).name, 'Ada Lovelace');
        assert.equal((await user(page, one)).email ?? null, null, 'a name is no address');
        const [made] = await device.credentials();
        assert.ok(made.isResidentCredential);
        assert.equal(made.rpId, 'localhost');
        const handle = Buffer.from(made.userHandle, 'base64').toString();
        assert.match(handle, /^[\w-]{32,64}$/, 'a user handle says nothing');
        await signOut(page, one);
        await signIn(page, one);
        assert.equal((await user(page, one)).name, 'Ada Lovelace');
        assert.equal((await device.credentials())[0].signCount, made.signCount + 1);
    },
    'twice the same name: two accounts': async ({ page, context, other }) => {
        const mallory = await other();
        await authenticator(context, page);
        await authenticator(mallory.context, mallory.page);
        await signUp(page, one, 'eve@example.test');
        await signUp(mallory.page, one, 'eve@example.test');
        for (const { page: its } of [{ page }, mallory]) {
            await its.goto(`${one}/auth/account`);
            await named(its, ['Passkey']);
        }
    },
    'autofill': async ({ page, context }) => {
        const device = await authenticator(context, page, { automaticPresenceSimulation: true });
        await signUp(page, two, 'Ada');
        await signOut(page, two);
        await page.goto(`${two}/auth/signin?callbackUrl=/`);
        await page.waitForURL(`${two}/`);
        assert.equal((await user(page, two)).name, 'Ada');
        assert.equal((await device.credentials()).length, 1);
    },
    'autofill waits, and the button takes its place': async ({ page, context }) => {
        const device = await authenticator(context, page);
        await signUp(page, two, 'Bert');
        await signOut(page, two);
        await device.presence(false);
        await page.goto(`${two}/auth/signin?callbackUrl=/`);
        await page.waitForTimeout(500);
        assert.equal(await said(page), '', 'nobody is told of it');
        await device.presence(true);
        await page.click('text=Sign in with Passkey');
        await page.waitForURL(`${two}/`);
        assert.equal((await user(page, two)).name, 'Bert');
    },
    'of two tabs each has a challenge, whichever asked last': async ({ page, context }) => {
        const device = await authenticator(context, page);
        await signUp(page, two, 'Carl');
        await signOut(page, two);
        await device.presence(false);
        await page.goto(`${two}/auth/signin?callbackUrl=/`);
        const second = await context.newPage();
        let between = 0;
        await page.route('**/webauthn-options/**', async (route) => {
            const response = await route.fetch();
            const asked = second.waitForResponse('**/webauthn-options/**');
            await second.goto(`${two}/auth/signin`);
            assert.equal((await asked).status(), 200);
            between += 1;
            await route.fulfill({ response });
        });
        await device.presence(true);
        await page.click('text=Sign in with Passkey');
        await page.waitForURL(`${two}/`);
        assert.equal(between, 1, 'the other tab has asked in between');
        await second.close();
    },
    'the account page: a second passkey, a name, removal, never the last': async ({ page, context, shot }) => {
        const first = await authenticator(context, page);
        await signUp(page, one, 'Grace');
        await page.goto(`${one}/auth/account`);
        await named(page, ['Passkey']);
        assert.equal(await page.getByRole('button', { name: /^Remove/ }).count(), 0, 'the last one stays');
        assert.match(await page.textContent('.passkeys'), /On one device only/);
        const day = await page.textContent('.passkeys time');
        assert.equal(day, await page.evaluate(() => new Date().toLocaleDateString('en', { dateStyle: 'medium' })));
        await create(page, 'Add a passkey');
        assert.match(await alert(page), /This device has a passkey for you already/);
        await first.remove();
        await authenticator(context, page, { transport: 'usb' });
        await addPasskey(page, one);
        await named(page, ['Passkey', 'Passkey']);
        await page.getByText('Rename').nth(1).click();
        await page.locator('input[name=name]').nth(1).fill('Schlüssel <b> "7" 🔑');
        await shot('rename');
        await page.getByRole('button', { name: 'Save' }).click();
        await named(page, ['Passkey', 'Schlüssel <b> "7" 🔑']);
        await shot('account');
        await page.getByRole('button', { name: /^Remove Passkey/ }).click();
        await named(page, ['Schlüssel <b> "7" 🔑']);
        assert.equal(await page.getByRole('button', { name: /^Remove/ }).count(), 0, 'the last one stays');
        await signOut(page, one);
        await signIn(page, one);
        assert.equal((await user(page, one)).name, 'Grace');
    },
    'a passkey that was removed is known no more': async ({ page, context }) => {
        const device = await authenticator(context, page);
        await withPassword(page, one, 'bob@example.test');
        await addPasskey(page, one);
        const [kept] = await device.credentials();
        await page.getByRole('button', { name: /^Remove Passkey/ }).click();
        await named(page, []);
        await signOut(page, one);
        await page.goto(`${one}/auth/signin`);
        await page.click('text=Sign in with Passkey');
        await page.waitForURL(/error=WebAuthnVerificationError/);
        assert.match(await page.textContent('[role=alert]'), /not known here/);
        assert.ok(kept);
    },
    'a password\'s user adds one, and signs in by it': async ({ page, context }) => {
        await authenticator(context, page);
        await withPassword(page, one, 'eve@example.test');
        await addPasskey(page, one);
        await signOut(page, one);
        await signIn(page, one);
        assert.equal((await user(page, one)).email, 'eve@example.test');
    },
    'across two hosts': async ({ page, context }) => {
        await authenticator(context, page);
        await signUp(page, two, 'Dora');
        await page.goto(`${one}/auth/signin`);
        await page.click('text=Sign in with Passkey');
        await page.waitForURL(/error=WebAuthnVerificationError/);
        assert.equal(await user(page, one), undefined);
    },
    'a clone, whose counter is behind': async ({ page, context }) => {
        const device = await authenticator(context, page);
        await signUp(page, one, 'Dolly');
        await signOut(page, one);
        await signIn(page, one);
        await signOut(page, one);
        const [credential] = await device.credentials();
        await device.remove();
        const clone = await authenticator(context, page);
        await clone.take({ ...credential, signCount: 0 });
        await page.goto(`${one}/auth/signin`);
        await page.click('text=Sign in with Passkey');
        await page.waitForURL(/error=WebAuthnVerificationError/);
        assert.equal(await user(page, one), undefined);
    },
    'another key under the same id': async ({ page, context }) => {
        const device = await authenticator(context, page);
        await signUp(page, one, 'Frank');
        await signOut(page, one);
        const [credential] = await device.credentials();
        await device.remove();
        const forger = await authenticator(context, page);
        await forger.take({ ...credential, privateKey: await forger.anyKey(), signCount: 100 });
        await page.goto(`${one}/auth/signin`);
        await page.click('text=Sign in with Passkey');
        await page.waitForURL(/error=WebAuthnVerificationError/);
        assert.equal(await user(page, one), undefined);
    },
    'two authenticators at once': async ({ page, context }) => {
        const devices = [
            await authenticator(context, page, { automaticPresenceSimulation: false }),
            await authenticator(context, page, { transport: 'usb' }),
        ];
        await signUp(page, one, 'Twain');
        await signOut(page, one);
        await signIn(page, one);
        assert.equal((await user(page, one)).name, 'Twain');
        const counts = await Promise.all(devices.map(async (device) => (await device.credentials()).length));
        assert.deepEqual(counts, [0, 1], 'the one that was touched');
    },
    'across a restart of httpd': async ({ page, context }) => {
        await authenticator(context, page);
        await signUp(page, one, 'Ruth');
        await signOut(page, one);
        console.log('# restart');
        await once(process.stdin, 'data');
        await signIn(page, one);
        assert.equal((await user(page, one)).name, 'Ruth');
    },
    'a security key that keeps no list: by its user\'s address': async ({ page, context }) => {
        const device = await authenticator(context, page, {
            transport: 'usb', hasResidentKey: false, hasUserVerification: false, isUserVerified: false,
        });
        await withPassword(page, key, 'eve@example.test');
        await addPasskey(page, key);
        assert.equal((await device.credentials())[0].isResidentCredential, false);
        await signOut(page, key);
        await page.goto(`${key}/auth/signin?callbackUrl=/`);
        await page.click('text=Use a security key');
        const form = page.locator('form:has-text("Use a security key")');
        for (const address of ['nobody@example.test', 'bob@example.test']) {
            await form.getByLabel('Email address').fill(address);
            await form.getByRole('button').click();
            assert.match(await alert(page), /No passkey|took too long/, 'whoever that is');
        }
        await form.getByLabel('Email address').fill('eve@example.test');
        await form.getByRole('button').click();
        await page.waitForURL(`${key}/`);
        assert.equal((await user(page, key)).email, 'eve@example.test');
    },
    'without user verification where it is required': async ({ page, context }) => {
        const device = await authenticator(context, page, { isUserVerified: false });
        await page.goto(`${one}/auth/signin`);
        await move(page, 'Sam');
        assert.match(await alert(page), /cannot make or use such a passkey|cancelled/);
        await device.remove();
        await authenticator(context, page, { hasResidentKey: false });
        await move(page, 'Sam');
        assert.match(await alert(page), /cannot make or use such a passkey|cancelled/);
        assert.equal(await user(page, one), undefined);
    },
    'a session that is not fresh signs in once more first': async ({ page, context }) => {
        const device = await authenticator(context, page);
        await withPassword(page, stale, 'eve@example.test');
        await page.goto(`${stale}/auth/account`);
        await page.waitForTimeout(2500);
        if (await page.locator('form[data-passkey=register]').count()) {
            await create(page, 'Add a passkey');
            await page.waitForSelector('form[method=GET].passkey');
        }
        await create(page, 'Add a passkey');
        await page.waitForURL(/signin\?.*reauth=1/);
        assert.equal((await device.credentials()).length, 0, 'nothing is made before');
        await page.fill('input[name=username]', 'eve@example.test');
        await page.fill('input[name=password]', 'demo');
        await page.click('[id^=submitButton]');
        await page.waitForURL(`${stale}/auth/account`);
    },
};

await visit(tests, { dir: env.PASSKEY_DIR, prefix: 'passkey', only: env.PASSKEY_ONLY });

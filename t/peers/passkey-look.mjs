// What people see and hear of passkeys: the messages of each failure, by keyboard, as screen readers
// have it, without JavaScript, on phone and desktop, light and dark. Prints TAP.
// Environment: as for passkey.mjs
import assert from 'node:assert/strict';
import { passkeys } from './passkey-visits.mjs';
import { visit } from './visits.mjs';

const { env } = process;
const [one, two, key, stale] = ['ONE', 'TWO', 'KEY', 'STALE'].map((name) => env[`PASSKEY_${name}`]);
const { addPasskey, alert, authenticator, create, move, named, said, signUp, user, withPassword } = passkeys;
const signInPage = (page, site = one) => page.goto(`${site}/auth/signin?callbackUrl=/`);
const button = (page) => page.getByRole('button', { name: 'Sign in with Passkey' });
const focused = (page) =>
    page.evaluate((at = document.activeElement) =>
        at === document.body ? '' : (at.querySelector('span:not(.mark)') ?? at).textContent.trim(),
    );

/** What each ceremony says, and what is left of it. */
async function fails(page, message) {
    assert.match(await alert(page), message);
    assert.equal(await page.locator('[aria-busy], [aria-disabled]').count(), 0, 'the button can be pressed again');
}

const tests = {
    'no passkey here': async ({ page, context, shot }) => {
        await authenticator(context, page);
        await signInPage(page);
        await button(page).click();
        await fails(page, /^No passkey for this site was found|^That was cancelled/);
        assert.equal(await focused(page), 'Sign in with Passkey', 'the focus stays');
        await shot('none');
    },
    'timed out': async ({ page, context, shot }) => {
        await authenticator(context, page, { automaticPresenceSimulation: false });
        await signInPage(page, key);
        await page.getByRole('button', { name: 'Sign in with Security key' }).click();
        assert.equal(await said(page), 'Waiting for your passkey…');
        assert.equal(await page.locator('[aria-busy=true] [aria-disabled=true]').count(), 1);
        await shot('waiting');
        await fails(page, /^That took too long\. Please try again\.$/);
    },
    'cancelled': async ({ page, context, shot }) => {
        const device = await authenticator(context, page, { automaticPresenceSimulation: false });
        await signInPage(page);
        const asked = page.waitForResponse('**/webauthn-options/**');
        await button(page).click();
        await asked;
        await page.waitForTimeout(1000);
        const canceller = await device.cancel();
        await fails(page, /^That was cancelled, or it took too long\. If this device has no passkey/);
        await shot('cancelled');
        await canceller.remove();
        await button(page).click();
        await page.waitForSelector('[aria-busy]');
        assert.equal(await said(page), 'Waiting for your passkey…', 'it can be tried again');
    },
    'pressed twice: asked once': async ({ page, context }) => {
        const asked = [];
        page.on('request', (request) => request.url().includes('webauthn-options') && asked.push(request.url()));
        await authenticator(context, page, { automaticPresenceSimulation: false });
        await signInPage(page);
        const first = page.waitForRequest('**/webauthn-options/**');
        await button(page).evaluate((element) => {
            for (let i = 0; i < 5; i += 1) element.click();
        });
        await first;
        await page.waitForTimeout(300);
        assert.deepEqual(asked, [`${one}/auth/webauthn-options/passkey?action=authenticate`]);
    },
    'a browser without passkeys': async ({ page, shot }) => {
        await page.addInitScript(() => delete window.PublicKeyCredential);
        await signInPage(page);
        assert.equal(await said(page), 'This browser does not know passkeys. Use another one, or sign in another way.');
        assert.ok(await button(page).isDisabled());
        assert.equal(await page.locator('details:visible').count(), 0);
        await shot('unsupported');
    },
    'an address that passkeys are not for': async ({ page }) => {
        await signInPage(page, one.replace('localhost', '127.0.0.1'));
        await button(page).click();
        await fails(page, /^Passkeys do not work at this address/);
    },
    'the server does not answer': async ({ page, context, faults }) => {
        await signInPage(page);
        await context.setOffline(true);
        await button(page).click();
        await fails(page, /^The server could not be reached/);
        await context.setOffline(false);
        assert.match(faults.splice(0).join(), /^console: Failed to load resource: net::ERR_INTERNET_DISCONNECTED$/);
    },
    'too often': async ({ page, context }) => {
        await authenticator(context, page);
        await page.goto(`${key}/auth/signin`);
        const url = `${key}/auth/webauthn-options/webauthn?action=authenticate&email=x@example.test`;
        let status = 200;
        for (let i = 0; i < 100 && status === 200; i += 1) status = (await page.request.get(url)).status();
        assert.equal(status, 429);
        await page.click('text=Use a security key');
        const form = page.locator('form:has-text("Use a security key")');
        await form.getByLabel('Email address').fill('x@example.test');
        await form.getByRole('button').click();
        await fails(page, /^Too many tries/);
    },
    'signed out meanwhile': async ({ page, context }) => {
        await authenticator(context, page);
        await withPassword(page, one, 'eve@example.test');
        await page.goto(`${one}/auth/account`);
        await context.clearCookies();
        await create(page, 'Add a passkey');
        await fails(page, /^You are not signed in, or no longer/);
    },
    'a form of before': async ({ page, context }) => {
        await authenticator(context, page);
        await signInPage(page);
        await page.getByText('Create an account').click();
        await page.getByLabel('Name or e-mail address').fill('Late');
        await page.evaluate(() => (document.querySelector('details').closest('form').elements.csrfToken.value = 'x'));
        await create(page, 'Create account');
        await page.waitForURL(/error=MissingCSRF/);
        assert.equal(await user(page, one), undefined);
    },
    'without a name': async ({ page }) => {
        await signInPage(page);
        await page.getByText('Create an account').click();
        await create(page, 'Create account');
        assert.equal(await said(page), '', 'the browser says so itself');
        assert.equal(await page.evaluate(() => document.activeElement.name), 'email');
    },
    'by keyboard alone': async ({ page, context }) => {
        await authenticator(context, page);
        await signInPage(page);
        const { keyboard } = page;
        const tabTo = async (text) => {
            for (let i = 0; i < 20 && (await focused(page)) !== text; i += 1) await keyboard.press('Tab');
            assert.equal(await focused(page), text);
        };
        await tabTo('Sign in with Passkey');
        await keyboard.press('Enter');
        await fails(page, /No passkey|cancelled/);
        assert.equal(await focused(page), 'Sign in with Passkey');
        await tabTo('Create an account with Passkey');
        await keyboard.press('Enter');
        await keyboard.press('Tab');
        await keyboard.type('Key Board');
        await keyboard.press('Enter');
        await page.waitForURL(`${one}/`);
        assert.equal((await user(page, one)).name, 'Key Board');
        await page.goto(`${one}/auth/account`);
        await tabTo('Rename');
        await keyboard.press('Space');
        await keyboard.press('Tab');
        await keyboard.type('Mine');
        await keyboard.press('Enter');
        await named(page, ['Mine']);
    },
    'as a screen reader has it': async ({ page, context }) => {
        await authenticator(context, page);
        await signInPage(page);
        await button(page).click();
        await alert(page);
        const tree = await page.locator('form.passkey').first().ariaSnapshot();
        assert.match(tree, /- button "Sign in with Passkey"/);
        assert.match(tree, /- status: (?:No passkey for this site was found|That was cancelled)/);
        const described = await button(page).getAttribute('aria-describedby');
        assert.match(await page.textContent(`#${described}`), /No passkey|cancelled/, 'the button says what went wrong');
        await page.getByText('Create an account').click();
        const more = await page.locator('form.passkey').last().ariaSnapshot();
        assert.match(more, /Create an account with Passkey/);
        assert.match(more, /- textbox "Name or e-mail address"/);
        assert.match(more, /- button "Create account"/);
        await signUp(page, one, 'Ear');
        await page.goto(`${one}/auth/account`);
        const account = await page.locator('main').ariaSnapshot();
        assert.match(account, /- heading "Passkeys" \[level=2\]/);
        assert.match(await page.getAttribute('.passkeys summary', 'aria-label'), /^Rename Passkey \d{4}-\d\d-\d\d$/);
        assert.match(account, /- button "Add a passkey"/);
    },
    'without JavaScript': {
        options: { javaScriptEnabled: false },
        run: async ({ page, shot }) => {
            await signInPage(page);
            assert.ok(await button(page).isDisabled());
            assert.match(await page.textContent('form.passkey'), /Passkeys need JavaScript\./);
            await shot('no-javascript');
            await withPassword(page, one, 'eve@example.test');
            await page.goto(`${one}/auth/account`);
            assert.ok(await page.getByRole('button', { name: 'Add a passkey' }).isDisabled());
            assert.match(await page.textContent('form.passkey'), /Passkeys need JavaScript\./);
        },
    },
    'in German': {
        options: { locale: 'de' },
        run: async ({ page, context, shot }) => {
            await authenticator(context, page);
            await signInPage(page);
            await page.getByRole('button', { name: 'Mit Passkey anmelden' }).click();
            assert.match(await alert(page), /^Es wurde kein Passkey|abgebrochen/);
            await page.click('summary');
            await shot('de');
        },
    },
    'from right to left': {
        options: { locale: 'ar' },
        run: async ({ page, shot }) => {
            await signInPage(page);
            await page.click('summary');
            await shot('ar');
        },
    },
};

tests['the pictures of the manual (docs/images)'] = {
    options: { viewport: { width: 600, height: 700 }, locale: 'en', colorScheme: 'light' },
    run: async ({ page, context }) => {
        const picture = (name) =>
            page.locator('.card').screenshot({ path: `${env.PASSKEY_DIR}/manual-passkey-${name}.png` });
        const device = await authenticator(context, page, { automaticPresenceSimulation: false });
        await signInPage(page);
        await picture('sign-in');
        await button(page).click();
        await page.waitForTimeout(700);
        const canceller = await device.cancel();
        await alert(page);
        await page.mouse.move(0, 0);
        await page.evaluate(() => document.activeElement.blur());
        await picture('cancelled');
        await canceller.remove();
        await device.remove();
        const phone = await authenticator(context, page, { defaultBackupEligibility: true, defaultBackupState: true });
        await signInPage(page, two);
        await page.getByLabel('Name or e-mail address').fill('Ada Lovelace');
        await page.evaluate(() => document.activeElement.blur());
        await picture('create-account');
        await signUp(page, one, 'Ada Lovelace');
        await phone.remove();
        await authenticator(context, page, { transport: 'usb' });
        await addPasskey(page, one);
        const synced = page.locator('.passkeys li:has-text("Synced")');
        await synced.getByText('Rename').click();
        await synced.getByRole('textbox', { name: 'Name' }).fill('My telephone');
        await synced.getByRole('button', { name: 'Save' }).click();
        await named(page, ['My telephone', 'Passkey']);
        await page.mouse.move(0, 0);
        await picture('account');
    },
};

for (const [device, viewport] of [['phone', { width: 390, height: 844 }], ['desktop', { width: 1280, height: 900 }]]) {
    for (const colorScheme of ['light', 'dark']) {
        tests[`${device}, ${colorScheme}`] = {
            options: { viewport, colorScheme, deviceScaleFactor: 2, locale: 'en' },
            run: async ({ page, context, shot }) => {
                const look = async (name) => {
                    const wide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
                    assert.equal(wide, false, `${name}: nothing is wider than the window`);
                    await shot(`${name}-${device}-${colorScheme}`);
                };
                const first = await authenticator(context, page, { automaticPresenceSimulation: false });
                await signInPage(page, two);
                await look('alone');
                await signInPage(page, key);
                await page.click('text=Use a security key');
                await look('key');
                await signInPage(page);
                await look('signin');
                await page.getByText('Create an account').click();
                await look('create');
                await button(page).click();
                await page.waitForTimeout(700);
                const canceller = await first.cancel();
                await alert(page);
                await look('failed');
                await canceller.remove();
                await first.remove();
                const second = await authenticator(context, page, { defaultBackupEligibility: true, defaultBackupState: true });
                await withPassword(page, one, 'bob@example.test');
                await addPasskey(page, one);
                await second.remove();
                await authenticator(context, page, { transport: 'usb' });
                await addPasskey(page, one);
                await page.getByText('Rename').nth(0).click();
                await page.getByRole('textbox', { name: 'Name' }).fill('Ada\'s telephone');
                await page.getByRole('button', { name: 'Save' }).click();
                await named(page, ['Ada\'s telephone', 'Passkey']);
                const kinds = await page.locator('.passkeys .what').allTextContents();
                assert.deepEqual(kinds.map((kind) => /Synced/.test(kind)).sort(), [false, true]);
                await look('account');
                await page.getByText('Rename').nth(1).click();
                await look('rename');
                for (let left = 2; left; left -= 1) {
                    await page.getByRole('button', { name: /^Remove/ }).first().click();
                    await page.waitForFunction((count) => document.querySelectorAll('.passkeys > li').length < count, left);
                }
            },
        };
    }
}

await visit(tests, { dir: env.PASSKEY_DIR, prefix: 'passkey', only: env.PASSKEY_ONLY });

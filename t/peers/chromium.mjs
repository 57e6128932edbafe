// Chromium with a home of its own, for the tests that visit pages.
// Environment: CHROMIUM, default /usr/bin/chromium
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { chromium } from 'playwright-core';

/** @returns the browser, and what ends it and leaves nothing of its home */
export async function launch() {
    const { env } = process;
    const profile = mkdtempSync(`${tmpdir()}/authjs-browser-`);
    const browser = await chromium.launch({
        executablePath: env.CHROMIUM ?? '/usr/bin/chromium',
        env: { ...env, HOME: profile },
        args: [
            '--no-sandbox',
            '--disable-gpu',
            '--disable-quic',
            '--no-first-run',
            '--disable-background-networking',
            '--disable-component-update',
            '--disable-sync',
        ],
    });
    const end = async () => {
        await browser.close();
        rmSync(profile, { recursive: true, force: true });
    };
    return { browser, end };
}

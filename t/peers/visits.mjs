// Tests that visit pages in Chromium: each by a visitor of its own. Prints TAP.
import assert from 'node:assert/strict';
import { launch } from './chromium.mjs';

/** A visitor: an own cookie jar, and everything that went wrong in its pages. */
async function visitor(browser, options = {}) {
    const context = await browser.newContext(options);
    const faults = [];
    context.setDefaultTimeout(60000);
    context.on(
        'console',
        (message) => message.type() === 'error' && faults.push(`console: ${message.text()}`),
    );
    context.on('weberror', (error) => faults.push(`script: ${error.error().message}`));
    // Nothing leaves this machine (the provider's pages have a font from elsewhere).
    await context.route(
        (url) => url.hostname !== 'localhost' && url.hostname !== '127.0.0.1',
        (route) => route.fulfill({ body: '' }),
    );
    return { context, faults, page: await context.newPage() };
}

/**
 * Run tests, and end the process: {name: run} or {name: {options, run}}, with options for a
 * context and run({page, context, shot, other}). shot(name, page) leaves a screenshot, other()
 * is another visitor.
 * @param prefix of the screenshots in dir;  only  a part of the names of the tests
 */
export async function visit(tests, { dir, prefix, only }) {
    const { browser, end } = await launch();
    let count = 0;
    let failed = 0;
    for (const [name, test] of Object.entries(tests)) {
        if (only && !name.includes(only)) continue;
        const { run = test, options } = test;
        const visitors = [await visitor(browser, options)];
        const shot = (what, page = visitors[0].page) =>
            page.screenshot({ path: `${dir}/${prefix}-${what}.png`, fullPage: true });
        const other = async (more = options) => {
            visitors.push(await visitor(browser, more));
            return visitors.at(-1);
        };
        count += 1;
        try {
            await run({ ...visitors[0], shot, other });
            const faults = visitors
                .flatMap((one) => one.faults)
                .filter((fault) => !/favicon|status of 4/.test(fault));
            assert.deepEqual(faults, [], 'nothing goes wrong in the pages');
            console.log(`ok ${count} - ${name}`);
        } catch (error) {
            failed += 1;
            await shot(`failed-${count}`).catch(() => {});
            console.log(
                `not ok ${count} - ${name}\n# at ${visitors[0].page.url()}\n# ${error.stack.replaceAll('\n', '\n# ')}`,
            );
        }
        for (const { context } of visitors) await context.close();
    }
    console.log(`1..${count}`);
    await end();
    process.exit(failed ? 1 : 0);
}

/** Run tests that make their visitors themselves, {name: run}, and end the process. */
export async function run(tests, { browser, end }) {
    let count = 0;
    let failed = 0;
    for (const [name, test] of Object.entries(tests)) {
        count += 1;
        try {
            await test();
            console.log(`ok ${count} - ${name}`);
        } catch (error) {
            failed += 1;
            console.log(`not ok ${count} - ${name}\n# ${error.stack.replaceAll('\n', '\n# ')}`);
        }
        await Promise.all(browser.contexts().map((context) => context.close()));
    }
    console.log(`1..${count}`);
    await end();
    process.exit(failed ? 1 : 0);
}

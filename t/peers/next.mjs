// A Next.js application as far as next-auth sees one: the auth.ts that README.md shows, bundled with the real
// next-auth; next/headers and its like are the few lines below. GET answers {"user"}: what `await auth()` gives.
//
// Environment: PORT, AUTH_TS (the file), and what the application's .env has. Prints "ready" when it listens.
import { build } from 'esbuild';
import { createServer } from 'node:http';
import { AsyncLocalStorage } from 'node:async_hooks';
import { writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import './lifetime.mjs';

globalThis.visit = new AsyncLocalStorage();
const next = {
    'next/headers': `export const headers = async () => globalThis.visit.getStore();
        export const cookies = async () => { throw new Error('not here') };`,
    'next/server': `export class NextRequest extends Request {}; export class NextResponse extends Response {}`,
    'next/navigation': `export const redirect = () => { throw new Error('not here') };`,
};
const { outputFiles } = await build({
    entryPoints: [process.env.AUTH_TS],
    nodePaths: [`${dirname(fileURLToPath(import.meta.url))}/node_modules`],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    plugins: [
        {
            name: 'next',
            setup(bundler) {
                bundler.onResolve({ filter: /^next\// }, ({ path }) => ({ path, namespace: 'next' }));
                bundler.onLoad({ filter: /./, namespace: 'next' }, ({ path }) => ({ contents: next[path] }));
            },
        },
    ],
});
const file = `${process.env.AUTH_TS}.mjs`;
writeFileSync(file, outputFiles[0].contents);
const { auth } = await import(pathToFileURL(file));

createServer(async (request, response) => {
    const session = await globalThis.visit.run(new Headers(request.headers), auth);
    response.setHeader('Content-Type', 'application/json');
    response.end(JSON.stringify({ path: request.url, user: session?.user ?? null }));
}).listen(process.env.PORT, '127.0.0.1', () => console.log('ready'));

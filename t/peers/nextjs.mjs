// What next-auth does in a Next.js application, without Next.js: pages that call auth(), and the handlers
// below /auth. Of Next.js there is what next-auth takes of it (headers, Request and Response).
// Environment: PORT, NEXT_APP (a folder: auth.ts, page.tsx and route.ts as a page of the manual has them),
// and what the application's own .env file says. Prints "ready".
import { AsyncLocalStorage } from 'node:async_hooks';
import { createServer } from 'node:http';
import { build } from 'esbuild';
import './lifetime.mjs';

const { PORT, NEXT_APP } = process.env;
const next = {
    'next/headers': 'export const headers = async () => globalThis.requestHeaders(); export const cookies = headers;',
    'next/server': `export class NextRequest extends Request { get nextUrl() { return new URL(this.url); } }
        export const NextResponse = Response;
        globalThis.NextRequest = NextRequest;`,
    'next/navigation': 'export const redirect = () => {};',
    '@/auth': `export * from '${NEXT_APP}/auth.ts';`,
};
const store = new AsyncLocalStorage();
globalThis.requestHeaders = () => store.getStore();
const outfile = `${NEXT_APP}/built.mjs`;
await build({
    stdin: {
        contents: `
            import Page from './page.tsx';
            import { renderToString } from 'react-dom/server';
            export * from './route.ts';
            export const page = async () => renderToString(await Page());`,
        resolveDir: NEXT_APP,
    },
    plugins: [
        {
            name: 'next',
            setup({ onResolve, onLoad }) {
                onResolve({ filter: /^(next\/|@\/)/ }, ({ path }) => {
                    const name = path.replace(/\.js$/, '');
                    return next[name] ? { path: name, namespace: 'next' } : undefined;
                });
                onLoad({ filter: /./, namespace: 'next' }, ({ path }) => ({ contents: next[path], resolveDir: NEXT_APP }));
            },
        },
    ],
    nodePaths: [new URL('node_modules', import.meta.url).pathname],
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    bundle: true,
    platform: 'node',
    format: 'esm',
    jsx: 'automatic',
    outfile,
});
const { GET, POST, page } = await import(outfile);

const answer = (req) =>
    store.run(new Headers(req.headers), async () => {
        const request = new globalThis.NextRequest(`http://127.0.0.1:${PORT}${req.url}`, req);
        if (!req.url.startsWith('/auth/')) {
            return new Response(await page(), { headers: { 'content-type': 'text/html' } });
        }
        return (req.method === 'POST' ? POST : GET)(request);
    });
createServer(async ({ method, url, headers }, res) => {
    const made = await answer({ method, url, headers });
    res.writeHead(made.status, [...made.headers].flat()).end(await made.text());
}).listen(PORT, '127.0.0.1', () => console.log('ready'));

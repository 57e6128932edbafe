// The site "mail": Auth.js with a memory adapter and nodemailer, whose mails smtp.mjs keeps as
// it keeps httpd's. A thread of its own: Auth.js asks for an adapter in every configuration
// once it has seen an e-mail provider in one.
import http from 'node:http';
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads';
import Nodemailer from '@auth/core/providers/nodemailer';

/** The link in the last mail to an address. */
export async function lastLink(address) {
    const answer = await fetch(`${process.env.PARITY_MAIL}/messages?to=${address}`);
    return (await answer.json()).at(-1).links[0];
}

/** Start Auth.js. @returns its port */
export function startMailSite(origin) {
    const worker = new Worker(new URL(import.meta.url), { workerData: origin });
    return new Promise((resolve, reject) => {
        worker.once('message', resolve);
        worker.once('error', reject);
        worker.unref();
    });
}

function memory() {
    const users = [];
    const tokens = [];
    return {
        createUser: ({ id, email, emailVerified }) => {
            users.push({ id, name: null, email, emailVerified, image: null });
            return users.at(-1);
        },
        getUser: (id) => users.find((user) => user.id === id) ?? null,
        getUserByEmail: (email) => users.find((user) => user.email === email) ?? null,
        getUserByAccount: () => null,
        updateUser: (user) =>
            Object.assign(
                users.find(({ id }) => id === user.id),
                user,
            ),
        linkAccount: (account) => account,
        createVerificationToken: (token) => {
            tokens.push(token);
            return token;
        },
        useVerificationToken: ({ identifier, token }) => {
            const i = tokens.findIndex(
                (one) => one.identifier === identifier && one.token === token,
            );
            return i < 0 ? null : tokens.splice(i, 1)[0];
        },
    };
}

if (!isMainThread) {
    const { configuration, listener } = await import('../authjs.mjs');
    const server = http.createServer(
        listener(workerData, {
            ...(await configuration()),
            adapter: memory(),
            session: { strategy: 'jwt' },
            providers: [
                Nodemailer({
                    name: 'Mail',
                    server: `${process.env.PARITY_SMTP}?ignoreTLS=true`,
                    from: 'node@example.test',
                }),
            ],
        }),
    );
    server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));
}

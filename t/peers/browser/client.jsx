// A page of the stock next-auth client. What the tests call is on window.client; what
// useSession() says stands in the document.
import { createElement as h } from 'react';
import { createRoot } from 'react-dom/client';
import {
    SessionProvider,
    getCsrfToken,
    getProviders,
    getSession,
    signIn,
    signOut,
    useSession,
} from 'next-auth/react';

function Status() {
    const required = new URLSearchParams(window.location.search).has('required');
    const { data, status, update } = useSession({ required });
    window.client.update = update;
    return h('p', { id: 'status' }, `${status}: ${data?.user?.name ?? 'nobody'}`);
}

window.client = { getCsrfToken, getProviders, getSession, signIn, signOut };
createRoot(document.getElementById('app')).render(h(SessionProvider, null, h(Status)));

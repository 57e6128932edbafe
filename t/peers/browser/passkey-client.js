// A page of the stock clients of passkeys, unmodified, on window.client.
import { startAuthentication, startRegistration } from '@simplewebauthn/browser';
import { getSession, signOut } from 'next-auth/react';
import { signIn } from 'next-auth/webauthn';

window.client = { getSession, signIn, signOut, startAuthentication, startRegistration };

// Software authenticators (authenticator.mjs) for the tests in Perl: each line of standard input
// is a question in JSON, each line of standard output its answer.
//   {do: 'new', name, set}                 an authenticator of that name
//   {do: 'create' | 'get', name, options, over}   over: what is other than honest; its members of
//                                           bytes are base64url
//   {do: 'save', name}, {do: 'load', name, text}
import { createInterface } from 'node:readline';
import { Authenticator } from './authenticator.mjs';

const IN_BYTES = ['credentialId', 'clientDataJSON', 'authenticatorData', 'signature', 'publicKey', 'attestationObject', 'extensions'];
const all = new Map();

const overrides = (over = {}) => Object.fromEntries(Object.entries(over).map(([name, value]) => [
    name, IN_BYTES.includes(name) ? Buffer.from(value, 'base64url') : value]));

const answer = ({ do: what, name, set, options, over, text }) => {
    switch (what) {
    case 'new': all.set(name, new Authenticator(set)); return true;
    case 'save': return all.get(name).save();
    case 'load': all.set(name, Authenticator.load(text)); return true;
    default: return all.get(name)[what](options, overrides(over));
    }
};

for await (const line of createInterface({ input: process.stdin })) {
    try {
        console.log(JSON.stringify({ answer: answer(JSON.parse(line)) }));
    }
    catch (error) {
        console.log(JSON.stringify({ error: error.message }));
    }
}

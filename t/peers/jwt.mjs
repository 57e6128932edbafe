// Auth.js's own session tokens on the command line (npm @auth/core/jwt).
//   jwt.mjs encode SALT < claims.json     prints the JWE
//   jwt.mjs decode SALT < token           prints the claims, or exits with 1
// SALT is the full name of the cookie. Environment: AUTHJS_SECRET (comma list, newest
// first), JWT_MAX_AGE (seconds).
import { text } from 'node:stream/consumers';
import { decode, encode } from '@auth/core/jwt';

const [, , what, salt] = process.argv;
const secret = (process.env.AUTHJS_SECRET ?? 'mod_authjs-test-secret-0123456789abcdef').split(',');
const input = await text(process.stdin);
if (what === 'encode' && salt) {
    const maxAge = process.env.JWT_MAX_AGE ? { maxAge: Number(process.env.JWT_MAX_AGE) } : {};
    console.log(await encode({ token: JSON.parse(input), salt, secret, ...maxAge }));
} else if (what === 'decode' && salt) {
    try {
        console.log(JSON.stringify(await decode({ token: input.trim(), salt, secret })));
    } catch (error) {
        console.error(error.message);
        process.exitCode = 1;
    }
} else {
    console.error('usage: jwt.mjs encode|decode SALT');
    process.exitCode = 2;
}

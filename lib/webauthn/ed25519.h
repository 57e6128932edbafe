/* What OpenSSL does not ask of a public key of Ed25519. */
#ifndef AUTHJS_WEBAUTHN_ED25519_H
#define AUTHJS_WEBAUTHN_ED25519_H

/** Whether 32 bytes are a point of the curve, written as it has to be, and not one of the
 * eight of small order, under which anybody can sign. */
int authjs_ed25519_is_sound(const unsigned char point[32]);

#endif

/* Invitations: one opens at the site and provider that it was made for, until its end. */
#include "jwt_helper.h"

#include "core/core.h"
#include "jose/base64url.h"
#include "jose/invitation.h"

#include <apr_strings.h>

#define SECRET "a secret of thirty-two bytes, at least"
#define OLDER  "another secret of thirty-two bytes or so"
#define SITE   "https://www.example.com/auth"
#define END    1000

static authjs_invitation_t of(const char *base_url, const char *provider,
                              const char *token)
{
    authjs_invitation_t invitation = {0};

    invitation.base_url = base_url;
    invitation.provider = provider;
    invitation.token = token;
    return invitation;
}

static authjs_invitation_t make(apr_pool_t *pool, const authjs_keyring_t *keys,
                                const char *name)
{
    authjs_invitation_t made = of(SITE, "passkey", NULL);

    made.name = name;
    assert_null(authjs_invitation_make(&made, pool, keys, END));
    return made;
}

static void assert_refused(apr_pool_t *pool, const authjs_keyring_t *keys,
                           authjs_invitation_t invitation)
{
    assert_non_null(authjs_invitation_open(&invitation, pool, keys, END - 1));
    assert_null(invitation.id);
    assert_null(invitation.hash);
}

static void one_that_is_made_opens(void **state)
{
    static const char *const names[] = {"", "Jane", "Zo\xc3\xab <co> \"x\""};
    authjs_keyring_t *keys = helper_ring(*state, AUTHJS_INVITATION_SALT, SECRET, NULL);
    int i;

    for (i = 0; i < 3; i++) {
        authjs_invitation_t made = make(*state, keys, names[i]);
        authjs_invitation_t opened = of(SITE, "passkey", made.token);

        assert_null(authjs_invitation_open(&opened, *state, keys, END - 1));
        assert_string_equal(opened.name, names[i]);
        assert_string_equal(opened.id, made.id);
        assert_int_equal(strlen(opened.id), AUTHJS_INVITATION_ID_LEN);
        assert_string_equal(opened.identifier, made.identifier);
        assert_string_equal(opened.hash, made.hash);
        assert_string_equal(opened.hash, authjs_sha256_hex(*state, made.token));
        assert_string_equal(opened.identifier, apr_pstrcat(*state, "invitation:", made.id,
                                                           i ? " " : "", names[i], NULL));
        assert_true(strlen(made.token) <= AUTHJS_INVITATION_TOKEN_MAX);
    }
}

static void no_two_are_the_same(void **state)
{
    authjs_keyring_t *keys = helper_ring(*state, AUTHJS_INVITATION_SALT, SECRET, NULL);
    authjs_invitation_t one = make(*state, keys, "Jane"),
                        two = make(*state, keys, "Jane");

    assert_string_not_equal(one.id, two.id);
    assert_string_not_equal(one.token, two.token);
    assert_string_not_equal(one.hash, two.hash);
    assert_null(strstr(one.token, one.id));
}

static void it_ends(void **state)
{
    authjs_keyring_t *keys = helper_ring(*state, AUTHJS_INVITATION_SALT, SECRET, NULL);
    authjs_invitation_t made = make(*state, keys, "Jane");
    authjs_invitation_t opened = of(SITE, "passkey", made.token);

    assert_null(authjs_invitation_open(&opened, *state, keys, END - 1));
    assert_non_null(authjs_invitation_open(&opened, *state, keys, END));
    assert_non_null(authjs_invitation_open(&opened, *state, keys, END + 1000000));
}

static void it_is_for_one_site_and_provider(void **state)
{
    authjs_keyring_t *keys = helper_ring(*state, AUTHJS_INVITATION_SALT, SECRET, NULL);
    const char *token = make(*state, keys, "Jane").token;

    assert_refused(*state, keys, of("http://www.example.com/auth", "passkey", token));
    assert_refused(*state, keys, of("https://example.com/auth", "passkey", token));
    assert_refused(*state, keys, of("https://www.example.com/auth2", "passkey", token));
    assert_refused(*state, keys,
                   of("https://www.example.com:8443/auth", "passkey", token));
    assert_refused(*state, keys, of(SITE, "webauthn", token));
    assert_refused(*state, keys, of(SITE, "", token));
    /* What stands between the two is in neither. */
    assert_refused(*state, keys, of(SITE "\npasskey", "", token));
    assert_refused(*state, keys, of("", SITE "\npasskey", token));
}

static void strangers_make_none_and_secrets_rotate(void **state)
{
    authjs_keyring_t *old = helper_ring(*state, AUTHJS_INVITATION_SALT, OLDER, NULL);
    authjs_keyring_t *both = helper_ring(*state, AUTHJS_INVITATION_SALT, SECRET, OLDER);
    authjs_keyring_t *other = helper_ring(*state, "mod_authjs link", OLDER, NULL);
    authjs_keyring_t *fresh = helper_ring(*state, AUTHJS_INVITATION_SALT, SECRET, NULL);
    const char *token = make(*state, old, "Jane").token;
    authjs_invitation_t opened = of(SITE, "passkey", token);

    assert_null(authjs_invitation_open(&opened, *state, both, END - 1));
    assert_refused(*state, fresh, of(SITE, "passkey", token));
    assert_refused(*state, other, of(SITE, "passkey", token));
    token = make(*state, both, "Jane").token;
    assert_refused(*state, old, of(SITE, "passkey", token));
}

static void no_bit_can_be_changed(void **state)
{
    authjs_keyring_t *keys = helper_ring(*state, AUTHJS_INVITATION_SALT, SECRET, NULL);
    const char *token = make(*state, keys, "Jane").token;
    unsigned char *bytes;
    apr_size_t len, i;

    assert_true(authjs_base64url_decode_dup(*state, token, strlen(token), &bytes, &len));
    for (i = 0; i < 8 * len; i++) {
        bytes[i / 8] ^= (unsigned char)(1 << i % 8);
        assert_refused(*state, keys,
                       of(SITE, "passkey", authjs_base64url(*state, bytes, len)));
        bytes[i / 8] ^= (unsigned char)(1 << i % 8);
    }
    for (i = 0; i < len; i++) {
        assert_refused(*state, keys,
                       of(SITE, "passkey", authjs_base64url(*state, bytes, i)));
    }
}

static void no_other_text_is_one(void **state)
{
    authjs_keyring_t *keys = helper_ring(*state, AUTHJS_INVITATION_SALT, SECRET, NULL);
    const char *token = make(*state, keys, "Jane").token;
    char *huge = apr_pcalloc(*state, 100001);

    memset(huge, 'A', 100000);
    assert_refused(*state, keys, of(SITE, "passkey", ""));
    assert_refused(*state, keys, of(SITE, "passkey", "A"));
    assert_refused(*state, keys, of(SITE, "passkey", huge));
    assert_refused(*state, keys,
                   of(SITE, "passkey", apr_pstrcat(*state, token, "=", NULL)));
    assert_refused(*state, keys,
                   of(SITE, "passkey", apr_pstrcat(*state, " ", token, NULL)));
    assert_refused(*state, keys,
                   of(SITE, "passkey", apr_pstrcat(*state, token, "AAAA", NULL)));
}

static void names_are_lines(void **state)
{
    authjs_keyring_t *keys = helper_ring(*state, AUTHJS_INVITATION_SALT, SECRET, NULL);
    static const char *const wrong[] = {"a\nb", "\t", "\x7f", "\xff", "a\xc2\x85"};
    char *longest = apr_pcalloc(*state, AUTHJS_INVITATION_NAME_MAX + 2);
    authjs_invitation_t made = of(SITE, "passkey", NULL);
    size_t i;

    for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        made.name = wrong[i];
        assert_non_null(authjs_invitation_make(&made, *state, keys, END));
    }
    memset(longest, 'x', AUTHJS_INVITATION_NAME_MAX);
    assert_true(strlen(make(*state, keys, longest).token) <= AUTHJS_INVITATION_TOKEN_MAX);
    longest[AUTHJS_INVITATION_NAME_MAX] = 'x';
    made.name = longest;
    assert_non_null(authjs_invitation_make(&made, *state, keys, END));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(one_that_is_made_opens),
        TEST(no_two_are_the_same),
        TEST(it_ends),
        TEST(it_is_for_one_site_and_provider),
        TEST(strangers_make_none_and_secrets_rotate),
        TEST(no_bit_can_be_changed),
        TEST(no_other_text_is_one),
        TEST(names_are_lines),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

# Of what an answer says about the session the last decision counts, alone; and endpoints read
# what the browser sent, whatever becomes of the request.
use lib 't/lib';
use AuthJSTest;
use AuthJSTest::Env;
use Digest::SHA qw(sha256_hex);

my $COOKIE = 'authjs.session-token';
expect_error(qr/AH00957|AH01114/, '23: a back end that is dead');
my %JANE = (name => 'Jane', email => 'jane@example.com', sub => '7', provider => 'credentials');
my $token = 'b2' x 32;
my $csrf = "$token%7C" . sha256_hex($token . secret('auth_secret'));
AuthJSTest::Env::write_file(root() . '/conf/users-23', 'bob:' . crypt(secret('password'), '$5$salt$') . "\n");
htdocs('index.html', 'start') unless -e root() . '/htdocs/index.html';
htdocs('p23/index.html', 'inside');
htdocs('p23/include.shtml', '[<!--#include virtual="/auth/session" -->]');
htdocs('p23/cookie.cgi', "#!/bin/sh\nprintf 'Content-Type: text/plain\\n\\n%s' \"\$HTTP_COOKIE\"\n", 0755);
htdocs('p23/token.cgi', "#!/bin/sh\ncat > /dev/null\nprintf 'Content-Type: application/json\\n\\n'\n"
    . 'printf \'{"token_type":"bearer","expires_in":3600,"access_token":"%s"}\' ' . 'x' x 6000 . "\n", 0755);

# Longer than a chunk, as another writer may have stored it in one cookie; renewed, it is two.
my $old = mint({ %JANE, pad => 'x' x 2650 }, now => time - 2 * 86400);
cmp_ok length $old, '>', 3936, 'a token of two chunks';
# Renewed is only what a provider of this host has vouched for, as it is defined here.
my $via = do {
    my $browser = browser('refresh23');
    $browser->sign_in('grow');
    my $check = 'authjs.pkce.code_verifier';
    decode($browser->cookie($check), salt => $check)->{via};
};
my $refreshed = mint({ %JANE, provider => 'grow', via => $via, access_token => 'old', refresh_token => 'r23', expires_at => time - 60 });

sub visitor {
    my ($vhost, $session) = @_;
    my $browser = browser($vhost);
    $browser->set_cookie_value($COOKIE, $session);
    $browser->set_cookie_value('authjs.csrf-token', $csrf);
    return $browser;
}

# How often an answer says something of each name.
sub told {
    my %count;
    $count{ $_->{name} }++ for set_cookies($_[0]);
    return join ' ', map { "$_:$count{$_}" } grep { /^\Q$COOKIE\E/ } sort keys %count;
}
sub kept { join ' ', sort grep { /^\Q$COOKIE\E/ } keys %{ $_[0]->cookies } }

my $TWO = "$COOKIE.0 $COOKIE.1";
my $WRITTEN = "$COOKIE:1 $COOKIE.0:1 $COOKIE.1:1";

# --- a session that is due --------------------------------------------------------------------------

{
    my $browser = visitor('once', $old);
    my $r = $browser->get('/p23/index.html');
    is $r->content . told($r), "inside$WRITTEN", 'a page slides it into other cookies';
    is kept($browser), $TWO, 'of which there are two now';
}
for my $json (0, 1) {
    my $browser = visitor('once', $old);
    my $r = $browser->post('/auth/signout', [csrfToken => $token], $json ? ('X-Auth-Return-Redirect' => 1) : ());
    is $r->code, $json ? 200 : 302, 'sign-out';
    is told($r), "$COOKIE:1", 'deletes it, and says nothing else';
    is kept($browser), '', 'nothing remains';
    is $browser->session, undef, 'nobody is signed in';
}
{
    my $browser = visitor('once', $old);
    my $r = $browser->post('/auth/callback/credentials', [csrfToken => $token, username => 'bob', password => secret('password')]);
    is told($r), "$COOKIE:1", 'a sign-in as somebody else writes one session';
    is kept($browser), $COOKIE, 'in one cookie';
    is $browser->session->{user}{name}, 'bob', 'who is who signed in';
}
{
    my $browser = visitor('once', $old);
    my $r = $browser->post('/auth/callback/credentials', [csrfToken => $token, username => 'bob', password => 'wrong']);
    is told($r), '', 'one that fails changes nothing';
    is $browser->session->{user}{name}, 'Jane', 'and nobody';
    $r = visitor('once', $old)->get("/auth/$_") and is told($r), '', "GET $_ does not slide" for qw(csrf providers signin signout error);
    $r = visitor('once', $old)->post('/auth/signout', [csrfToken => 'wrong']);
    is told($r), '', 'nor does what is refused';
}
for my $case ([GET => '/auth/session'], [POST => '/auth/session'], [GET => '/missing', 'ErrorDocument'], [GET => '/dead', 'ErrorDocument']) {
    my ($method, $path, $how) = @$case;
    my $browser = visitor('once', $old);
    my $r = $method eq 'GET' ? $browser->get($path) : $browser->post($path, { csrfToken => $token, data => {} });
    is $browser->json($r)->{user}{name}, 'Jane', "$method $path" . ($how ? ", $how" : '');
    is told($r), $WRITTEN, 'writes it once';
    is kept($browser), $TWO, 'in two cookies';
}
{
    my $bad = $old =~ s/.\z//r;
    my $r = visitor('once', $bad)->get('/auth/session');
    is $r->content . told($r), "null$COOKIE:1", 'what opens nothing is deleted once';
}

# --- a session that is refreshed ----------------------------------------------------------------------

for my $path ('/p23/index.html', '/auth/session', '/index.html') {
    my $browser = visitor('refresh23', $refreshed);
    my $r = $browser->get($path);
    is $r->header('X-Name'), 'Jane', "$path: refreshed";
    is told($r) =~ s/ \Q$COOKIE\E\.2:1//r, $WRITTEN, 'and written once, in more cookies';
}
{
    my $browser = visitor('refresh23', $refreshed);
    my $r = $browser->post('/auth/signout', [csrfToken => $token]);
    is told($r), "$COOKIE:1", 'sign-out: whoever reads the session later does not bring it back';
    is kept($browser), '', 'nothing remains';
    $browser = visitor('refresh23', $refreshed);
    $r = $browser->post('/auth/callback/credentials', [csrfToken => $token, username => 'bob', password => secret('password')]);
    is told($r), "$COOKIE:1", 'a sign-in as somebody else: nor is the other one written';
    is $browser->session->{user}{name}, 'bob', 'who signed in is signed in';
}

# --- what the browser sent ------------------------------------------------------------------------------

{
    my $fresh = mint(\%JANE);
    my $browser = visitor('handler23', $fresh);
    is $browser->get('/p23/cookie.cgi', Cookie => 'a=1')->content, 'a=1', 'SetHandler proxy: the application sees none of our cookies';
    is $browser->session->{user}{name}, 'Jane', 'the endpoints do';
    $browser = browser('handler23');
    my $r = $browser->credentials('credentials', [username => 'bob', password => secret('password')]);
    is $browser->session->{user}{name}, 'bob', 'a sign-in';
    is $browser->get('/p23/index.html')->content, 'inside', 'opens what is protected';
    $browser->sign_out;
    is $browser->session, undef, 'and ends';
    is site('once')->get('/p23/include.shtml', Cookie => "$COOKIE=$fresh")->content =~ /\[\{"user":\{"name":"Jane"/ ? 1 : 0, 1, 'an SSI include';
    is site('once')->json('/dead', Cookie => "$COOKIE=$fresh")->{user}{name}, 'Jane',
        'the document for a dead back end knows the session';
}

done_testing;

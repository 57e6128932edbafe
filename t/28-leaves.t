# What leaves the module is one line; what a client says about our headers does not count,
# in whatever part of a request it is said.
use lib 't/lib';
use AuthJSTest;
use utf8;

my $COOKIE = 'authjs.session-token';
my %JANE = (name => 'Jane', email => 'jane@example.com', sub => '7', provider => 'credentials');
my $JSON = JSON::PP->new->utf8->canonical;
my $ENV = "#!/bin/sh\ncat > /dev/null\nprintf 'Content-Type: text/plain\\n\\n'; env | grep -E '^(HTTP_|REMOTE_USER|AUTHJS)' | sort\n";
my $site = site('leaves');
expect_error(qr/AH01631/, '28: claims that Require finds nothing in');

htdocs("p28/$_", $ENV, 0755) for qw(env.cgi by-name/env.cgi local/env.cgi group/env.cgi not/env.cgi);
htdocs('p28/local/onward.cgi', "#!/bin/sh\ncat > /dev/null\nprintf 'Location: /p28/local/env.cgi\\n\\n'\n", 0755);

sub cookie { my ($claims) = @_; (Cookie => "$COOKIE=" . mint($JSON->encode($claims))) }
sub seen {
    my ($path, @headers) = @_;
    my $r = $site->get($path, @headers);
    return { code => $r->code, map { /^([^=]+)=(.*)/ ? ($1, $2) : () } split /\n/, Encode::decode_utf8($r->content) };
}

# --- one line ------------------------------------------------------------------------------------

my @CONTROLS = ("\r\nX-Admin: yes", "\nX-Admin: yes", "\rX-Admin: yes", "\t", "\x01", "\x1b[2J", "\x7f", "\x80", "\x85X-Admin: yes", "\x9b31m", "\x9f");
for my $control (@CONTROLS) {
    my $what = sprintf 'U+%04X', ord $control;
    my %claims = map { $_ => "Jane$control" } qw(name email sub picture group);
    for my $path ('/p28/env.cgi', '/p28/local/env.cgi') {
        my $seen = seen($path, cookie({ %claims, sub => '7' }));
        is $seen->{REMOTE_USER} // $seen->{HTTP_X_ENV_USER}, '7', "$what, $path: nobody is called that";
        is $seen->{HTTP_X_ADMIN}, undef, 'no header of its own';
        is_deeply [grep { length $seen->{"HTTP_X_$_"} } qw(NAME SHOWN GROUP ENV_NAME ENV_EMAIL ENV_IMAGE)], [], 'it is no text';
        is_deeply [grep { /[\x00-\x1f\x7f-\x9f]/ } values %$seen], [], 'no control character';
    }
    my $r = $site->get('/p28/env.cgi', cookie({ %claims, sub => '7' }));
    my $json = $r->header('X-Json');
    unlike $json, qr/[\x00-\x1f\x7f]|\xc2[\x80-\x9f]/, 'the JSON is one line';
    is $JSON->decode($json)->{user}{name}, "Jane$control", 'and says all of it';
    is $site->get('/p28/env.cgi', cookie({ %claims }))->code, 403, 'without another name: refused';
    is $site->get('/p28/by-name/env.cgi', cookie({ %JANE, name => "Jane$control" }))->code, 403, 'AuthJSRemoteUser takes nothing else';
    is $site->get('/p28/group/env.cgi', cookie({ %JANE, group => "staff$control" }))->code, 403, 'Require: no value';
    is $site->get('/p28/not/env.cgi', cookie({ %JANE, group => "guest$control" }))->code, 403, 'for != neither';
}
for my $fine ('Jané', "\x{a0}", "\x{2028}", "\x{2029}", "\x{1f600}", '"\\<&%0D%0A') {
    is seen('/p28/env.cgi', cookie({ %JANE, name => "Jane$fine" }))->{HTTP_X_NAME}, "Jane$fine", sprintf 'U+%04X is text like any other', ord $fine;
}
{
    my $r = $site->get('/p28/env.cgi', cookie({ %JANE, name => { "a\x7f" => ["b\x85"] } }));
    unlike $r->header('X-Json'), qr/[\x00-\x1f\x7f]|\xc2[\x80-\x9f]/, 'an object of a name too';
    is_deeply $JSON->decode($r->header('X-Json'))->{user}{name}, { "a\x7f" => ["b\x85"] }, 'which says the same';
}

# --- Connection ------------------------------------------------------------------------------------

my @jane = cookie(\%JANE);
my $jane = "Host: localhost\r\n$jane[0]: $jane[1]\r\n";
for my $line (
    'Connection: close, X-AuthJS-User-Email', 'Connection: x-authjs-user-email,close', 'Connection: close,X-AUTHJS-USER-EMAIL , X-AuthJS-User-Id',
    'Connection: X-AuthJS-User-Email;close', 'Connection: X-AuthJS-User-Email close', "Connection: X-AuthJS-User-Email\r\nConnection: close",
    "Connection: close\r\nconnection: ,,X-AuthJS-User-Email,,", "Connection: close, X-AuthJS-User-Email, Upgrade", "Connection: \"x\", X-AuthJS-User-Email, close",
    'Connection: "x, X-AuthJS-User-Email, close', "Connection: close,\tX-AuthJS-User-Email", 'Connection: close, X_AuthJS_User_Email, X-AuthJS-User-Email',
    "Proxy-Connection: X-AuthJS-User-Email\r\nConnection: close, Proxy-Connection", "Keep-Alive: X-AuthJS-User-Email\r\nConnection: close, Keep-Alive",
    "TE: X-AuthJS-User-Email\r\nConnection: close, TE", "Trailer: X-AuthJS-User-Email\r\nConnection: close, Trailer",
) {
    my $answer = raw('leaves', "GET /p28/env.cgi HTTP/1.1\r\n$jane$line\r\n\r\n");
    like $answer, qr{^HTTP/1.1 200}, $line =~ s/\r\n/ | /gr;
    like $answer, qr/^HTTP_X_AUTHJS_USER_EMAIL=jane\@example\.com\r?$/m, 'the back end is told who it is';
    like $answer, qr/^HTTP_X_AUTHJS_USER_ID=7\r?$/m, 'with all there is';
}
{
    my $answer = raw('leaves', "GET /p28/env.cgi HTTP/1.1\r\n${jane}X-Hop: 1\r\nX-Stays: 1\r\nConnection: X-Hop, X-AuthJS-User-Id, close\r\n\r\n");
    like $answer, qr/^HTTP_X_STAYS=1/m, 'what else Connection names';
    unlike $answer, qr/^HTTP_X_HOP/m, 'is dropped as before';
    $answer = raw('leaves', "GET /p28-open/env.cgi HTTP/1.1\r\n${jane}Connection: X-AuthJS-User-Id, close\r\nX-AuthJS-User-Id: EVIL\r\n\r\n");
    unlike $answer, qr/EVIL|X_AUTHJS/, 'an open path: nobody';
}

# --- trailers ---------------------------------------------------------------------------------------

for my $path (qw(/p28/local/onward.cgi /p28/env.cgi /p28/local/env.cgi /p28-open/env.cgi)) {
    my $answer = raw('leaves', "POST $path HTTP/1.1\r\n${jane}Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
        . "3\r\nabc\r\n0\r\nX-AuthJS-User-Id: EVIL\r\nx_authjs_user_email: EVIL\r\nX-Trailer: seen\r\nConnection: X-AuthJS-User-Id\r\n\r\n");
    like $answer, qr{^HTTP/1.1 200}, "$path: a body with trailers";
    unlike $answer, qr/EVIL/, 'which say nothing about the visitor';
    like $answer, qr/^X-Said: seen\r$/m, 'to whoever looks when the body was read' if $path =~ /local/;
    like $answer, qr/^HTTP_X_TRAILER=seen/m, 'other trailers are merged, where MergeTrailers is On' if $path =~ /onward/;
    like $answer, qr/^(?:AUTHJS_USER_ID|HTTP_X_AUTHJS_USER_ID)=7/m, 'the session does' unless $path =~ /open/;
}

# --- cookies of a sub-request that is passed on -------------------------------------------------------

# A request for an endpoint, looked at and dropped again, leaves its memory to the next one.
for my $looks (0 .. 4) {
    htdocs("p28-page/$looks.shtml", join('', map { qq{<!--#if expr="-U '/auth/$_'" -->looked <!--#endif -->} } (qw(csrf session csrf session))[0 .. $looks - 1])
        . '<!--#include virtual="/p28/env.cgi" -->');
    my $r = $site->get("/p28-page/$looks.shtml", Cookie => "$jane[1]; theirs=1");
    like $r->content, qr/^(?:looked ){$looks}/, "an endpoint is looked at, $looks";
    like $r->content, qr/^HTTP_COOKIE=theirs=1$/m, 'the fragment behind it is passed on without the session';
}

# --- what AuthJSRefresh keeps -------------------------------------------------------------------------

# Whoever writes .htaccess tries every way to read it.
my $kept = site('kept28');
my $end = time + 3600;
my %tokens = (access_token => 'AT-28-access', refresh_token => 'RT-28-refresh', expires_at => $end);
my @kept = cookie({ %JANE, provider => 'grow', %tokens, groups => ['a', 'b'], account => { %tokens }, list => [{ %tokens }] });
my @paths = map { my $name = $_; map { "$_$name" } '', 'token.', 'session.', 'session.user.', 'account.', 'token.account.', 'list.', 'list.0.',
    'token.list.0.', 'auth.', 'auth.user.' } qw(refresh_token access_token expires_at);
my @expressions = ((map { "%{AUTHJS:$_}" } @paths), '%{AUTHJS:refresh_token.0}', '%{tolower:%{AUTHJS:token.refresh_token}}',
    map { "%{reqenv:$_}" } qw(AUTHJS_ACCESS_TOKEN AUTHJS_REFRESH_TOKEN AUTHJS_SESSION));
my $lines = join '', map { "Header always set X-T$_ \"expr=[$expressions[$_]]\"\nRequestHeader set X-T$_ \"expr=[$expressions[$_]]\"\n" } 0 .. $#expressions;
for my $folder (qw(p28k/off p28k/on p28k-open)) {
    htdocs("$folder/.htaccess", $lines . ($folder =~ /open/ ? '' : "Require valid-user\nSetEnvIfExpr \"AUTHJS('refresh_token') == ''\" NOTHING=1\n"));
    htdocs("$folder/env.cgi", "#!/bin/sh\nprintf 'Content-Type: text/plain\\n\\n'; env | grep -vE '^HTTP_COOKIE' | sort\n", 0755);
}
for my $folder (qw(p28k/off p28k-open)) {
    my $r = $kept->get("/$folder/env.cgi", @kept);
    is $r->code, 200, "/$folder";
    unlike $r->as_string, qr/[AR]T-28|\b$end\b/i, 'nothing that AuthJSRefresh keeps leaves';
    is $r->header('X-T0'), '[]', 'by no name';
}
{
    my $seen = $kept->get('/p28k/on/env.cgi', @kept)->as_string;
    unlike $seen, qr/RT-28|\b$end\b/i, 'AuthJSPassAccessToken: the refresh token stays';
    like $seen, qr/^AUTHJS_ACCESS_TOKEN=AT-28-access$/m, 'the access token is passed on';
    my ($n) = grep { $expressions[$_] eq '%{AUTHJS:access_token}' } 0 .. $#expressions;
    like $seen, qr/^X-T$n: \[AT-28-access\]$/m, 'and read by its name';
    unlike $kept->get('/p28k/on/env.cgi', cookie({ %JANE, provider => 'grow', %tokens, expires_at => time - 5, refresh_token => undef }))->as_string,
        qr/AT-28/, 'one that has ended is neither';
    unlike $kept->get('/auth/session', @kept)->content, qr/[AR]T-28|token|expires_at/, 'the browser sees nothing of it';
}
# As a question: every answer is the same, whatever the token is.
my %oracle = (
    'Require expr "%{AUTHJS:refresh_token} =~ /^RT-28/"' => 403,
    'Require expr "%{AUTHJS:token.refresh_token} == \'RT-28-refresh\'"' => 403,
    'Require expr "\'RT-28-refresh\' in AUTHJS(\'account.refresh_token\')"' => 403,
    'Require expr "%{AUTHJS:access_token} =~ /^AT/"' => 403,
    'AuthJSCallback authorized "expr=%{AUTHJS:token.refresh_token} =~ /^RT/"' => 403,
    'AuthJSCallback authorized "expr=%{AUTHJS:auth.refresh_token} =~ /^RT/"' => 403,
    "<If \"%{AUTHJS:refresh_token} =~ /^RT/\">\nRedirect 410 /\n</If>" => 200,
    (map { ("Require authjs-claim $_ =~ ^." => 500) } qw(refresh_token access_token expires_at account.refresh_token refresh_token.0)),
    (map { ("AuthJSRemoteUser $_" => 500) } qw(refresh_token access_token expires_at account.refresh_token)),
);
expect_error(qr/\.htaccess: (?:Require authjs-claim|AuthJSRemoteUser): access_token, expires_at and refresh_token/, '28: what AuthJSRefresh keeps names nobody');
expect_error(qr/AH01630/, '28: an expression that finds nothing');
my $n = 0;
for my $line (sort keys %oracle) {
    my $folder = 'p28k/o' . $n++;
    htdocs("$folder/.htaccess", ($line =~ /Require/ ? '' : "Require valid-user\n") . "$line\n");
    htdocs("$folder/index.html", 'in');
    is $kept->get("/$folder/index.html", @kept)->code, $oracle{$line}, $line =~ s/\n/ /gr;
}

# In the server's own files the administrator is told.
my $site_conf = "AuthJSSecret \@secret:auth_secret\@\nAuthJSURL http://localhost:\@port\@\n<AuthJSProvider credentials>\nAuthUserFile \@root\@/conf/users\n</AuthJSProvider>\n";
for my $line ('AuthJSSessionField rt %{AUTHJS:token.refresh_token}', 'AuthJSToken rt %{AUTHJS:token.refresh_token}',
    'AuthJSToken rt %{AUTHJS:account.refresh_token}', 'AuthJSRemoteUser refresh_token') {
    my ($status, $output) = configtest("$site_conf$line\n");
    isnt $status, 0, "configtest refuses $line";
    like $output, qr/AuthJSRefresh/, 'and says why';
}

# Callbacks see what they need, and give away none of it by accident.
{
    my $httpd = httpd(conf => $site_conf . <<'EOT');
AuthJSSessionRealm test28
AuthJSSessionField all %{AUTHJS:token}
AuthJSSessionField user.hint "x%{AUTHJS:token.refresh_token}"
<Location "/p28">
    AuthType AuthJS
    Require valid-user
</Location>
EOT
    AuthJSTest::Env::write_file($httpd->root . '/htdocs/p28/env.cgi', $ENV, 0755);
    for my $path ('/p28/env.cgi', '/auth/session') {
        my $seen = $httpd->site->get($path, @kept)->content;
        like $seen, qr/"hint":"x"/, "$path: what a callback made";
        unlike $seen =~ s/"(?:account|list)":(?:\{.*?\}|\[.*?\])//gr, qr/RT-28/, 'has no refresh token';
    }
}

done_testing;

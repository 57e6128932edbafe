# Require authjs-factor: who gets in, and who is asked to step up: where to, back to where, and
# where not at all.
use lib 't/lib';
use AuthJSTest;
use AuthJSTest::Env;
use AuthJSTest::Provider;
use JSON::PP ();
use URI ();

my $COOKIE = 'authjs.session-token';
my $root = root();
AuthJSTest::Env::write_file(my $users = "$root/conf/staff-32", "bob:{SHA}ieSV55Qc+eQOaYDRSha/AjzNTJE=\n");

# --- rules: which sessions they let in ------------------------------------------------------------

my %session = (none => {}, passkey => { factor => 'passkey' }, mfa => { factor => 'mfa' }, both => { factor => 'passkey mfa' });
my @rules = (
    ['Require authjs-factor passkey', 'passkey both'],
    ['Require authjs-factor mfa', 'mfa both'],
    ['Require authjs-factor passkey mfa', 'passkey mfa both'],
    ['Require authjs-factor "mfa"', 'mfa both'],
    ["<RequireAll>\nRequire authjs-factor passkey\nRequire authjs-factor mfa\n</RequireAll>", 'both'],
    ["<RequireAll>\nRequire authjs-factor mfa\nRequire authjs-email jane\@*\n</RequireAll>", 'mfa both'],
    ["<RequireAny>\nRequire authjs-factor mfa\nRequire authjs-factor passkey\n</RequireAny>", 'passkey mfa both'],
    ["<RequireAny>\nRequire authjs-factor mfa\nRequire authjs-email jane\@*\n</RequireAny>", 'none passkey mfa both'],
    ["<RequireAll>\nRequire valid-user\nRequire not authjs-factor mfa\n</RequireAll>", 'none passkey'],
    ["<RequireAll>\nRequire valid-user\n<RequireNone>\nRequire authjs-factor mfa\n</RequireNone>\n</RequireAll>", 'none passkey'],
    ['Require authjs-claim factor =~ \bmfa\b', 'mfa both'],
    ['Require expr "%{AUTHJS:factor} == \'passkey mfa\'"', 'both'],
    ['Require expr "%{AUTHJS:token.auth_time} -gt 1000"', 'none passkey mfa both'],
);
my @places = map { my $i = $_; my $rule = $rules[$i][0]; protected("/rule/$i") =~ s/    Require valid-user\n/$rule\n/r } 0 .. $#rules;
my %place = (
    page => '', mine => 'AuthJSProviders staff', only => 'AuthJSUnauthorized provider:staff', always => 'AuthJSUnauthorized signin',
    401 => 'AuthJSUnauthorized 401', 403 => 'AuthJSUnauthorized 403', pass => 'AuthJSUnauthorized pass',
    document => 'ErrorDocument 403 /said.html', default => 'ErrorDocument 403 default', bearer => 'AuthJSBearer On',
    form => 'AuthJSPreservePost On',
);
my $conf = join '', <<'EOT', @places, map { protected("/mfa/$_", $place{$_}) =~ s/Require valid-user/Require authjs-factor mfa/r } sort keys %place;
AuthJSSecret @secret:auth_secret@
AuthJSSessionRealm test32
AuthJSURL http://localhost:@port@
# A callback jwt that would like to have a say.
AuthJSToken factor "passkey mfa"
AuthJSToken auth_time 1
<AuthJSProvider staff credentials>
    AuthJSName Staff
    AuthJSAuthnProvider file
    AuthUserFile "USERS"
</AuthJSProvider>
<AuthJSProvider guests credentials>
    AuthJSAuthnProvider file
    AuthUserFile "USERS"
</AuthJSProvider>
<Location "/mixed">
    AuthType AuthJS
    <RequireAll>
        Require authjs-email jane@*
        Require authjs-factor mfa
    </RequireAll>
</Location>
<Location "/otherwise">
    AuthType AuthJS
    <RequireAll>
        Require authjs-email nobody@*
        Require not authjs-factor mfa
    </RequireAll>
</Location>
<Location "/notfirst">
    AuthType AuthJS
    <RequireAll>
        Require not authjs-factor mfa
        Require authjs-email nobody@*
    </RequireAll>
</Location>
<Location "/question">
    AuthType AuthJS
    <RequireAll>
        Require valid-user
        Require expr "-U '/mfa/page/x'"
    </RequireAll>
</Location>
<Location "/satisfy">
    AuthType AuthJS
    Require authjs-factor mfa
    Satisfy Any
    Order deny,allow
    Deny from all
</Location>
<Location "/env">
    AuthType AuthJS
    Require valid-user
    AuthJSPass both
    Header always set X-Seen "expr=%{reqenv:AUTHJS_FACTOR}|%{reqenv:AUTHJS_AUTH_TIME}|%{req:X-AuthJS-Factor}|%{req:X-AuthJS-Auth-Time}"
</Location>
<Directory "@root@/htdocs">
    AllowOverride All
    Require all granted
</Directory>
EOT
$conf =~ s/USERS/$users/g;
my $httpd = httpd(conf => $conf);
my $docs = $httpd->root . '/htdocs';
AuthJSTest::Env::write_file("$docs/$_", "here: $_\n") for 'said.html', 'question/x', 'dir/index.html', 'listed/secret-32.txt', 'listed/open-32.txt', 'index/index.html';
AuthJSTest::Env::write_file("$docs/listed/.htaccess", "Options +Indexes +Includes\nAuthType AuthJS\n<Files secret-32.txt>\nRequire authjs-factor mfa\n</Files>\n");
AuthJSTest::Env::write_file("$docs/index/.htaccess", "AuthType AuthJS\n<Files index.html>\nRequire authjs-factor mfa\n</Files>\n");
AuthJSTest::Env::write_file("$docs/dir/.htaccess", "AuthType AuthJS\nRequire authjs-factor passkey\n");
my $site = $httpd->site;

my @HTML = (Accept => 'text/html');
sub token { my (%claims) = @_; mint({ sub => '7', name => 'Jane', email => 'jane@example.com', provider => 'staff', auth_time => time, %claims }) }
sub as { my ($which, $path, @headers) = @_; $site->get($path, Cookie => "$COOKIE=" . (ref $which ? token(%$which) : $which), @headers) }

for my $i (0 .. $#rules) {
    my %in = map { $_ => 1 } split / /, $rules[$i][1];
    for my $name (sort keys %session) {
        my $code = as($session{$name}, "/rule/$i", Accept => '*/*')->code;
        is $code, $in{$name} ? 404 : 403, "$rules[$i][0]: $name" =~ s/\n/ /gr;
    }
}

# --- whose word counts ----------------------------------------------------------------------------

my %own = (sub => '7', name => 'Jane', email => 'jane@example.com', factor => 'passkey mfa', auth_time => time);
for my $case ([{ %own }, 404 - 1, 'Auth.js\'s own claim'], [{ %own, provider => 'staff', realm => 'other' }, 401, 'of another realm'],
    [{ %own, provider => 'staff', via => 'AAAAAAAA' }, 401, 'of another host'], [{ %own, provider => 'staff', factor => ['mfa'] }, 403, 'a list'],
    [{ %own, provider => 'staff', factor => 'MFA' }, 403, 'in capitals'], [{ %own, provider => 'staff', factor => 'mfa passkey' }, 403, 'in another order'],
    [{ %own, provider => 'staff', factor => { mfa => 1 } }, 403, 'an object'], [{ %own, provider => 'staff', factors => 'mfa', factor => undef }, 403, 'null'],
    [{ %own, provider => 'staff' }, 404, 'of this realm']) {
    is $site->get('/mfa/page', Cookie => "$COOKIE=" . mint($case->[0]), Accept => '*/*')->code, $case->[1], "factor: $case->[2]";
}
is $site->get('/rule/10', Cookie => "$COOKIE=" . mint({ %own }), Accept => '*/*')->code, 403, 'nor by Require authjs-claim';
is $site->get('/rule/11', Cookie => "$COOKIE=" . mint({ %own }), Accept => '*/*')->code, 403, 'nor by an expression';
is $site->get('/env', Cookie => "$COOKIE=" . mint({ %own }))->header('X-Seen'), '|||', 'nor does the application see it';
my $now = time;
is as({ factor => 'passkey mfa', auth_time => $now }, '/env')->header('X-Seen'), "passkey mfa|$now|passkey%20mfa|$now", 'it sees ours';
is $site->get('/env', Cookie => "$COOKIE=" . token(auth_time => 5), 'X-AuthJS-Factor' => 'mfa', 'X_AuthJS_Auth_Time' => 1)->header('X-Seen'), '|5||5',
    'a client cannot say so';

# --- stepping up ----------------------------------------------------------------------------------

sub step_up {
    my ($r, $name, $back, %more) = @_;
    is $r->code, $more{code} // 302, "$name: a redirect";
    my $uri = URI->new(location($r) // '');
    is $uri->path, '/auth/signin', '... to the sign-in page';
    is_deeply { $uri->query_form }, { callbackUrl => $httpd->url($back), reauth => 1, error => 'FactorRequired',
        $more{provider} ? (provider => $more{provider}) : () }, '... with the way back';
    like $r->header('Cache-Control'), qr/\bno-store\b/, '... in no cache';
    return $uri;
}
my $uri = step_up(as({}, '/mfa/page/x?y=1', @HTML), 'a person', '/mfa/page/x?y=1');
step_up(as({}, '/mfa/mine', @HTML), 'AuthJSProviders', '/mfa/mine', provider => 'staff');
step_up(as({}, '/mfa/only', @HTML), 'AuthJSUnauthorized provider:', '/mfa/only');
step_up(as({}, '/mfa/always', Accept => '*/*'), 'AuthJSUnauthorized signin', '/mfa/always');
step_up(as({}, '/mixed', @HTML), 'the other rule lets in', '/mixed');
step_up(as({}, '/dir/', @HTML), '.htaccess', '/dir/');
step_up(as({}, '/satisfy', @HTML), 'Satisfy Any', '/satisfy');
is as({ factor => 'passkey' }, '/dir/')->content, "here: dir/index.html\n", '... and with it the page';

my $page = as({}, $uri->path_query, @HTML);
is $page->code, 200, 'the sign-in page is a page';
like $page->content, qr/This page asks for a passkey or another second factor\./, 'that says what is missing';
like $page->content, qr/name="reauth" value="1"/, 'and goes on with it';
like $page->content, qr{name="callbackUrl" value="\Q@{[ $httpd->url('/mfa/page/x?y=1') ]}\E"}, 'and with the way back';

# Who comes back without it sees that page again, and nothing happens by itself.
my $browser = $httpd->browser;
$browser->credentials('staff', [username => 'bob', password => 'demo', callbackUrl => '/mfa/page']);
step_up($browser->get('/mfa/page', @HTML), 'signed in without a factor', '/mfa/page');
is location($browser->credentials('guests', [username => 'bob', password => 'demo', callbackUrl => '/mfa/page', reauth => 1])),
    $httpd->url('/mfa/page'), 'signing in again leads back';
my $again = $browser->get(step_up($browser->get('/mfa/page', @HTML), 'and once more', '/mfa/page')->path_query, @HTML);
is $again->code, 200, '... to a page that waits';
is decode($browser->cookie($COOKIE))->{factor}, undef, 'the callback jwt has added none to the token';
cmp_ok decode($browser->cookie($COOKIE))->{auth_time}, '>', time - 600, '... nor another time';
$browser->json($browser->post('/auth/session', { csrfToken => $browser->csrf, data => { factor => 'mfa' } }));
is decode($browser->cookie($COOKIE))->{factor}, undef, '... nor when the session is updated';
is location($site->get('/mfa/page', @HTML)), $httpd->url('/auth/signin?callbackUrl=' . URI::Escape::uri_escape($httpd->url('/mfa/page'))),
    'without a session as ever';

# --- where nobody is sent anywhere ----------------------------------------------------------------

sub denied {
    my ($r, $name, $error, $where) = @_;
    is $r->code, 403, "$name: 403";
    is location($r), undef, '... and no redirect';
    return if !$error;
    my $json = $site->json($r);
    is $json->{error}, $error, "... $error";
    is(URI->new($json->{url})->path, $where, "... and where to: $where");
}
denied(as({}, '/mfa/page', Accept => '*/*'), 'a program', 'FactorRequired', '/auth/signin');
denied(as({}, '/mfa/page', Accept => 'text/html', 'Sec-Fetch-Mode' => 'cors'), 'a script', 'FactorRequired', '/auth/signin');
denied($site->request('DELETE', '/mfa/page', { Cookie => "$COOKIE=" . token() }), 'DELETE', 'FactorRequired', '/auth/signin');
denied(as({}, '/mfa/page', Accept => 'text/html', 'Sec-Purpose' => 'prefetch', 'Sec-Fetch-Mode' => 'navigate'), 'a prefetch', 'FactorRequired', '/auth/signin');
my $frame = as({}, '/mfa/page/f', @HTML, 'Sec-Fetch-Mode' => 'navigate', 'Sec-Fetch-Dest' => 'iframe');
denied($frame, 'a frame');
like $frame->content, qr{target="_top" href="\Q@{[ $httpd->url('/mfa/page/f') ]}\E"}, '... leads out to the page';
for my $mode (qw(401 403 pass)) {
    my $r = as({}, "/mfa/$mode", @HTML);
    denied($r, "AuthJSUnauthorized $mode");
    like $r->content, qr{/auth/signout\?callbackUrl}, '... and the page to switch the account';
    denied(as({}, "/mfa/$mode", Accept => '*/*'), '... a program', 'AccessDenied', '/auth/signout');
}
my $document = as({}, '/mfa/document', @HTML);
denied($document, 'ErrorDocument');
is $document->content, "here: said.html\n", '... which is shown';
unlike as({}, '/mfa/default', @HTML)->content, qr/AuthJS|signout/, 'ErrorDocument default: httpd\'s';
denied(as({}, '/mfa/default', @HTML), '... 403');
denied(as({ email => 'bob@example.com' }, '/mixed', @HTML), 'another rule comes first');
denied(as({}, '/otherwise', @HTML), 'not authjs-factor: asks for none');
denied(as({}, '/notfirst', @HTML), 'not authjs-factor, before the rule that refuses');
denied($site->get('/mfa/bearer', Authorization => 'Bearer ' . token(), @HTML), 'Bearer');
is $site->get('/mfa/bearer', Authorization => 'Bearer ' . token(factor => 'mfa'), @HTML)->code, 404, '... with the factor';
denied(as({}, '/question/x', @HTML), '-U about such a page');
is as({ factor => 'mfa' }, '/question/x', @HTML)->code, 200, '... which is let in with it';

# A part of a page is no reason to go elsewhere, and a listing does not take that for a yes.
my $list = as({}, '/listed/', @HTML);
like $list->content, qr/open-32/, 'a listing';
unlike $list->content, qr/secret-32/, '... without what asks for a factor';
like as({ factor => 'mfa' }, '/listed/', @HTML)->content, qr/secret-32/, '... with it for who has one';
step_up(as({}, '/listed/secret-32.txt', @HTML), 'the entry itself', '/listed/secret-32.txt');
step_up(as({}, '/index/', @HTML), 'an index', '/index/');

# --- forms ----------------------------------------------------------------------------------------

my @form = ('Content-Type' => 'application/x-www-form-urlencoded', Cookie => "$COOKIE=" . token(), 'Sec-Fetch-Mode' => 'navigate',
    'Sec-Fetch-Dest' => 'document', 'Sec-Fetch-Site' => 'same-origin', Origin => $httpd->url(''), @HTML);
my $r = $site->request('POST', '/mfa/form', { @form }, 'a=1&b=two');
is $r->code, 401, 'a form is kept where that is on';
like $r->content, qr{/auth/signin[^"]*error=FactorRequired}, '... and the page leads to the step-up';
step_up($site->request('POST', '/mfa/page', { @form }, 'a=1'), '... elsewhere not', '/mfa/page', code => 303);
denied($site->request('POST', '/mfa/form', { Cookie => "$COOKIE=" . token() }, 'a=1'), '... nor a program\'s', 'FactorRequired', '/auth/signin');

# --- the directive, and the one of providers ------------------------------------------------------

my $begin = "AuthJSSecret \@secret:auth_secret\@\n<AuthJSProvider staff credentials>\nAuthJSAuthnProvider file\nAuthUserFile \"$users\"\n";
sub said { my ($status, $output) = configtest($_[0]); return $status ? $output : 'Syntax OK' }
like said("$begin</AuthJSProvider>\n<Location /x>\nAuthType AuthJS\nRequire authjs-factor$_\n</Location>\n"),
    qr/Require authjs-factor: takes passkey, mfa or both/, "Require authjs-factor$_" for '', ' otp', ' mfa otp', ' MFA', ' "passkey mfa"', ' ""';
is said("$begin</AuthJSProvider>\n<Location /x>\nAuthType AuthJS\nRequire authjs-factor$_\n</Location>\n"), 'Syntax OK', "Require authjs-factor$_"
    for ' mfa', ' passkey', ' mfa passkey mfa';
like said("${begin}AuthJSMFA mfa\n</AuthJSProvider>\n"), qr/only AuthJSName, AuthJSStyle and these mean anything/, 'AuthJSMFA in another type';
like said("$begin</AuthJSProvider>\nAuthJSMFA mfa\n"), qr/may only stand inside an <AuthJSProvider>/, 'AuthJSMFA outside';
like said("$begin</AuthJSProvider>\n<AuthJSProvider github>\nAuthJSClientID x\nAuthJSClientSecret x\nAuthJSMFA mfa\n</AuthJSProvider>\n"),
    qr/AuthJSMFA reads the id_token, which only the type oidc has/, 'AuthJSMFA in type oauth';

# --- what a provider says -------------------------------------------------------------------------

my $op = peer_port('op');
my $claims = '{"id_token":{"acr":null,"amr":null,"auth_time":null}}';
sub provider { my ($id, @lines) = @_; join "\n", "<AuthJSProvider $id oidc>", "AuthJSIssuer http://127.0.0.1:$op", 'AuthJSClientID basic',
    'AuthJSClientSecret basic-secret-0123456789abcdefghijklmnopqrstuvwxyz', @lines, "</AuthJSProvider>\n" }
my $ask = "AuthJSAuthorization 'claims=$claims'";
my $rp = AuthJSTest::Httpd->configure(conf => join '', "AuthJSSecret \@secret:auth_secret\@\nAuthJSURL http://localhost:\@port\@\n",
    provider('told', $ask), provider('gold', $ask, 'AuthJSMFA gold otp'), provider('mute'),
    provider('asked', 'AuthJSAuthorization acr_values=phr'),
    provider('mapped', 'AuthJSProfile acr=/acr amr=/sub factor=/sub id=/sub'),
    protected('/app', 'Header always set X-Seen "expr=%{reqenv:AUTHJS_FACTOR}|%{reqenv:AUTHJS_AUTH_TIME}"'),
    protected('/mfa') =~ s/Require valid-user/Require authjs-factor mfa/r);
peer('op', port => $op, env => { OP_PORT => $op, OP_KEYS => $root, OP_ORIGINS => $rp->url('/auth'), OP_PROVIDERS => 'told,gold,mute,asked,mapped' });
$rp->start;
sub sign_in {
    my ($id, $login, @form) = @_;
    my $browser = $rp->browser;
    my $url = location($browser->sign_in($id, [callbackUrl => '/mfa', @form]));
    my $back = $browser->get(scalar authorize($url, login => $login));
    is location($back), $rp->url('/mfa'), "$id, $login: signed in" or diag $back->as_string, $rp->error_log;
    return ($browser, split /\|/, $browser->get('/app')->header('X-Seen'), -1);
}
for my $case (['told', 'alice', ''], ['told', 'mfa', 'mfa'], ['told', 'phr', 'mfa'], ['told', 'gold', ''], ['told', 'otp', ''],
    ['gold', 'gold', 'mfa'], ['gold', 'otp', 'mfa'], ['gold', 'mfa', ''], ['gold', 'phr', ''],
    ['mute', 'mfa', ''], ['asked', 'alice', ''], ['mapped', 'mfa', '']) {
    my ($id, $login, $factor) = @$case;
    my ($browser, $seen, $time) = sign_in($id, $login);
    is $seen, $factor, "... proves '$factor'";
    cmp_ok abs($time - time), '<', 60, '... now';
    is $browser->get('/mfa', @HTML)->code, $factor ? 404 : 302, '... and so may, or may not, see the page';
}
my (undef, undef, $time) = sign_in('told', 'earlier');
cmp_ok abs(time - 3600 - $time), '<', 60, 'a session of the provider that is an hour old is as old here';
(undef, undef, $time) = sign_in('mute', 'earlier');
cmp_ok abs(time - $time), '<', 60, 'where it does not say so, it is new';

expect_error(qr/AH01631: user .*authorization failure/, 'Require refuses someone');
expect_error(qr/AH01(?:630|797): client denied by server configuration/, 'what refuses everybody');
done_testing;

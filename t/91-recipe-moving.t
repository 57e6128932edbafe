# docs/recipes/from-mod_auth_openidc.md and from-mod_auth_form.md: before and after as they are written, side by
# side, and tables in which no directive of those modules is missing.
use lib 't/lib';
use AuthJSTest;
use AuthJSTest::Env;
use AuthJSTest::Provider;
use AuthJSTest::Recipe;

my ($openidc, $form) = map { AuthJSTest::Recipe->new("docs/recipes/from-mod_auth_$_.md") } qw(openidc form);
my ($root, $libexec, $roles) = (root(), AuthJSTest::Env::apxs('LIBEXECDIR'), peer_port('roles'));
AuthJSTest::Env::write_file("$root/conf/$_->[0]", "$_->[1]\n", 0600)
    for ['company-secret', secret('op_client')], ['authjs-secret', secret('auth_secret')], ['passphrase', secret('auth_secret_2')];
AuthJSTest::Recipe::passwords("$root/conf/passwords", 'bob');
my @here = ('/etc/apache2/' => "$root/conf/");
sub load { my ($name) = @_; return "LoadModule ${name}_module $libexec/mod_$name.so\n" }

# The directives of a module, as httpd knows them.
sub directives {
    my ($pattern, @modules) = @_;
    my ($status, $text) = AuthJSTest::Httpd->configure(conf => join '', map { load($_) } @modules)->test('-L');
    my %found = map { $_ => 1 } $text =~ /^($pattern\w*) \(/mg;
    return sort keys %found;
}
my %ours = map { $_ => 1 } directives('AuthJS'), 'AuthJSLua';

# Each directive of theirs stands in one row, and what is in the other column is ours, or httpd's.
sub table {
    my ($page, $pattern, @theirs) = @_;
    my %row;
    my @rows = grep { $_->[0] =~ /^`$pattern\w*`( `|$)/ } $page->rows;
    for my $row (@rows) { $row{$_}++ for $row->[0] =~ /`($pattern\w*)`/g }
    is_deeply [grep { !$row{$_} } @theirs], [], "no directive $pattern... is missing";
    is_deeply [grep { $row{$_} > 1 } sort keys %row], [], '... none stands there twice';
    is_deeply [sort keys %row], [sort @theirs], '... and none is made up';
    my %named = map { $_ => 1 } map { $_->[1] =~ /\b(AuthJS[A-Z]\w+)/g } @rows;
    is_deeply [grep { !$ours{$_} } sort keys %named], [], '... what it is here, there is';
    is scalar(grep { $_->[1] !~ /^(?:no\b|not needed|`|a section|403|callbackUrl|the field)/ } @rows), 0, '... and each row says that it is, is not needed, or cannot be done';
}

# --- mod_auth_openidc ---------------------------------------------------------------------------------------
my $installed = -e "$libexec/mod_auth_openidc.so";
my @list = grep { /^OIDC/ } split /\n/, AuthJSTest::Env::read_file(srcdir() . '/t/data/oidc-directives.txt');
my %known = map { $_ => 1 } @list, $installed ? directives('OIDC', 'auth_openidc') : ();
cmp_ok scalar keys %known, '>=', 149, 'the directives of mod_auth_openidc' . ($installed ? ', and of the version that is installed' : '');
table($openidc, 'OIDC(?=[A-Z])', sort keys %known);

my $server = AuthJSTest::Httpd->configure;
my @site = (@here, 'https://www.example.com' => $server->url, 'https://login.example.com/realms/main' => "http://127.0.0.1:$roles");
my ($before, $after) = map { $openidc->block($_, @site) } qr/^OIDCProviderMetadataURL/m, qr/^<AuthJSProvider company oidc>/m;
AuthJSTest::Env::write_file("$root/conf/eight-hours.lua", $openidc->block(qr/^function jwt/m));
my $old_names = $openidc->block(qr/^ +SetEnvIfExpr/m) . $openidc->block(qr/^RequestHeader unset OIDC_CLAIM/m);
peer('roles', env => { CLIENT => 'www', SECRET => secret('op_client'), REDIRECTS => $server->url('/auth/callback/company') . ',' . $server->url('/before/oidc') });
peer('backend');
$server->rewrite(join '', $installed ? load('auth_openidc') . $before : '', $after, $old_names, "AuthJSSessionRealm test91\n",
    $openidc->block(qr/^AuthJSRedirectAllow/m, 'https://login.example.com' => "http://127.0.0.1:$roles"),
    $openidc->block(qr/^AuthJSCallback jwt/m, qr/^LoadModule.*\n/m => '', @here),
    map { "ProxyPass $_/backend/ http://127.0.0.1:" . peer_port('backend') . "/\n" } '/after', '');
AuthJSTest::Env::write_file($server->root . "/htdocs/after/index.html", 'after');
AuthJSTest::Env::write_file($server->root . '/htdocs/after/env.cgi', "#!/bin/sh\necho Content-Type: text/plain; echo; echo \"\$OIDC_CLAIM_email\"\n", 0755);
$server->start;
is_deeply [AuthJSTest::Recipe::complaints($server)], [], 'authjsctl check finds nothing wrong beside mod_auth_openidc';
SKIP: {
    skip 'mod_auth_openidc is not installed', 1 unless $installed;
    my $visit = $server->site->get('/before/', Accept => 'text/html');
    like location($visit) // $visit->as_string, qr{^http://127\.0\.0\.1:$roles/auth\?.*redirect_uri=[^&]*%2Fbefore%2Foidc}, 'what has not moved is protected as before';
}
my $browser = $server->browser;
is location($browser->get('/after/', Accept => 'text/html')), $server->url('/auth/signin?callbackUrl=') . $server->url('/after/') =~ s{([:/])}{sprintf '%%%02X', ord $1}ger, 'what has moved: the sign-in page';
is location($browser->get(authorize(location($browser->sign_in('company', [callbackUrl => '/after/'])), login => 'kate'))), $server->url('/after/'), '... a sign-in';
is $browser->get('/after/')->content, 'after', '... and the group lets in';
is $browser->get('/after/env.cgi')->content, "kate\@example.com\n", 'a script finds the address by its old name';
my @spellings = ('OIDC_CLAIM_email', 'OIDC-CLAIM-email', 'OIDC-CLAIM_email', 'OIDC_CLAIM-email');
for my $who ([$browser, '/after/backend/', ['kate@example.com']], [$browser, '/backend/', []], [$server->site, '/backend/', []]) {
    my @headers = @{ $who->[0]->json($who->[0]->get($who->[1], map { $_ => 'admin' } @spellings))->{headers} };
    my @found;
    while (my ($name, $value) = splice @headers, 0, 2) { push @found, $value if lc($name) =~ tr/-/_/r eq 'oidc_claim_email' }
    is_deeply \@found, $who->[2], "a back end at $who->[1]: who it is, and nothing of what a client sends";
}
my ($target) = $openidc->block(qr/^<a href="\/auth\/signout/m, 'https%3A%2F%2Flogin.example.com%2Frealms%2Fmain' => "http%3A%2F%2F127.0.0.1%3A$roles") =~ /callbackUrl=([^"]+)/;
my $out = $browser->get("/auth/signout?callbackUrl=$target")->content;
my ($leads) = $out =~ /name="callbackUrl" value="([^"]+)"/;
like location($browser->sign_out([callbackUrl => $leads =~ s/&#38;|&amp;/&/gr])), qr{^http://127\.0\.0\.1:$roles/protocol/openid-connect/logout\?client_id=www$}, 'a sign-out leads on to the provider';
for my $hours (7, 9) {
    my $token = mint({ sub => 'u', email => 'ada@example.com', groups => ['/staff'], provider => 'company', auth_time => time - $hours * 3600 });
    is $server->site->get('/after/', Cookie => "authjs.session-token=$token")->code, $hours < 8 ? 200 : 401, "a session $hours hours after its sign-in";
}
for ($openidc->rows) {
    next unless $_->[0] =~ /^`Require claim(?:s_expr)? /;
    my ($rule) = $_->[1] =~ /^`(Require .*)`$/;
    $rule =~ s/\.\.\. *//g;
    $rule = q(Require expr "'x' in AUTHJS('name')") if $rule =~ /expr/;
    is +(configtest("AuthJSSecret \@secret:auth_secret\@\nAuthJSURL http://localhost\n<AuthJSProvider github>\nAuthJSClientID x\nAuthJSClientSecret y\n</AuthJSProvider>\n<Location />\nAuthType AuthJS\n$rule\n</Location>\n"))[0], 0, $rule;
}
$server->stop;

# --- mod_auth_form ------------------------------------------------------------------------------------------
my @modules = qw(session session_cookie session_crypto session_dbd auth_form);
table($form, '(?:AuthForm|Session)', directives('(?:AuthForm|Session)', @modules));
my $site = AuthJSTest::Httpd->configure;
@site = (@here, 'https://www.example.com' => $site->url);
($before, $after) = map { $form->block(@$_) } [qr/form-login-handler/, @here], [qr/^<AuthJSProvider credentials>/m, @site];
$site->rewrite(join '', map({ load($_) } @modules), $before, $after, $form->block(qr/^AuthJSPage/m));
AuthJSTest::Env::write_file($site->root . "/htdocs/$_/index.html", $_) for qw(before after);
my $page = $form->block(qr/name="csrfToken"/);
AuthJSTest::Env::write_file($site->root . '/htdocs/login.html', $page);
$site->start;
is_deeply [AuthJSTest::Recipe::complaints($site)], [], 'authjsctl check finds nothing wrong beside mod_auth_form';
is location($site->site->get('/before/', Accept => 'text/html')), '/login.html', 'what has not moved is protected as before';
$browser = $site->browser;
like location($browser->get(location($browser->get('/after/', Accept => 'text/html')), Accept => 'text/html')), qr{^\Q@{[ $site->url('/login.html') ]}\E\?callbackUrl=}, 'what has moved: the form';
is $browser->get('/login.html')->code, 200, '... which is open';
my ($action) = $page =~ /action="([^"]+)"/;
my %field = map { $_ => '' } $page =~ /name="(\w+)"/g;
is_deeply [sort keys %field], [qw(csrfToken password username)], '... has these fields';
is location($browser->post($action, [csrfToken => $browser->csrf, username => 'bob', password => 'demo', callbackUrl => '/after/'])), $site->url('/after/'), '... and signs in';
is $browser->get('/after/')->content, 'after', '... who has a password of the old file';
# Without a page of one's own, as the check has it.
$site->rewrite($after);
$site->stop;
$site->start;
my ($command, @lines) = split /\n/, $form->block(qr/^\$ curl/m, 'https://www.example.com' => $site->url, 'https%3A%2F%2Fwww.example.com' => $site->url =~ s{([:/])}{sprintf '%%%02X', ord $1}ger);
my $answer = `@{[ $command =~ s/^\$ curl/curl -s/r ]}`;
like $answer, qr/^\Q$_\E\r?$/m, "curl says $_" for @lines;

is_deeply [map { $_->unused } $openidc, $form], [], 'every block of the pages was tried';
allow_error(qr/AH01617|AH01618|auth_openidc/, '91: the other modules');
done_testing;

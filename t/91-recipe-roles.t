# docs/recipes/roles-and-groups.md as it is written: at a real OpenID Provider with claims in the
# shapes of Keycloak, Entra ID and Cognito, and at a server with GitHub's habits.
use lib 't/lib';
use AuthJSTest;
use AuthJSTest::Env;
use AuthJSTest::Provider;
use AuthJSTest::Recipe;

my $page = AuthJSTest::Recipe->new('docs/recipes/roles-and-groups.md');
my $client_secret = secret('op_client');
my $etc = root() . '/etc';
AuthJSTest::Env::write_file("$etc/$_-secret", "$client_secret\n", 0600) for qw(keycloak entra cognito);
AuthJSTest::Env::write_file("$etc/github-secret", "gh-secret\n", 0600);

my %server = map { $_ => AuthJSTest::Httpd->configure } qw(keycloak microsoft-entra-id cognito github);
my ($roles, $github) = map { peer_port($_) } qw(roles github);

# A server with what the page says, and nothing beside it but its address and its secret.
sub serve {
    my ($id, $conf, @places) = @_;
    $server{$id}->rewrite("AuthJSSecret \@secret:auth_secret\@\nAuthJSURL http://localhost:\@port\@\n$conf");
    AuthJSTest::Env::write_file($server{$id}->root . "/htdocs$_/index.html", 'inside') for @places;
    AuthJSTest::Env::write_file($server{$id}->root . '/htdocs/too-many-groups.html', 'too many groups');
    return $server{$id}->start;
}

# What somebody gets: the status of each place, or where the sign-in has ended.
sub gets {
    my ($id, $login, @places) = @_;
    my $browser = $server{$id}->browser;
    is $browser->get("$_/", Accept => 'text/html')->code, 302, "$id: $_ asks to sign in" for @places;
    my $back = $browser->get(authorize(location($browser->sign_in($id, [callbackUrl => '/'])), login => $login));
    my $where = location($back) =~ s/^\Q@{[ $server{$id}->url ]}\E//r;
    return $where eq '/' ? join ' ', map { $browser->get("$_/")->code } @places : $where;
}

my %issuer = (keycloak => 'https://login.example.com/realms/main',
    'microsoft-entra-id' => 'https://login.microsoftonline.com/11111111-1111-1111-1111-111111111111/v2.0',
    cognito => 'https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_Example');
my %client = (keycloak => 'www', 'microsoft-entra-id' => '00000000-0000-0000-0000-000000000000', cognito => '0123456789abcdef');
my %places = (keycloak => [qw(/admin /staff /edit)], 'microsoft-entra-id' => [qw(/admin /edit)], cognito => ['/admin']);
peer('roles', env => { CLIENT => 'www', SECRET => $client_secret,
    REDIRECTS => join ',', map { $server{$_}->url("/auth/callback/$_") } sort keys %client });
for my $id (sort keys %client) {
    my $conf = $page->block(qr/^<AuthJSProvider \Q$id\E>/m, $issuer{$id} => "http://127.0.0.1:$roles",
        '/etc/apache2/' => "$etc/", qr/(AuthJSClientID +)\Q$client{$id}\E/ => 'AuthJSClientID www');
    serve($id, $conf, @{ $places{$id} });
    is_deeply [AuthJSTest::Recipe::complaints($server{$id})], [], "$id: authjsctl check finds nothing wrong";
}

is gets('keycloak', 'kate', @{ $places{keycloak} }), '200 200 200', 'Keycloak: roles, groups and roles of a client';
is gets('keycloak', 'karl', @{ $places{keycloak} }), '403 403 403', '... and who has others';
my @entra = @{ $places{'microsoft-entra-id'} };
is gets('microsoft-entra-id', 'eve', @entra), '200 200', 'Entra: an app role and a group';
is gets('microsoft-entra-id', 'earl', @entra), '403 403', '... neither';
is gets('microsoft-entra-id', 'many', @entra), '/too-many-groups.html', '... more groups than a token has room for';
is gets('cognito', 'cora', '/admin'), '200', 'Cognito: a group';
is gets('cognito', 'carl', '/admin'), '403', '... none';
like $server{cognito}->error_log, qr/AuthJS: Require refuses: the session has no claim groups; it has: /, '... which the log says';

# --- GitHub teams -------------------------------------------------------------------------------------
my $gh = "http://127.0.0.1:$github";
AuthJSTest::Env::write_file("$etc/providers.json",
    $page->block(qr/"extra"/, 'https://github.com' => $gh, 'https://api.github.com' => $gh));
AuthJSTest::Env::write_file("$etc/teams.lua", $page->block(qr/^function signIn/m));
serve('github', $page->block(qr/^AuthJSProviderFile/m, qr/^LoadModule.*\n/m => '', '/etc/apache2/' => "$etc/",
    '0123456789abcdef' => 'gh'), '/edit');
peer('github', env => { GH_PORT => $github, GH_ORIGINS => $server{github}->url('/auth') });
is gets('github', 'octocat', '/edit'), '200', 'GitHub: a member of the team';
is gets('github', 'noname', '/edit'), '/auth/error?error=AccessDenied', '... of a team of that name elsewhere';
is gets('github', 'noteam', '/edit'), '403', '... of another team of the organisation';

# --- LDAP groups --------------------------------------------------------------------------------------
my ($passwords, $by_name) = map { $page->block($_) } qr/AuthJSAuthnProvider ldap/, qr/profile\.preferred_username/;
SKIP: {
    my ($libexec, $dir, $ldap) = (AuthJSTest::Env::apxs('LIBEXECDIR'), root() . '/var/ldap', peer_port('ldap'));
    skip 'slapd or mod_authnz_ldap is not installed', 1 unless -x '/usr/sbin/slapd' && -e "$libexec/mod_authnz_ldap.so";
    mkdir $_, 0700 for $dir, "$dir/db";
    AuthJSTest::Env::write_file("$dir/slapd.conf", join('', map { "include /etc/ldap/schema/$_.schema\n" } qw(core cosine inetorgperson)) . <<"EOT", 0600);
modulepath /usr/lib/ldap
moduleload back_mdb
pidfile $dir/pid
database mdb
suffix dc=example,dc=com
directory $dir/db
EOT
    my $people = join '', map { "dn: uid=$_,ou=people,dc=example,dc=com\nobjectClass: inetOrgPerson\nuid: $_\ncn: $_\nsn: $_\nuserPassword: demo\n\n" } qw(kate karl);
    AuthJSTest::Env::write_file("$dir/entries", <<"EOT");
dn: dc=example,dc=com
objectClass: domain
dc: example

dn: ou=people,dc=example,dc=com
objectClass: organizationalUnit
ou: people

dn: ou=groups,dc=example,dc=com
objectClass: organizationalUnit
ou: groups

${people}dn: cn=staff,ou=groups,dc=example,dc=com
objectClass: groupOfNames
cn: staff
member: uid=kate,ou=people,dc=example,dc=com
EOT
    system("/usr/sbin/slapadd -f $dir/slapd.conf -l $dir/entries >$dir/log 2>&1") == 0 or die AuthJSTest::Env::read_file("$dir/log");
    start(name => 'slapd', port => $ldap, command => ['/usr/sbin/slapd', '-d', '0', '-f', "$dir/slapd.conf", '-h', "ldap://127.0.0.1:$ldap"]);
    my $load = join '', map { "LoadModule ${_}_module $libexec/mod_$_.so\n" } qw(ldap authnz_ldap);
    my $directory = AuthJSTest::Httpd->configure;
    $passwords = AuthJSTest::Recipe::replace($passwords, qr/^AuthJS(?:Secret|URL).*\n/m => '', 'ldaps://ldap.example.com' => "ldap://127.0.0.1:$ldap");
    $directory->rewrite("${load}AuthJSSecret \@secret:auth_secret\@\nAuthJSURL http://localhost:\@port\@\n$passwords");
    AuthJSTest::Env::write_file($directory->root . '/htdocs/staff/index.html', 'inside');
    $directory->start;
    for (['kate', 200], ['karl', 403]) {
        my $browser = $directory->browser;
        is location($browser->credentials('credentials', [username => $_->[0], password => 'demo', callbackUrl => '/staff/'])), $directory->url('/staff/'), "LDAP: $_->[0] signs in";
        is $browser->get('/staff/')->code, $_->[1], "... and gets $_->[1]";
    }
    # Names of another provider: a session that has the claim stands for it.
    $directory->stop;
    $directory->rewrite("${load}AuthJSSecret \@secret:auth_secret\@\nAuthJSURL http://localhost:\@port\@\n$passwords$by_name");
    $directory->start;
    is $directory->site->get('/staff/', Cookie => 'authjs.session-token=' . mint({ sub => 'x', email => "$_->[0]\@example.com", login => $_->[0] }))->code, $_->[1],
        "... by a claim, $_->[0]" for ['kate', 200], ['karl', 403], ['nobody', 403];
}

like $page->text, qr/^    AuthJS: Require refuses: the session has no claim roles; it has: /m, 'the line that the page shows';
$page->block(qr/^AuthJS: Require refuses/m);
is_deeply [$page->unused], [], 'every block of the page was tried';
expect_error(qr/AH01631: user .*authorization failure/, '91: a rule refuses');
done_testing;

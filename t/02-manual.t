use strict;
use warnings;
use lib 't/lib';
use AuthJSTest;
use JSON::PP ();

# docs/directives.md against the module's own table, and every example of the manual
# against configtest.
sub json { JSON::PP->new->decode($_[0]) }
my $source = join '', map { AuthJSTest::Env::read_file(srcdir() . "/$_") }
    qw(lib/config/directives.c lua/mod_authjs_lua.c);
my $manual = AuthJSTest::Env::read_file(srcdir() . '/docs/directives.md');
my $pages = AuthJSTest::Env::read_file(srcdir() . '/docs/pages.md');
my $providers = AuthJSTest::Env::read_file(srcdir() . '/docs/providers.md');
my %family = map { m{(\w[\w-]*)\.md$} => AuthJSTest::Env::read_file($_) } glob srcdir() . '/docs/providers/*.md';

my %context = (
    RSRC_CONF => 'server, virtual host', IN_SECTION => 'provider',
    IN_DIRECTORY => 'server, virtual host, directory, .htaccess',
    BUT_HTACCESS => 'server, virtual host, directory',
);
my %module;
while ($source =~ /AP_INIT_(\w+)\(\s*"(<?AuthJS\w+)",\s*\w+,\s*[^,]*?(?:\([^()]*\))?,\s*(\w+),/g) {
    ok !$module{$2}, "$2 is there once";
    $module{$2} = $context{$3} || die "$2: $3?";
}
my %older = $source =~ /"(AuthJS\w+)",[^"]+"older name of (AuthJS\w+)"/g;
is_deeply [sort keys %older], [qw(AuthJSJWKS AuthJSUserinfo)], 'names that are still read';
cmp_ok scalar(keys %module), '>=', 40, 'the table is read';
is scalar(keys %module), scalar(() = $source =~ /^\s+AP_INIT_/mg), '... as a whole';
delete @module{ keys %older };
$module{AuthJSRedirectProxyURL} = 'server, virtual host, provider';
$module{AuthJSToken} = 'server, virtual host';

my %entry;
for my $text (split /^### /m, $manual =~ s/^## .*$//mgr) {
    my ($name) = $text =~ /^(\S+)\n/ or next;
    $entry{ $name =~ s/&lt;/</r =~ s/&gt;//r } = $text;
}
is_deeply [sort keys %entry], [sort keys %module], 'the manual has every directive of the module, and no other';
like $entry{$older{$_}}, qr/`$_(?: url)?`\sis still read and means the same/, "$_ is told of where its new name is" for sort keys %older;

my ($status, $output);
my $files = root() . '/var/02-manual';
AuthJSTest::Env::write_file("$files/$_", secret('auth_secret') . "\n", 0600)
    for grep { $_ ne 'logos' } map { s{.*/}{}r } join('', $manual, $providers, values %family) =~ m{(/etc/apache2/[\w.-]+)}g;
AuthJSTest::Env::write_file("$files/mail-server", "smtp://localhost\n", 0600);
AuthJSTest::Env::write_file("$files/mail.$_", 'Sign in: {url}') for qw(txt html);
AuthJSTest::Env::write_file("$files/auth.lua", <<'EOT');
function signIn() end redirect, jwt, session, authorized, authorize = signIn, signIn, signIn, signIn, signIn
for _, name in ipairs { "signIn", "signOut", "createUser", "updateUser", "linkAccount", "session", "signInFailed" } do events[name] = signIn end
EOT
AuthJSTest::Env::write_file("$files/logos/github.svg", '<svg viewBox="0 0 1 1"/>');
AuthJSTest::Env::write_file("$files/client-key.pem",
    scalar `openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 2>/dev/null`);
system("cd $files && openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=entra -days 2 -keyout entra-key.pem -out entra-cert.pem 2>/dev/null") == 0
    or die "openssl: $?";
my %env = (AUTH_SECRET => secret('auth_secret'), COMPANY_SECRET => 'x', EMAIL_SERVER => 'smtp://localhost',
    map { ("AUTH_${_}_ID" => 'x', "AUTH_${_}_SECRET" => 'y') } qw(GITHUB GOOGLE GITLAB APPLE CORP STAFF));

sub try_example {
    my ($where, $example) = @_;
    my $conf = $example =~ s/^    //mgr;
    AuthJSTest::Env::write_file("$files/providers.json", AuthJSTest::Env::read_file(srcdir() . '/t/data/providers.json'));
    AuthJSTest::Env::write_file("$files/texts.json", $pages =~ /\n\n(    \{\n(?:    .*\n)+)/ && $1);
    $conf = "AuthJSProvider github\n$conf" unless $conf =~ /AuthJSProvider github|<AuthJSProvider github/;
    $conf = "DBDriver sqlite3\nDBDParams /var/lib/authjs/users.db\nAuthJSAdapter dbd\n$conf" if $conf =~ /AuthJSMail|<AuthJSProvider loops>/ && $conf !~ /AuthJSAdapter/;
    ($status, $output) = configtest($conf =~ s{/etc/apache2/}{$files/}gr, env => \%env);
    is $status, 0, "the example of $where" or diag $conf, $output;
}

for my $name (sort keys %entry) {
    my ($syntax, $where, $default) = map { $entry{$name} =~ /^- $_: (.+)$/m } qw(Syntax Context Default);
    like $syntax // '', qr/^`\Q$name\E[ >]/, "the syntax of $name";
    is $where, $module{$name}, "... its context";
    ok $default, '... its default';
    my ($example) = $entry{$name} =~ /\n\n((?:    .*\n)+)\s*\z/;
    ok $example, '... and an example' or next;
    like $example, qr/^\s+\Q$name\E[ >]/m, '... that has it';
    try_example($name, $example);
}

my $count;
for my $page ('providers', sort keys %family) {
    my ($text, $number) = ($family{$page} // $providers, 0);
    while ($text =~ /(?<=\n\n)((?:    .*\n)+)/g) {
        my $example = $1;
        next unless $example =~ /^\s+<?AuthJS/;
        try_example("$page.md, number " . ++$number, $example);
        $count++;
    }
}
cmp_ok $count, '>=', 10, 'there are examples of providers';
my ($definition) = $family{custom} =~ /\n\n(    \{\n(?:    .*\n)+)/;
is_deeply(json($definition), json(AuthJSTest::Env::read_file(srcdir() . '/t/data/providers.json')),
    'the definition in custom.md is the one that was tried');

my @texts = AuthJSTest::Env::read_file(srcdir() . '/lib/texts/en.inc') =~ /^T\((\w+), "(.*)"\)$/mg;
my ($named) = $pages =~ /^\| name \| English \|\n\|---\|---\|\n((?:\|.*\n)+)/m;
is_deeply [$named =~ /^\| `(\w+)` \| (.*) \|$/mg], \@texts, 'the manual has the texts of the pages';

my $catalogue = json(AuthJSTest::Env::read_file(srcdir() . '/lib/catalogue/definitions/providers.json'));
my %listed = map { $_ => 1 } ($providers =~ /## The catalogue\n(.*?)\n## /s)[0] =~ /`([a-z0-9-]+)`/g;
is_deeply [sort keys %listed], [grep { $catalogue->{$_}{type} =~ /^o/ } sort keys %$catalogue], 'providers.md lists the catalogue';

# Each provider is on one page.
my %on;
while ($providers =~ m{^\| \[[^\]]+\]\(providers/([\w-]+)\.md\) \| (`.*`) \|$}mg) {
    my ($page, $ids) = ($1, $2);
    for my $id ($ids =~ /`([a-z0-9-]+)`/g) {
        push @{ $on{$id} }, $page;
        like $family{$page} // '', qr/`\Q$id\E`/, "$page.md has $id";
    }
}
is_deeply [grep { @{ $on{$_} // [] } != 1 } sort keys %listed], [], 'providers.md names one page for each of the catalogue';

my ($table) = $providers =~ /^## Whose e-mail address it is\n(.*?)^## /ms;
my %rule = map { my ($rule, $ids) = /^\| `([^`]+)` \| (`.*`) \|$/; $ids ? (map { $_ => $rule } $ids =~ /`([^`]+)`/g) : () } split /\n/, $table;
is_deeply \%rule, { map { $_ => $catalogue->{$_}{emailVerified} } keys %listed }, 'providers.md has how each vouches for an e-mail address';
my %source = $table =~ /^- (\S+): <(\S+)>$/mg;
is_deeply \%source, { map { $_ => $catalogue->{$_}{emailVerifiedSource} } grep { $catalogue->{$_}{emailVerifiedSource} } keys %listed },
    '... and where that is documented';

# What the code reads from the environment is in the manual, and nothing else.
my $environment = AuthJSTest::Env::read_file(srcdir() . '/docs/environment.md');
my %read = map { $_ => 1 } AuthJSTest::Env::read_file(srcdir() . '/lib/startup/environment.c') =~ /"((?:AUTH|NEXTAUTH)_\w*[A-Z0-9])"/g;
cmp_ok scalar(keys %read), '>=', 8, 'the names are read';
like $environment, qr/\b$_\b/, "$_ is in environment.md" for sort keys %read;

done_testing;

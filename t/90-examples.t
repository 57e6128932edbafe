# Every example of the manual that is configuration goes through configtest: those of README,
# README.md and all pages. (02-manual tries those of directives.md and of providers, 76-callbacks-manual runs
# those of callbacks.md side by side.)
use lib 't/lib';
use AuthJSTest;
use AuthJSTest::Env;

my $files = root() . '/var/90-examples';
my %env = (map({ ($_ => secret('auth_secret')) } qw(AUTH_SECRET WWW_SECRET WWW_SECRET_OLD HOOK_SECRET COMPANY_SECRET)),
    map { ("AUTH_${_}_ID" => 'x', "AUTH_${_}_SECRET" => 'y') } qw(GITHUB GOOGLE GITLAB APPLE CORP STAFF COMPANY KEYCLOAK));
$env{$_} = secret('auth_secret_2') for qw(OLD_SECRET CLOUDFLARE_API_TOKEN);

# What examples name, and the manual shows elsewhere.
my ($texts) = AuthJSTest::Env::read_file(srcdir() . '/docs/pages.md') =~ /\n\n(    \{\n(?:    .*\n)+)/;
my %file = ('texts.json' => $texts, 'providers.json' => AuthJSTest::Env::read_file(srcdir() . '/t/data/providers.json'), 'auth.lua' => <<'EOT', 'logos/github.svg' => '<svg viewBox="0 0 1 1"/>');
function signIn() end redirect, jwt, session, authorized, authorize = signIn, signIn, signIn, signIn, signIn
for _, name in ipairs { "signIn", "signOut", "createUser", "updateUser", "linkAccount", "session", "signInFailed" } do events[name] = signIn end
EOT
my $libexec = AuthJSTest::Env::apxs('LIBEXECDIR');
my $ldap = join '', map { -e "$libexec/mod_$_.so" ? "LoadModule ${_}_module $libexec/mod_$_.so\n" : () } qw(ldap authnz_ldap);

# Blocks that begin with a directive; what else stands in them is tried, too.
my $directive = qr/^(?:#.*\n)*<?(?:AuthJS|Auth|Require|Location|Directory|LoadModule|Proxy|DBD|Session|VirtualHost|If|SSL|Header|RequestHeader|Mutex|ErrorDocument|LogLevel|Alias|Rewrite|UseCanonical|ServerName|AllowOverride)\w*\s/;
# Of a directory or of .htaccess.
my $inside = qr/^(?:AuthType|Require|AuthJS(?:Pass|RemoteUser|Unauthorized|Bearer|Providers)|AllowOverride|RequestHeader)/m;

sub blocks {
    my ($page) = @_;
    my @blocks;
    push @blocks, $1 =~ s/^ {4}//mgr =~ s/^ {3}//mgr
        while $page =~ /\n\n((?: {4,}.*\n(?:\n(?= {4}))?)+)/g;
    return grep { $_ =~ $directive } map { /^ +/ ? s/^ +//mgr : $_ } @blocks;
}

sub files {
    my ($conf) = @_;
    AuthJSTest::Env::write_file("$files/$_", /\.env[^\/]*$/ ? "AUTH_URL=http://localhost\n" : secret('auth_secret') . "\n", 0600)
        for grep { $_ ne 'logos' } $conf =~ m{/(?:etc/(?:apache2|httpd)|srv/\w+)/([\w./-]+)}g;
    AuthJSTest::Env::write_file("$files/$_", $file{$_}) for keys %file;
    AuthJSTest::Env::write_file("$files/auth.lua", $1) if $conf =~ s/^-- auth\.lua\n(.*)//ms;
    return $conf =~ s{/(?:etc/(?:apache2|httpd)|srv/\w+)/(?=[\w.])}{$files/}gr =~ s{lua:conf/}{lua:$files/}gr;
}

# What stands around an example, in its page or everywhere.
sub around {
    my ($conf) = @_;
    $conf =~ s/^LoadModule .*\n//mg;                           # loaded already, from where they are
    $conf =~ s/^ *\.\.\.$/AuthJSIssuer https:\/\/login.example.com/mg;
    $conf = "<AuthnProviderAlias file employees>\nAuthUserFile $files/users\n</AuthnProviderAlias>\n"
        . "<AuthnProviderAlias file contractors>\nAuthUserFile $files/users\n</AuthnProviderAlias>\n"
        . "<AuthJSProvider credentials>\n$conf</AuthJSProvider>\n" if $conf =~ /^AuthJSAuthnProvider/;
    my $top = $conf =~ /^<(?:Location|Directory|VirtualHost|AuthJSProvider)|^AuthJS(?:URL|Secret|EnvFile|Provider |Adapter|Cache|Callback|Event|Session|Cookie|Page|Theme|Refresh)|^DBD|^ProxyPass +"?\//m;
    $conf = "<Location /example>\n$conf</Location>\n" if !$top && $conf =~ $inside;
    $conf = "DBDriver sqlite3\nDBDParams $files/auth.db\n$conf" if $conf =~ /^AuthJSAdapter +dbd/m && $conf !~ /^ *DBDriver/m;
    $conf = $ldap . $conf if $conf =~ /ldap/;
    return $conf =~ /^AuthJSProvider github|^<AuthJSProvider github/m ? $conf : "AuthJSProvider github\n$conf";
}

sub try {
    my ($what, $example) = @_;
    my ($status, $output) = configtest(around(files($example)), env => \%env);
    is $status, 0, "the example of $what" or diag $example, $output;
}

my $count = 0;
for my $page ('README', 'README.md', map { s{.*/docs/}{docs/}r } sort glob srcdir() . '/docs/*.md') {
    next if $page =~ m{/(?:directives|providers)\.md$};
    my $number = 0;
    try("$page, number " . ++$number, $_), $count++ for blocks(AuthJSTest::Env::read_file(srcdir() . "/$page"));
}
cmp_ok $count, '>=', 30, 'there are examples';

done_testing;

# What configtest says of mistakes that people make: what to write, in words that fit the
# system, and each once.
use lib 't/lib';
use AuthJSTest;
use AuthJSTest::Env;
use POSIX ();

my $secret = secret('auth_secret');
my %env = (AUTH_SECRET => $secret, map { ("AUTH_${_}_ID" => 'x', "AUTH_${_}_SECRET" => 'y') } qw(GITHUB COMPANY));
my $company = "<AuthJSProvider company oidc>\nAuthJSIssuer https://login.example.com/\n</AuthJSProvider>\n";
sub said { my ($conf, %o) = @_; my ($status, $output) = configtest($conf, env => { %env, %{ $o{env} || {} } }); return wantarray ? ($status, $output) : $output }
sub refused {
    my ($conf, $why, $what) = @_;
    my ($status, $output) = said($conf);
    is $status, 1, "$what is refused";
    like $output, $why, '... and it is said what to write';
    is scalar(() = $output =~ /$why/g), 1, '... once';
}
sub remarked {
    my ($conf, $why, $what) = @_;
    my ($status, $output) = said($conf);
    is $status, 0, $what;
    is scalar(() = $output =~ /$why/g), 1, '... is remarked upon, once' or diag $output;
}

# --- did you mean --------------------------------------------------------------------------------
refused("$company<Location /x>\nAuthType AuthJS\nRequire valid-user\nAuthJSUnauthorized provider:compny\n</Location>\n",
    qr/names the provider compny, which is not switched on here; did you mean company\?/, 'AuthJSUnauthorized provider:compny');
refused("$company<Location /x>\nAuthJSUnauthorized provider:elsewhere\n</Location>\n",
    qr/names the provider elsewhere, which is not switched on here; write AuthJSProvider elsewhere/, '... of nothing alike');
remarked("$company<Location /x>\nAuthJSProviders compnay\n</Location>\n",
    qr/AuthJSProviders \(.*:5\) names the provider compnay, .* did you mean company\?/, 'AuthJSProviders compnay');
remarked("$company<Location /x>\nAuthType AuthJS\nRequire authjs-provider cmpany\n</Location>\n",
    qr/Require \(.*:6\) names the provider cmpany, .* did you mean company\?/, 'Require authjs-provider cmpany');
refused("AuthJSProvider githb\n", qr/there is no provider githb; did you mean github\?/, 'a name of the catalogue');
refused("<AuthJSProvider staff keyclok>\n</AuthJSProvider>\n", qr/there is no provider keyclok; did you mean keycloak\?/, 'a template');
refused("<AuthJSProvider staff odic>\n</AuthJSProvider>\n", qr/there is no provider odic; did you mean oidc\?/, 'a type');
refused("${company}AuthJSAdapter dbb\n", qr/there is no adapter dbb; did you mean dbd\?/, 'an adapter');
refused("${company}AuthJSCache shmbc\n", qr/there is no cache provider shmbc; did you mean shmcb\?/, 'a cache provider');
refused("<AuthJSProvider credentials>\nAuthJSAuthnProvider fiel\n</AuthJSProvider>\n", qr/there is no authn provider fiel; did you mean file\?/, 'an authn provider');
refused("${company}AuthJSCallback sigIn expr=true\n", qr/takes one of .*signIn.*; did you mean signIn\?/, 'a callback');
refused("${company}AuthJSEvent signIm log\n", qr/takes one of .*signIn.*; did you mean signIn\?/, 'an event');
refused("${company}AuthJSCallback signIn exrp=true\n", qr/nothing here runs "exrp"; did you mean expr\?/, 'a runner');

# --- an issuer that is an address ------------------------------------------------------------------
for (['https://login.example.com/.well-known/openid-configuration', 'https://login.example.com'],
    ['https://login.example.com/realms/main/.well-known/openid-configuration/', 'https://login.example.com/realms/main'],
    ['https://login.example.com/.well-known/oauth-authorization-server/main', 'https://login.example.com'])
{
    my ($written, $right) = @$_;
    refused("<AuthJSProvider company oidc>\nAuthJSIssuer $written\n</AuthJSProvider>\n", qr/write AuthJSIssuer \Q$right\E$/m, $written);
}
like said($company =~ s/^AuthJSIssuer.*\n//mr, env => { AUTH_COMPANY_ISSUER => 'https://a.test/.well-known/openid-configuration' }),
    qr{write AuthJSIssuer https://a\.test$}m, 'also from the environment';

# --- passwords -------------------------------------------------------------------------------------
my $users = AuthJSTest::Env::write_file(root() . '/var/88-users', "bob:x\n");
my $passwords = "<AuthJSProvider credentials>\nAuthUserFile $users\n</AuthJSProvider>\n";
remarked($passwords =~ s/88-users/88-nobody/r, qr/provider credentials \(.*:2\): AuthUserFile .*88-nobody: No such file or directory: .*write: htpasswd -B -c .*88-nobody NAME/,
    'an AuthUserFile that is not there');
unlike said($passwords), qr/AuthUserFile/, '... but not one that is';
remarked("${passwords}AuthJSURL http://www.example.com\n", qr{passwords of provider credentials travel unencrypted to http://www\.example\.com; write AuthJSURL https://www\.example\.com},
    'http for a site with passwords');
unlike said("${passwords}AuthJSURL $_"), qr/unencrypted/, "... but not $_" for qw(https://www.example.com http://localhost:8080);
unlike said("${company}AuthJSURL http://www.example.com\n"), qr/passwords/, '... nor without passwords';

# --- .htaccess that nobody reads -------------------------------------------------------------------
my $docs = root() . '/docs88';
AuthJSTest::Env::write_file("$docs/app/.htaccess", "# mine\n  authtype  authjs\nRequire valid-user\n");
AuthJSTest::Env::write_file("$docs/other/.htaccess", "Options -Indexes\n");
my $documents = sub { "${company}DocumentRoot $docs\n<Directory $docs>\nAllowOverride $_[0]\n</Directory>\n" };
my $unread = qr{\Q$docs\E/app/\.htaccess says AuthType AuthJS, and httpd does not read it there: .*AllowOverride AuthConfig};
remarked($documents->($_), $unread, "AllowOverride $_") for qw(None FileInfo);
unlike said($documents->($_)), $unread, "AllowOverride $_" for qw(AuthConfig All);
unlike said($documents->('None') . "<Directory $docs/app>\nAllowOverride AuthConfig\n</Directory>\n"), $unread, '... also of the folder alone';
remarked($documents->('All') . "<Directory $docs/app>\nAllowOverride None\n</Directory>\n", $unread, 'the folder alone');
unlike said($documents->('All') . "<Directory $docs/ap>\nAllowOverride None\n</Directory>\n"), $unread, '... but not another of a name that begins alike';
# Whoever may write into such a folder must not keep httpd from starting.
mkdir "$docs/pipe" and POSIX::mkfifo("$docs/pipe/.htaccess", 0644) or die $!;
{
    local $SIG{ALRM} = sub { open my $end, '+<', "$docs/pipe/.htaccess" };
    my $start = time;
    alarm 10;
    remarked($documents->('None'), $unread, 'beside a pipe of that name');
    alarm 0;
    cmp_ok time - $start, '<', 10, '... which nobody waits for';
}
my $hosts = join '', map { "<VirtualHost *:\@port\@>\nServerName http://h$_.test:\@port\@\n</VirtualHost>\n" } 1 .. 3;
remarked($documents->('None') . $hosts, $unread, 'of several hosts with these documents');

# --- several hosts inherit one mistake ---------------------------------------------------------------
refused("AuthJSProvider google\n$hosts", qr/provider google \(.*\): has no client id/, 'a provider without a client id, in four hosts,');
refused("AuthJSProvider github\nAuthJSSecret env:NOT_THERE\n$hosts", qr/variable NOT_THERE is not set/, 'a secret that is not there, in four hosts,');
refused("AuthJSProvider github\nAuthJSAdapter nothing\n$hosts", qr/there is no adapter nothing/, 'an adapter, in four hosts,');
my $own = join '', map { "<VirtualHost *:\@port\@>\nServerName http://h$_.test:\@port\@\nAuthJSProvider google\n</VirtualHost>\n" } 1, 2;
my $short = join '', map { "<VirtualHost *:\@port\@>\nServerName http://h$_.test:\@port\@\nAuthJSSecret short$_\n</VirtualHost>\n" } 1, 2;
is scalar(() = said("AuthJSProvider github\n$short") =~ /the secret is shorter than 32 bytes/g), 2, '... of secrets, too';
is scalar(() = said($own) =~ /provider google \(.*\): has no client id/g), 2, 'two mistakes are told as two';

# --- advice that fits the system --------------------------------------------------------------------
# A Debian layout: mods-available below ServerRoot.
sub without {
    my ($module, $conf, $debian) = @_;
    my $httpd = AuthJSTest::Httpd->configure(conf => $conf, env => \%env);
    my $file = $httpd->{root} . '/conf/httpd.conf';
    AuthJSTest::Env::write_file($file, AuthJSTest::Env::read_file($file) =~ s/^LoadModule ${module}_module .*//mr);
    AuthJSTest::Env::write_file($httpd->{root} . "/mods-available/$module.load", '') if $debian;
    return ($httpd->test)[1];
}
for (['socache_shmcb', "AuthJSProvider github\n"], ['authn_file', "AuthJSProvider credentials\n"], ['dbd', "AuthJSProvider github\nAuthJSAdapter dbd\n"],
    ['authjs_lua', "AuthJSProvider github\nAuthJSCallback signIn lua:/etc/x.lua\n"])
{
    my ($module, $conf) = @$_;
    like without($module, $conf, 1), qr/write:? a2enmod $module$/m, "$module on Debian";
    like without($module, $conf), qr{write:? LoadModule ${module}_module modules/mod_$module\.so$}m, '... and elsewhere';
}

done_testing;

# Every provider of Auth.js has here the variables and the options that it has there, but for those
# that t/data/options.json lists with a reason. What has to be written is asked for by name.
use strict;
use warnings;
use lib 't/lib';
use AuthJSTest;
use AuthJSTest::Catalogue;

my $data = AuthJSTest::Catalogue::json_file('t/data/options.json');
my %of = %{ $data->{providers} };
my $catalogue = AuthJSTest::Catalogue::json_file('lib/catalogue/definitions/providers.json');
is_deeply [ sort grep { $_ ne 'http-email' } keys %$catalogue ], [ sort grep { $_ ne 'credentials' } keys %of ],
    'all are here';
my @ids = sort keys %of;

my $head = join "\n", 'LoadModule authjs_memory_module @modules@/mod_authjs_memory.so', 'AuthJSSecret ' . secret('auth_secret'), 'AuthJSURL https://www.example.test',
    'AuthJSAdapter memory @root@/var/memory.json', (map { $data->{site}{$_} } sort keys %{ $data->{site} }), '';
my %secret = (OPTIONS_SECRET => secret('auth_secret_2'));
sub section {
    my ($id, $of, @lines) = @_;
    return join '', "<AuthJSProvider $id", ($of ? " $of" : ''), ">\n", (map { "$_\n" } @lines), "</AuthJSProvider>\n";
}
# Status, and what is said of each provider.
sub try {
    my ($conf, %env) = @_;
    my ($status, $output) = configtest("$head$conf", env => { %secret, %env });
    my %said = $output =~ /provider (\S+) \([^)]*\): (.*)/g;
    return ($status, \%said, $output);
}
my %used;
sub listed {
    my ($list, $id, $option) = @_;
    for my $name ("$id/$option", $option) {
        next unless defined $data->{$list}{$name};
        $used{"$list $name"} = 1;
        return $data->{$list}{$name};
    }
    return undef;
}
sub is_required { my ($id, $option) = @_; return !listed(not_required => $id, $option) && listed(written => $id, $option) }
sub required { my ($id) = @_; return grep { is_required($id, $_) } @{ $of{$id}{required} } }

# --- options: one provider for each of them that is not there, or there --------------------------
my ($without, $with, %missing, %option_of) = ('', '');
for my $id (@ids) {
    my @required = required($id);
    for my $option (@{ $of{$id}{required} }) {
        my $name = 'without-' . keys %missing;
        ok is_required($id, $option) || listed(not_required => $id, $option), "$id: $option";
        $missing{$name} = [$id, $option] if is_required($id, $option);
        $without .= section($name, $id, map { listed(written => $id, $_) } grep { $_ ne $option } @required)
            if is_required($id, $option);
    }
    my @lines = map { listed(written => $id, $_) } @required;
    $with .= section("with-$id", $id, @lines);
    for my $option (@{ $of{$id}{optional} }) {
        next if listed(site => $id, $option);
        my $reason = listed(absent => $id, $option);
        my $line = $reason ? undef : listed(written => $id, $option);
        ok defined $line || $reason, "$id: $option" or next;
        my $name = 'option-' . keys %option_of;
        $option_of{$name} = [$id, $option];
        $reason ? ($without .= section($name, $id, @lines, "AuthJSOption $option=x"))
            : ($with .= section($name, $id, @lines, $line));
    }
}
my ($status, $said, $output) = try($with);
is $status, 0, 'each provider with what it needs, and with each option of it' or diag $output;
is_deeply $said, {}, '... without a remark';
($status, $said) = try($without);
ok $status, 'and without something that it needs';
for my $name (sort keys %missing) {
    my ($id, $option) = @{ $missing{$name} };
    my ($write) = listed(written => $id, $option) =~ /^(AuthJSOption \w+=|\w+)/;
    like $said->{$name}, qr/\bwrite .*\Q$write\E/, "$id without $option";
}
like $said->{$_}, qr/has no key \Q$option_of{$_}[1]\E;|AuthJSOption means nothing but|mean anything in its section/,
    "@{ $option_of{$_} }: there is none, as listed" for sort grep { listed(absent => @{ $option_of{$_} }) } keys %option_of;
($status, $said) = try(join '', map {
    my $id = $_;
    section($id, '', (map { listed(written => $id, $_) } required($id)), 'AuthJSOption secret=env:NOT_SET');
} my @mails = grep { $of{$_}{type} eq 'email' } @ids);
like $said->{$_}, qr/^AuthJSOption secret: .*NOT_SET/, "$_ reads its secret" for @mails;

# --- variables ------------------------------------------------------------------------------------
my %variable = (clientId => 'ID', clientSecret => 'SECRET', issuer => 'ISSUER', apiKey => 'KEY');
my @named = grep { @{ $of{$_}{env} } } @ids;
my $conf = join '', map {
    my $id = $_;
    section($id, '', map { listed(written => $id, $_) } grep { !$variable{$_} } required($id));
} @named;
my %env;
for my $name (map { @{ $of{$_}{env} } } @named) {
    $env{$name} = $name =~ /_ISSUER$/ ? 'https://issuer.example.test' : "value-of-$name-0123456789abcdefghij";
}
cmp_ok scalar(keys %env), '>', 280, 'many variables';
($status, $said, $output) = try($conf, %env);
is $status, 0, 'all from the environment' or diag $output;
for my $suffix (qw(ID SECRET ISSUER KEY)) {
    my ($option) = grep { $variable{$_} eq $suffix } keys %variable;
    my @needed = grep { my $id = $_; grep { $_ eq $option } required($id) } @named;
    ($status, $said) = try($conf, map { $_ => $env{$_} } grep { !/_$suffix$/ } keys %env);
    is_deeply [ sort keys %$said ], \@needed, "without AUTH_..._$suffix: those that need it, and no other";
    for my $id (@needed) {
        my ($name) = grep { /_$suffix$/ } @{ $of{$id}{env} };
        like $said->{$id}, qr/\bset \Q$name\E\b/, "$id asks for $name";
    }
}

# An issuer is taken where none is needed, too.
my @signs_in = grep { $of{$_}{type} =~ /^(?:oauth|oidc)$/ } @named;
($status, $said) = try($conf, %env, map { $_ => 'nowhere' } grep { /_ISSUER$/ } keys %env);
is_deeply [ sort keys %$said ], \@signs_in, 'AUTH_..._ISSUER counts for each';
like $said->{$_}, qr/the issuer URL/, "$_ reads it" for @signs_in;
my @entra = grep { grep { $_ eq 'AUTH_MICROSOFT_ENTRA_ID_ISSUER' } @{ $of{$_}{env} } } @named;
my %entra = (%env, AUTH_MICROSOFT_ENTRA_ID_ISSUER => 'nowhere');
$conf .= section('staff', 'microsoft-entra-id', 'AuthJSClientID a', 'AuthJSClientSecret b');
($status, $said) = try($conf, %entra);
is_deeply [ sort keys %$said ], [qw(microsoft-entra-id staff)], "Entra's counts for each provider of Entra";
($status, $said) = try($conf, %entra, AUTH_STAFF_ISSUER => 'https://issuer.example.test');
is_deeply [ sort keys %$said ], ['microsoft-entra-id'], '... that has none of its own';
delete $entra{AUTH_AZURE_AD_ISSUER};
($status, $said) = try($conf, %entra);
is_deeply [ sort keys %$said ], [ sort @entra, 'staff' ], '... azure-ad, too';

# --- the list ---------------------------------------------------------------------------------------
for my $list (qw(written site not_required absent)) {
    ok $used{"$list $_"}, "$list $_ is of a provider" for sort keys %{ $data->{$list} };
}
my ($table) = AuthJSTest::Env::read_file(srcdir() . '/docs/directives.md') =~ /^### AuthJSOption\n(.*?)^### /ms;
my %keys = map { $_ => 1 } map { keys %{ $_->{options} || {} } } values %$catalogue;
like $table, qr/^\| `\Q$_\E=/m, "the manual has $_" for sort keys %keys;

done_testing;

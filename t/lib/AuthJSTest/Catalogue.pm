package AuthJSTest::Catalogue;

# Each provider of the catalogue, at Auth.js on Node and at httpd: the same options, the same
# server that plays all providers, one visitor. t/peers/catalogue.mjs compares what they ask and
# what comes of it, and prints the TAP.
use strict;
use warnings;
use AuthJSTest ();
use AuthJSTest::Env;
use JSON::PP ();

sub json_file {
    my ($name) = @_;
    return JSON::PP->new->utf8->decode(AuthJSTest::Env::read_file(AuthJSTest::srcdir() . "/$name"));
}

# The options that Auth.js is given, as directives.
sub section {
    my ($id, $of, @lines) = @_;
    my %options = %{ $of->{options} || {} };
    my $issuer = delete $options{issuer};
    push @lines, 'AuthJSClientID client.1', 'AuthJSClientSecret "S e/c:r+t~! 0123456789abcdefghijklmnop"';
    push @lines, defined $of->{httpd} ? $of->{httpd}
        : (($issuer ? "AuthJSIssuer $issuer" : ()), map { qq(AuthJSOption "$_=$options{$_}") } sort keys %options);
    return join '', "<AuthJSProvider $id", ($of->{of} ? " $of->{of}" : ''), ">\n", (map { "    $_\n" } @lines), "</AuthJSProvider>\n";
}

# compare('oauth' | 'oidc')
sub compare {
    my ($class, $type) = @_;
    my $play = json_file('t/data/play.json');
    my $of = { %{ $play->{providers} }, %{ $play->{instances} } };
    my @ids = grep { $of->{$_}{type} eq $type } sort keys %$of;
    my ($port, $hooks, $second) = map { AuthJSTest::peer_port($_) } qw(play hooks second);
    my $peers = AuthJSTest::srcdir() . '/t/peers';
    my $tls = AuthJSTest::root() . '/play';
    system("$peers/mkca.sh", $tls, @{ $play->{hosts} }) == 0 or die "mkca.sh: $?";
    my $httpd = AuthJSTest::httpd(conf => join '', <<"EOT",
AuthJSSecret \@secret:auth_secret\@
AuthJSURL http://play.test
AuthJSHTTP ca=$tls/ca.pem
AuthJSCallback signIn http://127.0.0.1:$hooks/ secret=hooks-secret-0123456789abcdefghijklmnop
Listen 127.0.0.1:$second
EOT
        (map { "AuthJSHTTP resolve=$_:443=127.0.0.1:$port\n" } @{ $play->{hosts} }),
        (map { section($_, $of->{$_}, 'AuthJSProfile emailVerified=always') } @ids),
        "<VirtualHost 127.0.0.1:$second>\nAuthJSRefresh On\n", (map { section($_, $of->{$_}) } @ids), "</VirtualHost>\n");
    local %ENV = (%ENV, AUTHJS_SECRET => AuthJSTest::secret('auth_secret'), PLAY_IDS => "@ids",
        PLAY_DATA => AuthJSTest::srcdir() . '/t/data/play.json', PLAY_TLS => $tls, PLAY_PORT => $port,
        PLAY_HOOKS => $hooks, PLAY_HTTPD => $httpd->port, PLAY_DEFINED => $second);
    AuthJSTest::allow_error(qr/AuthJS: (?:CallbackRouteError|OAuthProfileParseError|OAuthCallbackError)/,
        'answers that nobody would expect');
    my $status = system "$peers/node", "$peers/catalogue.mjs";
    exit($status ? 1 : 0);
}

1;

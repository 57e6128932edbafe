# mod_authn_socache: what one provider, or one host, remembers of a password is nothing to
# another.
use lib 't/lib';
use AuthJSTest;
use AuthJSTest::Env;
use AuthJSTest::Site;

my %password = (forum => 'the password of the forum', staff => secret('password'));
my $other = peer_port('h26other');
my $cached = "AuthJSAuthnProvider socache file\nAuthnCacheProvideFor file\n";

sub provider {
    my ($id, $more) = @_;
    return "<AuthJSProvider $id credentials>\n$cached" . ($more // '') . "AuthUserFile \@root\@/conf/$id\n</AuthJSProvider>\n";
}
sub server {
    my ($more, %inside) = @_;
    my $server = httpd(conf => <<"EOT" . provider('forum', $inside{forum}) . provider('staff', $inside{staff}) . $more);
AuthnCacheSOCache shmcb
AuthJSSecret \@secret:auth_secret\@
EOT
    for my $id (keys %password) {
        my $hash = crypt $password{$id}, '$5$salt$';
        AuthJSTest::Env::write_file($server->root . "/conf/$id", "bob:$hash\n");
    }
    my $hash = crypt 'elsewhere', '$5$salt$';
    AuthJSTest::Env::write_file($server->root . '/conf/other', "bob:$hash\n");
    return $server;
}
sub enters {
    my ($site, $provider, $password) = @_;
    my $browser = AuthJSTest::Site->new(base => $site, cookies => 1);
    $browser->credentials($provider, [username => 'bob', password => $password]);
    return defined $browser->cookie('authjs.session-token') ? 1 : 0;
}

my @cases = (
    ['as it is', '', {}],
    ['AuthnCacheContext in both sections', '', { forum => "AuthnCacheContext one\n", staff => "AuthnCacheContext one\n" }],
    ['AuthnCacheContext server around', "<Location />\nAuthnCacheContext server\n</Location>\n", {}],
);
for my $case (@cases) {
    my ($name, $more, $inside) = @$case;
    my $server = server("$more\nListen 127.0.0.1:$other\n<VirtualHost 127.0.0.1:$other>\nServerName http://localhost:$other\n"
        . "<AuthJSProvider forum credentials>\n$cached" . ($inside->{forum} // '')
        . "AuthUserFile \@root\@/conf/other\n</AuthJSProvider>\n</VirtualHost>\n", %$inside);
    my ($here, $there) = ($server->url, "http://localhost:$other");
    is enters($here, 'forum', $password{forum}), 1, "$name: the forum, which is remembered now";
    is enters($here, 'staff', $password{forum}), 0, 'its password is none of the staff';
    is enters($here, 'staff', $password{staff}), 1, 'whose own is';
    is enters($here, 'forum', $password{staff}), 0, 'and not of the forum';
    is enters($there, 'forum', $password{forum}), 0, 'nor of another host of this name, on another port';
    is enters($there, 'forum', 'elsewhere'), 1, 'which has its own';
    is enters($here, 'forum', 'elsewhere'), 0, 'and nobody else has that';
    # It is a cache all the same: the file is not asked again.
    AuthJSTest::Env::write_file($server->root . '/conf/forum', "bob:nobody\n");
    is enters($here, 'forum', $password{forum}), 1, 'remembered';
    $server->stop;
}

done_testing;

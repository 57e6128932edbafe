# What nobody means well with: profiles that callbacks are given, services that answer them
# badly. Nothing of it lets anybody in.
use lib 't/lib';
use AuthJSTest;
use AuthJSTest::Callbacks;
use JSON::PP ();

my $json = JSON::PP->new->utf8->allow_nonref->canonical->max_depth(100);
my $secret = 'what-callbacks-are-signed-with-0123456789';
my $profiles = peer('profiles');
expect_error(qr/AuthJS: (?:CallbackRouteError|OAuthProfileParseError|OAuthCallbackError|the callback \w+ failed)/,
    'profiles and services that are not to be trusted');

# --- profiles --------------------------------------------------------------------------------------

my $script = AuthJSTest::Env::write_file(root() . '/hostile.lua', <<'EOT');
function signIn(params)
    local count = 0
    for _ in pairs(params.profile) do count = count + 1 end
    authjs.log("info", "profile of " .. count .. " members")
    return params.profile.allowed == true
end
EOT
my $hook = $profiles->url('/hook');
my %conf = (
    c    => AuthJSTest::Callbacks->conf('c'),
    lua  => "AuthJSCallback signIn lua:$script\n",
    http => "AuthJSCallback signIn $hook secret=$secret\n",
    expr => qq(AuthJSCallback signIn "expr=%{AUTHJS:profile.allowed} == 'true' && %{AUTHJS:profile.id} == '2'"\n),
);
my $provider = <<"EOT";
AuthJSSecret \@secret:auth_secret\@
AuthJSURL http://localhost:\@port\@
<AuthJSProvider odd oauth>
    AuthJSClientID odd
    AuthJSClientSecret odd-secret
    AuthJSAuthorization @{[ $profiles->url('/authorize') ]}
    AuthJSToken @{[ $profiles->url('/token') ]}
    AuthJSUserinfo @{[ $profiles->url('/userinfo') ]}
    AuthJSProfile id=string(/id) name=/name email=/email
    AuthJSChecks state
</AuthJSProvider>
EOT
my %httpd = map { ($_ => httpd(conf => "$provider$conf{$_}")) } sort keys %conf;
my %reaches = map { $_ => 1 } qw(honest members prototype dots pointers controls noncharacters text one array
    numbers infinity nul nultrue);

sub sign_in {
    my ($httpd, $profile) = @_;
    my $browser = $httpd->browser;
    my $start = $browser->post("/auth/signin/odd?profile=$profile", [ csrfToken => $browser->csrf ]);
    my $end = $browser->get(location($browser->get(location($start))));
    return ($browser, location($end) // $end->as_string);
}

for my $profile (@{ $json->decode($httpd{c}->site->get($profiles->url('/profiles'))->content) }) {
    my (%seen, %from);
    $json->decode($httpd{c}->site->get($profiles->url('/asked'))->content);
    for my $way (sort keys %conf) {
        AuthJSTest::Callbacks->lines('c', $httpd{c});
        $from{lua} = length $httpd{lua}->error_log;
        my ($browser, $where) = sign_in($httpd{$way}, $profile);
        my $session = $browser->session;
        if ($profile eq 'honest') {
            is $session->{user}{name}, 'Honest', "$way: the honest one is in";
        }
        else {
            is $session, undef, "$way: $profile is not in";
            is $where, $httpd{$way}->url('/auth/error?error=')
                . ($reaches{$profile} ? 'AccessDenied' : 'Configuration'), "$way: and told so";
        }
        my ($line) = $way eq 'c' ? grep { /^\["signIn"/ } AuthJSTest::Callbacks->lines('c', $httpd{c}) : ();
        $seen{c} = $json->decode($line)->[1]{profile} if $line;
        $seen{lua} = $1 if $way eq 'lua' && substr($httpd{lua}->error_log, $from{lua}) =~ /profile of (\d+) members/;
    }
    my ($asked) = @{ $json->decode($httpd{c}->site->get($profiles->url('/asked'))->content) };
    $seen{http} = $asked->{profile} if $asked;
    is_deeply [ sort keys %seen ], $reaches{$profile} ? [qw(c http lua)] : [],
        "$profile: " . ($reaches{$profile} ? 'callbacks are given it' : 'is refused before');
    next unless $reaches{$profile};
    is $json->encode($seen{http}), $json->encode($seen{c}), "$profile: the service sees what C sees" unless $profile =~ /^(?:numbers|infinity)$/;
    is $seen{lua}, scalar keys %{ $seen{c} }, "$profile: Lua sees as many members";
}
is scalar(grep { !kill 0, $_->pid } values %httpd), 0, 'every httpd is there still';
unlike $_->error_log, qr/exit signal/, 'and none of its children fell' for values %httpd;

# --- services --------------------------------------------------------------------------------------

my $manual = AuthJSTest::Env::read_file(srcdir() . '/docs/callbacks.md');
my ($verify) = $manual =~ m{\n\n((?:    // verify\.mjs\n)(?:(?:    .*)?\n)+)} or BAIL_OUT 'no verify.mjs';
my $service = peer('hooks', env => { HOOKS_SECRET => $secret,
    HOOKS_VERIFY => AuthJSTest::Env::write_file(root() . '/hooks/verify.mjs', $verify =~ s/^    //mgr) });
my $password = htdocs('hostile/.htpasswd', 'demo:{SHA}ieSV55Qc+eQOaYDRSha/AjzNTJE=' . "\n");
my @answers = qw(slow drip redirect repeat large text bare array html half twice deep bytes
    anonymous other number both odd closed cut 500 created 404);
my %port = map { $_ => AuthJSTest::Env::free_port() } 'true', @answers;
my $vhost = sub {
    my ($answer) = @_;
    my $words = $service->url("/$answer") . " secret=$secret timeout="
        . ($answer eq 'true' ? '10s' : '300ms');
    return <<"EOT";
Listen 127.0.0.1:$port{$answer}
<VirtualHost *:$port{$answer}>
    AuthJSURL http://localhost:$port{$answer}
    AuthJSSecret \@secret:auth_secret\@
    <AuthJSProvider credentials>
        AuthUserFile "$password"
    </AuthJSProvider>
    <AuthJSProvider staff credentials>
        AuthUserFile "$password"
    </AuthJSProvider>
    AuthJSCallback signIn "expr=%{AUTHJS:account.provider} == 'staff' || %{AUTHJS:user.name} == 'demo'"
    AuthJSCallback @{[ $_[1] // 'signIn' ]} $words
    <Location /hidden>
        AuthJSCallback authorized $words
    </Location>
</VirtualHost>
EOT
};
my $httpd = httpd(conf => join '', map { $vhost->($_) } sort keys %port);
AuthJSTest::Env::write_file($httpd->root . '/htdocs/hidden/index.html', "hidden\n");
my @demo = (username => 'demo', password => 'demo');

sub visit {
    my ($answer) = @_;
    my $browser = AuthJSTest::Site->new(base => "http://localhost:$port{$answer}", cookies => 1);
    my $r = $browser->credentials(credentials => \@demo);
    return ($browser, location($r) =~ s{^http://localhost:\d+}{}r);
}

my ($browser, $where) = visit('true');
is $browser->session->{user}{name}, 'demo', 'a service that says true';
is $browser->get('/hidden/')->code, 200, 'and authorized';
for my $answer (@answers) {
    ($browser, $where) = visit($answer);
    is $where, '/auth/error?error=AccessDenied', "$answer: signIn refuses";
    is $browser->session, undef, "$answer: no session";
    is $browser->get("/hidden/")->code, 401, "$answer: authorized refuses";
}

# jwt and session of such a service leave token and session as they were.
$httpd->rewrite(join '', map { $vhost->($_, 'jwt') } sort keys %port);
$httpd->stop;
$httpd->start;
for my $answer (grep { !/^(?:odd|both)$/ } @answers) {
    ($browser, $where) = visit($answer);
    is $browser->session->{user}{name}, 'demo', "$answer: jwt changes nothing";
}

done_testing;

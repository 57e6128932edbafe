# One session, two servers: what httpd writes Auth.js reads, and the other way round.
use lib 't/lib';
use AuthJSTest;
use File::Spec ();
use IPC::Open3 ();
use JSON::PP;

my $SALT = 'authjs.session-token';
my $peers = srcdir() . '/t/peers';

# Auth.js's own encoder and decoder (t/peers/jwt.mjs); undef when it refuses.
sub jwt {
    my ($action, $input, %option) = @_;
    local $ENV{AUTHJS_SECRET} = $option{secret} || secret('auth_secret');
    local $ENV{JWT_MAX_AGE} = $option{max_age} || '';
    open my $null, '>', File::Spec->devnull or die $!;
    my $pid = IPC::Open3::open3(my $in, my $out, '>&' . fileno $null, "$peers/node",
        "$peers/jwt.mjs", $action, $option{salt} || $SALT);
    print $in ref $input ? encode_json($input) : $input;
    close $in;
    chomp(my $answer = <$out> // '');
    waitpid $pid, 0;
    return if $?;
    return $action eq 'decode' ? decode_json($answer) : $answer;
}

my $password = htdocs('jwt-live/.htpasswd', 'demo:{SHA}ieSV55Qc+eQOaYDRSha/AjzNTJE=' . "\n");
htdocs('jwt-live/private/index.html', "welcome\n");
htdocs('jwt-live/bearer/index.html', "welcome\n");
my $conf = <<"EOT";
LimitRequestFieldSize 32768
AuthJSURL http://localhost:\@port\@
<AuthJSProvider credentials>
    AuthJSAuthnProvider file
    AuthUserFile "$password"
</AuthJSProvider>
DocumentRoot "@{[ root() ]}/htdocs/jwt-live"
<Directory "@{[ root() ]}/htdocs/jwt-live">
    Require all granted
</Directory>
<Location /private>
    AuthType AuthJS
    Require valid-user
</Location>
<Location /bearer>
    AuthType AuthJS
    AuthJSBearer On
    Require valid-user
</Location>
EOT
my $httpd = httpd(conf => "AuthJSSecret \@secret:auth_secret\@\n$conf");
my $authjs = peer('authjs', env => { AUTHJS_PORT => peer_port('authjs'),
    AUTHJS_SECRET => secret('auth_secret') });
my $node = AuthJSTest::Site->new(base => 'http://localhost:' . $authjs->port);

sub opens {
    my ($path, $token, %header) = @_;
    return $httpd->site->get($path, Accept => 'text/html', Cookie => "$SALT=$token", %header)->code == 200;
}
sub bearer { $httpd->site->get('/bearer/', Authorization => "Bearer $_[0]")->code }

# A Cookie header as a browser makes it of a token of any length.
sub cookies_of {
    my @parts = $_[0] =~ /.{1,3936}/g;
    return @parts == 1 ? "$SALT=$parts[0]" : join '; ', map { "$SALT.$_=$parts[$_]" } 0 .. $#parts;
}

subtest 'httpd writes, Auth.js reads' => sub {
    my $browser = $httpd->browser;
    my $response = $browser->credentials('credentials', [username => 'demo', password => 'demo']);
    is $response->code, 302;
    my $token = $browser->cookie($SALT);
    my $claims = jwt(decode => $token);
    is $claims->{name}, 'demo', 'the decoder has the claims';
    is $claims->{provider}, 'credentials';
    is $claims->{exp} - $claims->{iat}, 2592000;
    is_deeply $node->json($node->get('/auth/session', Cookie => "$SALT=$token"))->{user},
        $browser->session->{user}, 'a running Auth.js has the same session';
    my $again = jwt(decode => set_cookie($node->get('/auth/session', Cookie => "$SALT=$token"), $SALT)->{value});
    is $again->{provider}, 'credentials', 'and keeps our claim when it writes the token anew';
    ok !jwt(decode => $token, secret => secret('auth_secret_2')), 'another secret does not read it';
    ok !jwt(decode => $token, salt => "__Secure-$SALT"), 'nor another salt';
};

subtest 'Auth.js writes, httpd reads' => sub {
    my $token = jwt(encode => { sub => 'u1', name => 'Ada', email => 'ada@example.test' });
    ok opens('/private/', $token), 'a protected page opens';
    ok !opens('/private/', jwt(encode => { sub => 'u1' }, secret => secret('auth_secret_2'))), 'not with another secret';
    ok !opens('/private/', jwt(encode => { sub => 'u1' }, salt => 'authjs.state')), 'not with another salt';
    ok !opens('/private/', jwt(encode => { sub => 'u1' }, max_age => -60)), 'not when it has expired';
    my $browser = $httpd->browser;
    $browser->set_cookie_value($SALT, $token);
    is_deeply $browser->session->{user}, { name => 'Ada', email => 'ada@example.test' };

    my $visitor = AuthJSTest::Site->new(base => $node->url, cookies => 1);
    is $visitor->credentials('credentials', [username => 'demo', password => 'demo'])->code, 302;
    ok opens('/private/', $visitor->cookie($SALT)), 'a sign-in at a running Auth.js opens it too';
};

subtest 'Bearer' => sub {
    my $token = jwt(encode => { sub => 'u1', email => 'ada@example.test' });
    is bearer($token), 200, 'where AuthJSBearer is On';
    is $httpd->site->get('/private/', Authorization => "Bearer $token")->code, 401, 'elsewhere not';
    is bearer(jwt(encode => { sub => 'u1' }, salt => 'other')), 401, 'another salt';
    is bearer('x'), 401;
    is_deeply [set_cookies($httpd->site->get('/bearer/', Authorization => "Bearer $token"))], [],
        'no cookie is set';
};

subtest 'a session of several cookies' => sub {
    my $name = 'n' x 6000;
    my $token = jwt(encode => { sub => 'u1', name => $name });
    my $cookies = cookies_of($token);
    is $httpd->site->get('/private/', Cookie => $cookies)->code, 200, "Auth.js's opens a page";
    is $httpd->site->get('/private/', Cookie => $cookies =~ s/\.1=[^;]*/.1=x/r, Accept => 'application/json')->code,
        401, 'not with a chunk changed';
    my @written = grep { $_->{name} =~ /^\Q$SALT\E\.\d$/ } set_cookies($httpd->site->get('/auth/session', Cookie => $cookies));
    is scalar(@written), 3, 'httpd writes it anew in three';
    is jwt(decode => join '', map { $_->{value} } @written)->{name}, $name, 'which Auth.js reads';
    my $header = join '; ', map { "$_->{name}=$_->{value}" } @written;
    is $node->json($node->get('/auth/session', Cookie => $header))->{user}{name}, $name, 'and a running one too';
};

subtest 'a new secret, the old one still valid' => sub {
    my $rotated = httpd(conf => "AuthJSSecret \@secret:auth_secret_2\@ \@secret:auth_secret\@\n$conf");
    my $old = jwt(encode => { sub => 'u1', name => 'Ada' });
    is $rotated->site->get('/private/', Cookie => "$SALT=$old")->code, 200, 'the old token opens a page';
    my $new = set_cookie($rotated->site->get('/auth/session', Cookie => "$SALT=$old"), $SALT)->{value};
    is jwt(decode => $new, secret => secret('auth_secret_2'))->{name}, 'Ada', 'and comes back under the new secret';
    ok !jwt(decode => $new), 'which the old one does not read';
};

done_testing;

# Several cookies of one name: of those that a browser sends, which may come from several
# sites, the first that opens counts. And cookies that end with the browser.
use lib 't/lib';
use AuthJSTest;
use AuthJSTest::Database;
use AuthJSTest::Env;
use Digest::SHA qw(sha256_hex);

my $SESSION = 'authjs.session-token';
my $CSRF = 'authjs.csrf-token';
AuthJSTest::Env::write_file(root() . '/conf/users-29', 'jane:' . crypt(secret('password'), '$5$salt$') . "\n");
htdocs('p29/index.html', 'inside');
my $site = site('several');

my %jane = (sub => '7', name => 'Jane', provider => 'credentials');
my $mine = mint({%jane});
my $theirs = mint({ %jane, name => 'Mallory' }, secret => secret('auth_secret_2'));
my $old = mint({ %jane, name => 'Expired' }, now => time - 40 * 86400);
my $purpose = mint({ %jane, name => 'State' }, salt => 'authjs.state');
my @mine = unpack '(a3936)*', mint({ %jane, pad => 'x' x 4000 });
my @short = unpack '(a200)*', $theirs;
sub chunks { my $i = 0; map { "$SESSION." . $i++ . "=$_" } @_ }

# Who that is for a page, for the endpoint, and whether a sign-out finds the session.
sub seen {
    my ($at, @cookies) = @_;
    my $header = join '; ', @cookies;
    my $page = $at->get('/p29/index.html', Cookie => $header)->code;
    my $json = $at->get('/auth/session', Cookie => $header)->content;
    my ($name) = $json =~ /"name":"(\w+)"/;
    return "$page " . ($name // $json);
}

for my $case (
    ['ours alone',                        '200 Jane', "$SESSION=$mine"],
    ['that of another site first',        '200 Jane', "$SESSION=$theirs", "$SESSION=$mine"],
    ['that of another site behind',       '200 Jane', "$SESSION=$mine", "$SESSION=$theirs"],
    ['one that has expired first',        '200 Jane', "$SESSION=$old", "$SESSION=$mine"],
    ['an empty one first',                '200 Jane', "$SESSION=", "$SESSION=$mine"],
    ['one of another purpose first',      '200 Jane', "$SESSION=$purpose", "$SESSION=$mine"],
    ['one of no token first',             '200 Jane', "$SESSION=%zz", "$SESSION=$mine"],
    ['seven before it',                   '200 Jane', (map { "$SESSION=${_}$theirs" } 1 .. 7), "$SESSION=$mine"],
    ['more than are tried',               '401 null', (map { "$SESSION=x$_" } 1 .. 8), "$SESSION=$mine"],
    ['one junk two hundred times',        '200 Jane', ("$SESSION=junk") x 200, "$SESSION=$mine"],
    ['none that opens',                   '401 null', "$SESSION=$theirs", "$SESSION=$old", "$SESSION=$purpose"],
    ['chunks',                            '200 Jane', chunks(@mine)],
    ['chunks behind one of another site', '200 Jane', "$SESSION=junk", chunks(@mine)],
    ['chunks before one of another site', '200 Jane', chunks(@mine), "$SESSION=junk"],
    ['a plain one behind their chunks',   '200 Jane', chunks(@short), "$SESSION=$mine"],
    ['a plain one before their chunks',   '200 Jane', "$SESSION=$mine", chunks(@short)],
    ['chunks behind fewer',               '200 Jane', "$SESSION.0=$theirs", chunks(@mine)],
    ['three chunks behind two',           '200 Jane', chunks('x', 'y'), chunks(unpack '(a200)*', $mine)],
    ['chunks behind as many',             '200 Jane', chunks('x' x 50, 'y' x 50), chunks(@mine)],
    ['chunks behind more',                '200 Jane', chunks('x' x 50, 'y' x 50, 'z' x 50, 'w' x 50), chunks(@mine)],
    ['chunks before more',                '200 Jane', chunks(@mine), chunks('x' x 50, 'y' x 50, 'z' x 50, 'w' x 50)],
    ['chunks and stale ones',             '200 Jane', chunks(@mine), "$SESSION.7=stale"],
    ['chunks mixed',                      '200 Jane', "$SESSION.1=x", "$SESSION.0=y", "$SESSION.1=$mine[1]", "$SESSION.0=$mine[0]"],
    ['a part of chunks',                  '401 null', "$SESSION.0=$mine[0]", "$SESSION.2=$mine[1]"],
) {
    my ($name, $expected, @cookies) = @$case;
    is seen($site, @cookies), $expected, $name;
}

# A visitor whom the first session names is that one, whatever follows.
{
    my $bob = mint({ %jane, sub => '8', name => 'Bob' });
    is seen($site, "$SESSION=$bob", "$SESSION=$mine"), '200 Bob', 'of two that open, the first';
}

# CSRF: each of the cookies is ours or is none, and the token must belong to one of them.
{
    my ($one, $two) = ('a1' x 32, 'b2' x 32);
    my $cookie = sub { "$CSRF=$_[0]%7C" . sha256_hex($_[0] . secret($_[1] // 'auth_secret')) };
    my $signs_out = sub {
        my ($token, @cookies) = @_;
        return location($site->post('/auth/signout', [csrfToken => $token], Cookie => join '; ', @cookies))
            =~ /MissingCSRF/ ? 0 : 1;
    };
    is $signs_out->($one, $cookie->($two, 'auth_secret_2'), $cookie->($one)), 1, 'CSRF: that of another site first';
    is $signs_out->($two, $cookie->($one), $cookie->($two)), 1, 'CSRF: the second of two of ours';
    is $signs_out->($one, $cookie->($one), $cookie->($two)), 1, 'CSRF: the first of two';
    is $signs_out->($two, $cookie->($two, 'auth_secret_2'), $cookie->($one)), 0, 'CSRF: a token of another secret';
    is $signs_out->('', $cookie->($one), "$CSRF="), 0, 'CSRF: no token';
    is $site->get('/auth/csrf', Cookie => join '; ', $cookie->($two, 'auth_secret_2'), $cookie->($one))->content,
        qq({"csrfToken":"$one"}), 'CSRF: GET csrf tells the one that is ours';
}

# What a browser sends in 8 KB costs little.
{
    my $time = sub {
        my ($header) = @_;
        my $begin = time;
        $site->get('/p29/index.html', Cookie => $header) for 1 .. 50;
        return time - $begin;
    };
    my $hostile = substr(join('; ', map { "$SESSION=" . ($_ % 10) } 1 .. 500), 0, 8000);
    cmp_ok $time->($hostile), '<=', 10 + 10 * $time->("a=b"), 'many copies cost little';
}

# --- maxAge ------------------------------------------------------------------------------------

{
    my $closed = site('several_closed');
    my $token = 'a1' x 32;
    my $r = $closed->post('/auth/callback/credentials',
        [csrfToken => $token, username => 'jane', password => secret('password')],
        Cookie => "$CSRF=$token%7C" . sha256_hex($token . secret('auth_secret')));
    my $cookie = set_cookie($r, $SESSION);
    is_deeply [@$cookie{qw(expires max-age httponly)}], [undef, undef, 1], 'maxAge=session: neither Expires nor Max-Age';
    my $claims = decode($cookie->{value});
    cmp_ok abs($claims->{exp} - time - 30 * 86400), '<', 60, '... and the token has its end as ever';
    $cookie = set_cookie($closed->get('/p29/index.html', Cookie => "$SESSION=" . mint({ %jane }, now => time - 100)), $SESSION);
    is_deeply [defined $cookie->{value}, @$cookie{qw(expires max-age)}], [1, undef, undef], 'one that is renewed ends with the browser too';
    my @chunks = grep { $_->{name} =~ /^\Q$SESSION\E\.\d/ }
        set_cookies($closed->get('/p29/index.html', Cookie => join '; ', chunks(unpack '(a3936)*', mint({ %jane, pad => 'x' x 4000 }, now => time - 100))));
    is_deeply [map { @$_{qw(expires max-age)} } @chunks], [(undef) x 4], 'and so do chunks';
    $cookie = set_cookie($closed->get('/auth/csrf?callbackUrl=/x'), 'authjs.callback-url');
    is_deeply [@$cookie{qw(expires max-age)}], [undef, undef], 'another cookie';
    for my $cookie (qw(sessionToken state pkceCodeVerifier callbackUrl)) {
        my ($status, $output) = configtest("AuthJSCookie $cookie maxAge=0\n");
        isnt $status, 0, "$cookie maxAge=0 is refused";
        like $output, qr/maxAge: 0 deletes the cookie as soon as it is set; write a duration such as 30m, or session/, '... with what to write';
    }
}

# --- sessions in a database ------------------------------------------------------------------------

{
    my $db = database('sqlite');
    my $httpd = httpd(conf => $db->adapter . protected('/p29') . <<'EOT');
AuthJSURL http://localhost:@port@
AuthJSSecret @secret:auth_secret@
AuthJSSessionStrategy database
<AuthJSProvider credentials>
    AuthUserFile @root@/conf/users-29
</AuthJSProvider>
EOT
    AuthJSTest::Env::write_file($httpd->root . '/conf/users-29', 'jane:' . crypt(secret('password'), '$5$salt$') . "\n");
    my $signed_in = sub {
        my $browser = $httpd->browser;
        $browser->credentials('credentials', [username => 'jane', password => secret('password')]);
        return $browser->cookie($SESSION);
    };
    my ($first, $second) = ($signed_in->(), $signed_in->());
    my $row = '11111111-2222-4333-8444-555555555555';
    my $page = sub { $httpd->site->get('/p29/index.html', Cookie => join '; ', map { "$SESSION=$_" } @_)->code };
    is $page->('junk', $row, $first), 404, 'database: the first that there is';
    is $page->('junk', $row), 401, 'database: none';
    my $browser = $httpd->browser;
    my $token = $browser->csrf;
    $httpd->site->post('/auth/signout', [csrfToken => $token], Cookie =>
        join '; ', "$CSRF=" . $browser->cookie($CSRF), "$SESSION=junk", "$SESSION=$first", "$SESSION=$second");
    is $page->($first) . $page->($second), 401401, 'a sign-out ends all that were sent';
}

done_testing;

# The account page: what a user is linked to, linking a further provider, letting go of one but
# never of the last; and the sign-in page for those who are signed in.
use lib 't/lib';
use AuthJSTest;
use AuthJSTest::Accounts;
use AuthJSTest::Page;
use AuthJSTest::Provider;
use POSIX ();

my ($jwt, $database, $nineteen) = AuthJSTest::Accounts->sites(
    { adapter => 'memory', strategy => 'jwt' },
    { adapter => 'memory', strategy => 'database' },
    { adapter => 'nineteen', strategy => 'jwt' });

sub linked { [$_[0] =~ m{<span class="what"><strong>(.*?)</strong> <span>(.*?)</span>}g] }
sub alert  { ($_[0] =~ m{role="alert">.*?<p>(.*?)</p>}s)[0] }
sub form_to { my ($path, $html) = @_; (grep { $_->{action} =~ /\Q$path\E$/ } forms($html))[0] }

# Press the button of a form.
sub submit {
    my ($browser, $form) = @_;
    return $browser->post($form->{action}, [%{ $form->{fields} }]);
}

# A sign-in that is not kept (credentials with jwt) has a page that says so: to be asked to
# sign in again would never end.
sub guest {
    my ($site) = @_;
    my $browser = $site->browser;
    $browser->credentials('staff', [username => 'eve', password => 'demo']);
    my $r = $browser->get('/auth/account');
    my $html = page_is_sound($r, $site->url(''), 'account of a guest');
    like $html, qr{<h1>eve</h1>}, 'who it is';
    like $html, qr{not kept as an account}, 'and why nothing can be linked';
    is_deeply linked($html), [], 'no account';
    is_deeply [map { $_->{action} } forms($html)], [$site->url('/auth/signout')], 'a way out';
    my $csrf = $browser->csrf;
    $r = $browser->post('/auth/account', [csrfToken => $csrf, provider => 'staff', providerAccountId => 'eve']);
    like $r->content, qr{not kept as an account}, 'and nothing to let go of';
}

# POST account by hand.
sub unlink_by_hand {
    my ($site, $browser, $provider, $id) = @_;
    return $site->end($browser->post('/auth/account', [csrfToken => $browser->csrf,
        provider => $provider, providerAccountId => $id]));
}

sub page {
    my ($site) = @_;
    my ($base, $browser) = ($site->url(''), $site->browser);
    is $site->end($browser->get('/auth/account')), '/auth/signin?callbackUrl=' . escaped("$base/auth/account"),
        'without a session the visitor goes to sign in';
    my $form = form_to('signin/first', $browser->get(location($browser->get('/auth/account')))->content);
    my $url = authorize(location(submit($browser, $form)), login => 'alice');
    is location($browser->get($url)), "$base/welcome?callbackUrl=" . escaped("$base/auth/account"), 'and comes back';

    my $r = $browser->get('/auth/account');
    my $html = page_is_sound($r, $base, 'account');
    like $html, qr{<title>Account</title>}, 'its title';
    like $html, qr{<h1>User alice</h1>\s*<p class="lead"><strong>alice\@example\.test</strong>}, 'who it is';
    is_deeply linked($html), ['The first', 'alice@example.test'], 'the account';
    unlike $html, qr{Unlink}, 'which is the last: it stays';
    my @paths = map { $_->{action} =~ s/^\Q$base\E//r } forms($html);
    is_deeply \@paths, ['/auth/signin/github', ($site->{strategy} eq 'database' ? '/auth/signin' : ()),
        map({ "/auth/signin/$_" } qw(second careless trusting)), '/auth/signout'],
        'what can be linked, and a way out';

    $form = form_to('signin/second', $html);
    is $form->{fields}{csrfToken}, $browser->csrf, 'with the CSRF token';
    $url = authorize(location(submit($browser, $form)), login => 'work');
    is $site->end($browser->get($url)), '/auth/account', 'linking leads back to the page';
    $html = page_is_sound($browser->get('/auth/account'), $base, 'account with two');
    is_deeply linked($html), ['The first', 'alice@example.test', 'The second', 'work@example.test'], 'which shows both';
    ok !form_to('signin/second', $html), 'and offers the others';
    my @unlink = grep { $_->{action} eq "$base/auth/account" } forms($html);
    is_deeply [map { "$_->{fields}{provider}/$_->{fields}{providerAccountId}" } @unlink],
        ['first/alice', 'second/work'], 'each can be unlinked';
    like $html, qr{aria-label="Unlink The first alice\@example\.test"}, 'and says which';

    is $site->end(submit($browser, $unlink[0])), '/auth/account', 'unlinked';
    $html = page_is_sound($browser->get('/auth/account'), $base, 'account with one');
    is_deeply linked($html), ['The second', 'work@example.test'], 'one is left';
    is $site->end(submit($browser, $unlink[1])), '/auth/account?error=NotUnlinked', 'which stays';
    $html = page_is_sound($browser->get('/auth/account?error=NotUnlinked'), $base, 'account with an error');
    like alert($html), qr/last one/, 'the page says why';
    is_deeply linked($html), ['The second', 'work@example.test'];
    is $site->accounts($site->user_of(second => 'work')), 'second/work', 'in the database too';
    is $site->user_of(first => 'alice'), undef, 'the other is nobody\'s';
    is $site->end(submit($browser, form_to('signout', $html))), '', 'signed out, to the site itself';
    like $site->end($browser->get('/auth/account')), qr{^/auth/signin}, 'and then the page asks again';
}

sub escaped { $_[0] =~ s/([^A-Za-z0-9.*_-])/sprintf '%%%02X', ord $1/ger }

sub not_others {
    my ($site) = @_;
    my ($bob, $eve) = ($site->browser, $site->browser);
    for ([$bob, 'bob'], [$eve, 'eve']) {
        my ($browser, $name) = @$_;
        $site->sign_in($browser, 'first', $name);
        $site->sign_in($browser, 'second', "$name-2");
    }
    my $refused = '/auth/account?error=NotUnlinked';
    is unlink_by_hand($site, $eve, 'first', 'bob'), $refused, 'another user\'s account';
    is unlink_by_hand($site, $eve, 'first', 'nobody'), $refused, 'an account that is not there';
    is unlink_by_hand($site, $eve, 'first', "eve' OR '1'='1"), $refused, 'SQL';
    is unlink_by_hand($site, $eve, 'first', ''), $refused, 'an empty id';
    is unlink_by_hand($site, $eve, 'second', 'eve'), $refused, 'an id of another provider';
    is $site->end($eve->post('/auth/account', [csrfToken => $eve->csrf, provider => 'first'])), $refused, 'no id';
    is $site->end($eve->post('/auth/account', [csrfToken => $eve->csrf])), $refused, 'nothing';
    my $user = $site->user_of(first => 'bob');
    is $site->end($eve->post('/auth/account', [csrfToken => $eve->csrf, provider => 'first',
        providerAccountId => 'bob', userId => $user->{id}, id => $user->{id}])), $refused, 'whoever the form says one is';
    is $site->accounts($user), 'first/bob second/bob-2', 'bob has his own';

    my @eve = (provider => 'first', providerAccountId => 'eve');
    is $site->end($eve->post('/auth/account', [@eve])), '/auth/signin?error=MissingCSRF', 'without the CSRF token';
    is $site->end($eve->post('/auth/account', [@eve, csrfToken => $bob->csrf])),
        '/auth/signin?error=MissingCSRF', 'with another\'s';
    is $eve->get('/auth/account?provider=first&providerAccountId=eve&csrfToken=' . $eve->csrf)->code, 200, 'by GET';
    like $site->end($eve->request('DELETE', '/auth/account', {})), qr/^HTTP\/1.1 405/, 'by DELETE';
    is $site->accounts($site->user_of(first => 'eve')), 'first/eve second/eve-2', 'nothing is unlinked';

    my $stranger = $site->browser;
    like $site->end($stranger->post('/auth/account', [@eve, csrfToken => $stranger->csrf])),
        qr{^/auth/signin\?callbackUrl=}, 'without a session';
    my $r = $eve->post('/auth/account', { csrfToken => $eve->csrf, @eve }, 'X-Auth-Return-Redirect' => 1);
    is $eve->json($r)->{url}, $site->url('/auth/account'), 'a script may do it with JSON';
    is $site->accounts($site->user_of(second => 'eve-2')), 'second/eve-2', 'her own account';
    $site->call(deleteUser => $user->{id});
    like $site->end($bob->get('/auth/account')), qr{^/auth/signin\?}, 'a deleted user has no page';
    like unlink_by_hand($site, $bob, 'first', 'bob'), qr{^/auth/signin\?}, 'and unlinks nothing';
}

# Both at once: one stays.
sub at_once {
    my ($site) = @_;
    for my $round (1 .. 5) {
        my $browser = $site->browser;
        $site->sign_in($browser, 'first', "twin$round");
        $site->sign_in($browser, 'second', "twin$round-2");
        $browser->csrf;
        my $user = $site->user_of(first => "twin$round");
        my @pids = map {
            my $which = $_;
            my $pid = fork // die $!;
            if (!$pid) {
                unlink_by_hand($site, $browser, $which % 2 ? (first => "twin$round") : (second => "twin$round-2"));
                POSIX::_exit(0);
            }
            $pid;
        } 1 .. 6;
        waitpid $_, 0 for @pids;
        is scalar(split / /, $site->accounts($user)), 1, 'of two that are unlinked at once one stays';
    }
}

sub hostile {
    my ($site) = @_;
    my $browser = $site->browser;
    $site->sign_in($browser, 'first', 'hostile');
    my $user = $site->user_of(first => 'hostile');
    for my $violation (@violations) {
        $site->call(updateUser => { id => $user->{id}, name => $violation, email => "$violation\@x" });
        $site->call(linkAccount => { userId => $user->{id}, type => 'oauth', provider => "gone $violation", providerAccountId => $violation });
        for my $path ('/auth/account', '/auth/signin') {
            my $html = page_is_sound($browser->get($path), $site->url(''), "$path, $violation");
            next if $violation =~ /^(?:javascript|%3C|\r)/;
            is index($html =~ s/<style>.*?<\/style>//sr, $violation), -1, 'is not repeated as it is';
        }
        is unlink_by_hand($site, $browser, "gone $violation", $violation), '/auth/account', 'and can be unlinked'
            if $violation !~ /[\r\n]/;
    }
    for my $error (@violations) {
        my $html = page_is_sound($browser->get('/auth/account?error=' . escaped($error)), $site->url(''), 'an error of the query');
        like alert($html), qr/not unlinked/, 'is a text of ours';
    }
    $site->call(updateUser => { id => $user->{id}, name => undef, email => undef });
    like $browser->get('/auth/account')->content, qr{<h1>\Q$user->{id}\E</h1>}, 'no name, no address: the id';
}

sub signed_in {
    my ($site) = @_;
    my $browser = $site->browser;
    unlike $browser->get('/auth/signin')->content, qr/signed in as/, 'signed out';
    $site->sign_in($browser, 'first', 'carol');
    my $html = page_is_sound($browser->get('/auth/signin'), $site->url(''), 'sign-in while signed in');
    like $html, qr{You are signed in as <strong>User carol</strong>}, 'the page says so';
    like $html, qr{href="\Q@{[ $site->url('/auth/account') ]}\E"}, 'and leads to the account page'
        if $site->{adapter} ne 'nineteen';
    unlike $html, qr{href="[^"]*/account"}, 'there is none here' if $site->{adapter} eq 'nineteen';
    like $browser->get('/auth/signin?error=OAuthAccountNotLinked')->content =~ s/\s+/ /gr,
        qr/That account is linked to another user/, 'an account of somebody else';
    like $site->browser->get('/auth/signin?error=OAuthAccountNotLinked')->content,
        qr/the account you used the first time/, 'which means something else to others';
}

for my $site ($jwt, $database) {
    my $name = $site->{strategy};
    subtest "$name: the page"             => sub { page($site) };
    subtest "$name: nobody else's"        => sub { not_others($site) };
    subtest "$name: at once"              => sub { at_once($site) };
    subtest "$name: hostile names"        => sub { hostile($site) };
    subtest "$name: sign-in page"         => sub { signed_in($site) };
}
subtest 'a sign-in that is not kept' => sub { guest($jwt) };
subtest 'names and passwords' => sub {
    my $browser = $database->browser;
    $database->sign_in($browser, 'first', 'dave');
    my $form = form_to('/auth/signin', $browser->get('/auth/account')->content);
    is $form->{method}, 'GET';
    my $path = '/auth/signin?' . join '&', map { "$_=" . escaped($form->{fields}{$_}) } sort keys %{ $form->{fields} };
    my ($own) = forms($browser->get($path)->content);
    is $own->{action}, $database->url('/auth/callback/staff'), 'the form is on the sign-in page';
    my $r = $browser->post($own->{action}, [%{ $own->{fields} }, username => 'bob', password => 'demo']);
    is $database->end($r), '/auth/account', 'and leads back';
    is $database->accounts($database->user_of(staff => 'bob')), 'first/dave staff/bob';
};
subtest 'where there is none' => sub {
    signed_in($nineteen);
    my $plain = httpd(conf => "AuthJSSecret \@secret:auth_secret\@\nAuthJSURL http://localhost:\@port\@\n"
        . "<AuthJSProvider github>\nAuthJSClientID x\nAuthJSClientSecret y\n</AuthJSProvider>\n");
    for my $server ($nineteen->httpd, $plain) {
        my $browser = $server->browser;
        for my $r ($browser->get('/auth/account'), $browser->post('/auth/account', [csrfToken => $browser->csrf])) {
            is $r->code . $r->content, '400"Bad request."', 'an adapter that tells no accounts, or none at all';
        }
    }
};

done_testing;

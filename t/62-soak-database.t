# Visitors who sign in, read, are extended and sign out, all at once, while the database is
# killed and comes back: nobody is let in or thrown out wrongly, no row is lost or there
# twice, and memory and descriptors stay as they were.
use lib 't/lib';
use AuthJSTest;
use AuthJSTest::Adapter;
use AuthJSTest::Database;
use AuthJSTest::Env;
use HTTP::Date qw(str2time);
use JSON::PP ();
use Time::HiRes qw(sleep time);

my $COOKIE = 'authjs.session-token';
my ($WORKERS, $USERS) = (4, 24);
my $db = database('pgsql');
my $host = adapter(kind => 'pgsql', db => $db, conf => protected('/in') . <<'EOT');
<AuthJSProvider staff credentials>
    AuthJSAuthnProvider file
    AuthUserFile "@root@/conf/staff"
</AuthJSProvider>
LogLevel warn authjs:warn
StartServers 1
ServerLimit 1
ThreadsPerChild 16
MaxRequestWorkers 16
EOT
my $httpd = $host->httpd;
# {SHA}: this is about us, not about bcrypt.
AuthJSTest::Env::write_file($httpd->root . '/conf/staff', join '', map { "user$_:" . sha(secret('password')) . "\n" } 1 .. $USERS);
AuthJSTest::Env::write_file($httpd->root . '/htdocs/in/page.txt', 'inside');

sub sha { require Digest::SHA; '{SHA}' . Digest::SHA::sha1_base64($_[0]) . '=' }

# --- one visitor -----------------------------------------------------------------------------

# What must never be: written down, with what else is known for sure.
sub visit {
    my ($until, $number) = @_;
    my %seen = (live => {}, dead => {}, wrong => [], requests => 0, away => 0);
    my $wrong = sub { push @{ $seen{wrong} }, "$_[0]: " . $_[1]->code . ' ' . ($_[1]->header('Location') // '') };
    while (time < $until) {
        my $browser = $httpd->browser;
        my $user = 'user' . (1 + int rand $USERS);
        my $r = $browser->credentials('staff', [username => $user, password => secret('password')]);
        $seen{requests} += 2;
        my $token = $browser->cookie($COOKIE);
        if (!$token) {
            $r->code == 302 && $r->header('Location') =~ /error=Configuration/ ? $seen{away}++ : $wrong->('sign-in', $r);
            sleep 0.05;
            next;
        }
        $seen{live}{$token} = $user;
        my $failed = 0;
        for my $i (1 .. 6) {
            my $r = $browser->get('/in/page.txt');
            $seen{requests}++;
            $r->code == 503 ? ($failed++, sleep 0.02) : $r->code == 200 || $wrong->('a session', $r);
            $browser->cookie($COOKIE) && $browser->cookie($COOKIE) eq $token || $wrong->('the cookie is lost', $r);
        }
        if (rand() < 0.3) {
            # Due: the next request extends it.
            my $status = $host->try(updateSession => { sessionToken => $token, expires => iso(time + 86400) });
            my $r = $browser->get('/in/page.txt');
            $seen{requests} += 2;
            $seen{due}{$token} = 1 if $status eq 'ok' && $r->code == 200 && $r->header('Set-Cookie');
        }
        if (rand() < 0.2) {
            my $r = $browser->get('/auth/session');
            $seen{requests}++;
            $r->content =~ /"name":"$user"/ || ($r->content eq 'null' && !$r->header('Set-Cookie'))
                || ($r->content eq 'null' && $browser->cookie($COOKIE)) || $wrong->('GET session', $r);
        }
        next if rand() < 0.1;    # closes the browser
        delete $seen{live}{$token};
        $r = $browser->sign_out;
        $seen{requests} += 2;
        $r->code == 302 && !$browser->cookie($COOKIE) or $wrong->('sign-out', $r);
        $r = $httpd->site->get('/in/page.txt', Cookie => "$COOKIE=$token");
        $seen{requests}++;
        # A sign-out that the database did not hear of ends the cookie alone.
        $seen{dead}{$token} = 1 if $r->code == 401;
        $r->code =~ /^(?:200|401|503)$/ or $wrong->('after sign-out', $r);
        $seen{survived}++ if $r->code == 200;
    }
    return \%seen;
}

sub visitors {
    my ($seconds, $meanwhile) = @_;
    my $until = time + $seconds;
    my @readers = map {
        my $number = $_;
        my $pid = open my $reader, '-|';
        if (!$pid) {
            srand $number * 7919 + $$;
            my $seen = eval { visit($until, $number) } || { wrong => ["died: $@"] };
            print JSON::PP->new->encode($seen);
            close STDOUT;
            require POSIX;
            POSIX::_exit(0);
        }
        $reader;
    } 1 .. $WORKERS;
    $meanwhile->() if $meanwhile;
    my %all = (live => {}, dead => {}, due => {}, wrong => [], requests => 0, away => 0, survived => 0);
    for my $reader (@readers) {
        my $seen = JSON::PP->new->decode(do { local $/; <$reader> });
        close $reader;
        $all{$_} = { %{ $all{$_} }, %{ $seen->{$_} || {} } } for qw(live dead due);
        $all{$_} += $seen->{$_} || 0 for qw(requests away survived);
        push @{ $all{wrong} }, @{ $seen->{wrong} };
    }
    return \%all;
}

# --- all of them -----------------------------------------------------------------------------

sub child { ($httpd->pids)[1] }
sub rss { (AuthJSTest::Env::read_file('/proc/' . child() . '/status') =~ /VmRSS:\s+(\d+)/)[0] }
sub descriptors { scalar(() = glob '/proc/' . child() . '/fd/*') }

my $calm = visitors(8);
is_deeply $calm->{wrong}, [], "a calm time: $calm->{requests} requests" or diag "@{ $calm->{wrong} }[0 .. 5]";
is $calm->{away}, 0, 'nobody is turned away';
is $calm->{survived}, 0, 'and no session outlives its end';

my ($pid, $rss, $descriptors) = (child(), rss(), descriptors());
my $restarts = 0;
my $rough = visitors(24, sub {
    for my $away (0.2, 1.5, 0.5) {
        sleep 4;
        $db->kill;
        sleep $away;
        $db->start;
        $restarts++;
    }
});
is_deeply $rough->{wrong}, [], "$restarts restarts: $rough->{requests} requests" or diag join "\n", grep { defined } @{ $rough->{wrong} }[0 .. 9];
cmp_ok scalar keys %{ $rough->{live} }, '>', 10, 'sessions were left behind (' . keys(%{ $rough->{live} }) . ')';
cmp_ok scalar keys %{ $rough->{dead} }, '>', 50, 'sessions were ended (' . keys(%{ $rough->{dead} }) . ')';
cmp_ok scalar keys %{ $rough->{due} }, '>', 10, 'sessions were extended (' . keys(%{ $rough->{due} }) . ')';
note "$rough->{away} sign-ins that found no database, $rough->{survived} sign-outs that did not reach it";

is child(), $pid, 'the same child served all';
cmp_ok rss() - $rss, '<', sanitized() ? 65536 : 4096, "RSS is flat ($rss kB, then " . rss() . ' kB)';
cmp_ok abs(descriptors() - $descriptors), '<=', 8, "descriptors ($descriptors, then " . descriptors() . ')';

# --- what is left in the database ------------------------------------------------------------

my %rows = map { $_->{sessionToken} => $_ } $db->rows('SELECT * FROM sessions');
my @live = (keys %{ $calm->{live} }, keys %{ $rough->{live} });
my @dead = (keys %{ $calm->{dead} }, keys %{ $rough->{dead} });
is_deeply [grep { !$rows{$_} } @live], [], 'no session is lost';
is_deeply [grep { $rows{$_} } @dead], [], 'and none that ended is there';
my %due = (%{ $calm->{due} }, %{ $rough->{due} });
is_deeply [grep { str2time(AuthJSTest::Adapter::time_of($rows{$_}{expires})) < time + 29 * 86400 } grep { $rows{$_} && $due{$_} } @live], [],
    'what was extended is';
is $db->value('SELECT count(*) AS n FROM (SELECT email, name FROM users GROUP BY email, name HAVING count(*) > 1) AS twice'), 0, 'no user is there twice';
is $db->value('SELECT count(*) AS n FROM users'), $USERS, 'they are all there';
is $db->value('SELECT count(*) AS n FROM accounts'), $USERS, 'with one account each';
is $db->value('SELECT count(*) AS n FROM accounts WHERE NOT EXISTS (SELECT 1 FROM users WHERE users.id = accounts."userId")'), 0, 'which has its user';
is $db->value('SELECT count(*) AS n FROM sessions WHERE NOT EXISTS (SELECT 1 FROM users WHERE users.id = sessions."userId")'), 0, 'as every session has';

expect_error(qr/AuthJS: (?:AdapterError|SessionTokenError|SignOutError): /, '62: PostgreSQL was killed');
expect_error(qr/\[dbd:error\]/, '62: PostgreSQL was killed');
done_testing;

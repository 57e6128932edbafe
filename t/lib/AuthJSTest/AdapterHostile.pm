package AuthJSTest::AdapterHostile;

=head1 NAME

AuthJSTest::AdapterHostile - what a database or a visitor may hold against us

=head1 SYNOPSIS

    use AuthJSTest::AdapterHostile;
    hostile_suite(kind => 'mysql', schema => 'prisma', foreign => 1);   # as for adapter()

Each ends as a clear line in the log and a refusal. Text with a meaning in SQL is in
AuthJSTest::AdapterSuite.

=cut

use strict;
use warnings;
use AuthJSTest ();
use AuthJSTest::Adapter;
use AuthJSTest::AdapterSuite;
use AuthJSTest::Database;
use Test::More;

sub import {
    my $caller = caller;
    no strict 'refs';
    *{"${caller}::hostile_suite"} = \&hostile_suite;
}

my $PROTECTED = <<'EOT';
AuthJSCache none
<Location "/private">
    AuthType AuthJS
    AuthJSUnauthorized 401
    Require valid-user
</Location>
EOT

sub hostile_suite {
    my (%option) = @_;
    my $faults = join '|', 'a column is longer', '\S+ is not UTF-8', 'a column has a NUL', 'two rows of',
        '\S+ is no time', 'tables are missing', '42883: function', '22021: invalid byte';
    AuthJSTest::expect_error(qr/AuthJS: AdapterError: get_session_and_user: failed: (?:$faults)/, 'a hostile row');
    my $a = adapter(%option, conf => $PROTECTED);
    for my $part (qw(keys_that_differ tokens long_names half_gone not_utf8 two_rows wrong_types)) {
        no strict 'refs';
        subtest "$part: @{[ $a->name ]}" => sub { &$part($a) };
    }
    $a->httpd->stop;
}

# The answer to a visitor with this session.
sub visit {
    my ($a, $token) = @_;
    return $a->httpd->site->get('/private/', Cookie => "authjs.session-token=$token")->code;
}

# A call is refused, and the log says why.
sub refused {
    my ($a, $reason, $name, @call) = @_;
    my $before = length $a->log;
    my ($status, $why) = $a->try(@call);
    is $status, 'failed', "$name: refused";
    like $why, $reason, 'and says why' if defined $why;
    like substr($a->log, $before), qr/the adapter answers failed: \S/, 'in the log';
}

sub session_of {
    my ($a, $user, %member) = @_;
    my $session = fresh_session($user->{id}, %member);
    $a->createSession($session);
    return $session->{sessionToken};
}

# --- one text is not another, whatever the database's collation thinks -------------------

sub keys_that_differ {
    my ($a) = @_;
    my $base = "stra\x{df}e-\x{e9}-abc-$$";
    my $user = $a->createUser(fresh_user(email => "$base\@example.com"));
    my $account = github_account($user->{id}, providerAccountId => $base);
    my $token = verification_token(identifier => "$base\@example.com", token => $base);
    $a->linkAccount($account);
    session_of($a, $user, sessionToken => $base);
    $a->createVerificationToken($token);
    ok $a->getSessionAndUser($base), 'itself';
    my %other = (
        'upper case'         => uc $base,
        'without an accent'  => $base =~ s/\x{e9}/e/r,
        'in two code points' => $base =~ s/\x{e9}/e\x{301}/r,
        'another spelling'   => $base =~ s/\x{df}/ss/r,
        'a space behind'     => "$base ",
        'a tab behind'       => "$base\t",
        'wildcards'          => $base =~ s/abc/%/r,
        'a wildcard'         => $base =~ s/abc/ab_/r,
        'a star'             => '*',
        'percent'            => '%',
        'a part'             => substr($base, 0, -1),
        'a backslash'        => "$base\\",
        'zero'               => '0',
        'empty'              => '',
        'zero width'         => "$base\x{200b}",
        'long'               => $base x 300,
    );
    for my $name (sort keys %other) {
        my $text = $other{$name};
        my %pair = (provider => 'github', providerAccountId => $text);
        is $a->getSessionAndUser($text), undef, "$name: no session";
        is $a->getUserByAccount(\%pair), undef, 'no account';
        is $a->getAccount($text, 'github'), undef, 'none at all';
        is $a->getUserByAccount({ %pair, providerAccountId => $base, provider => $text }), undef,
            'no provider';
        is $a->getUserByEmail("$text\@example.com"), undef, 'no user';
        is $a->useVerificationToken({ identifier => $token->{identifier}, token => $text }), undef,
            'no verification token';
        is $a->useVerificationToken({ identifier => "$text\@example.com", token => $base }), undef,
            'for nobody else';
        is $a->deleteSession($text), undef, 'nothing to end';
        is $a->unlinkAccount(\%pair), undef, 'nothing to let go of';
        is $a->updateSession({ sessionToken => $text, expires => iso(time) }), undef, 'nor to change';
        is $a->updateAccount({ %pair, access_token => 'x' }), undef, 'at all';
        is $a->getUser($text), undef, 'nor a user';
    }
    ok $a->getSessionAndUser($base), 'it is still there';
    like_stored $a->getAccount($base, 'github'), $account, 'and the account';
    ok $a->useVerificationToken($token), 'and the token';
}

# --- a cookie -----------------------------------------------------------------------------

sub tokens {
    my ($a) = @_;
    my $user = $a->createUser(fresh_user());
    my $token = session_of($a, $user);
    is visit($a, $token), 404, 'a session is let in (to a page that is not there)';
    is visit($a, $_->[1]), 401, "$_->[0]: not let in" for
        [ '4 KB' => 'a' x 4000 ], [ empty => '' ], [ percent => '%25' ], [ wildcard => '%' ],
        [ quote => "$token'--" ], [ 'an expression' => "'or'1'='1" ],
        [ 'not UTF-8' => "$token\xff" ], [ 'overlong' => "$token\xc0\x80" ],
        [ upper => uc $token ], [ another => "$token-" ];
    my $late = session_of($a, $user, expires => iso(time - 1));
    is visit($a, $late), 401, 'one that has expired';
    my ($status) = $a->try(createSession => fresh_session($user->{id}, sessionToken => 't' x 4096));
    like $status, qr/^(?:ok|failed)$/, 'a session token of 4 KB';
    is $a->count(sessions => sessionToken => substr 't' x 4096, 0, $_), 0, "is not cut to $_"
        for 191, 255;
}

# --- 1 MB ---------------------------------------------------------------------------------

sub long_names {
    my ($a) = @_;
    my $megabyte = 'n' x (1024 * 1024);
    my $before = $a->count('users');
    refused($a, qr/long/, 'a name of 1 MB', createUser => fresh_user(name => $megabyte));
    refused($a, qr/long/, 'at first sign-in', signUp => fresh_user(name => $megabyte),
        github_account(undef), fresh_session(undef));
    is $a->count('users'), $before, 'nothing is stored';
    my $user = $a->createUser(fresh_user());
    refused($a, qr/long/, 'a change', updateUser => { id => $user->{id}, name => $megabyte });
    is $a->getUser($user->{id})->{name}, $user->{name}, 'nothing is changed';

    my $token = session_of($a, $user);
    widen($a, users => 'name', 'mediumtext');
    my $set = qq(UPDATE "@{[ $a->table('users') ]}" SET "name" = ? WHERE "id" = ?);
    $a->db->execute($set, 'n' x 1_200_000, $user->{id});
    refused($a, qr/longer than/, 'from the database', getUser => $user->{id});
    refused($a, qr/longer than/, 'with a session', getSessionAndUser => $token);
    not_let_in($a, $token, 'of somebody with such a name');
    $a->db->execute($set, 'short', $user->{id});
    is visit($a, $token), 404, 'let in with another';
}

# A column that takes what it should not hold.
sub widen {
    my ($a, $table, $column, $mysql, $pgsql) = @_;
    my $name = $a->table($table);
    $a->db->execute(qq(ALTER TABLE "$name" ALTER COLUMN "$column" TYPE @{[ $pgsql || 'text' ]}))
        if $a->{kind} eq 'pgsql';
    $a->db->execute(qq(ALTER TABLE "$name" MODIFY "$column" $mysql)) if $a->{kind} eq 'mysql';
}

# Neither in nor "sign in again" to those whose session may be good: the log has an error.
sub not_let_in {
    my ($a, $token, $name) = @_;
    my $before = length $a->log;
    my $code = visit($a, $token);
    cmp_ok $code, '>=', 400, "$name: not let in";
    isnt $code, 404, 'at all';
    like substr($a->log, $before), qr/AuthJS: .*\S/, 'with a line in the log';
}

# --- rows that belong together ------------------------------------------------------------

sub half_gone {
    my ($a) = @_;
    my $user = $a->createUser(fresh_user());
    my $account = github_account($user->{id});
    my $token = session_of($a, $user);
    $a->linkAccount($account);
    is visit($a, $token), 404, 'let in';
    my $delete = qq(DELETE FROM "@{[ $a->table('users') ]}" WHERE "id" = ?);
    my %without_keys = (
        sqlite => "PRAGMA foreign_keys = OFF; $delete",
        mysql  => "SET foreign_key_checks = 0; $delete",
        pgsql  => "SET session_replication_role = replica; $delete",
    );
    $a->db->execute($without_keys{ $a->{kind} }, $user->{id});
    is $a->count(sessions => sessionToken => $token), 1, 'the session lives, its user is gone';
    is $a->getSessionAndUser($token), undef, 'no session without a user';
    is $a->getUserByAccount({ map { $_ => $account->{$_} } qw(provider providerAccountId) }), undef,
        'no account without one';
    is visit($a, $token), 401, 'not let in';
    is $a->httpd->site->json('/auth/session', Cookie => "authjs.session-token=$token"), undef,
        'nobody';
}

# --- bytes --------------------------------------------------------------------------------

sub not_utf8 {
    my ($a) = @_;
    my $kind = $a->{kind};
    # In any other encoding PostgreSQL lets no such bytes in.
    $a = adapter(kind => $kind, schema => $a->schema, foreign => 1, conf => $PROTECTED,
        db => database($kind, "ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0"))
        if $kind eq 'pgsql';
    my $user = $a->createUser(fresh_user());
    my $token = session_of($a, $user);
    my $users = $a->table('users');
    is visit($a, $token), 404, 'let in';
    widen($a, users => 'name', 'varbinary(255)');
    for ([ 'not UTF-8' => '4aff41', qr/UTF-?8/ ], [ 'a surrogate' => 'eda080', qr/UTF-?8/ ],
        $kind eq 'pgsql' ? () : [ 'a NUL' => '4a00616c6963', qr/NUL/ ])
    {
        my ($name, $hex, $reason) = @$_;
        my $bytes = $kind eq 'sqlite' ? "CAST(x'$hex' AS TEXT)"
            : $kind eq 'mysql' ? "x'$hex'" : "E'" . $hex =~ s/(..)/\\x$1/gr . "'";
        $a->db->execute(qq(UPDATE "$users" SET "name" = $bytes WHERE "id" = ?), $user->{id});
        refused($a, $reason, $name, getUser => $user->{id});
        refused($a, $reason, 'with a session', getSessionAndUser => $token);
        not_let_in($a, $token, $name);
    }
}

# --- no unique index ----------------------------------------------------------------------

sub two_rows {
    my ($a) = @_;
    my @user = map { $a->createUser(fresh_user()) } 1, 2;
    my @account = map { github_account($_->{id}) } @user;
    my @token = map { session_of($a, $_) } @user;
    my @verification = map { verification_token() } @user;
    $a->linkAccount($_) for @account;
    $a->createVerificationToken($_) for @verification;
    drop_unique_indexes($a);
    my $set = sub {
        my ($table, $column, $value, $was) = @_;
        $a->db->execute(qq(UPDATE "@{[ $a->table($table) ]}" SET "$column" = ? WHERE "$column" = ?),
            $value, $was);
    };
    $set->(users => email => map { $_->{email} } @user);
    $set->(accounts => providerAccountId => map { $_->{providerAccountId} } @account);
    $set->(sessions => sessionToken => @token);
    my $many = qr/more than one|several|two/i;
    my %pair = map { $_ => $account[0]{$_} } qw(provider providerAccountId);
    is $a->count(users => email => $user[0]{email}), 2, 'two users with one e-mail';
    refused($a, $many, 'e-mail', getUserByEmail => $user[0]{email});
    is $a->count(accounts => %pair), 2, 'one account of two users';
    refused($a, $many, 'account', getUserByAccount => \%pair);
    refused($a, $many, 'account', getAccount => $pair{providerAccountId}, 'github');
    is $a->count(sessions => sessionToken => $token[0]), 2, 'two sessions with one token';
    refused($a, $many, 'session', getSessionAndUser => $token[0]);
    not_let_in($a, $token[0], 'with such a session');
    is $a->try(signUp => fresh_user(), $account[0], fresh_session(undef)), 'conflict',
        'nobody signs up with such an account';
    is $a->try(signUp => $user[0], github_account(undef), fresh_session(undef)), 'conflict',
        'or e-mail';
}

# Tables without any key, as a careless import leaves them.
sub drop_unique_indexes {
    my ($a) = @_;
    my $db = $a->db;
    my $drop = join ' ', 'DROP TABLE IF EXISTS', '"' . $a->table('authenticators') . '"';
    $db->execute($drop) if $a->authenticators;
    for my $table (map { $a->table($_) } qw(accounts sessions users)) {
        if ($a->{kind} ne 'pgsql') {
            $db->execute(qq(CREATE TABLE "copy" AS SELECT * FROM "$table"; DROP TABLE "$table";
                ALTER TABLE "copy" RENAME TO "$table"));
            next;
        }
        my @constraint = $db->rows('SELECT conname AS name FROM pg_constraint
            WHERE conrelid = CAST(? AS regclass)', qq("$table"));
        $db->execute(qq(ALTER TABLE "$table" DROP CONSTRAINT "$_->{name}" CASCADE)) for @constraint;
        my @index = $db->rows('SELECT indexname AS name FROM pg_indexes WHERE tablename = ?', $table);
        $db->execute(qq(DROP INDEX "$_->{name}")) for @index;
    }
}

# --- a table that is not as it was ---------------------------------------------------------

sub wrong_types {
    my ($a) = @_;
    my $user = $a->createUser(fresh_user());
    my $sessions = $a->table('sessions');
    my @numbers = $a->{kind} eq 'sqlite' && $a->schema eq 'drizzle' ? () : ('99999999999999', '-1');
    my %token = map { $_ => session_of($a, $user) } 'tomorrow', '', '2036-11-22',
        '2036-02-30 00:00:00.000', '2036-11-22 01:46:16+01', "2036-11-22 01:46:16.660' OR 1", @numbers;
    is visit($a, $_), 404, 'let in' for values %token;
    widen($a, sessions => 'expires', 'varchar(255)');
    for my $expires (sort keys %token) {
        $a->db->execute(qq(UPDATE "$sessions" SET "expires" = ? WHERE "sessionToken" = ?), $expires,
            $token{$expires});
        refused($a, qr/\S/, "a session that expires '$expires'", getSessionAndUser => $token{$expires});
        not_let_in($a, $token{$expires}, "'$expires'");
    }
    my $token = $token{tomorrow};
    $a->db->execute(qq(ALTER TABLE "$sessions" RENAME TO "gone"));
    refused($a, qr/missing|no such|not exist/i, 'no table', getSessionAndUser => $token);
    not_let_in($a, $token, 'without a table');
}

1;

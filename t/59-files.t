# Files with sessions, tokens and secrets in them are for httpd alone: what httpd makes, and
# what it says of files that others can read or write.
use lib 't/lib';
use AuthJSTest;
use AuthJSTest::Database;
use AuthJSTest::Env;
use AuthJSTest::Process;
use File::Path qw(make_path);

my $site = protected('/in') . <<'EOT';
AuthJSSecret @secret:auth_secret@
AuthJSSessionRealm test59
AuthJSURL http://localhost:@port@
AuthJSSessionStrategy database
<AuthJSProvider github>
    AuthJSClientID gh
    AuthJSClientSecret gh-secret
</AuthJSProvider>
EOT

sub mode { sprintf '%04o', (stat $_[0])[2] & 07777 }
sub modes { join ' ', map { mode($_) } @_ }

my $serial = 0;
sub folder {
    my ($mode) = @_;
    my $dir = AuthJSTest::Env::writable_dir(AuthJSTest::Env::top() . "/servers/files-$$-" . ++$serial);
    chmod $mode, $dir if defined $mode;
    return $dir;
}

sub until_there {
    my ($file) = @_;
    for (1 .. 100) { return if -s $file; select undef, undef, undef, 0.1 }
}

# --- the database that httpd makes ---------------------------------------------------------

for my $lines ('', "DBDMin 2\nDBDKeep 2\n") {
    my $dir = folder();
    my $httpd = httpd(conf => "DBDriver sqlite3\nDBDParams $dir/auth.db\nAuthJSAdapter dbd\n$lines$site");
    is $httpd->site->get('/in/', Cookie => 'authjs.session-token=made-up')->code, 401, 'a session is looked for';
    until_there("$dir/auth.db");
    is modes("$dir/auth.db"), '0600', 'SQLite: nobody else reads what httpd made';
    for (glob "$dir/*") { is mode($_), '0600', s{.*/}{}r }
    is scalar(grep { -e } "$dir/auth.db-wal", "$dir/auth.db-shm"), 2, 'nor the files beside it';
    $httpd->stop;
}
{
    my $dir = folder();
    local $ENV{AUTHJS_DBD_PARAMS} = "$dir/auth.db";
    local $ENV{ASAN_OPTIONS} = 'detect_leaks=0';
    like qx(@{[ builddir() ]}/tools/authjsctl migrate --driver sqlite3 2>&1), qr/complete/, 'authjsctl migrate';
    is mode("$dir/auth.db"), '0600', 'makes it the same way';
}

# --- a database that is there -----------------------------------------------------------------

sub try_database {
    my ($folder_mode, $file_mode, $inside) = @_;
    my $dir = folder($folder_mode);
    make_path("$dir/$inside") if $inside;
    my $file = join '/', $dir, $inside || (), 'auth.db';
    if (defined $file_mode) {
        AuthJSTest::Env::write_file($file, '');
        chmod $file_mode, $file;
    }
    return (configtest("DBDriver sqlite3\nDBDParams $file\nAuthJSAdapter dbd\n$site"), $file);
}

for my $case (
    # folder, file, in a folder of it: refused or remarked
    [0755, undef, '', ''], [0755, 0600, '', ''], [0750, 0640, '', ''], [0770, 0660, '', ''],
    [0755, 0644, '', 'remark'], [0755, 0604, '', 'remark'],
    [0700, 0644, '', ''], [0700, 0666, 'inside', ''],
    [0755, 0646, '', 'refuse'], [0755, 0602, '', 'refuse'],
    [0777, 0600, '', 'refuse'], [0777, undef, '', 'refuse'], [01777, 0600, '', 'refuse'],
) {
    my ($folder_mode, $file_mode, $inside, $then) = @$case;
    my ($status, $output, $file) = try_database($folder_mode, $file_mode, $inside);
    my $name = sprintf 'folder %04o, file %s', $folder_mode, defined $file_mode ? sprintf('%04o', $file_mode) : 'not there';
    is !!$status, $then eq 'refuse', "$name: " . ($then || 'fine');
    my $folder = $file =~ s{/[^/]+\z}{}r;
    if ($then eq 'refuse') {
        my $do = $folder_mode & 01000 ? qr/put it into a folder that no other user can write to/
            : qr/write: chmod o-\w+ (?:\Q$file\E|\Q$folder\E)/;
        like $output, qr/the database is open to others: .*; $do$/m, 'and says what to write';
    }
    elsif ($then) {
        like $output, qr/sessions and tokens are open to others: every user of this machine can read \Q$file\E; write: chmod o-rwx \Q$file\E/,
            'and says what to write';
    }
    else {
        unlike $output, qr/open to others/, 'without a word';
    }
}
{
    my $dir = folder();
    AuthJSTest::Env::write_file("$dir/real.db", '');
    symlink "$dir/real.db", "$dir/link.db" or die $!;
    my (undef, $output) = configtest("DBDriver sqlite3\nDBDParams $dir/link.db\nAuthJSAdapter dbd\n$site");
    like $output, qr/can read \Q$dir\E\/real\.db/, 'a link: where it leads';
}

# --- dbm ----------------------------------------------------------------------------------

{
    my $dir = folder();
    my $sqlite = database('sqlite');
    my $conf = $sqlite->adapter . "AuthJSCache dbm:$dir/cache\n$site";
    my $httpd = httpd(conf => $conf);
    $httpd->site->get('/in/', Cookie => 'authjs.session-token=made-up');    # makes the tables
    my $token = 'github.00000000.test59.00000000-0000-4000-8000-000000000000';
    $sqlite->execute(q(INSERT INTO users (id, name) VALUES ('u', 'Jane of the clear text')));
    $sqlite->execute(q(INSERT INTO sessions (id, "sessionToken", "userId", expires) VALUES ('i', ?, 'u', '2100-01-01T00:00:00.000Z')), $token);
    is $httpd->site->get('/in/', Cookie => "authjs.session-token=$token")->code, 404, 'a session that dbm keeps';
    my @files = glob "$dir/*";
    ok scalar(@files), 'in files';
    is mode($_), '0600', s{.*/}{}r . ': nobody else reads it' for @files;
    my $text = join '', map { AuthJSTest::Env::read_file($_) } @files;
    ok length $text, 'something is in them';
    ok index($text, 'clear text') < 0 && index($text, 'sub') < 0, 'but not in clear text';
    $httpd->stop;

    # What httpd left behind when it was killed.
    AuthJSTest::Env::write_file($_, '') for @files;
    chmod 0600, @files;
    chmod 0644, $files[0];
    isnt +($httpd->run_httpd('-DFOREGROUND'))[0], 0, 'files that others can read';
    like $httpd->error_log, qr/AuthJS: .*every user of this machine can read \Q$files[0]\E; write: chmod o-rwx/, 'are refused';
    chmod 0600, $files[0];
    chmod 0777, $dir;
    isnt +($httpd->run_httpd('-DFOREGROUND'))[0], 0, 'a folder that others can write to';
    like $httpd->error_log, qr/AuthJS: .*every user of this machine can put files into \Q$dir\E; write: chmod o-w/, 'too';
}

# --- secrets ------------------------------------------------------------------------------

for my $case ([0600, 0], [0640, 0], [0644, 1], [0602, 1]) {
    my ($mode, $remark) = @$case;
    my $dir = folder();
    my $file = AuthJSTest::Env::write_file("$dir/secret", secret('auth_secret'));
    chmod $mode, $file;
    my ($status, $output) = configtest($site =~ s/\@secret:auth_secret\@/file:$file/r =~ s/^AuthJSSessionStrategy.*\n//mr);
    is $status, 0, sprintf 'a secret in a file of mode %04o', $mode;
    my $said = qr/a secret is open to others: every user of this machine can \w+ \Q$file\E; write: chmod o-rwx/;
    $remark ? like($output, $said, 'remarked') : unlike($output, $said, 'fine');
    unlike $output, qr/\Q@{[ secret('auth_secret') ]}/, 'the secret itself is not said';
}

expect_error(qr/AH00020: Configuration Failed/, '59: which ends httpd');
expect_error(qr/AuthJS: AuthJSCache: every user of this machine can/, '59: files of dbm that are open');
done_testing;

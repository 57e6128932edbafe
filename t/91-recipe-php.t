# docs/recipes/php.md as it is written, with php-fpm.
use lib 't/lib';
use AuthJSTest;
use AuthJSTest::Env;
use AuthJSTest::Recipe;

my ($fpm) = sort glob '/usr/sbin/php-fpm*';
plan skip_all => 'php-fpm is not installed' unless $fpm;
my $page = AuthJSTest::Recipe->new('docs/recipes/php.md');
my $server = AuthJSTest::Httpd->configure;
my ($root, $www) = ($server->root, $server->root . '/htdocs');
AuthJSTest::Env::write_file("$root/conf/auth.env", "AUTH_SECRET=" . secret('auth_secret') . "\nAUTH_GITHUB_ID=id\nAUTH_GITHUB_SECRET=secret\n", 0600);

my $socket = "$root/logs/php.sock";
my $user = $> ? '' : "user = nobody\ngroup = nogroup\nlisten.owner = nobody\n";
start(name => 'php-fpm', command => [$fpm, '-F', '-n', '-y', AuthJSTest::Env::write_file("$root/conf/fpm.conf", <<"EOT")], ready => qr/ready to handle connections/);
[global]
error_log = /dev/stderr
[www]
${user}listen = $socket
pm = ondemand
pm.max_children = 2
EOT

my $libexec = AuthJSTest::Env::apxs('LIBEXECDIR');
$server->rewrite(join '', "LoadModule proxy_fcgi_module $libexec/mod_proxy_fcgi.so\nAuthJSSecret \@secret:auth_secret\@\n",
    $page->block(qr/^<FilesMatch/m, '/run/php/php-fpm.sock' => $socket),
    $page->block(qr/^AuthJSEnvFile/m, '/etc/apache2/' => "$root/conf/", 'https://www.example.com' => $server->url, '/var/www/html' => $www),
    qq(<Directory "$www/open">\n), $page->block(qr/^<Files /m), "</Directory>\n", "<Location /passed>\nAuthJSPassCookies On\n</Location>\n");
AuthJSTest::Env::write_file("$www/members/who.php", $page->block(qr/preg_match/));
my $function = $page->block(qr/^function signed_in_user/m);
my $tell = 'echo json_encode(["user" => signed_in_user(), "uri" => $_SERVER["REQUEST_URI"], "cookies" => array_keys($_COOKIE), "sign_in" => $sign_in,'
    . ' "basic" => isset($_SERVER["PHP_AUTH_USER"]), "forged" => preg_grep("/^HTTP_X_AUTHJS/i", array_keys($_SERVER))]);';
AuthJSTest::Env::write_file("$www/$_/index.php", "$function\n$tell\n") for qw(open front passed);
AuthJSTest::Env::write_file("$www/front/.htaccess", $page->block(qr/^RewriteEngine/m));
AuthJSTest::Env::write_file("$www/front/style.css", "css\n");
$server->start;
is_deeply [AuthJSTest::Recipe::complaints($server)], [], 'authjsctl check finds nothing wrong';

my $id = '8a1f0c52-6b0e-5d0f-9a27-1d5f3c6e7b90';
my $cookie = 'authjs.session-token=' . mint({ sub => $id, name => 'Ada Lovelace', email => 'ada@example.com' });
my $site = $server->site;
is location($site->get('/members/who.php', Accept => 'text/html')),
    $server->url('/auth/signin?callbackUrl=') . $server->url('/members/who.php') =~ s{([:/])}{sprintf '%%%02X', ord $1}ger, 'a visitor is sent to sign in';
my $said = $site->get('/members/who.php', Cookie => $cookie);
is $said->code, 200, 'PHP runs for who is signed in';
like $said->content, qr/^\Q$_\E$/m, "... and sees $_" for split /\n/, $page->block(qr/^AUTH_TYPE=/);
like $said->content, qr/^AUTHJS_SESSION=\{.*"email":"ada\@example\.com"/m, '... and the session';

sub tells { $site->json($site->get(@_)) }
my %forged = map { $_ => 'x' } qw(X-AuthJS-User-Id X_AuthJS_User_Id AUTHJS_USER_ID REMOTE_USER);
is tells('/open/index.php', %forged)->{user}, undef, 'an open page: a visitor is nobody, whatever headers say';
my $user_of = tells('/open/index.php', %forged, Cookie => "theme=dark; $cookie", Authorization => 'Basic dTpw');
is_deeply [@{ $user_of->{user} }{qw(id email name)}], [$id, 'ada@example.com', 'Ada Lovelace'], '... and who is signed in is known';
is $user_of->{user}{session}{user}{name}, 'Ada Lovelace', '... with the session';
is_deeply [values %{ { map { $_ => 1 } ref $user_of->{forged} eq 'HASH' ? values %{ $user_of->{forged} } : @{ $user_of->{forged} } } }], [], '... and no header of ours that a client sent';
is_deeply $user_of->{cookies}, ['theme'], 'PHP does not see the session cookie, as the page says';
is_deeply tells('/passed/index.php', Cookie => $cookie)->{cookies}, ['authjs_session-token'], '... but where it is to';
is $user_of->{sign_in}, '/auth/signin?callbackUrl=%2Fopen%2Findex.php', 'a link to sign in';

is tells('/front/reports/7?x=1', Cookie => $cookie)->{uri}, '/front/reports/7?x=1', 'a front controller is asked with the address';
is tells('/front/reports/7?x=1', Cookie => $cookie)->{user}{id}, $id, '... and knows who it is';
like location($site->get('/front/reports/7?x=1', Accept => 'text/html')), qr/callbackUrl=.*%2Ffront%2Freports%2F7%3Fx%3D1$/, '... a visitor comes back to it';
is $site->get('/front/style.css', Cookie => $cookie)->content, "css\n", '... a file is a file';
is $site->get($_)->code, 401, "... $_ is closed" for qw(/front/style.css /front/index.php /front/reports/7);
ok !$user_of->{basic}, 'there is no PHP_AUTH_USER';

is_deeply [$page->unused], [], 'every block of the page was tried';
done_testing;

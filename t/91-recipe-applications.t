# docs/recipes/applications.md as it is written: the virtual host with TLS in front of an application
# that tells what it got, and in front of Django.
use lib 't/lib';
use AuthJSTest;
use AuthJSTest::Env;
use AuthJSTest::Recipe;

my $page = AuthJSTest::Recipe->new('docs/recipes/applications.md');
my $etc = root() . '/etc';
AuthJSTest::Env::write_file("$etc/auth.env", "AUTH_SECRET=" . secret('auth_secret') . "\nAUTH_GITHUB_ID=id\nAUTH_GITHUB_SECRET=secret\n", 0600);

my ($backend, $django) = map { peer_port($_) } qw(backend django);
my $tls = AuthJSTest::Env::tls_dir();
my $server = AuthJSTest::Httpd->configure;
my $origin = 'https://localhost:' . $server->port;

# The page's virtual host, before an application, with further lines of the page.
sub vhost {
    my ($application, @lines) = @_;
    my $conf = $page->block(qr/^<VirtualHost \*:443>/m, '<VirtualHost *:443>' => '<VirtualHost *:@port@>',
        'https://www.example.com' => $origin, qr/ServerName +www\.example\.com/ => "ServerName $origin",
        '/etc/apache2/auth.env' => "$etc/auth.env", '/etc/apache2/tls/www' => "$tls/srv", '127.0.0.1:3000' => "127.0.0.1:$application");
    return $conf =~ s{^</VirtualHost>}{@{[ join '', @lines ]}</VirtualHost>}mr;
}

sub visitor { AuthJSTest::Site->new(base => $origin, cookies => 1) }
my $email = 'ada@example.com';
my $cookie = '__Secure-authjs.session-token=' . mint({ sub => 'u-1', name => "Ada \x{17d}lu\x{165}ou\x{10d}k\x{e1}", email => $email, login => 'ada', admin => 'no' },
    salt => '__Secure-authjs.session-token');

# The headers that the application got, each name as it came: [name, value] ...
sub got {
    my ($path, %headers) = @_;
    my $response = visitor()->get($path, %headers);
    is $response->code, 200, "$path comes to the application" or return;
    my @all = @{ visitor()->json($response)->{headers} };
    my @pairs;
    push @pairs, [splice @all, 0, 2] while @all;
    return @pairs;
}
# The values of a header in any spelling that CGI, WSGI and Rack take for the same.
sub values_of {
    my ($name, @pairs) = @_;
    my $same = lc $name =~ tr/-/_/r;
    return [map { $_->[1] } grep { lc($_->[0]) =~ tr/-/_/r eq $same } @pairs];
}
sub spellings {
    my ($name) = @_;
    my ($first, @rest) = split /-/, $name;
    my @all = ($first);
    for my $part (@rest) { @all = map { ("$_-$part", "${_}_$part") } @all }
    return @all;
}

peer('backend');
my $plain = AuthJSTest::Env::free_port();
$server->rewrite("Listen 127.0.0.1:$plain\n" . $page->block(qr/^<VirtualHost \*:80>/m, '*:80' => "*:$plain", 'https://www.example.com' => $origin)
    . vhost($backend, $page->block(qr/^RequestHeader unset Remote-User/m)));
$server->start;
is_deeply [AuthJSTest::Recipe::complaints($server)], [], 'authjsctl check finds nothing wrong';

# --- the check that the page shows ------------------------------------------------------------------------
for (qr/Accept: text/, qr/api\/version/) {
    my ($command, $status, @lines) = split /\n/, $page->block($_, 'https://www.example.com' => $origin,
        qr/https%3A%2F%2Fwww\.example\.com/ => $origin =~ s{:}{%3A}gr =~ s{/}{%2F}gr);
    my $answer = `@{[ $command =~ s/^\$ curl/curl --http1.1 -s --cacert $tls\/ca.pem/r ]}`;
    like $answer, qr/^\Q$_\E\r?$/m, "curl says $_" for $status, @lines;
}

is location(visitor()->get("http://localhost:$plain/x?y")), "$origin/x?y", 'http leads to https';

# --- who it is ----------------------------------------------------------------------------------------------
my @pairs = got('/x', Cookie => "theme=dark; $cookie");
is_deeply values_of('X-AuthJS-User-Email', @pairs), [$email], 'the address';
is_deeply values_of('X-AuthJS-User-Id', @pairs), ['u-1'], 'the id';
is_deeply values_of('X-AuthJS-User-Name', @pairs), ['Ada%20%C5%BDlu%C5%A5ou%C4%8Dk%C3%A1'], 'the name, percent-encoded';
is_deeply values_of('Cookie', @pairs), ['theme=dark'], 'cookies of its own, and no session';
is_deeply values_of('X-Forwarded-Proto', @pairs), ['https'], 'that it is https';
is_deeply values_of('Remote-User', @pairs), [$email], 'a header with a name of its own';
like $page->text, qr/^\| `\Q$_\E` \|/m, "the page's table has $_" for qw(X-AuthJS-User-Email X-AuthJS-User-Id X-AuthJS-User-Name X-AuthJS-Provider);

my %forged = map { $_ => 'admin@example.com' } map { spellings($_) } qw(X-AuthJS-User-Email X-AuthJS-User-Id Remote-User);
@pairs = got('/x', %forged, Cookie => $cookie);
is_deeply values_of($_->[0], @pairs), [$_->[1]], "$_->[0] is not the client's, in no spelling"
    for ['X-AuthJS-User-Email', $email], ['X-AuthJS-User-Id', 'u-1'], ['Remote-User', $email];
@pairs = got('/x', Connection => 'close, X-AuthJS-User-Email, Remote-User', Cookie => $cookie);
is_deeply values_of('X-AuthJS-User-Email', @pairs), [$email], 'a client cannot have our header taken out';
is_deeply values_of('Remote-User', @pairs), [], '... one of the site it can: nobody, as the page says';
is visitor()->get('/x', %forged)->code, 401, 'headers alone let nobody in';
is visitor()->get('/x', Cookie => '__Secure-authjs.session-token=' . mint({ sub => 'u-2', email => 'eve@example.net' },
    salt => '__Secure-authjs.session-token'))->code, 403, 'who is of another domain is refused';

# --- Grafana, Gitea ------------------------------------------------------------------------------------------
my ($grafana_ini, $app_ini) = map { $page->block($_) } qr/^\[auth\.proxy\]/m, qr/^REVERSE_PROXY_AUTHENTICATION_USER/m;
sub setting { my ($ini, $key) = @_; return $ini =~ /^\Q$key\E\s*= *(.*)$/m ? $1 : undef }
$server->rewrite(vhost($backend, $page->block(qr/^<Location "\/api">/m), $page->block(qr/^AuthJSToken login/m)));
$server->stop;
$server->start;
is_deeply values_of(setting($grafana_ini, 'header_name'), got('/d/1', Cookie => $cookie)), [$email], 'the header that Grafana is told';
%forged = map { $_ => 'admin' } map { spellings(setting(@$_)) } [$grafana_ini, 'header_name'], map { [$app_ini, "REVERSE_PROXY_AUTHENTICATION_$_"] } qw(USER EMAIL);
is_deeply values_of(setting($grafana_ini, 'header_name'), got('/api/dashboards', %forged)), [], '... which no client sends to the open path';
my $eve = '__Secure-authjs.session-token=' . mint({ sub => 'u-2', email => 'eve@example.net', login => 'eve' }, salt => '__Secure-authjs.session-token');
is_deeply values_of(setting($grafana_ini, 'header_name'), got('/api/user', Cookie => $cookie)), [$email], "... where Grafana's pages are known";
is visitor()->get('/api/user', Cookie => $eve)->code, 403, '... and nobody of another domain comes in';
@pairs = got('/ada/repository', %forged, Cookie => $cookie);
is_deeply values_of(setting($app_ini, 'REVERSE_PROXY_AUTHENTICATION_USER'), @pairs), ['ada'], 'the headers that Gitea is told';
is_deeply values_of(setting($app_ini, 'REVERSE_PROXY_AUTHENTICATION_EMAIL'), @pairs), [$email], '... both';
@pairs = got('/ada/repository.git/info/refs?service=git-upload-pack', %forged, Authorization => 'Basic dG9rZW46eA==');
is_deeply values_of(setting($app_ini, 'REVERSE_PROXY_AUTHENTICATION_USER'), @pairs), [], 'git comes without a session, as nobody';
is_deeply values_of(setting($app_ini, "REVERSE_PROXY_AUTHENTICATION_$_"), got('/ada/repository.git/info/refs', Cookie => $eve)), [], "... whoever has a session: $_" for qw(USER EMAIL);
is_deeply values_of('Authorization', @pairs), ['Basic dG9rZW46eA=='], '... with its token';

# --- Rails ----------------------------------------------------------------------------------------------------
my ($variable) = $page->block(qr/ApplicationController/) =~ /get_header\("(HTTP_\w+)"\)/;
is $variable, 'HTTP_X_AUTHJS_USER_EMAIL', 'what Rack makes of the header';

# --- Django ---------------------------------------------------------------------------------------------------
SKIP: {
    my $python = '/usr/bin/python3';
    my $script = root() . '/django';
    my $middleware = $page->block(qr/^class SignedIn/m);
    my $settings = $page->block(qr/^MIDDLEWARE/m, '"www.example.com"' => '"localhost"');
    skip 'python3-django is not installed', 1 unless system("$python -c 'import django' 2>/dev/null") == 0;
    AuthJSTest::Env::write_file("$script/example/__init__.py", '');
    AuthJSTest::Env::write_file("$script/example/signed_in.py", $middleware);
    AuthJSTest::Env::write_file("$script/example/settings.py", <<"EOT" . $settings);
SECRET_KEY = "x" * 50
USE_TZ = True
ROOT_URLCONF = "example.urls"
INSTALLED_APPS = ["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions"]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "$script/db"}}
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
EOT
    AuthJSTest::Env::write_file("$script/example/urls.py", <<'EOT');
from django.http import JsonResponse
from django.urls import re_path


def who(request):
    return JsonResponse({"user": request.user.get_username(), "secure": request.is_secure()})


urlpatterns = [re_path("", who)]
EOT
    AuthJSTest::Env::write_file("$script/run.py", <<"EOT");
import os, sys, threading
from wsgiref.simple_server import make_server
sys.path.insert(0, "$script")
sys.dont_write_bytecode = True
os.environ["DJANGO_SETTINGS_MODULE"] = "example.settings"
import django
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
django.setup()
call_command("migrate", verbosity=0)
server = make_server("127.0.0.1", $django, get_wsgi_application())
print("ready", flush=True)
server.serve_forever()
EOT
    my $application = start(name => 'django', command => [$python, "$script/run.py"], port => $django, ready => qr/^ready/m);
    $server->rewrite(vhost($django));
    $server->stop;
    $server->start;
    my $who = sub { visitor()->json(visitor()->get('/', @_)) };
    is_deeply $who->(Cookie => $cookie), { user => $email, secure => JSON::PP::true() }, 'Django knows who it is';
    is $who->((map { $_ => 'admin@example.com' } spellings('X-AuthJS-User-Email')), Cookie => $cookie)->{user}, $email, '... and believes no client';
    $application->stop;
}

is_deeply [$page->unused], [], 'every block of the page was tried';
expect_error(qr/AH01631: user .*authorization failure/, '91: a rule refuses');
done_testing;

# The marks of providers: logos from a folder of SVG files, else a monogram on a colour.
use lib 't/lib';
use AuthJSTest;
use AuthJSTest::Page;

my $icons = srcdir() . '/t/peers/node_modules/simple-icons/icons';
my $root = root() . '/logos';
mkdir $root;

sub provider {
    my ($id, $name, $more) = @_;
    return "<AuthJSProvider $id>\n" . ($name ? "AuthJSName \"$name\"\n" : '')
        . "AuthJSClientID x\nAuthJSClientSecret \@secret:client_secret\@\n" . ($more // '') . "</AuthJSProvider>\n";
}
my $conf = "AuthJSSecret \@secret:auth_secret\@\nAuthJSURL http://localhost:\@port\@\n";
my @ids = qw(github google gitlab discord spotify reddit);

sub page {
    my ($httpd) = @_;
    my $base = $httpd->url;
    return page_is_sound($httpd->site->get('/auth/signin'), $base, 'sign-in');
}

# --- without AuthJSLogos -------------------------------------------------------------------
{
    my @named = ([mine => 'My company'], [umlaut => 'Übung'], [one => 'X'], [small => 'acme']);
    my $oidc = "AuthJSIssuer http://127.0.0.1:1\n";
    my $html = page(httpd(conf => $conf . join '', (map { provider($_) } @ids),
        map { provider("$_->[0] oidc", $_->[1], $oidc) } @named));
    is_deeply [$html =~ m{<span class="mark mark-\d+" aria-hidden="true">([^<]*)</span>}g],
        [qw(GH Go GL Di Sp Re Mc Üb X ac)], 'two letters';
    my %color = $html =~ /^\.mark-(\d+)\{background:([^;]+);color:[^}]+\}$/mg;
    is keys %color, @ids + @named, 'each on a colour';
    is keys %{ { reverse %color } }, @ids + @named, 'of its own';
}

# --- with it -------------------------------------------------------------------------------
{
    symlink "$icons/lichess.svg", "$root/club.svg" or die $!;
    symlink "$icons/$_.svg", "$root/$_.svg" or die $! for @ids;
    AuthJSTest::Env::write_file("$root/drawn.svg", '<svg viewBox="0 0 2 2"><title>&lt;x&gt;</title><rect fill="#f00" width="2"/></svg>');
    my $oidc = "AuthJSIssuer http://127.0.0.1:1\n";
    my $html = page(httpd(conf => $conf . "AuthJSLogos $root\n" . join '', map({ provider($_) } @ids),
        provider('club oidc', 'Chess club', $oidc), provider('work github', 'Work'), provider('drawn oidc', 'D', $oidc),
        provider('none oidc', 'None', $oidc), provider('seen oidc', 'S', "${oidc}AuthJSStyle logo=/s.png\n")));
    is scalar(() = $html =~ m{<svg class="mark mark-\d" aria-hidden="true" viewBox="0 0 24 24"><path d="[Mm]}g), @ids + 2, 'the logos';
    my ($github) = AuthJSTest::Env::read_file("$icons/github.svg") =~ / d="([^"]+)"/;
    is scalar(() = $html =~ /\Q$github\E/g), 2, 'of a provider by its own id, else by that of its definition';
    like $html, qr{<svg class="mark" aria-hidden="true" viewBox="0 0 2 2"><rect width="2" fill="#f00"></rect></svg>}, 'one with colours keeps them';
    like $html, qr{aria-hidden="true">No</span>}, 'where there is none, a monogram';
    like $html, qr{<img class="mark" alt="" src="/s\.png">}, 'AuthJSStyle logo comes first';
    unlike $html, qr/<title>(?!Sign In)|&lt;x/, 'no title of a drawing';
}

# --- what is not taken ---------------------------------------------------------------------
sub refused {
    my ($what, $svg, $why) = @_;
    AuthJSTest::Env::write_file("$root/github.svg", $svg) if unlink "$root/github.svg";
    my ($status, $output) = configtest($conf . "AuthJSLogos $root\n" . provider('github')
        . "Listen 127.0.0.1:\@port:second\@\n<VirtualHost 127.0.0.1:\@port:second\@>\nAuthJSURL http://b.test\n</VirtualHost>\n");
    isnt $status, 0, $what;
    is scalar(() = $output =~ m{AuthJSLogos: \Q$root\E/github\.svg: $why}g), 1, '... is said once, with the file';
}
refused('a script', '<svg viewBox="0 0 1 1"><script>x</script></svg>', 'the element script is no shape');
refused('a handler', '<svg viewBox="0 0 1 1" onload="x"/>', 'the attribute onload is not');
refused('a reference', '<svg viewBox="0 0 1 1"><path fill="url(http://x)"/></svg>', 'the attribute fill is not');
refused('no SVG', 'PNG', 'is no SVG');
refused('a large file', ' ' x 65_537, 'is larger than 64 KB');
my ($status, $output) = configtest("${conf}AuthJSLogos $root/nowhere\n" . provider('github'));
isnt $status, 0, 'no folder';
like $output, qr{AuthJSLogos:? there is no folder \Q$root\E/nowhere}, '... and says so';

done_testing;

package AuthJSTest::Provider;

# A visitor at a provider: from the authorization URL through its forms to the callback URL.
use strict;
use warnings;
use Exporter 'import';
use HTTP::Cookies ();
use LWP::UserAgent ();
use URI ();
use AuthJSTest::Env;

our @EXPORT = qw(authorize);

# authorize($url, login => 'alice', deny => 0): the URL that leads back (its path holds
# /callback/), or for response_mode=form_post (URL, {fields}).
sub authorize {
    my ($url, %option) = @_;
    my $ua = LWP::UserAgent->new(max_redirect => 0, timeout => 120,
        cookie_jar => HTTP::Cookies->new(hide_cookie2 => 1),
        ssl_opts => { SSL_ca_file => AuthJSTest::Env::tls_dir() . '/ca.pem' });
    my $response = $ua->get($url);
    for (1 .. 20) {
        if ($response->is_redirect) {
            $url = URI->new_abs($response->header('Location'), $url)->as_string;
            return $url if $url =~ m{/callback/};
            $response = $ua->get($url);
            next;
        }
        my ($action, %field) = form($response->decoded_content)
            or die "no form at $url: " . $response->status_line . "\n";
        return ($action, \%field) if $action =~ m{/callback/};
        if ($option{deny}) {
            $url = URI->new($url)->path . '/abort';
            $response = $ua->get($url = URI->new_abs($url, $action)->as_string);
            next;
        }
        $field{login}    = $option{login} || 'alice' if exists $field{login};
        $field{password} = 'x'                       if exists $field{password};
        $url = URI->new_abs($action, $url)->as_string;
        $response = $ua->post($url, \%field);
    }
    die "too many steps at $url\n";
}

# (action, name => value ...) of the first form; the first button of a name counts.
sub form {
    my ($html) = @_;
    my ($attributes, $body) = $html =~ m{<form([^>]*)>(.*?)</form>}s or return;
    my %field;
    while ($body =~ /<(?:input|button)([^>]*)>/g) {
        my $tag = $1;
        my ($name) = $tag =~ /name="([^"]*)"/ or next;
        my ($value) = $tag =~ /value="([^"]*)"/;
        $field{$name} //= unescape($value // '');
    }
    my ($action) = $attributes =~ /action="([^"]*)"/;
    return (unescape($action // ''), %field);
}

sub unescape {
    my ($text) = @_;
    my %entity = (amp => '&', lt => '<', gt => '>', quot => '"', '#39' => "'", '#x27' => "'");
    $text =~ s/&(#?\w+);/$entity{$1} \/\/ "&$1;"/ge;
    return $text;
}

1;

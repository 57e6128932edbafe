package AuthJSTest::Site;

# A visitor of one site: LWP that follows no redirect, with or without a cookie jar.
use strict;
use warnings;
use AuthJSTest::Env;
use Encode ();
use HTTP::Cookies ();
use HTTP::Request ();
use JSON::PP ();
use LWP::UserAgent ();
use URI ();

# new(base => 'http://localhost:N', cookies => 0|1, auth => '/auth')
sub new {
    my ($class, %option) = @_;
    my $self = bless { auth => '/auth', %option }, $class;
    $self->{ua} = LWP::UserAgent->new(max_redirect => 0, timeout => 40,
        agent => 'Mozilla/5.0 (X11; Linux x86_64) mod_authjs-test', parse_head => 0,
        ssl_opts => { SSL_ca_file => $self->{base} =~ /^https/
            ? AuthJSTest::Env::tls_dir() . '/ca.pem' : undef });
    $self->{ua}->cookie_jar(HTTP::Cookies->new(hide_cookie2 => 1)) if $option{cookies};
    return $self;
}

sub ua  { $_[0]{ua} }
sub url { my ($self, $path) = @_; $path //= ''; $path =~ m{^https?://} ? $path : $self->{base} . $path }

# request($method, $path, {header => value | [values]}, $content)
sub request {
    my ($self, $method, $path, $headers, $content) = @_;
    my $request = HTTP::Request->new($method, $self->url($path));
    $self->{ua}->cookie_jar->add_cookie_header($request) if $self->{ua}->cookie_jar;
    my @more;
    for my $name (sort keys %{ $headers || {} }) {
        my @values = ref $headers->{$name} ? @{ $headers->{$name} } : $headers->{$name};
        if (lc $name eq 'cookie' && defined $request->header('Cookie')) {
            $request->header(Cookie => join '; ', $request->header('Cookie'), @values);
        }
        else { $request->push_header($name => $_) for @values }
    }
    if (defined $content) {
        $request->content(Encode::is_utf8($content) ? Encode::encode_utf8($content) : $content);
        $request->header('Content-Length' => length $request->content);
    }
    my $response = $self->{ua}->simple_request_without_jar($request);
    $self->{ua}->cookie_jar->extract_cookies($response) if $self->{ua}->cookie_jar;
    return $response;
}

# LWP would add the jar's cookies to the request a second time.
sub LWP::UserAgent::simple_request_without_jar {
    my ($ua, $request) = @_;
    my $jar = $ua->cookie_jar;
    $ua->cookie_jar(undef);
    my $response = $ua->simple_request($request);
    $ua->cookie_jar($jar);
    return $response;
}

sub get  { my ($self, $path, %headers) = @_; $self->request(GET => $path, \%headers) }
sub head { my ($self, $path, %headers) = @_; $self->request(HEAD => $path, \%headers) }

# post($path, [k => v ...] | {json} | 'raw body', headers...): a list is sent as a form, a
# hash as JSON, a string as it is.
sub post {
    my ($self, $path, $body, %headers) = @_;
    if (ref $body eq 'ARRAY') {
        my $form = URI->new('http:');
        $form->query_form(@$body);
        $headers{'Content-Type'} //= 'application/x-www-form-urlencoded';
        $body = $form->query // '';
    }
    elsif (ref $body) {
        $headers{'Content-Type'} //= 'application/json';
        $body = JSON::PP->new->utf8->canonical->encode($body);
    }
    return $self->request(POST => $path, \%headers, $body // '');
}

# The decoded JSON of a response, or of what GET $path answers.
sub json {
    my ($self, $from, %headers) = @_;
    my $response = ref $from ? $from : $self->get($from, %headers);
    return JSON::PP->new->utf8->allow_nonref->decode($response->content);
}

# A CSRF token; its cookie is in the jar.
sub csrf { $_[0]->json("$_[0]{auth}/csrf")->{csrfToken} }

# POST /auth/signin/PROVIDER as the sign-in page does it: the provider's redirect.
sub sign_in {
    my ($self, $provider, $fields, %headers) = @_;
    $self->post("$self->{auth}/signin/$provider",
        [csrfToken => $self->csrf, @{ $fields || [] }], %headers);
}

# POST /auth/callback/PROVIDER with a user name and a password.
sub credentials {
    my ($self, $provider, $fields, %headers) = @_;
    $self->post("$self->{auth}/callback/$provider", [csrfToken => $self->csrf, @$fields],
        %headers);
}

sub sign_out {
    my ($self, $fields, %headers) = @_;
    $self->post("$self->{auth}/signout", [csrfToken => $self->csrf, @{ $fields || [] }], %headers);
}

# The visitor's session as /auth/session tells it (undef: none).
sub session { $_[0]->json("$_[0]{auth}/session") }

# {name => value} of the cookies in the jar; cookie(name): one of them.
sub cookies {
    my ($self) = @_;
    my %cookie;
    $self->{ua}->cookie_jar->scan(sub { $cookie{ $_[1] } = $_[2] });
    return \%cookie;
}
sub cookie { $_[0]->cookies->{ $_[1] } }

sub set_cookie_value {
    my ($self, $name, $value) = @_;
    my $uri = URI->new($self->{base});
    my $host = $uri->host =~ /\./ ? $uri->host : $uri->host . '.local';
    $self->{ua}->cookie_jar->set_cookie(0, $name, $value, '/', $host, undef, 1,
        $uri->scheme eq 'https', 86400, 0);
}

1;

package AuthJSTest::Site;

# A visitor of one site: LWP that follows no redirect, with or without a cookie jar.
use strict;
use warnings;
use AuthJSTest::Env;
use Encode ();
use HTTP::Date ();
use HTTP::Request ();
use JSON::PP ();
use LWP::UserAgent ();
use URI ();

# new(base => 'http://localhost:N', cookies => 0|1, auth => '/auth')
sub new {
    my ($class, %option) = @_;
    my $self = bless { auth => '/auth', %option }, $class;
    $self->{ua} = LWP::UserAgent->new(max_redirect => 0, timeout => 120,
        agent => 'Mozilla/5.0 (X11; Linux x86_64) mod_authjs-test', parse_head => 0,
        ssl_opts => { SSL_ca_file => $self->{base} =~ /^https/
            ? AuthJSTest::Env::tls_dir() . '/ca.pem' : undef });
    $self->{jar} = {} if $option{cookies};
    return $self;
}

sub ua  { $_[0]{ua} }
sub url { my ($self, $path) = @_; $path //= ''; $path =~ m{^https?://} ? $path : $self->{base} . $path }

# request($method, $path, {header => value | [values]}, $content)
sub request {
    my ($self, $method, $path, $headers, $content) = @_;
    my $request = HTTP::Request->new($method, $self->url($path));
    my @cookies = $self->jar_header($request->uri);
    for my $name (sort keys %{ $headers || {} }) {
        # A name with _ is sent as it is: a client may send it in place of one with -.
        local $HTTP::Headers::TRANSLATE_UNDERSCORE = 0;
        my @values = ref $headers->{$name} ? @{ $headers->{$name} } : $headers->{$name};
        if (lc $name eq 'cookie') { push @cookies, @values }
        else { $request->push_header($name => $_) for @values }
    }
    $request->header(Cookie => join '; ', @cookies) if @cookies;
    if (defined $content) {
        $request->content(Encode::is_utf8($content) ? Encode::encode_utf8($content) : $content);
        $request->header('Content-Length' => length $request->content);
    }
    my $response = $self->{ua}->simple_request($request);
    $self->jar_extract($request->uri, $response) if $self->{jar};
    return $response;
}

# A cookie jar as browsers keep it (RFC 6265), for one site: HTTP::Cookies does not know
# Max-Age=0. Keyed by host, name and path; ports do not count. Secure cookies go to
# http://localhost too, which browsers trust.
sub jar_header {
    my ($self, $uri) = @_;
    my @jar = grep {
        $_->{host} eq $uri->host && (!$_->{secure} || $uri->scheme eq 'https' || $uri->host eq 'localhost')
            && ($_->{expires} // 9e15) > time
            && index(($uri->path || '/') . '/', $_->{path} =~ s{/?$}{/}r) == 0
    } values %{ $self->{jar} || {} };
    return map { "$_->{name}=$_->{value}" }
        sort { length $b->{path} <=> length $a->{path} || $a->{name} cmp $b->{name} } @jar;
}

sub jar_extract {
    my ($self, $uri, $response) = @_;
    for my $line ($response->header('Set-Cookie')) {
        my ($pair, @attributes) = split /\s*;\s*/, $line;
        my ($name, $value) = split /=/, $pair, 2;
        my %attribute = map { my ($k, $v) = split /=/, $_, 2; (lc $k => $v // 1) } @attributes;
        my $expires = defined $attribute{'max-age'} ? time + $attribute{'max-age'}
            : $attribute{expires} ? HTTP::Date::str2time($attribute{expires}) : undef;
        $self->set_cookie_value($name, $value, host => $uri->host, expires => $expires,
            path => $attribute{path} || '/', secure => $attribute{secure} ? 1 : 0);
    }
}

# Put a cookie into the jar by hand: host, path, secure, expires (seconds).
sub set_cookie_value {
    my ($self, $name, $value, %option) = @_;
    my %cookie = (name => $name, value => $value, path => '/', secure => 0,
        host => URI->new($self->{base})->host, %option);
    my $key = "$cookie{host};$cookie{path};$name";
    if (defined $cookie{expires} && $cookie{expires} <= time) { delete $self->{jar}{$key} }
    else { $self->{jar}{$key} = \%cookie }
}

# {name => value} of the cookies in the jar; cookie(name): one of them.
sub cookies { return { map { $_->{name} => $_->{value} } values %{ $_[0]{jar} } } }
sub cookie  { $_[0]->cookies->{ $_[1] } }

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

1;

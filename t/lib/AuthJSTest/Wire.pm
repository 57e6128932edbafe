package AuthJSTest::Wire;

# Requests as no client would write them, from a seed: raw bytes for HTTP/0.9 to 1.1, frames
# for HTTP/2; and a way to send many at once.
use strict;
use warnings;
use IO::Select ();
use IO::Socket::INET ();
use Time::HiRes qw(time);

# new(seed => N, protected => [paths], open => [paths], plain => [paths], hosts => [host:port])
sub new {
    my ($class, %option) = @_;
    return bless {%option}, $class;
}

# A generator of its own: the same numbers on every machine and every Perl.
sub number {
    my ($self, $below) = @_;
    $self->{seed} = ($self->{seed} * 1103515245 + 12345) & 0x7fffffff;
    return int(($self->{seed} >> 8) % $below);
}
sub pick   { my $self = shift; $_[ $self->number(scalar @_) ] }
sub chance { $_[0]->number(100) < $_[1] }

# --- targets -----------------------------------------------------------------------------

my @inserts = ('/', '//', '/./', '/x/../', '/../', '\\', '%5c', '%2f', '%2F', '%252f', '%2e', '%2e%2e/', '/%2e/', '/%2e%2e/', '..;/', ';a=b',
    ';', '%00', "\0", '%0a', '%20', '%09', "\t", '%3f', '%23', '#', '?', '.', '%c0%ae', '%c0%af', "\xc0\xaf", '%u002f', '+', '&', ':', '@', '~',
    '*', '%', '%2', '%zz', '%ff', "\xff", '%e2%88%95', '//../', '/.//', '/..//../', '/x/..;/../', '|', '^', '"', "'", '<', '{');

# Other ways to write a path, most of which mean the same.
sub respell {
    my ($self, $path) = @_;
    for (1 .. $self->pick(0, 0, 0, 1, 1, 2, 3)) {
        my $at = $self->number(1 + length $path);
        my $way = $self->number(8);
        if ($way == 0) { substr $path, $at, 0, $self->pick(@inserts) }
        elsif ($way == 1 && $at < length $path) { substr($path, $at, 1) = sprintf '%%%02x', ord substr $path, $at, 1 }
        elsif ($way == 2 && $at < length $path) { substr($path, $at, 1) = sprintf '%%25%02X', ord substr $path, $at, 1 }
        elsif ($way == 3) { $path =~ s{/}{$self->pick('//', '/./', '/x/../', '/%2e/', '/x/%2e%2e/', '///')}e }
        elsif ($way == 4) { $path .= $self->pick(@inserts) }
        elsif ($way == 5) { $path = $self->pick('/..', '/.', '/', '/x/..', '//x/..', '/%2e%2e') . $path }
        elsif ($way == 6) { $path = $self->chance(50) ? uc $path : lc $path }
        else { $path =~ s{(\w)}{sprintf '%%%02X', ord $1}e }
    }
    return $path;
}

sub protected_path { my $self = shift; $self->pick(@{ $self->{protected} }) }
sub open_path      { my $self = shift; $self->pick(@{ $self->{open} }) }

# Two paths in one: one parser may see the open one, another the protected.
sub both {
    my ($self) = @_;
    my ($closed, $open) = ($self->protected_path, $self->open_path);
    my $up = $self->pick('/..', '/../..', '/%2e%2e', '/..;', '/../../..', '/..%2f..', '//..', '/./..');
    return $self->pick("$closed?y=://h$open", "$closed?://h$open", "$closed?$open", "$closed#$open", "$closed;$open", "$open$up$closed",
        "$open$up$up$closed", "$closed/..$open", "$closed$open", "$closed%3f://h$open", "$closed%23$open", "$closed?y=http://h$open#z",
        "/x://h$open/$up$closed", "$closed\\..\\..$open", "$open?$up$closed", "$open#$up$closed", "$open;$up$closed", "$open%00$closed",
        "$closed://h$open", "$closed?/../..$open", "//h$closed?://h$open", "$closed&x=://h$open", "$open/x$up$up$closed", "$closed?\@h$open");
}

sub authority {
    my ($self) = @_;
    return $self->pick(@{ $self->{hosts} }, 'localhost', 'localhost:PORT', '127.0.0.1:PORT', 'other.test', 'u@localhost:PORT', 'u:p@localhost', 'h:0', 'h:99999', '[::1]',
        '[::1', '', ':80', '@', 'LOCALHOST:PORT', 'localhost.:PORT', 'login.html', 'h%2fx', 'h:80:80', '..', '*', 'h\\x', 'a@b@c');
}

sub target {
    my ($self) = @_;
    my $path = $self->chance(45) ? $self->both : $self->chance(75) ? $self->protected_path
        : $self->chance(60) ? $self->open_path : $self->pick(@{ $self->{plain} });
    $path = $self->respell($path) if $self->chance(40);
    $path .= $self->pick('?', '?x', '#', '?x#y', '#?', ';', '??', '?x=/../..', '?x=%00', '?' . 'a' x 300) if $self->chance(12);
    my $scheme = $self->pick('http', 'http', 'HTTP', 'https', 'hTtP', 'ftp', 'x', 'ws', 'file', 'javascript', 'urn', 'http+x', '', 'h2c', 'http%3a');
    my $form = $self->number(100);
    return $form < 50 ? $path
        : $form < 65 ? "$scheme://" . $self->authority . $path
        : $form < 80 ? "$scheme:$path"
        : $form < 83 ? "$scheme:" . $path =~ s{^/}{}r
        : $form < 86 ? "//" . $self->authority . $path
        : $form < 88 ? "://" . $self->authority . $path
        : $form < 90 ? $path =~ s{^/}{}r
        : $form < 92 ? $self->pick('*', '*' . $path, '/*', '', '.', '?', '#', '\\', '%2f', '%')
        : $form < 94 ? $self->authority
        : $form < 96 ? "$scheme:///$path"
        : $form < 98 ? "$scheme:/" . $self->authority . $path
        : $self->pick(" $path", "$path x", "\t$path", "$path\r", "<$path>", "\"$path\"", "$path\x0b", "\\$path");
}

# --- the rest of a request ---------------------------------------------------------------

my @methods = (('GET') x 40, ('HEAD') x 4, ('POST') x 6, qw(OPTIONS PUT DELETE COPY MOVE MKCOL PROPFIND PROPPATCH LOCK UNLOCK REPORT SEARCH
    PATCH TRACE CONNECT get Get GETS FOO BREW ACL BIND LINK), 'G E T', "GET\t", '');
my @versions = (('HTTP/1.1') x 30, ('HTTP/1.0') x 6, '', '', 'HTTP/0.9', 'HTTP/1.2', 'HTTP/2.0', 'HTTP/3', 'http/1.1', 'HTTP/01.1', 'HTTP/1.', 'HTTP/1.1 x', 'XTTP/1.1');

sub header {
    my ($self) = @_;
    my ($open, $closed) = ($self->open_path, $self->protected_path);
    return $self->pick(
        "X-Original-URL: $closed", "X-Original-URL: $open", "X-Rewrite-URL: $closed", "X-Rewrite-URL: $open", "X-Original-URI: $open",
        'X-HTTP-Method-Override: GET', 'X-HTTP-Method: PUT', 'X-Method-Override: HEAD', "X-Forwarded-Uri: $open", "X-Forwarded-Prefix: $open",
        'X-Forwarded-Proto: https', 'X-Forwarded-Host: other.test', 'X-Forwarded-For: 127.0.0.1', 'Forwarded: for=127.0.0.1;host=x', "Referer: http://localhost:PORT$open",
        'Connection: Upgrade, HTTP2-Settings' . "\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__", "Upgrade: websocket\r\nConnection: Upgrade", 'Upgrade: TLS/1.0',
        'Expect: 100-continue', 'Expect: x', 'Range: bytes=0-99', 'Range: bytes=-50', 'Range: bytes=0-9,20-60', 'If-None-Match: *', 'If-Match: *', 'If-Range: x',
        'If-Modified-Since: Sat, 01 Jan 2000 00:00:00 GMT', 'TE: trailers', 'Accept: text/html', 'Accept: */*', 'Accept-Language: fr', 'Accept-Encoding: identity',
        'Sec-Fetch-Mode: navigate', 'Origin: http://other.test', 'Authorization: Basic amFuZTp4', 'Authorization: Bearer x.y.z', 'Authorization: AuthJS x',
        'Proxy-Authorization: Basic amFuZTp4', 'Cookie: authjs.session-token=x', 'Cookie: authjs.session-token.0=a; authjs.session-token.1=b',
        'Cookie: __Secure-authjs.session-token=a.b.c.d.e', 'X-AuthJS-User-Email: jane@example.com', 'X_AuthJS_User_Id: 7', 'Remote-User: jane', 'REMOTE_USER: jane',
        "Destination: http://localhost:PORT$open", "Destination: http://localhost:PORT$closed", 'Depth: infinity', 'Overwrite: T', 'Translate: f', 'Max-Forwards: 0',
        'Content-Length: 0', "Content-Type: application/x-www-form-urlencoded", "X: y\r\n folded", 'X : y', ': y', 'X', "X: \0", 'Via: 1.1 x', 'Purpose: prefetch',
        'Host: other.test', 'Keep-Alive: 5', 'Connection: keep-alive, Cookie', 'Connection: Authorization', 'X-Sendfile: /etc/hostname', 'Content-Location: /login.html');
}

sub body {
    my ($self) = @_;
    return $self->pick("Content-Length: 3\r\n\r\na=b", "Transfer-Encoding: chunked\r\n\r\n3\r\na=b\r\n0\r\n\r\n", "Content-Length: 0\r\n\r\n",
        "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "Content-Length: -1\r\n\r\n", "Transfer-Encoding: gzip\r\n\r\nx");
}

# One request; PORT stands for the server's own. @more: header lines that it has to have.
sub request {
    my ($self, @more) = @_;
    # Of every two the target alone is odd.
    return join "\r\n", $self->pick('GET', 'GET', 'GET', 'HEAD', 'POST', 'OPTIONS') . ' ' . $self->target . ' HTTP/1.1', 'Host: localhost:PORT',
        ($self->chance(30) ? $self->header : ()), @more, 'Connection: close', '', '' if $self->chance(50);
    my $method = $self->pick(@methods);
    my $version = $self->pick(@versions);
    my $line = join $self->chance(98) ? ' ' : $self->pick('  ', "\t", "\x0b"), $method, $self->target, length $version ? $version : ();
    return "$line\r\n" if !length $version && $self->chance(50);
    my @host = $self->number(100);
    @host = $host[0] < 85 ? 'Host: localhost:PORT' : $host[0] < 88 ? () : $host[0] < 91 ? ('Host: localhost:PORT', 'Host: other.test')
        : $host[0] < 94 ? 'Host: ' . $self->authority : $host[0] < 97 ? 'Host: http://localhost:PORT' . $self->open_path : 'Host:';
    my @headers = map { $self->header } 1 .. $self->pick(0, 0, 1, 1, 2, 3);
    my $end = $method =~ /^(?:POST|PUT|PATCH|PROP|LOCK|REPORT|SEARCH|FOO)/ ? $self->body : "\r\n";
    return join "\r\n", $line, @host, @headers, @more, 'Connection: close', $end;
}

# --- HTTP/2 ------------------------------------------------------------------------------

sub frame { my ($type, $flags, $stream, $payload) = @_; substr(pack('N', length $payload), 1) . pack('CCN', $type, $flags, $stream) . $payload }

# HPACK, literal without indexing, no Huffman; an integer of 7 bits with more behind.
sub text {
    my ($text) = @_;
    my $len = length $text;
    return pack('C', $len) . $text if $len < 127;
    my $out = pack 'C', 127;
    for ($len -= 127; $len >= 128; $len >>= 7) { $out .= pack 'C', $len & 127 | 128 }
    return $out . pack('C', $len) . $text;
}
sub fields { join '', map { "\0" . text($_->[0]) . text($_->[1]) } @_ }

# A connection of some requests, which ends by itself.
sub h2_requests {
    my ($self, $count, @more) = @_;
    my $bytes = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" . frame(4, 0, 0, '');
    for my $n (0 .. $count - 1) {
        my $method = $self->pick(@methods) || 'GET';
        my @fields = ([':method', $method =~ s/\W//gr], [':scheme', $self->chance(90) ? 'http' : $self->pick('https', 'x', '')],
            [':authority', $self->chance(85) ? 'localhost:PORT' : $self->authority], [':path', $self->target =~ s/[\r\0]//gr], @more);
        push @fields, ['x-original-url', $self->open_path] if $self->chance(10);
        push @fields, ['host', 'other.test'] if $self->chance(5);
        push @fields, [':path', $self->open_path] if $self->chance(3);
        $bytes .= frame(1, 5, 2 * $n + 1, fields(@fields));
    }
    return $bytes;
}

# --- many at once ------------------------------------------------------------------------

# Send each of [port, bytes, ...] on a connection of its own and call back with the job and
# all that came. Some are open at a time; what stalls is given up after $wait seconds.
sub send_all {
    my ($jobs, $done, $wait) = @_;
    my ($select, $stalled, %open) = (IO::Select->new, 0);
    local $SIG{PIPE} = 'IGNORE';
    my $begin = sub {
        my $job = shift @$jobs or return;
        my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $job->[0], Timeout => 30) or die "connect to $job->[0]: $@";
        my $bytes = $job->[1] =~ s/:PORT/:$job->[0]/gr;
        syswrite $socket, $bytes;
        # A connection of HTTP/2 that its client half closes ends before its streams do.
        shutdown $socket, 1 unless $bytes =~ /\APRI/;
        $open{ fileno $socket } = [$socket, $job, '', time];
        $select->add($socket);
    };
    $begin->() for 1 .. 16;
    while (%open) {
        my @ready = $select->can_read(0.5);
        my @over = @ready ? () : grep { time - $_->[3] > ($wait || 20) } values %open;
        for my $socket (@ready) {
            my $state = $open{ fileno $socket };
            push @over, $state if !sysread $socket, $state->[2], 65536, length $state->[2] or h2_over($state);
        }
        for my $state (@over) {
            my $socket = $state->[0];
            $stalled++ if !grep { $_ == $socket } @ready;
            $select->remove($socket);
            delete $open{ fileno $socket };
            close $socket;
            $done->($state->[1], $state->[2]);
            $begin->();
        }
    }
    return $stalled;
}

# Whether all streams of a connection have ended, or the connection has.
sub h2_over {
    my ($state) = @_;
    return 0 if $state->[1][1] !~ /\APRI/;
    my ($at, $ended) = (0, 0);
    while ($at + 9 <= length $state->[2]) {
        my ($len, $type, $flags) = (unpack('N', "\0" . substr $state->[2], $at, 3), unpack 'CC', substr $state->[2], $at + 3, 2);
        last if $at + 9 + $len > length $state->[2];
        return 1 if $type == 7;
        $ended++ if $type == 3 || $type <= 1 && $flags & 1;
        $at += 9 + $len;
    }
    return $ended >= ($state->[1][2] // 1);
}

1;

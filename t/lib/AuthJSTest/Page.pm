package AuthJSTest::Page;

# What holds for every built-in page.
use strict;
use warnings;
use Digest::SHA qw(sha256_base64);
use Exporter 'import';
use HTML::TokeParser;
use Test::More;

our @EXPORT = qw(forms page_is_sound @violations);

my %void = map { $_ => 1 } qw(meta input img link br hr);
# What no page may repeat as it is.
our @violations = ('"><script>alert(1)</script>', "'><img src=x onerror=alert(1)>", '<b>x</b>',
    'javascript:alert(1)', '</style><script>', "\r\nX-Injected: 1", 'AccessDenied<x>', '%3Cscript%3E');

# The forms of a page: {action, method, fields => {name => value}, ids => [...]}.
sub forms {
    my ($html) = @_;
    my ($parser, @forms) = HTML::TokeParser->new(\$html);
    while (my $tag = $parser->get_tag(qw(form input button))) {
        my ($name, $attribute) = @$tag;
        if ($name eq 'form') {
            push @forms, { %$attribute{qw(action method)}, fields => {}, ids => [] };
            next;
        }
        $forms[-1]{fields}{ $attribute->{name} } = $attribute->{value} if defined $attribute->{name};
        push @{ $forms[-1]{ids} }, $attribute->{id} if defined $attribute->{id};
    }
    return @forms;
}

sub csp_hash {
    my ($text) = @_;
    my $hash = sha256_base64($text);
    $hash .= '=' while length($hash) % 4;
    return "'sha256-$hash'";
}

# What holds for every page, whoever asks: well-formed, nothing active, nothing foreign,
# readable by machines that read aloud, and headers that say the same.
sub page_is_sound {
    my ($r, $base, $name, %allow) = @_;
    my $html = $r->content;
    my $parser = HTML::TokeParser->new(\$html);
    $parser->xml_mode(1);
    my (@open, @wrong, %id, %for, %input, %seen);
    while (my $token = $parser->get_token) {
        my ($kind, $tag, $attribute) = @$token;
        if ($kind eq 'S') {
            $seen{$tag}++;
            push @open, $tag unless $void{$tag};
            push @wrong, "<$tag $_>" for grep { /^on/ || $_ eq 'style' } keys %$attribute;
            push @wrong, "id $attribute->{id} twice" if $attribute->{id} && $id{ $attribute->{id} }++;
            $for{ $attribute->{for} } = 1 if $attribute->{for};
            $input{ $attribute->{id} // '?' } = 1
                if $tag eq 'input' && $attribute->{type} ne 'hidden';
            for my $url (grep { defined } @$attribute{qw(src href action)}) {
                push @wrong, "$tag leads to $url"
                    unless $url =~ m{\A(?:\Q$base\E(?:/|\z)|/(?!/))} || $allow{$url};
            }
            push @wrong, "<$tag>" if $tag =~ /^(?:iframe|object|embed|link|base)$/;
            push @wrong, 'an image without alt' if $tag eq 'img' && !defined $attribute->{alt};
        }
        elsif ($kind eq 'E') {
            my $expected = pop @open // 'nothing';
            push @wrong, "</$tag> where $expected is open" if $tag ne $expected;
        }
    }
    push @wrong, "open at the end: @open" if @open;
    push @wrong, "$_ times $_" for grep { ($seen{$_} // 0) != 1 } qw(html head title style body main h1);
    is_deeply [sort keys %input], [sort keys %for], "$name: a label for each field";
    my $lang = $allow{lang} // 'en';
    my $direction = $lang eq 'ar' ? 'rtl' : 'ltr';
    push @wrong, 'no lang' unless $html =~ /<html lang="$lang" dir="$direction">/;
    is $r->header('Content-Language'), $lang, "$name: its language";
    push @wrong, 'a foreign URL in the style sheet' if $html =~ /(?:url\(|\@import)/;
    is_deeply \@wrong, [], "$name: sound";

    my ($style) = $html =~ m{<style>(.*?)</style>}s;
    my $csp = $r->header('Content-Security-Policy');
    my $hash = csp_hash($style);
    like $csp, qr/\Adefault-src 'none'; style-src \Q$hash\E; img-src 'self'/,
        "$name: its own style sheet and nothing else";
    my ($script, @more) = $html =~ m{<script\b(.*?)</script>}gs;
    is_deeply \@more, [], 'one script at most';
    my ($allowed) = $csp =~ /script-src ([^;]*)/;
    is $allowed, defined $script ? csp_hash($script =~ s/^>//r) : undef, 'its own script and no other';
    like $csp, qr/; base-uri 'none'; frame-ancestors 'none'\z/, 'no base, no frame';
    unlike $csp, qr/unsafe|\*/, 'nothing unsafe';
    is $r->header('X-Content-Type-Options'), 'nosniff', 'nosniff';
    is $r->header('X-Frame-Options'), 'DENY', 'DENY';
    is $r->header('Referrer-Policy'), 'same-origin', 'no Referer for others';
    is $r->header('Content-Type'), 'text/html', 'text/html';
    is $r->header('Cache-Control'), 'private, no-cache, no-store', 'not to be stored';
    cmp_ok length $html, '<', $html =~ /passkey-texts/ ? 30000 : 20000, 'small';
    return $html;
}

1;

package AuthJSTest::Recipe;

=head1 NAME

AuthJSTest::Recipe - a page of the manual, to be run as it is written

=head1 SYNOPSIS

    my $page = AuthJSTest::Recipe->new('docs/recipes/php.md');
    my $conf = $page->block(qr/proxy:unix/, 'https://www.example.com' => $server->url);
    ...
    is_deeply [$page->unused], [], 'every block of the page was tried';

block takes the one block of code that the pattern is found in, and puts the test's addresses and
files in the place of the page's. What is to be replaced has to be there. A block is what stands
four columns to the right; of two that follow one another, C<< <!-- --> >> keeps them apart.

rows gives the rows of the page's tables, each a list of its cells.

complaints(HTTPD) is what `authjsctl check` says of a configuration, but for its notes: nothing, of what
the manual shows.

passwords(PATH, NAME ...) is a file with the password demo for each NAME, which httpd's children alone may read.

=cut

use strict;
use warnings;
use AuthJSTest::Env;
use JSON::PP ();

sub new {
    my ($class, $path) = @_;
    my $text = AuthJSTest::Env::read_file("$AuthJSTest::Env::srcdir/$path") or die "$path: not there\n";
    my @blocks;
    push @blocks, { text => $1 =~ s/^ {4}//mgr } while $text =~ /\n\n((?: {4,}.*\n(?:\n{1,2}(?= {4}))?)+)/g;
    return bless { path => $path, text => $text, blocks => \@blocks }, $class;
}

sub text { $_[0]{text} }

sub block {
    my ($self, $pattern, @replace) = @_;
    my @found = grep { $_->{text} =~ $pattern } @{ $self->{blocks} };
    die "$self->{path}: " . @found . " blocks have $pattern\n" unless @found == 1;
    $found[0]{used} = 1;
    return replace($found[0]{text}, @replace);
}

# Pairs: what the page has, what the test has. A regular expression may be there or not.
sub replace {
    my ($text, @replace) = @_;
    while (my ($from, $to) = splice @replace, 0, 2) {
        my $count = ref $from ? ($text =~ s/$from/$to/g, 1)[1] : $text =~ s/\Q$from\E/$to/g;
        die "there is no $from in:\n$text" unless $count;
    }
    return $text;
}

# The first lines of the blocks that no test has taken.
sub unused {
    my ($self) = @_;
    return map { (split /\n/, $_->{text})[0] } grep { !$_->{used} } @{ $self->{blocks} };
}

sub passwords {
    my ($path, @names) = @_;
    AuthJSTest::Env::write_file($path, join('', map { "$_:{SHA}ieSV55Qc+eQOaYDRSha/AjzNTJE=\n" } @names), 0640);
    chown 0, (getpwnam 'nobody')[3], $path if $> == 0;
    return $path;
}

sub complaints {
    my ($httpd) = @_;
    local $ENV{ASAN_OPTIONS} = 'detect_leaks=0';
    chmod 0600, "$httpd->{root}/conf/test.conf";    # the test's own secrets are in it
    my $said = `$AuthJSTest::Env::builddir/tools/authjsctl check --json --offline --httpd $httpd->{program} --config $httpd->{root}/conf/httpd.conf 2>&1`;
    my $answer = eval { JSON::PP->new->utf8->decode($said) } or return "authjsctl check: $said";
    return map { "$_->{level} [$_->{code}] $_->{text}" } grep { $_->{level} ne 'note' } @{ $answer->{findings} };
}

sub rows {
    my ($self) = @_;
    return map { [map { s/^\s+|\s+$//gr } split /(?<!\\)\|/, $_] } $self->{text} =~ /^\|(.*)\|$/mg;
}

1;

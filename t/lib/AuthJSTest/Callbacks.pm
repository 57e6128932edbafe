package AuthJSTest::Callbacks;

# The same callbacks in the ways there are: a C module, a Lua script, a service, expressions.
# In each of them who is asked for says what is answered: for the user "signIn-empty" signIn
# answers with the value of the word "empty" (see t/modules/mod_authjs_test_callbacks.c), and
# every call is written down.
use strict;
use warnings;
use AuthJSTest ();
use AuthJSTest::Env;
use JSON::PP ();

# What the words are: in JSON and in Lua. Besides: undefined, error, role.
my %WORDS = (
    true => ['true'], false => ['false'], null => [ 'null', 'authjs.null' ], zero => ['0'],
    one => ['1'], empty => ['""'], object => ['{}'], array => [ '[]', 'authjs.array()' ],
    text => ['"/welcome"'], other => ['"https://other.test/"'],
    elsewhere => ['"https://other.test/redirect-elsewhere"'],
);
my @CALLBACKS = qw(signIn redirect jwt session);
my @EVENTS    = qw(signIn signOut createUser updateUser linkAccount session);
my $SECRET    = 'what-callbacks-are-signed-with-0123456789';

sub json { JSON::PP->new->utf8->allow_nonref->canonical }

my $LUA = <<'EOT';
local answers = { @answers@ }
local moments = { signIn = "jwt-signIn", signUp = "jwt-signIn", update = "jwt-update" }

-- In pieces that a line of the error log holds.
local function write_down(name, params)
    local text = authjs.json({ name, params })
    for at = 1, #text, 1000 do
        local hex = {}
        for i = at, math.min(at + 999, #text) do
            hex[#hex + 1] = string.format("%02x", text:byte(i))
        end
        authjs.log("info", "call " .. table.concat(hex) .. (at + 999 < #text and "+" or "."))
    end
end

local function name_of(person)
    return type(person) == "table" and type(person.name) == "string" and person.name or nil
end

local function who(params)
    local session = type(params.session) == "table" and params.session or {}
    local name = name_of(params.user) or name_of(params.token) or name_of(session.user)
        or params.url or ""
    return (name:gsub("^User ", ""):gsub("^.*/", ""))
end

local function asked(name, params, object)
    write_down(name, params)
    local when = (name == "jwt" and (moments[params.trigger] or "jwt-session") or name) .. "-"
    local person = who(params)
    local word = person:sub(1, #when) == when and person:sub(#when + 1) or ""
    if word == "undefined" then return end
    if word == "error" then error("the test asked for it") end
    if word == "role" then
        object.role = "admin"
        return object
    end
    if answers[word] ~= nil then return answers[word] end
    return object
end

function signIn(params) return asked("signIn", params, true) end
function redirect(params) return asked("redirect", params) end
function jwt(params) return asked("jwt", params, params.token) end
function session(params) return asked("session", params, params.session) end
for _, name in ipairs({ @events@ }) do
    events[name] = function(params) write_down("events." .. name, params) end
end
EOT

my %CONF = (
    none => sub { '' },
    c => sub {
        my $answers = AuthJSTest::Env::write_file(AuthJSTest::root() . '/answers.json', answers());
        return "LoadModule authjs_test_callbacks_module \@modules\@/mod_authjs_test_callbacks.so\n"
            . "AuthJSTestCallbacks $answers \@root\@/var/calls\nAuthJSEventDetail full\n";
    },
    lua => sub { everywhere(runner('AuthJSTest::Callbacks', 'lua')) },
    http => sub { everywhere(runner('AuthJSTest::Callbacks', 'http')) },
    expr => sub { <<'EOT' },
AuthJSCallback signIn "expr=%{AUTHJS:user.name} !~ /signIn-false$/"
AuthJSCallback signIn "expr=%{AUTHJS:user.name} !~ /signIn-text$/" /welcome
AuthJSCallback signIn "expr=%{AUTHJS:user.name} !~ /signIn-other$/" https://other.test/
AuthJSCallback redirect "expr=%{AUTHJS:url}"
AuthJSToken role admin
AuthJSSessionField role admin
EOT
);

sub answers { '{' . join(',', map { "\"$_\":$WORDS{$_}[0]" } sort keys %WORDS) . '}' }

sub everywhere {
    my ($runner) = @_;
    return join '', "AuthJSEventDetail full\n", (map { "AuthJSCallback $_ $runner\n" } @CALLBACKS),
        map { "AuthJSEvent $_ $runner\n" } @EVENTS;
}

# runner('lua' | 'http'): what stands behind the callback's name.
sub runner {
    my ($class, $way) = @_;
    return 'http://127.0.0.1:' . AuthJSTest::peer_port('callbacks') . "/ secret=$SECRET" if $way eq 'http';
    my $answers = join ', ', map { "[\"$_\"] = " . ($WORDS{$_}[1] // $WORDS{$_}[0]) } sort keys %WORDS;
    my $events = join ', ', map { "\"$_\"" } @EVENTS;
    return 'lua:' . AuthJSTest::Env::write_file(AuthJSTest::root() . '/callbacks.lua',
        $LUA =~ s/\@answers\@/$answers/r =~ s/\@events\@/$events/r);
}

# conf('c' | 'lua' | 'http' | 'expr' | 'none'): the directives.
sub conf { $CONF{ $_[1] }->() }

my $service;
sub start_service {
    my $manual = AuthJSTest::Env::read_file(AuthJSTest::srcdir() . '/docs/callbacks.md');
    my ($verify) = $manual =~ m{\n\n((?:    // verify\.mjs\n)(?:(?:    .*)?\n)+)} or die 'no verify.mjs in the manual';
    my $file = AuthJSTest::Env::write_file(AuthJSTest::root() . '/hooks/verify.mjs', $verify =~ s/^    //mgr);
    $service = AuthJSTest::peer('callbacks', env => { PORT => AuthJSTest::peer_port('callbacks'),
        HOOKS_SECRET => $SECRET, HOOKS_VERIFY => $file, ANSWERS => answers() });
}

# What was called since this was asked last, one line of JSON ["name",{params}] each, of an
# AuthJSTest::Httpd.
my %read;
sub lines {
    my ($class, $way, $httpd) = @_;
    my $text = $way eq 'lua' ? $httpd->error_log
        : -e $httpd->root . '/var/calls' ? AuthJSTest::Env::read_file($httpd->root . '/var/calls') : '';
    my $from = $read{ $httpd->root . $way } // 0;
    $read{ $httpd->root . $way } = length $text;
    $text = substr $text, $from;
    return split /\n/, $text if $way eq 'c';
    my @lines = '';
    while ($text =~ /: call ([0-9a-f]+)([+.])/g) {
        $lines[-1] .= pack 'H*', $1;
        push @lines, '' if $2 eq '.';
    }
    return @lines[ 0 .. $#lines - 1 ];
}

# The same as [name, params].
sub calls {
    my ($class, $way, $httpd) = @_;
    return @{ json()->decode($httpd->site->get($service->url('/calls'))->content) } if $way eq 'http';
    return map { json()->decode($_) } $class->lines($way, $httpd);
}

# Parameters in brief: names, in the order of the alphabet, and what decides.
sub brief {
    my ($class, $call) = @_;
    my ($name, $params) = @$call;
    return "$name(" . join(', ', map { member($_, $params->{$_}) } sort keys %$params) . ')';
}

sub member {
    my ($name, $value) = @_;
    return "$name " . (keys %$value ? join ' ', sort keys %$value : 'empty') if ref $value eq 'HASH' && $name =~ /^(?:account|credentials|email)$/;
    return "$name=" . json()->encode($value)
        if !defined $value || JSON::PP::is_bool($value) || $name eq 'trigger';
    return $name;
}

1;

# Callbacks in Lua: what a script is given, what it may answer, what it may cost, and when
# it is read again. Each call goes through the runner alone; what an answer means is in
# 65-callbacks.t.
use lib 't/lib';
use AuthJSTest;
use JSON::PP ();
use Time::HiRes qw(sleep time);

plan skip_all => 'built --without-lua' unless -e $AuthJSTest::Env::lua;

my $json = JSON::PP->new->allow_nonref->canonical;
my $scripts = root() . '/scripts';
sub script { AuthJSTest::Env::write_file("$scripts/$_[0]", $_[1]) }

my $site = <<'EOC';
AuthJSSecret @secret:auth_secret@
AuthJSURL http://localhost:@port@
<AuthJSProvider credentials>
    AuthUserFile @root@/conf/mime.types
</AuthJSProvider>
EOC

# --- the configuration ------------------------------------------------------------------------

script('good.lua', "function signIn() return true end\nfunction events.signIn() end\n");
script('syntax.lua', "local x = 1\nfunction signIn( return true end\n");
script('throws.lua', "\nlocal none\nprint(none.field)\n");
script('loops.lua', "while true do end\n");
script('bytecode.lua', "\eLua not text");
my @configurations = (
    ["AuthJSCallback signIn lua:$scripts/good.lua", 0, qr/Syntax OK/],
    ["AuthJSEvent signIn lua:$scripts/good.lua", 0, qr/Syntax OK/],
    ["AuthJSCallback jwt lua:$scripts/good.lua", 1, qr{good\.lua has no function jwt; write: function jwt\(params\) \.\.\. end}],
    ["AuthJSEvent signOut lua:$scripts/good.lua", 1, qr/has no function events\.signOut; write: function events\.signOut/],
    ["AuthJSCallback signIn lua:$scripts/syntax.lua", 1, qr/syntax\.lua:2: .*expected near 'return'/],
    ["AuthJSCallback signIn lua:$scripts/throws.lua", 1, qr/throws\.lua:3: attempt to index a nil value \(local 'none'\)/],
    ["AuthJSCallback signIn lua:$scripts/loops.lua", 1, qr/loops\.lua:1: stopped after \d+/],
    ["AuthJSCallback signIn lua:$scripts/bytecode.lua", 1, qr/attempt to load a binary chunk/],
    ["AuthJSCallback signIn lua:$scripts/none.lua", 1, qr/none\.lua cannot be read: No such file/],
    ["AuthJSCallback signIn lua:$scripts", 1, qr/cannot be read/],
    ['AuthJSCallback signIn lua:', 1, qr/write lua:FILE and nothing behind it/],
    ["AuthJSCallback signIn lua:$scripts/good.lua more", 1, qr/write lua:FILE and nothing behind it/],
    ['AuthJSLua instructions=1000000 memory=8M timeout=500ms', 0, qr/Syntax OK/],
    ['AuthJSLua memory=1K', 1, qr/memory is a number of bytes with K or M/],
    ['AuthJSLua memory=-1', 1, qr/memory is a number/],
    ['AuthJSLua memory=99999999999999999999M', 1, qr/memory is a number/],
    ['AuthJSLua instructions=0', 1, qr/instructions is a number from/],
    ['AuthJSLua instructions=10000x', 1, qr/instructions is a number from/],
    ['AuthJSLua timeout=5m', 1, qr/timeout is a time/],
    ['AuthJSLua timeout=0', 1, qr/timeout is a time/],
    ['AuthJSLua files=3', 1, qr/takes instructions=, memory= and timeout=/],
);
for (@configurations) {
    my ($line, $status, $message) = @$_;
    my ($got, $output) = configtest("$site$line\n");
    is !!$got, !!$status, "configtest: $line";
    like $output, $message, '... and what it says';
}

# --- calls ------------------------------------------------------------------------------------

# Every case is a function of one script; params.case names it.
my $cases = <<'EOL';
local cases = {}

-- values
function cases.echo(p) return p.value end
function cases.text(p) return authjs.json(p.value) end
function cases.undefined() end
function cases.null() return authjs.null end
function cases.is_null(p) return p.value == authjs.null and tostring(p.value) end
function cases.types(p)
    local t = {}
    for i, v in ipairs(p.value) do t[i] = math.type(v) or type(v) end
    return t
end
function cases.number() return 0x7fffffffffffffff end
function cases.numbers() return { 1 // 1, 7 / 2, 1e300, -0.1, 2^53, 5.0, 0.1 + 0.2 } end
function cases.empty() return {} end
function cases.empty_array() return authjs.array() end
function cases.array() return authjs.array { 1, authjs.null, "x" } end
function cases.append(p) table.insert(p.value, "new"); return p.value end
function cases.emptied(p) table.remove(p.value); return p.value end
function cases.order(p) p.value.zeta = 1; p.value.b = nil; p.value.alpha = 2; return authjs.json(p.value) end
function cases.member(p) return p.value[p.key] end
function cases.count(p)
    local n = 0
    for _ in pairs(p.value) do n = n + 1 end
    return n
end
function cases.length(p) return #p.value end
function cases.several() return 1, 2, 3 end
function cases.unchanged(p) p.value = "changed"; return true end

-- what cannot be an answer
function cases.function_() return print end
function cases.inside() return { a = { b = { print } } } end
function cases.cycle() local t = {}; t.t = t; return t end
function cases.nan() return 0 / 0 end
function cases.infinite() return { x = -1 / 0 } end
function cases.deep() local t = {}; local top = t; for _ = 1, 40 do t.t = {}; t = t.t end; return top end
function cases.deep_enough() local t = {}; local top = t; for _ = 1, 31 do t.t = {}; t = t.t end; return top end
function cases.mixed() return { 1, 2, x = 3 } end
function cases.mixed_too() return { x = 3, [7] = 1 } end
function cases.holes() return { 1, nil, nil, 4 } end
function cases.fraction() return { [1.5] = 1 } end
function cases.truth() return { [true] = 1 } end
function cases.latin1() return "caf\xe9" end
function cases.surrogate() return "\xed\xa0\x80" end
function cases.overlong() return "\xc0\xaf" end
function cases.beyond() return "\xf4\x90\x80\x80" end
function cases.cut() return "abc\xe2\x82" end
function cases.key_latin1() return { ["\xff"] = 1 } end
function cases.key_nul() return { ["a\0b"] = 1 } end
function cases.doubling() local t = { "x" }; for _ = 1, 30 do t = { t, t } end; return t end
function cases.same_text() local s = ("x"):rep(1000000); local t = {}; for i = 1, 1000 do t[i] = s end; return t end

-- errors
function cases.error() error("out of\norder \"x\"") end
function cases.error_nil() error(nil) end
function cases.error_plain() error("plain", 0) end
function cases.error_table() error({ message = "a table" }) end
function cases.error_empty() error({}) end
function cases.error_function() error(print) end
function cases.error_meta() error(setmetatable({}, { __index = function() while true do end end, __tostring = error })) end
function cases.error_long() error(("x"):rep(100000)) end
function cases.index() return p.x.y end
function cases.code() error({ code = "locked" }) end

-- runaways
function cases.loop() while true do end end
function cases.loop_caught() while true do pcall(function() while true do end end) end end
function cases.nested()
    local function f() pcall(f); while true do end end
    while true do pcall(pcall, pcall, f) end
end
function cases.recursion() local function f() return 1 + f() end; return f() end
function cases.tail() local function f() return f() end; return f() end
function cases.c_recursion() local function f() return (("x"):gsub(".", f)) end; return f() end
function cases.allocate() local t = {}; while true do t[#t + 1] = ("x"):rep(1000) .. #t end end
function cases.allocate_caught() local t = {}; while true do pcall(function() while true do t[#t + 1] = {} end end) end end
function cases.rep() return ("x"):rep(1e9) end
function cases.rep_empty() return #(""):rep(math.maxinteger) end
function cases.rep_many() while true do pcall(string.rep, "x", 15000000) end end
function cases.concat() local s = "x"; while true do s = s .. s end end
function cases.format() while true do local s = ("%99.99f"):format(1e300):rep(1000) end end
function cases.backtrack() return (("a"):rep(500)):find((".-"):rep(20) .. "b") end
function cases.backtrack_gsub() return (("a"):rep(500)):gsub(("a*"):rep(20) .. "b", "") end
function cases.backtrack_gmatch() for x in (("a"):rep(500)):gmatch(("a?"):rep(200) .. "b") do end end
function cases.plain() return (("a"):rep(4000000)):find(("a"):rep(100000) .. "b", 1, true) end
function cases.move() table.move({}, 1, math.maxinteger - 1, 2) end
function cases.meta_concat() table.concat(setmetatable({}, { __index = table.concat }), "", 1, math.maxinteger) end
function cases.meta_len() table.insert(setmetatable({}, { __len = function() return 1 << 53 end }), 1, "x") end
function cases.meta_unpack() return table.unpack({}, 1, 1e8) end
function cases.gc() setmetatable({}, { __gc = function() while true do end end }) end
function cases.close() local x <close> = setmetatable({}, { __close = function() while true do end end }) end
function cases.sort() table.sort({ 3, 2, 1 }, function() while true do end end) end
function cases.log() while true do authjs.json({ ("x"):rep(1000) }) end end

-- what is there and what is not
function cases.globals()
    local t = {}
    for k in pairs(_G) do if type(k) == "string" then t[#t + 1] = k end end
    table.sort(t)
    return t
end
function cases.library(p) local t = {}; for k in pairs(_G[p.value]) do t[#t + 1] = k end; table.sort(t); return t end
function cases.null_meta() getmetatable(authjs.null).__index = {} end
function cases.pattern() return { ("Bearer a.bcd.e"):match("^Bearer ([^.]+)%.([^.]+)%.([^.]+)$") } end
function cases.pattern_long(p) return { p.value:match("^([^.]+)%.([^.]+)%.([^.]+)$") } end
function cases.words(p) local n = 0; for _ in p.value:gmatch("[^,]+") do n = n + 1 end; return n end
function cases.trim(p) return p.value:match("^%s*(.-)%s*$") end
function cases.set() return { ("a]b"):match("^[^]]+]b$"), ("a-b"):match("^[%w-]+$"), ("x%"):match("x%%$"), ("[a]"):match("%b[]"), ("aa"):match("(a)%1") } end
function cases.domain(p) return p.value:match("^[^@]+@([%w.-]+)$") end
function cases.gsub() return ("hello world"):gsub("o", { o = "0" }) end
function cases.find() return { ("a.b"):find(".", 1, true) } end
function cases.require() return require("helper").answer() end
function cases.require_deep() return require("sub.deep").name end
function cases.require_twice() return require("helper") == require("helper") end
function cases.require_out() return require("../helper") end
function cases.require_none() return require("nothing") end
function cases.require_bad(p) return require(p.value) end
function cases.require_self() return require("self") end
function cases.require_syntax() return require("wrong") end
function cases.print() print("printed", nil, authjs.null, "two\nlines"); authjs.log("warn", "logged at warn") end
function cases.counter() counter = (counter or 0) + 1; return counter end
function cases.churn()
    local kept, wrong = {}, 0
    local function list(n) local t = {}; for i = 1, n do t[i] = i * n end; return t end
    for i = 1, 20000 do
        local old, size = kept[i % 61], i * 7919 % 700
        if old and (old.text ~= old.letter:rep(old.size) or old.list[old.size % 37] ~= (old.size % 37) ^ 2) then
            wrong = wrong + 1
        end
        local letter = string.char(97 + i % 26)
        kept[i % 61] = { letter = letter, size = size, text = letter:rep(size), list = list(size % 37) }
        if size % 37 == 0 then kept[i % 61].list[0] = 0 end
    end
    return wrong
end
function cases.pack() local ok, why = pcall(error, { message = "x" }); return ok == false and why.message end

function jwt(p) return cases[p.case](p) end
function authorize(credentials, request)
    if credentials.password == "locked" then error(authjs.CredentialsSignin("locked")) end
    if credentials.password == "odd" then error({ code = "not a code!" }) end
    if credentials.password == "boom" then error("boom") end
    if credentials.password == "right" then return { id = 7, name = credentials.username, method = request.method } end
    return nil
end
EOL
script('cases.lua', $cases);
script('helper.lua', "local M = {}\nfunction M.answer() return 'helped' end\nreturn M\n");
script('sub/deep.lua', "return { name = ... or 'deep' }\n");
script('self.lua', "return require('self')\n");
script('wrong.lua', "return (\n");
script('version.lua', "version = 1\nfunction session() return version end\n");
script('needs.lua', "local part = require('part')\nfunction session() return part end\n");
script('part.lua', "return 'old'\n");

my $httpd = httpd(conf => <<"EOC");
LoadModule authjs_test_runner_module \@modules\@/mod_authjs_test_runner.so
LogLevel authjs_lua:info
# No child goes, and no connection, before the test is over.
StartServers 1
<IfModule !mpm_prefork_module>
    MaxSpareThreads 400
</IfModule>
MaxKeepAliveRequests 0
${site}
AuthJSLua memory=8M
<Location /jwt>
    SetHandler authjs-test-runner
    AuthJSTestRunner jwt lua:$scripts/cases.lua
</Location>
<Location /authorize>
    SetHandler authjs-test-runner
    AuthJSTestRunner authorize lua:$scripts/cases.lua
</Location>
<Location /version>
    SetHandler authjs-test-runner
    AuthJSTestRunner session lua:$scripts/version.lua
</Location>
<Location /needs>
    SetHandler authjs-test-runner
    AuthJSTestRunner session lua:$scripts/needs.lua
</Location>
EOC
sub post { $httpd->site->post($_[0], $_[1], 'Content-Type' => 'application/json')->content }
sub ask {
    my ($path, $params) = @_;
    my $text = post($path, $json->encode({ params => $params }));
    return eval { $json->decode($text) } || { answer => "no JSON: $text" };
}
sub call { my ($case, %params) = @_; return ask('/jwt', { case => $case, %params }) }

# JSON in, JSON out: as text, so that nothing is normalised on the way.
my @same = ('true', 'false', 'null', '0', '-1', '9223372036854775807', '-9223372036854775808',
    '1.5', '-0.1', '1e+300', '5.0', '0.30000000000000004', '""', '"\u0000\u0001\"\\\\"', '"ü€𝄞"', '[]', '{}',
    '[[],{},[[]]]', '{"a":{}}', '{"z":1,"a":{"y":[1,2.5,null],"b":"x"},"__proto__":{"admin":true},"a.b":1,"":2,"10":3}',
    '[1,"two",null,false]', '{"__index":1,"__gc":2,"n":null}');
for my $value (@same) {
    my $text = post('/jwt', qq({"params":{"case":"echo","value":$value}}));
    is $text, qq({"answer":"value","value":$value}), "$value comes back";
}
is call('text', value => { a => 'b/c' })->{value}, '{"a":"b/c"}', 'authjs.json';
is post('/jwt', '{"params":{"case":"order","value":{"c":1,"b":2,"a":3}}}'),
    '{"answer":"value","value":"{\"c\":1,\"a\":3,\"alpha\":2,\"zeta\":1}"}', 'members keep their order, new ones follow';

my %answer = (
    undefined => undef, null => 'null', number => '9223372036854775807', several => 1,
    numbers => '[1,3.5,1e+300,-0.1,9007199254740992.0,5.0,0.30000000000000004]',
    empty => '{}', empty_array => '[]', array => '[1,null,"x"]', rep_empty => 0, pattern => '["a","bcd","e"]',
    gsub => '"hell0 w0rld"', find => '[2,2]', require => '"helped"', require_deep => '"deep"', require_twice => 'true',
    pack => '"x"', churn => 0,
);
for my $case (sort keys %answer) {
    my $wanted = defined $answer{$case} ? qq({"answer":"value","value":$answer{$case}}) : '{"answer":"undefined"}';
    is post('/jwt', qq({"params":{"case":"$case"}})), $wanted, $case;
}
is call('is_null', value => undef)->{value}, 'null', 'JSON null is authjs.null';
is call('is_null')->{value}, JSON::PP::false, '... and nil is not';
is_deeply call('types', value => [1, 1.5, 'x', JSON::PP::true, [], {}])->{value},
    [qw(integer float string boolean table table)], 'types of Lua';
is_deeply call('append', value => [])->{value}, ['new'], 'an empty array takes elements';
is_deeply call('emptied', value => ['x'])->{value}, [], 'and an array without its last element is one';
is call('member', value => { '__proto__' => 'p' }, key => '__proto__')->{value}, 'p', '__proto__ is a name like others';
is call('member', value => { 'a.b' => 'dot' }, key => 'a.b')->{value}, 'dot', 'a name with a dot';
is call('member', value => { "\x01\x7f\n" => 'c' }, key => "\x01\x7f\n")->{value}, 'c', 'control characters';
ok call('unchanged', value => 'x')->{value}, 'parameters may be written to';
is call('count', value => { map { ("member $_" => $_) } 1 .. 10_000 })->{value}, 10_000, 'a profile with 10,000 members';
is_deeply call('echo', value => { map { ("member $_" => "$_") } 1 .. 10_000 })->{value},
    { map { ("member $_" => "$_") } 1 .. 10_000 }, '... comes back';
my $long = join '.', map { 'x' x 20_000 } 1 .. 3;
is call('pattern_long', value => $long)->{value}[2], 'x' x 20_000, 'a pattern with one way through takes a long text';
is call('domain', value => 'jane@example.com')->{value}, 'example.com', 'the domain of an address';
is call('words', value => join ',', (1) x 100_000)->{value}, 100_000, 'words of a long text';
is call('trim', value => '  x y  ' . ' ' x 200)->{value}, 'x y', 'trim';
is_deeply call('set')->{value}, ['a]b', 'a-b', 'x%', '[a]', 'a'], 'sets, %b and %1';
my $depth = 28;
is_deeply call('echo', value => $json->decode('[' x $depth . ']' x $depth))->{answer}, 'value', 'depth 28';
is call('deep_enough')->{answer}, 'value', 'depth 32 of the answer';

# Nothing of these fails open, and none stops the server.
my $stopped = sanitized() ? qr/stopped after \d+ (?:instructions|ms)/ : qr/stopped after 10000000 instructions/;
my $bound = qr/stopped after \d+ (?:instructions|ms)|more memory than AuthJSLua memory|not enough memory/;
my @errors = (
    function_ => qr/JSON has no function/, inside => qr/JSON has no function/, cycle => qr/nested too deeply, or contains itself/,
    deep => qr/nested too deeply/, nan => qr/not finite/, infinite => qr/not finite/,
    mixed => qr/other keys than 1 to 2|several types/, mixed_too => qr/several types|other keys/, holes => qr/other keys|holes/,
    fraction => qr/keys of several types/, truth => qr/keys of several types/,
    (map { $_ => qr/a string is not UTF-8/ } qw(latin1 surrogate overlong beyond cut)),
    key_latin1 => qr/a key has a NUL in it or is not UTF-8/, key_nul => qr/a key has a NUL/,
    doubling => qr/too large/, same_text => qr/too large/,
    error => qr/cases\.lua:\d+: out of\\norder \\"x\\"/, error_nil => qr/cases\.lua:\d+: a nil was thrown/,
    error_plain => qr/cases\.lua:\d+: plain/, error_table => qr/cases\.lua:\d+: a table$/,
    error_empty => qr/cases\.lua:\d+: a table was thrown/, error_function => qr/a function was thrown/,
    error_meta => qr/a table was thrown/, error_long => qr/cases\.lua:\d+: x{300}/,
    index => qr/cases\.lua:\d+: attempt to index a nil value \(global 'p'\)/,
    loop => $stopped, loop_caught => $stopped, nested => $bound, recursion => $bound, tail => $stopped,
    c_recursion => qr/C stack overflow|stack overflow/, allocate => $bound, allocate_caught => $bound,
    rep => $bound, rep_many => $bound, concat => $bound, format => $bound,
    (map { $_ => qr/this pattern may take too long on a text of 500 bytes/ } qw(backtrack backtrack_gsub)),
    backtrack_gmatch => qr/this pattern may take too long/, plain => qr/this pattern may take too long/,
    move => qr/too many elements to move/, meta_concat => qr/a table with __index is not taken/,
    meta_len => qr/a table with __len is not taken/, meta_unpack => qr/too many results to unpack|$bound/,
    gc => qr/__gc is not taken/, close => $stopped, sort => $stopped, log => qr/a value is too large|$bound/,
    null_meta => qr/attempt to index a boolean/,
    require_out => qr/a module is called name/, require_none => qr{scripts/nothing\.lua cannot be read: No such file},
    require_self => qr/overflow/, require_syntax => qr/wrong\.lua:2: unexpected symbol|wrong\.lua:\d: /,
);
while (my ($case, $message) = splice @errors, 0, 2) {
    my $start = time;
    my $got = call($case);
    is $got->{answer}, 'error', "$case is an error" or diag explain $got;
    like $got->{error} // '', $message, '... that says what it is';
    cmp_ok length($got->{error} // ''), '<', 700, '... in a line';
    cmp_ok time - $start, '<', sanitized() ? 20 : 4, '... in time';
}
for my $name ('', '.', 'a..b', '/etc/passwd', "a\0b", 'a/b', '.a', 'a.', '..') {
    like call('require_bad', value => $name)->{error}, qr/a module is called name/, 'require ' . $json->encode($name);
}
is call('echo', value => 'alive')->{value}, 'alive', 'the next call is as the first';
is_deeply call('globals')->{value}, [qw(_G _VERSION assert authjs authorize error events getmetatable ipairs jwt math next os
    pairs pcall print rawequal rawget rawlen rawset require select setmetatable string table tonumber tostring type utf8)], 'the globals';
is_deeply call('library', value => 'os')->{value}, [qw(clock date difftime time)], 'of os, the time';
ok !grep({ $_ eq 'dump' } @{ call('library', value => 'string')->{value} }), 'no string.dump';

# --- .htaccess --------------------------------------------------------------------------------

expect_error(qr/a \.htaccess file cannot name a Lua script/, 'a script in .htaccess');
AuthJSTest::Env::write_file($httpd->root . '/htdocs/private/.htaccess', "AuthJSCallback authorized lua:$scripts/cases.lua\n");
is $httpd->site->get('/private/')->code, 500, 'a script in .htaccess is refused';
like $httpd->error_log, qr/a \.htaccess file cannot name a Lua script/, '... and the log says so';

# --- authorize ---------------------------------------------------------------------------------

sub authorize { ask('/authorize', { credentials => { username => 'jane', password => $_[0] }, request => { method => 'POST' } }) }
is_deeply authorize('right'), { answer => 'value', value => { id => 7, name => 'jane', method => 'POST' } }, 'credentials and request';
is_deeply authorize('wrong'), { answer => 'undefined' }, 'nil';
is authorize('locked')->{code}, 'locked', 'authjs.CredentialsSignin';
is_deeply [@{ authorize('boom') }{qw(answer code)}], ['error', undef], 'an error has no code';
is_deeply [@{ authorize('odd') }{qw(answer code)}], ['error', undef], 'nor one that is no code';

# --- the log ------------------------------------------------------------------------------------

call('print');
my $log = $httpd->error_log;
like $log, qr/\[authjs_lua:info\] .*AuthJS: \S+cases\.lua: printed\\tnil\\tnull\\ttwo\\nlines/, 'print writes one line';
like $log, qr/\[authjs_lua:warn\] .*logged at warn/, 'authjs.log';

# --- files that change --------------------------------------------------------------------------

sub until_is {
    my ($path, $wanted) = @_;
    my ($got, $end) = (undef, time + 60);
    while (time < $end) {
        $got = ask($path, {});
        return $got if ($got->{value} // $got->{error} // '') =~ $wanted;
        sleep 0.1;
    }
    return $got;
}
is ask('/version', {})->{value}, 1, 'the script as it was';
script('version.lua', "version = 22\nfunction session() return version end\n");
is until_is('/version', qr/22/)->{value}, 22, 'a script that changed is read again';
script('version.lua', "version = \n");
like until_is('/version', qr/version/)->{error}, qr/version\.lua:2: unexpected symbol/, 'one that does not compile refuses';
script('version.lua', "version = 3\n");
like until_is('/version', qr/no function/)->{error}, qr/version\.lua has no function session/, 'so does one without the function';
unlink "$scripts/version.lua";
like until_is('/version', qr/No such file/)->{error}, qr/cannot be read/, 'and one that is gone';
script('version.lua', "function session() return 'back' end\n");
is until_is('/version', qr/^back$/)->{value}, 'back', 'until it is right again';
is ask('/needs', {})->{value}, 'old', 'what another file says';
script('part.lua', "return 'newer'\n");
is until_is('/needs', qr/newer/)->{value}, 'newer', 'is read again too';

# --- a site that has it all in one script ---------------------------------------------------------

script('site.lua', <<'EOL');
local users = { jane = { id = 7, name = "Jane", email = "jane@example.com", role = "admin" }, bob = { id = "bob" },
    nobody = { name = "No id" }, number = { id = 1.5 }, empty = { id = "" }, odd = { id = "x", email = 7 } }
function authorize(credentials, request)
    assert(request.method == "POST" and request.url:match("/auth/callback/credentials$"))
    assert(request.headers["content-type"] and not request.headers.cookie)
    assert(#credentials.csrfToken > 0)
    if credentials.username == "locked" then error(authjs.CredentialsSignin("locked")) end
    if credentials.username == "broken" then error("the directory is away") end
    if credentials.username == "text" then return "yes" end
    if credentials.username == "false" then return false end
    if credentials.username == "null" then return authjs.null end
    return users[credentials.username]
end
function signIn(p)
    if p.user.id == "bob" then return false end
    return p.account.type == "credentials" and p.credentials.username ~= nil
end
function jwt(p)
    if p.trigger == "signIn" then p.token.role = p.user.role end
    return p.token
end
function session(p)
    p.session.user.role = p.token.role
    return p.session
end
function events.signIn(m) authjs.log("info", "signed in: " .. authjs.json(m.user)) end
EOL
my $whole = httpd(conf => <<"EOC");
AuthJSSecret \@secret:auth_secret\@
AuthJSURL http://localhost:\@port\@
<AuthJSProvider credentials>
    AuthJSAuthorize lua:$scripts/site.lua
</AuthJSProvider>
AuthJSCallback signIn lua:$scripts/site.lua
AuthJSCallback jwt lua:$scripts/site.lua
AuthJSCallback session lua:$scripts/site.lua
AuthJSEvent signIn lua:$scripts/site.lua
EOC
expect_error(qr/CallbackRouteError: provider credentials: authorize: /, 'authorize that fails');
sub sign_in {
    my ($name) = @_;
    my $browser = $whole->browser;
    my $r = $browser->credentials('credentials', [username => $name, password => secret('password')]);
    return ($browser, location($r) =~ s{^http://[^/]+}{}r);
}
my ($jane, $to) = sign_in('jane');
is $to, '', 'authorize vouches for her';
is_deeply $jane->session->{user}, { name => 'Jane', email => 'jane@example.com', role => 'admin' }, 'session has what jwt put there'
    or diag explain $jane->session;
like $whole->error_log, qr/signed in: \{.*jane/, 'the event';
my %to = (
    (map { $_ => '/auth/signin?error=CredentialsSignin&code=credentials' } qw(unknown false null)),
    locked => '/auth/signin?error=CredentialsSignin&code=locked', bob => '/auth/error?error=AccessDenied',
    (map { $_ => '/auth/error?error=Configuration' } qw(broken text number empty odd)), nobody => '',
);
is +(sign_in($_))[1], $to{$_}, "authorize: $_" for sort keys %to;
like $whole->error_log, qr/CallbackRouteError: .*site\.lua:\d+: the directory is away/, 'the reason is in the log';
unlike $whole->error_log, qr/\Q@{[ secret('password') ]}/, 'the password is not';
my ($status, $output) = configtest("AuthJSSecret x\n<AuthJSProvider credentials>\nAuthJSAuthorize lua:$scripts/good.lua\n</AuthJSProvider>\n");
like $output, qr/has no function authorize; write: function authorize\(credentials, request\)/, 'authorize is looked for';

# --- many calls ---------------------------------------------------------------------------------

# Half as many connections as a child has threads: when all are busy, httpd closes what waits.
# Memory of all children, in kB, after so many calls on kept connections.
sub memory { my $sum = 0; for ($httpd->pids) { $sum += $1 if AuthJSTest::Env::read_file("/proc/$_/statm") =~ /^\d+ (\d+)/ } return $sum * 4 }
my $body = $json->encode({ params => { case => 'echo', value => { map { ("claim $_" => [$_, { x => "$_" }]) } 1 .. 20 } } });
my $url = $httpd->url('/jwt');
sub many {
    my ($n) = @_;
    my $file = AuthJSTest::Env::write_file("$scripts/body.json", $body);
    return `ab -q -k -c 4 -n $n -T application/json -p '$file' '$url' 2>&1`;
}
SKIP: {
    skip 'memory is not ours to measure', 2 if sanitized();
    skip 'children come and go', 2 if $AuthJSTest::Env::mpm eq 'prefork';
    skip 'ab is not installed', 2 unless `ab -V 2>&1` =~ /ApacheBench/;
    many(8_000);
    my $before = memory();
    my $result = many(20_000);
    like $result, qr/Complete requests: +20000\n(?:.*\n)*?Failed requests: +0\n/, '20,000 calls' or diag $result;
    cmp_ok memory() - $before, '<', 4_000, '... leave the memory as it was';
}
like $httpd->error_log, qr/resuming normal operations/, 'the server runs';
unlike $httpd->error_log, qr/exit signal|Sanitizer/, 'and no child has died';

done_testing;

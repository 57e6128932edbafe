# Scripts that try to run for longer than they may, inside one function of Lua, in one of its
# instructions, or in what comes behind the last of them. Each is over soon after its time.
use lib 't/lib';
use AuthJSTest;
use JSON::PP ();
use Time::HiRes qw(time);

plan skip_all => 'built --without-lua' unless -e $AuthJSTest::Env::lua;

my $json = JSON::PP->new->allow_nonref->canonical;
my $stopped = qr/stopped after \d+ (?:ms|instructions)/;
my $memory = qr/more memory than AuthJSLua memory|not enough memory/;
my $bound = qr/$stopped|$memory|buffer too large/;
my $pattern = qr/this pattern may take too long/;
my $keys = qr/a table of more than 32768 keys/;

# What a script does, and why it fails.
my @hostile = (
    # comparing
    ['local s = ("x"):rep(1000000) local t = {} for i = 1, 100000 do t[i] = s end table.sort(t)', $stopped],
    ['local t = {} for i = 1, 200000 do t[i] = function() while true do end end end table.sort(t, pcall)', $bound],
    ['local n = pairs({}) local e = empty() local t = {} for i = 1, 50000 do t[i] = e end table.sort(t, function(a, b) return n(a) end)', $bound],
    ['local n = pairs({}) local e = empty() local t = {} for i = 1, 50000 do t[i] = e end table.sort(t, n)', qr/$bound|invalid/],
    ['local m = { __lt = pairs({}) } local t = {} for i = 1, 50000 do t[i] = setmetatable({}, m) end table.sort(t)', qr/$bound|invalid/],
    ['local t = {} for i = 1, 100000 do t[i] = i % 2 == 0 and 2 or ("x"):rep(100) end table.sort(t, string.rep)', qr/$bound|bad argument|invalid/],
    ['local a, b = ("x"):rep(5000000), ("x"):rep(5000000) while true do local x = a < b end', $stopped],
    ['local a, b = ("x"):rep(5000000), ("x"):rep(5000000) while true do local x = a == b end', $stopped],
    ['local a, b = ("x"):rep(5000000), ("x"):rep(5000000) while true do rawequal(a, b) end', $stopped],
    ['local t = {} for i = 1, 20000 do t[i] = i end table.sort(t, function() return true end) while true do end', qr/$bound|invalid order function/],
    # patterns
    ['for _ in string.gmatch(("^"):rep(7000), "^.-.-x") do end', $pattern],
    ['while true do ("a"):rep(6000):find(".-b") end', $stopped],
    ['local s, f = ("a"):rep(6000), {} for i = 1, 500 do f[i] = s:gmatch(".-b") end for i = 1, 500 do f[i]() end', $stopped],
    ['return (("x"):rep(4000000):gsub(".", pcall))', $bound],
    ['return (("x"):rep(4000000):gsub("(.)()", string.rep))', $bound],
    ['return (("x"):rep(4000000):gsub(".", function() pcall(function() while true do end end) end))', $bound],
    ['while true do pcall(string.find, ("x"):rep(4000000), "[" .. ("a"):rep(8000) .. "]") end', $stopped],
    ['("x"):rep(4000000):find("[" .. ("a"):rep(8000) .. "]")', $pattern],
    ['("x"):rep(4000000):gsub(".-[" .. ("a"):rep(8000) .. "]+", "")', $pattern],
    ['("x"):find("[" .. ("a"):rep(5000000) .. "]")', $pattern],
    ['("("):rep(1000000):find(("("):rep(300000) .. ")", 1, true)', $pattern],
    ['while true do ("x"):rep(5000000):find(("x"):rep(200) .. "y", 1, true) end', $stopped],
    ['local s = ("("):rep(6000) while true do s:match("%b()") end', $stopped],
    ['local s = ("a"):rep(9000) while true do s:match("(.-)%1b") end', qr/$stopped|$pattern/],
    # tables
    ['while true do table.move({}, 1, 999999, 2) end', $stopped],
    ['local t = {} for i = 1, 400000 do t[i] = i end while true do table.insert(t, 1, 1) table.remove(t, 1) end', $stopped],
    ['local t = {} for i = 1, 900 do t[i] = "" end while true do table.concat(t) end', $stopped],
    ['while true do select("#", table.unpack({}, 1, 200000)) end', $bound],
    ['local e = empty() while true do next(e) end', $stopped],
    ['local e = empty() while true do for _ in pairs(e) do end end', $stopped],
    ['local M = (1 << 17) - 1 local t = {} for i = 1, 70000 do t[i * M] = true end', qr/$keys|$stopped/],
    ['local t = {} for i = 1, 100000 do t[i + 0.5] = true end', $keys],
    ['local t = {} for i = 1, 32768 do t["k" .. i] = 1 end for i = 1, 1e9 do t["k" .. i] = nil t["n" .. i] = 1 t["n" .. i] = nil t["k" .. i] = 1 end', qr/$keys|$stopped/],
    ['local t = {} for i = 1, 400000 do t[i] = i end local i = 0 while true do i = i + 1 t["k" .. i] = 1 t["k" .. i] = nil end', $stopped],
    # metatables
    ['local t = {} setmetatable(t, t) t.__call = t t()', qr/attempt to call a table/],
    ['local t = {} t.__call = t setmetatable(t, t)', qr/__call is a function here/],
    ['getmetatable("").__call = "x" ; ("x")()', qr/attempt to index a boolean/],
    ['setmetatable({}, { __mode = "k" })', qr/__mode is not taken here/],
    ['local m, k, t = {}, {}, {} for i = 1, 40001 do k[i] = {} end for i = 1, 40000 do local j = i * 7919 % 40000 + 1 local e = setmetatable({}, m) t[i] = e e[k[j]] = k[j + 1] end m.__mode = "k" k = k[1] while true do local x = {} end', $bound],
    ['local m = {} local t = setmetatable({}, m) m.__gc = function() while true do end end t = nil local x = {} while true do x = { x } end', $bound],
    ['local t = setmetatable({}, { __index = function(t, k) return t[k + 1] end }) return t[1]', qr/overflow|$bound/],
    ['local t = setmetatable({}, { __close = pcall, __call = function() while true do end end }) do local x <close> = t end while true do end', $bound],
    # text
    ['while true do pcall(os.date, ("%n"):rep(2000000)) end', $stopped],
    ['os.date(("%n"):rep(2000000))', qr/too long for a format/],
    ['while true do pcall(string.rep, "x", 15000000) end', $bound],
    ['while true do tonumber(("1"):rep(5000000), 10) end', $stopped],
    ['local s = "1" .. ("0"):rep(5000000) while true do local x = s + 1 end', $stopped],
    ['while true do utf8.len(("x"):rep(5000000)) end', $stopped],
    ['local s = "a" .. ("\x80"):rep(5000000) while true do for _ in utf8.codes(s) do break end end', qr/$stopped|invalid UTF-8/],
    ['while true do string.pack((" "):rep(5000000)) end', $stopped],
    ['while true do string.format(("%s"):rep(200), table.unpack({ ("x"):rep(20000) }, 1, 200)) end', qr/$bound|bad argument/],
    ['while true do ("x"):rep(3000000):upper():lower():reverse() end', $bound],
    ['local s = ("x"):rep(3000000) while true do local t = s .. "y" end', $bound],
    ['while true do pcall(string.byte, ("x"):rep(500000), 1, -1) end', $bound],
    # errors, memory, what is caught
    ['while true do pcall(error, ("x"):rep(5000000)) end', $bound],
    ['error(("x"):rep(7000000))', qr/x{100}|$bound/],
    ['local t = {} pcall(function() while true do t[#t + 1] = {} end end) for i = 1, 500 do t[i] = nil end while true do pcall(string.rep, "x", 60000) end', $bound],
    ['local function f() pcall(f) while true do end end while true do pcall(pcall, pcall, f) end', qr/$bound|overflow/],
    ['for i = 1, 200000 do _G["g" .. i % 30000 .. "x"] = i end while true do pcall(string.rep) end', $bound],
    ['while true do pcall(require, "large") end', $bound],
    ['while true do pcall(require, "nothing") end', $stopped],
    # answers
    ['local e = empty() local t = {} for i = 1, 100000 do t[i] = e end return t', qr/$bound|too large/],
    ['local t = {} for i = 1, 400000 do t[i] = i end t.x = 1 while true do pcall(authjs.json, t) end', $stopped],
    ['local s = ("x"):rep(3000000) while true do pcall(authjs.json, s) end', $bound],
    ['while true do print(("x"):rep(100000)) end', $bound],
);

my $script = join '', map { "cases[$_] = function() $hostile[$_][0]\nend\n" } 0 .. $#hostile;
my $root = root() . '/lua-limits';
AuthJSTest::Env::write_file("$root/large.lua", 'return ' . '{' . '1,' x 400_000 . "} +\n");
AuthJSTest::Env::write_file("$root/hostile.lua", <<"EOL");
local cases = {}
local function empty()
    local t = {}
    for i = 1, 32000 do t["k" .. i] = true end
    for k in pairs(t) do t[k] = nil end
    return t
end
$script
function jwt(p) return cases[p.case]() end
EOL

# What scripts do with the same functions every day.
AuthJSTest::Env::write_file("$root/usual.lua", <<'EOL');
local Person = {}
Person.__index = Person
function Person.__lt(a, b) return a.age < b.age end
function Person.__call(self, greeting) return greeting .. " " .. self.name end
function Person:older() self.age = self.age + 1; return self end
local function person(name, age) return setmetatable({ name = name, age = age }, Person) end
local function names(list) local t = {}; for i, p in ipairs(list) do t[i] = p.name end; return t end
local cases = {}
function cases.methods() return person("Jane", 30):older().age end
function cases.call() return person("Jane", 30)("Hello") end
function cases.sort_objects() local t = { person("b", 2), person("a", 1), person("c", 3) }; table.sort(t); return names(t) end
function cases.sort() local t = { 3, 1, 2 }; table.sort(t); return t end
function cases.sort_text() local t = { "b", "", "a" }; table.sort(t); return t end
function cases.sort_function() local t = { 3, 1, 2 }; table.sort(t, function(a, b) return a > b end); return t end
function cases.sort_mixed() local t = { 3, "x" }; table.sort(t) end
function cases.metatable() return getmetatable(person("x", 1)) == Person and getmetatable({}) == nil end
function cases.protected() local t = setmetatable({}, { __metatable = "mine" }); return { getmetatable(t), pcall(setmetatable, t, nil) } end
function cases.no_more() local t = setmetatable({}, Person); setmetatable(t, nil); return getmetatable(t) == nil end
function cases.later() local m = {}; local a = setmetatable({}, m); m.__index = { x = 1 }; local b = setmetatable({}, m); return { a.x, b.x } end
function cases.upper() return (("jane doe"):gsub("%a+", string.upper)) end
function cases.pairs() local n = 0; for k, v in pairs({ a = 1, b = 2, 3 }) do n = n + v end; return n end
function cases.own_pairs() local n = 0; for k in pairs(setmetatable({}, { __pairs = function() return next, { 1, 2 }, nil end })) do n = n + k end; return n end
function cases.next() return next({}) == nil and next({ 7 }) end
function cases.empty_rep() return (""):rep(5) .. ("x"):rep(0) .. ("x"):rep(2, "") end
function cases.gmatch() local t = {}; for k, v in ("a=1&b=2"):gmatch("(%w)=(%w)") do t[k] = v end; return t end
function cases.codes() local n = 0; for _, c in utf8.codes("aü") do n = n + c end; return n end
function cases.plain() return (("a"):rep(200000) .. "needle"):find("needle", 1, true) end
function cases.date() return os.date("!%Y-%m-%d", 0) end
function cases.caught() return { pcall(error, "x", 0) } end
function cases.argument() string.rep() end
function cases.argument_too() tonumber("1", "x") end
function cases.keys() local t, n = {}, 0; for i = 1, 30000 do t["k" .. i] = i end; for _ in pairs(t) do n = n + 1 end; return n end
function cases.elements() local t = {}; for i = 1, 200000 do t[i] = i end; return #t end
function cases.text() return #("x"):rep(1572864) + #("x"):rep(2097152) end
function jwt(p) return cases[p.case]() end
EOL

my $httpd = httpd(conf => <<"EOC");
LoadModule authjs_test_runner_module \@modules\@/mod_authjs_test_runner.so
AuthJSSecret \@secret:auth_secret\@
AuthJSLua timeout=200ms instructions=2000000000 memory=16M
<Location /hostile>
    SetHandler authjs-test-runner
    AuthJSTestRunner jwt lua:$root/hostile.lua
</Location>
Listen 127.0.0.1:\@port:lua-usual\@
<VirtualHost 127.0.0.1:\@port:lua-usual\@>
    AuthJSLua timeout=20s
    <Location /usual>
        SetHandler authjs-test-runner
        AuthJSTestRunner jwt lua:$root/usual.lua
    </Location>
    <Location /refused>
        SetHandler authjs-test-runner
        AuthJSTestRunner jwt lua:$root/hostile.lua
    </Location>
</VirtualHost>
EOC
sub ask {
    my ($path, $case) = @_;
    my $base = $path ne '/hostile' ? 'http://127.0.0.1:' . peer_port('lua-usual') : '';
    my $text = $httpd->site->post("$base$path", $json->encode({ params => { case => $case } }), 'Content-Type' => 'application/json')->content;
    return eval { $json->decode($text) } || { answer => "no JSON: $text" };
}

my %usual = (
    methods => 31, call => 'Hello Jane', sort_objects => [qw(a b c)], sort => [1, 2, 3], sort_text => ['', 'a', 'b'],
    sort_function => [3, 2, 1], sort_mixed => qr/attempt to compare (?:string with number|number with string)/,
    metatable => JSON::PP::true, protected => ['mine', JSON::PP::false, 'cannot change a protected metatable'],
    no_more => JSON::PP::true, later => [1, 1], upper => 'JANE DOE', pairs => 6, own_pairs => 3, next => 1, empty_rep => 'xx',
    gmatch => { a => '1', b => '2' }, codes => 349, plain => 200_001, date => '1970-01-01', caught => [JSON::PP::false, 'x'],
    argument => qr/bad argument #1 to '(?:string\.)?rep'/, argument_too => qr/bad argument #2 to 'tonumber'/, keys => 30_000,
    elements => 200_000, text => 3_670_016,
);
for my $case (sort keys %usual) {
    my $got = ask('/usual', $case);
    if (ref $usual{$case} eq 'Regexp') { like $got->{error} // '', $usual{$case}, $case }
    else { is_deeply $got->{value}, $usual{$case}, $case or diag explain $got }
}

my $most = sanitized() ? 12 : 5;
for my $case (0 .. $#hostile) {
    my ($lua, $why) = @{ $hostile[$case] };
    # What is refused before it runs needs no short time; on a busy machine that would end first.
    my $path = $why =~ /stopped after/ ? '/hostile' : '/refused';
    my $start = time;
    my $got = ask($path, $case);
    my $took = time - $start;
    my $name = substr $lua, 0, 90;
    like $got->{error} // explain($got), $why, $name;
    cmp_ok $took, '<', $most, sprintf '... in %.2f s', $took;
}
is ask('/usual', 'methods')->{value}, 31, 'the server is alive';
unlike $httpd->error_log, qr/exit signal|Sanitizer/, 'and no child has died';

done_testing;

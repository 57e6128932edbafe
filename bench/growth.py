"""What grows with the site: virtual hosts, rules, providers, sessions, rows to prune."""
import os, re, resource, subprocess, time

import databases, machine
import peers as p
from measures import instructions, pair

FEW = 10
HOSTS = (0, FEW, 100, 1000, 3000, 10000)
SESSIONS = (10**3, 10**4, 10**5, 10**6)
ROWS = [int(float(rows)) for rows in os.environ.get("PRUNE_ROWS", "1e5").split()]
PASSES, PAIRS = 3, 6
# As much as mod_socache_shmcb takes.
SHMCB = "shmcb:sessions(67000000)"

MODULE = f'LoadModule authjs_module {os.environ["MODULE"]}\nAuthJSSecret "{p.SECRET}"\n'
PROVIDERS = """<AuthJSProvider op oidc>
    AuthJSIssuer       https://op{n}.example.com
    AuthJSClientID     client-{n}
    AuthJSClientSecret of-client-{n}
</AuthJSProvider>
<AuthJSProvider github>
    AuthJSClientID     github-{n}
    AuthJSClientSecret of-github-{n}
</AuthJSProvider>
"""
SECRET = 'AuthJSSecret "a-secret-of-this-host-alone-{n:020}"\n'

# What stands outside of the virtual hosts, and in each of them.
KINDS = {
    "without": ("", ""),
    "inheriting": (MODULE + PROVIDERS.format(n=""), ""),
    "two providers": (MODULE, PROVIDERS),
    "and a secret": (MODULE, PROVIDERS + SECRET),
}

# ---- virtual hosts


def hosts(kind, count):
    common, each = KINDS[kind]
    return p.Httpd(f"{count} hosts, {kind}", 18131, "hosts", COMMON=common, HOSTS="".join(
        f"<VirtualHost 127.0.0.1:18131>\nServerName h{n}.example.com\n"
        f"{each.format(n=n)}</VirtualHost>\n" for n in range(count)))


def configtest(command):
    """CPU milliseconds of httpd -t."""
    with open(f"{p.STATE}/configtest.out", "w") as out:
        process = subprocess.Popen([*command, "-t"], stdout=out, stderr=out,
                                   preexec_fn=machine.pinned(machine.SERVER_CPU))
        _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"bench: configtest: {open(out.name).read()[-2000:]}")
    return 1e3 * (usage.ru_utime + usage.ru_stime)


def parent_rss(command, port):
    """KiB of the process that all children are forked from."""
    process = machine.start([*command, "-DFOREGROUND"], port, machine.SERVER_CPU,
                            f"{p.STATE}/{port}.out", wait=300)
    rss = machine.largest_rss([process.pid]) * 1024
    machine.stop(process)
    return rss


def what_hosts_cost():
    """Of a host: what there is more than with ten, without what httpd itself takes more."""
    print("| hosts | | MiB | ms of configtest | KiB a host | µs a host |\n|--:|---|--:|--:|--:|--:|")
    few = {}
    for count in HOSTS:
        for kind in KINDS:
            httpd = hosts(kind, count)
            command = httpd.command()[:-1]
            kib = parent_rss(command, httpd.port)
            ms = min(configtest(command) for _ in range(PASSES if count <= 1000 else 1))
            if count == FEW:
                few[kind] = kib, ms
            if kind == "without":
                httpds = kib, ms
            print(f"| {count:,} | {kind} | {kib / 1024:.1f} | {ms:,.0f} |", end="")
            if count <= FEW or kind == "without":
                print(" | |", flush=True)
                continue
            more = [(now - few[kind][i] - httpds[i] + few["without"][i]) / (count - FEW)
                    for i, now in enumerate((kib, ms))]
            print(f" {more[0]:.1f} | {1e3 * more[1]:.0f} |", flush=True)
    print()


# ---- the check of a session


def checked(port, providers=1, lines=1):
    """The last of the lines lets the visitor in."""
    names = [f"Nobody {n}" for n in range(lines - 1)] + ["Jane Benchmark"]
    return p.Httpd(f"{lines} Require, {providers} providers", port, "growth", p.authjs_session,
                   PROVIDERS="\n".join(f"<AuthJSProvider p{n} oidc>\n"
                                       f"AuthJSIssuer https://op{n}.example.com\n"
                                       f"AuthJSClientID c{n}\nAuthJSClientSecret s{n}\n"
                                       "</AuthJSProvider>" for n in range(1, providers)),
                   REQUIRE="\n".join(f'Require authjs-claim name = "{name}"' for name in names))


def what_the_check_costs():
    """With more lines and providers, beside one of each."""
    one = checked(18132)
    counted = instructions(one)
    one.start()
    machine.wrk(one.url, one.cookie, 1)
    print("| Require lines | providers | instructions more | CPU against one of each |\n"
          "|--:|--:|--:|--:|")
    for lines, providers in ((10, 1), (100, 1), (1, 93), (100, 93)):
        other = checked(18133, providers, lines)
        extra = instructions(other) - counted
        other.start()
        machine.wrk(other.url, other.cookie, 1)
        print(f"| {lines} | {providers} | {extra:,.0f} | {pair(one, other, pairs=PAIRS)['cpu']:.2f} |", flush=True)
        machine.stop(other.process)
    machine.stop(one.process)
    print()


# ---- sessions that are rows


def sessions_script(port, count):
    """A wrk script that takes the sessions in no order that a cache could guess: the step
    has no factor in common with a power of ten."""
    name = f"{p.STATE}/sessions.lua"
    with open(name, "w") as out:
        out.write("local i = 0\nfunction request()\n"
                  f"  i = (i + 618033) % {count}\n"
                  f'  return wrk.format("GET", "{p.PATH}", {{ Host = "127.0.0.1:{port}", Cookie ='
                  f' string.format("{p.COOKIE}={databases.NUMBERED % "%08d"}", i) }})\nend\n')
    return name


def what_sessions_cost():
    """Beside the check of one JWT. A shared cache that is too small for all forgets some."""
    jwt = checked(18132)
    database = {"DRIVER": "pgsql", "PARAMS": databases.PGSQL}
    peers = [p.Httpd(name, port, "database", p.database_session, CACHE=cache, **database)
             for name, port, cache in (("shmcb", 18134, SHMCB), ("PostgreSQL", 18135, "none"))]
    databases.start_pgsql()
    for peer in (jwt, *peers):
        peer.start()
    print("| sessions | found in | CPU against a JWT's request | req/s against it |\n"
          "|--:|---|--:|--:|")
    there = 0
    for count in SESSIONS:
        databases.add_sessions(there, count)
        there = count
        for peer in peers:
            script = sessions_script(peer.port, count)
            machine.wrk(peer.url, peer.cookie, 1 + min(count // 5000, 30), script)
            against = pair(jwt, peer, script, PAIRS)
            print(f"| {count:,} | {peer.name} | {against['cpu']:.2f} | {against['rate']:.2f} |",
                  flush=True)
    for peer in (jwt, *peers):
        machine.stop(peer.process)
    print()


# ---- pruning


def spent_by_children():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def what_pruning_costs():
    """One row in ten has expired."""
    print("| rows | database | deleted | µs a deleted row | CPU µs of authjsctl |\n"
          "|--:|---|--:|--:|--:|")
    databases.start_pgsql()
    for rows in ROWS:
        for name, fill, options in (
                ("SQLite", databases.fill_sqlite, ("--sqlite", databases.PRUNED)),
                ("PostgreSQL", databases.fill_pgsql, databases.PGSQL_OPTIONS)):
            fill(rows)
            began, cpu = time.time(), spent_by_children()
            said = databases.authjsctl("prune", *options, AUTHJS_DBD_PARAMS=databases.PGSQL)
            took, cpu = time.time() - began, spent_by_children() - cpu
            deleted = int(re.match(r"deleted (\d+) ", said)[1])
            if deleted != rows // 10:
                raise SystemExit(f"bench: {name}: {said}")
            print(f"| {rows:,} | {name} | {deleted:,} | {1e6 * took / deleted:.1f} | "
                  f"{1e6 * cpu / deleted:.1f} |", flush=True)
    print()


PARTS = {"hosts": what_hosts_cost, "check": what_the_check_costs,
         "sessions": what_sessions_cost, "pruning": what_pruning_costs}

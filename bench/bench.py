"""What a signed-in request costs, beside the peers: see bench/run."""
import os, signal, subprocess, sys

import callbacks, databases, growth, machine, signin
import peers as p
from measures import difference, instructions, median, pair

ROUNDS = int(os.environ.get("ROUNDS", "5"))
RUN = int(os.environ.get("SECONDS_A_RUN", "2"))

# measure, fail beyond, wanted, beyond; "<" means less is better
TARGETS = {
    "instructions": ("user-space instructions over bare", "<", 60e3, 45e3, 32e3),
    "cpu": ("CPU per request against bare", "<", 1.5, 1.35, 1.25),
    "rate": ("req/s against bare, one core", ">", 0.65, 0.75, 0.80),
    "p99": ("p99 against bare, 64 threads", "<", 3, 2, 1.5),
    "openidc new shm": ("req/s against a newer mod_auth_openidc, shm", ">", 2, 2.2, 2.5),
    "openidc client-cookie": ("req/s against mod_auth_openidc, client-cookie", ">", 3, 4, 4.5),
    "form + session_crypto": ("req/s against mod_auth_form + session_crypto", ">", 7, 50, 100),
    "Auth.js getToken": ("req/s against Auth.js getToken on Node", ">", 7, 9, 10),
    "Basic, bcrypt": ("req/s against Basic authentication, bcrypt", ">", 7, 20, 40),
    "many": ("2,000 sessions in turn against one", ">", 0.9, 0.95, 0.97),
    "none": ("refusal without a cookie, CPU of a bare hit", "<", 1.5, 1.1, 0.9),
    "forged": ("refusal of a forged cookie, CPU of a bare hit", "<", 1.5, 1.25, 1),
    "rss": ("RSS over bare, MiB", "<", 9, 5, 3),
    "database": ("database session, warm shmcb: instructions over a JWT's", "<", 1.5, 1.2, 1),
    "expr": ("session with two expressions, CPU µs more", "<", 2, 1.5, 1),
    "lua": ("session in Lua, CPU µs more", "<", 10, 7, 5),
    "http": ("session of a service, cached, CPU µs more", "<", 5, 4, 3),
    "csrf": ("GET csrf, CPU µs", "<", 80, 40, 30),
    "sign-in openidc": ("a sign-in, CPU against mod_auth_openidc, shm", "<", 0.5, 0.4, 0.3),
    "sign-in node": ("a sign-in, CPU against Auth.js on Node", "<", 0.1, 0.08, 0.05),
    "signin": ("POST signin, discovery cached, CPU µs", "<", 160, 80, 50),
}


def refusals(bare, ours):
    """CPU of a refusal over that of a bare hit."""
    cases = {"none": {"Accept": "text/html"},
             "forged": {"Accept": "text/html", **ours.forged()}}
    ratios = {name: [] for name in cases}
    for _ in range(ROUNDS):
        hit = machine.measure(bare.process, bare.url, {}, 1)["cpu"]
        for name, headers in cases.items():
            cost = machine.measure(ours.process, ours.url, headers, 1, refused=True)["cpu"]
            ratios[name].append(cost / hit)
    return {name: median(values) for name, values in ratios.items()}


def endpoints(ours):
    cases = {"csrf": ("/auth/csrf", None), "signin": ("/auth/signin/op", p.signin_script(ours))}
    return {name: median(machine.measure(ours.process, ours.origin + path, {}, RUN,
                                         script)["cpu"] for _ in range(ROUNDS))
            for name, (path, script) in cases.items()}


def rounds(peers):
    """Interleaved rounds over all peers: the big table, and mod_authjs over each peer."""
    rows = {peer: [] for peer in peers}
    for number in range(ROUNDS):
        for peer in (peers if number % 2 == 0 else peers[::-1]):
            peer.renew()
            rows[peer].append(machine.measure(peer.process, peer.url, peer.cookie, RUN))
        machine.log(f"round {number + 1} of {ROUNDS}")
    print("| peer | req/s | CPU µs/request | p99 ms |\n|---|--:|--:|--:|")
    for peer in peers:
        rate, cpu, p99 = (median(row[key] for row in rows[peer]) for key in ("rate", "cpu", "p99"))
        print(f"| {peer.name} | {rate:,.0f} | {cpu:.1f} | {p99 / 1e3:.2f} |")
    print()
    ours = next(peer for peer in peers if peer.name == "mod_authjs")
    return {peer.name: median(mine["rate"] / theirs["rate"]
                              for mine, theirs in zip(rows[ours], rows[peer]))
            for peer in peers if peer is not ours and peer.name != "bare"}


def sessions_in_a_database(bare, ours, jwt):
    """Each kind over bare and over the check of a JWT, whose instructions over bare jwt is.
    Returns that of the first kind."""
    databases.start()
    ratios = []
    print("| session | instructions over bare | over those of a JWT | CPU against a JWT's "
          "request | req/s against it |\n|---|--:|--:|--:|--:|")
    for peer in p.database_peers():
        extra = instructions(peer) - bare
        ratios.append(extra / jwt)
        peer.start()
        machine.wrk(peer.url, peer.cookie, 1)
        against = pair(ours, peer)
        print(f"| {peer.name} | {extra:,.0f} | {ratios[-1]:.2f} | {against['cpu']:.2f} | "
              f"{against['rate']:.2f} |", flush=True)
        machine.stop(peer.process)
    print()
    return ratios[0]


def what_callbacks_cost(ours, instructions_of_ours):
    """Microseconds of CPU that a protected request costs more than without."""
    callbacks.start()
    result = {}
    print("| callback | instructions more | CPU µs more |\n|---|--:|--:|")
    for peer in p.callback_peers():
        extra = instructions(peer) - instructions_of_ours
        peer.start()
        machine.wrk(peer.url, peer.cookie, 1)
        result[peer.name] = difference(ours, peer)
        print(f"| {TARGETS[peer.name][0]} | {extra:,.0f} | {result[peer.name]:.1f} |", flush=True)
        machine.stop(peer.process)
    print()
    return result


def verdict(value, better, fail, wanted, beyond):
    met = (lambda limit: value <= limit) if better == "<" else (lambda limit: value >= limit)
    return "beyond" if met(beyond) else "wanted" if met(wanted) else "met" if met(fail) else "FAIL"


def print_heading():
    print("| measure | fail | wanted | beyond | measured | |\n|---|--:|--:|--:|--:|---|")


def print_target(key, value):
    text, better, *limits = TARGETS[key]
    numbers = " | ".join(f"{number:,g}" for number in limits)
    print(f"| {text} | {numbers} | {value:,.2f} | {verdict(value, better, *limits)} |")


def table():
    peers = p.all_peers()
    bare, ours = peers[0], peers[1]
    p.start_provider(peers)
    machine.log("counting instructions")
    bare_instructions, our_instructions = instructions(bare), instructions(ours)
    result = {"instructions": our_instructions - bare_instructions}
    for peer in peers:
        peer.start()
        machine.wrk(peer.url, peer.cookie, 1)
        machine.log(f"up: {peer.name}")
    result.update(rounds(peers))
    machine.log("pairs")
    result.update(pair(bare, ours))
    result["rss"] = (machine.largest_rss(machine.family(ours.process.pid))
                     - machine.largest_rss(machine.family(bare.process.pid)))
    twin = p.Httpd("many", 18109, "authjs", p.authjs_session)
    twin.start()
    result["many"] = pair(ours, twin, p.many_sessions_script(twin.port))["rate"]
    result.update(refusals(bare, ours))
    result.update(endpoints(ours))
    machine.log("sessions in a database")
    result["database"] = sessions_in_a_database(bare_instructions, ours,
                                                result["instructions"])
    machine.log("callbacks")
    result.update(what_callbacks_cost(ours, our_instructions))
    print_heading()
    for key in TARGETS:
        if key in result:
            print_target(key, result[key])


def show_pair():
    peers = {peer.name: peer for peer in p.all_peers()}
    bare, other = peers["bare"], peers[sys.argv[2]]
    p.start_provider(peers.values())
    for peer in (bare, other):
        peer.start()
        machine.wrk(peer.url, peer.cookie, 1)
    for key, value in pair(bare, other).items():
        print(f"{key} of {other.name} over bare: {value:.3f}")


def show_instructions():
    peers = [peer for peer in p.all_peers() if peer.name in ("bare", "mod_authjs")]
    p.start_provider(peers)
    bare, ours = (instructions(peer) for peer in peers)
    print(f"bare {bare:,.0f}, mod_authjs {ours:,.0f}: {ours - bare:+,.0f}")


def show_databases():
    peers = p.all_peers()[:2]
    p.start_provider(peers)
    bare, jwt = (instructions(peer) for peer in peers)
    peers[1].start()
    sessions_in_a_database(bare, peers[1], jwt - bare)


def show_callbacks():
    ours = p.all_peers()[1]
    p.start_provider([ours])
    counted = instructions(ours)
    ours.start()
    machine.wrk(ours.url, ours.cookie, 1)
    what_callbacks_cost(ours, counted)


def show_signin():
    ratios = signin.show()
    print_heading()
    for key, name in (("sign-in openidc", "openidc shm"), ("sign-in node", "Auth.js on Node")):
        print_target(key, ratios["https"][name])


def show_growth():
    """All of it, or the parts that are named."""
    parts = sys.argv[2:] or list(growth.PARTS)
    if not set(parts) <= set(growth.PARTS):
        sys.exit(f"usage: bench/run growth [{'|'.join(growth.PARTS)}]...")
    for part in parts:
        machine.log(part)
        growth.PARTS[part]()


def show_webauthn():
    """Verifying a passkey's answer needs no server."""
    subprocess.run([p.NODE, f"{p.BENCH}/webauthn.mjs", os.environ["WEBAUTHN_TOOL"]], check=True,
                   preexec_fn=machine.pinned(machine.SERVER_CPU))


def main():
    command = sys.argv[1] if len(sys.argv) > 1 else "table"
    commands = {"table": table, "pair": show_pair, "icount": show_instructions, "databases": show_databases,
                "callbacks": show_callbacks, "growth": show_growth, "signin": show_signin,
                "webauthn": show_webauthn,
                "list": lambda: print("\n".join(peer.name for peer in p.all_peers()))}
    if command not in commands:
        sys.exit("usage: bench/run [table|pair PEER|icount|databases|callbacks|growth|signin|webauthn|list]")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        p.prepare()
        commands[command]()
    finally:
        machine.stop_all()


main()

"""What a whole sign-in costs: the form posted or the page asked for, the redirect, the
callback with its token request, the id_token verified, the session written."""
import json, os, re, subprocess

import databases, machine
import peers as p
from measures import median

ROUNDS = int(os.environ.get("ROUNDS", "5"))
RUN = int(os.environ.get("SECONDS_A_RUN", "2"))
CONNECTIONS = 32
PORTS = {"http": 18193, "https": 18194}
PROXY = 18140


class Httpd(p.Httpd):
    def check(self):
        """signin.mjs does: the session that it gets opens the file."""


class Node(Httpd):
    def __init__(self, name, port, issuer):
        super().__init__(name, port, None)
        self.issuer = issuer

    def start(self, wrapper=()):
        self.process = machine.start(
            [p.NODE, f"{p.PEERS}/bench-node.mjs", str(self.port), p.SECRET, p.HTDOCS + p.PATH,
             self.issuer, p.CLIENT_SECRET], self.port, machine.SERVER_CPU,
            f"{p.STATE}/{self.port}.out",
            env={**os.environ, "NODE_ENV": "production", "NODE_EXTRA_CA_CERTS": p.CA})


def start_provider():
    subprocess.run(["sh", f"{p.PEERS}/mkca.sh", p.KEYS], check=True)
    os.chmod(p.KEYS, 0o755)
    machine.start([p.NODE, f"{p.BENCH}/provider.mjs", *map(str, PORTS.values()),
                   f"{p.KEYS}/srv.key", f"{p.KEYS}/srv.pem", "basic"], PORTS["https"],
                  machine.CLIENT_CPU, f"{p.STATE}/provider.out")


def database(driver, params):
    """Users, accounts and sessions in a database; each sign-in adds a session."""
    return (f"LoadModule dbd_module {p.LIBEXECDIR}/mod_dbd.so\nDBDriver {driver}\n"
            f'DBDParams "{params}"\nDBDMax 32\nAuthJSAdapter dbd\n')


def all_peers(scheme, port):
    issuer = f"{scheme}://localhost:{PORTS[scheme]}"
    values = {"ISSUER": issuer, "CA": p.CA, "DATABASE": ""}
    oidc = {"OP": issuer, "SESSION_TYPE": "server-cache", "DOCUMENT": "?lean",
            "MORE": f"OIDCCABundlePath {p.CA}"}
    peers = [
        Httpd("mod_authjs", port, "signin", **values),
        Httpd("mod_authjs, SQLite", port + 1, "signin",
                **{**values, "DATABASE": database("sqlite3", databases.SQLITE)}),
        Httpd("mod_authjs, PostgreSQL", port + 2, "signin",
                **{**values, "DATABASE": database("pgsql", databases.PGSQL)}),
        Httpd("openidc shm", port + 3, "openidc", **oidc),
        Httpd("openidc client-cookie", port + 4, "openidc",
                **{**oidc, "SESSION_TYPE": "client-cookie"}),
        Node("Auth.js on Node", port + 5, issuer),
    ]
    if os.environ.get("MOD_AUTH_OIDC_NEW"):
        peers[3:3] = [Httpd("openidc new shm", port + 6, "openidc",
                              **{**oidc, "OPENIDC": os.environ["MOD_AUTH_OIDC_NEW"]})]
    return peers


def measure(peer):
    pids = machine.family(peer.process.pid)
    before = machine.cpu_seconds(pids)
    kind = "openidc" if peer.conf == "openidc" else "auth"
    done = json.loads(subprocess.run(
        [p.NODE, f"{p.BENCH}/signin.mjs", peer.origin, kind, str(RUN), str(CONNECTIONS)],
        check=True, stdout=subprocess.PIPE, text=True,
        preexec_fn=machine.pinned(machine.CLIENT_CPU)).stdout)
    cpu = (machine.cpu_seconds(pids) - before) / done["signins"] * 1e6
    return {"rate": done["rate"], "cpu": cpu, "p99": done["p99"]}


def table(scheme, port):
    """Interleaved rounds; returns the CPU of mod_authjs over that of each peer."""
    peers = all_peers(scheme, port)
    for peer in peers:
        peer.start()
        measure(peer)
        machine.log(f"up: {peer.name}, {scheme}")
    rows = {peer: [] for peer in peers}
    for number in range(ROUNDS):
        for peer in (peers if number % 2 == 0 else peers[::-1]):
            rows[peer].append(measure(peer))
    print(f"| provider over {scheme} | CPU µs/sign-in | of one core, sign-ins/s | "
          "measured sign-ins/s | p99 ms | CPU of mod_authjs over it |\n|---|--:|--:|--:|--:|--:|")
    ratios = {}
    for peer in peers:
        rate, cpu, p99 = (median(row[key] for row in rows[peer]) for key in ("rate", "cpu", "p99"))
        ratios[peer.name] = median(mine["cpu"] / theirs["cpu"]
                                   for mine, theirs in zip(rows[peers[0]], rows[peer]))
        print(f"| {peer.name} | {cpu:,.0f} | {1e6 / cpu:,.0f} | {rate:,.0f} | {p99:.0f} | "
              f"{ratios[peer.name]:.2f} |", flush=True)
        machine.stop(peer.process)
    print()
    return ratios


def rsa_microseconds():
    """One verification with a 2,048-bit key, by OpenSSL."""
    text = subprocess.run(["openssl", "speed", "-seconds", "1", "rsa2048"], check=True,
                          capture_output=True, text=True,
                          preexec_fn=machine.pinned(machine.SERVER_CPU)).stdout
    return 1e6 / float(re.search(r"^rsa 2048 bits\s+\S+\s+\S+\s+\S+\s+([\d.]+)", text, re.M)[1])


def floor():
    """What no module can do without: two requests answered, one of the provider on a kept
    connection (mod_proxy's, which does nothing else), one signature verified."""
    bare = Httpd("bare", PROXY, "bare")
    proxy = Httpd("proxy", PROXY + 1, "proxy", BACKEND=f"http://127.0.0.1:{PORTS['http']}")
    costs = {}
    for peer, path in ((bare, p.PATH), (proxy, "/jwks")):
        peer.start()
        machine.wrk(peer.origin + path, {}, 1)
        costs[peer.name] = median(machine.measure(peer.process, peer.origin + path, {}, RUN)["cpu"]
                                  for _ in range(ROUNDS))
        machine.stop(peer.process)
    rsa = rsa_microseconds()
    asked = costs["proxy"] - costs["bare"]
    print(f"Floor: two bare requests {2 * costs['bare']:.0f} µs, one request of the provider "
          f"{asked:.0f} µs, one RSA verification {rsa:.0f} µs: "
          f"{2 * costs['bare'] + asked + rsa:.0f} µs.\n")


def show():
    start_provider()
    databases.make_sqlite()
    databases.start_pgsql()
    ratios = {scheme: table(scheme, port) for scheme, port in (("http", 18150), ("https", 18160))}
    floor()
    return ratios

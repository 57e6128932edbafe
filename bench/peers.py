"""The servers that are measured, each checked before it counts: it refuses a visitor
without a session and one with a forged session, and serves the file to a good one."""
import base64, html.parser, http.client, json, os, re, subprocess, sys
from urllib.parse import urlencode, urljoin, urlsplit

import callbacks, databases, machine

BENCH = os.path.dirname(os.path.abspath(__file__))
PEERS = os.path.join(os.path.dirname(BENCH), "t", "peers")
STATE = os.environ["STATE"]
HTDOCS = f"{STATE}/htdocs"
PATH = "/p/1k.txt"
SECRET = "bench-secret-of-32-bytes-or-more-0123456789"
COOKIE = "authjs.session-token"
OP_PORT = 18190
OP = f"http://127.0.0.1:{OP_PORT}"
CLIENT_SECRET = "basic-secret-0123456789abcdefghijklmnopqrstuvwxyz"
NODE = f"{PEERS}/node"
KEYS = f"{STATE}/keys"
CA = f"{KEYS}/ca.pem"
USER, PASSWORD = "bench", "correct-horse-battery"


def apxs(name):
    return subprocess.run(["apxs", "-q", name], capture_output=True, text=True,
                          check=True).stdout.strip()


LIBEXECDIR = apxs("LIBEXECDIR")
HTTPD = f"{apxs('SBINDIR')}/{apxs('PROGNAME')}"


def request(method, url, headers=None, body=None):
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=60)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    connection.request(method, path, body, headers or {})
    response = connection.getresponse()
    data = response.read()
    connection.close()
    return response.status, response.headers, data


class Form(html.parser.HTMLParser):
    action, fields = None, None

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag == "form" and self.action is None:
            self.action, self.fields = attributes.get("action"), {}
        elif tag == "input" and self.fields is not None and attributes.get("name"):
            self.fields[attributes["name"]] = attributes.get("value") or ""


class Browser:
    """Follows redirects, keeps cookies by host and port, fills in the provider's forms."""

    def __init__(self):
        self.jars = {}

    def cookies(self, url):
        jar = self.jars.get(urlsplit(url).netloc, {})
        return "; ".join(f"{name}={value}" for name, value in jar.items())

    def store(self, url, headers):
        jar = self.jars.setdefault(urlsplit(url).netloc, {})
        for cookie in headers.get_all("Set-Cookie") or []:
            name, value = cookie.split(";", 1)[0].split("=", 1)
            jar[name] = value
            if not value or "expires=Thu, 01 Jan 1970" in cookie:
                del jar[name]

    def visit(self, url):
        wanted, method, body = url, "GET", None
        for _ in range(20):
            headers = {"Cookie": self.cookies(url), "Accept": "text/html"}
            if body is not None:
                headers["Content-Type"] = "application/x-www-form-urlencoded"
            status, answer, data = request(method, url, headers, body)
            self.store(url, answer)
            if url == wanted and status == 200:
                return self.cookies(url)
            if status in (302, 303):
                url, method, body = urljoin(url, answer["Location"]), "GET", None
                continue
            form = Form()
            form.feed(data.decode(errors="replace"))
            if status != 200 or form.action is None:
                break
            form.fields.update({k: "jane" for k in ("login", "password") if k in form.fields})
            url, method, body = urljoin(url, form.action), "POST", urlencode(form.fields)
        sys.exit(f"bench: no sign-in at {url}: {status} {data[:300]!r}")


def mint(count=1):
    """Session tokens written by Auth.js itself."""
    program = """
import { encode } from "@auth/core/jwt"
const [secret, salt, count] = process.argv.slice(-3)
for (let i = 0; i < Number(count); i++)
  console.log(await encode({ secret, salt, maxAge: 2592000, token: { name: "Jane Benchmark",
    email: "jane@example.com", picture: "https://avatars.example.com/u/1234567?v=4",
    sub: String(1234567 + i) } }))
"""
    return subprocess.run([NODE, "--input-type=module", "-e", program, "--", SECRET, COOKIE,
                           str(count)], cwd=PEERS, check=True, capture_output=True,
                          text=True).stdout.split()


def authjs_session(_peer, tokens=[]):
    tokens += tokens or mint()
    return {"Cookie": f"{COOKIE}={tokens[0]}"}


def database_session(_peer):
    return {"Cookie": f"{COOKIE}={databases.TOKEN}"}


def form_session(peer):
    status, headers, _ = request("POST", f"{peer.origin}/dologin",
                                 {"Content-Type": "application/x-www-form-urlencoded"},
                                 urlencode({"httpd_username": USER, "httpd_password": PASSWORD}))
    cookies = headers.get_all("Set-Cookie")
    if status not in (302, 303) or not cookies:
        sys.exit(f"bench: {peer.name}: sign-in answered {status}")
    return {"Cookie": cookies[-1].split(";", 1)[0]}


def basic_session(_peer):
    """What a browser sends with each request."""
    return {"Authorization": "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()}


def openidc_session(peer):
    return {"Cookie": Browser().visit(peer.url)}


class Httpd:
    def __init__(self, name, port, conf, session=None, slow=False, **values):
        self.name, self.port, self.conf, self.sign_in = name, port, conf, session
        self.slow, self.values, self.cookie, self.process = slow, values, {}, None
        self.origin = f"http://127.0.0.1:{port}"
        self.url = self.origin + PATH

    def command(self):
        self.root = f"{STATE}/{self.port}"
        os.makedirs(self.root, exist_ok=True)
        values = {"ROOT": self.root, "PORT": self.port, "LIBEXECDIR": LIBEXECDIR,
                  "HTDOCS": HTDOCS, "OP": OP, "CLIENT_SECRET": CLIENT_SECRET,
                  "SECRET": SECRET, "MODULE": os.environ["MODULE"], "DOCUMENT": "", "MORE": "",
                  "OPENIDC": f"{LIBEXECDIR}/mod_auth_openidc.so", **self.values}
        text = "".join(open(f"{BENCH}/conf/{name}.conf.in").read()
                       for name in ("base", self.conf))
        with open(f"{self.root}/httpd.conf", "w") as out:
            out.write(re.sub(r"@([A-Z_]+)@", lambda m: str(values[m[1]]), text))
        if self.conf in ("form", "basic"):
            kind = {"form": "-nbs", "basic": "-nbB"}[self.conf]
            with open(f"{self.root}/users", "w") as out:
                subprocess.run(["htpasswd", kind, USER, PASSWORD], check=True, stdout=out)
        return [HTTPD, "-f", f"{self.root}/httpd.conf", "-DFOREGROUND"]

    def start(self, wrapper=()):
        extra = ["-X"] if wrapper else []
        self.process = machine.start([*wrapper, *self.command(), *extra], self.port,
                                     machine.SERVER_CPU, f"{STATE}/{self.port}.out", wait=120)
        self.check()

    def forged(self):
        """The session with one character near its end changed."""
        name, value = next(iter(self.cookie.items()))
        at = len(value) - 12
        return {name: value[:at] + ("A" if value[at] != "A" else "B") + value[at + 1:]}

    def check(self):
        if self.sign_in:
            self.cookie = self.sign_in(self)
            for what, headers in (("no session", {}), ("a forged session", self.forged())):
                status, _, _ = request("GET", self.url, {"Accept": "text/html", **headers})
                if status not in (302, 401):
                    sys.exit(f"bench: {self.name} answers {status} to {what}")
        status, _, data = request("GET", self.url, self.cookie)
        if status != 200 or len(data) != 1024:
            sys.exit(f"bench: {self.name} answers {status}, {len(data)} bytes to a session")

    def renew(self):
        """A fresh session, so that none falls due for a refresh within a run."""
        if self.sign_in in (form_session, openidc_session):
            self.cookie = self.sign_in(self)


class Node(Httpd):
    """Node answering the same file behind Auth.js's getToken, or Auth.js's endpoints."""

    def __init__(self, name, port):
        super().__init__(name, port, None, authjs_session)

    def start(self, wrapper=()):
        self.process = machine.start(
            [NODE, f"{PEERS}/bench-node.mjs", str(self.port), SECRET, HTDOCS + PATH, OP,
             CLIENT_SECRET], self.port, machine.SERVER_CPU, f"{STATE}/{self.port}.out",
            env={**os.environ, "NODE_ENV": "production"})
        self.check()


def all_peers():
    peers = [
        Httpd("bare", 18101, "bare"),
        Httpd("mod_authjs", 18102, "authjs", authjs_session),
        Httpd("openidc client-cookie", 18103, "openidc", openidc_session,
              SESSION_TYPE="client-cookie"),
        Httpd("openidc shm", 18104, "openidc", openidc_session,
              SESSION_TYPE="server-cache"),
        Httpd("form + session_crypto", 18105, "form", form_session, slow=True),
        Node("Auth.js getToken", 18106),
        Httpd("Basic, bcrypt", 18110, "basic", basic_session, slow=True),
    ]
    newer = os.environ.get("MOD_AUTH_OIDC_NEW")
    if newer:
        peers[2:2] = [
            Httpd("openidc new client-cookie", 18107, "openidc", openidc_session,
                  SESSION_TYPE="client-cookie", OPENIDC=newer),
            Httpd("openidc new shm", 18108, "openidc", openidc_session,
                  SESSION_TYPE="server-cache", OPENIDC=newer),
        ]
    return peers


def database_peers():
    """Sessions that are rows. Start databases.start() first."""
    sqlite = {"DRIVER": "sqlite3", "PARAMS": databases.SQLITE}
    pgsql = {"DRIVER": "pgsql", "PARAMS": databases.PGSQL}
    redis = f"redis:127.0.0.1:{databases.REDIS_PORT}"
    return [Httpd(f"database, {name}", port, "database", database_session, CACHE=cache,
                  **database)
            for name, port, cache, database in (
                ("warm shmcb", 18111, "shmcb", sqlite),
                ("warm Redis", 18112, redis, sqlite),
                ("cold SQLite", 18113, "none", sqlite),
                ("cold PostgreSQL", 18114, "none", pgsql))]


def callback_peers():
    """What callbacks cost a protected request. Start callbacks.start() first."""
    return [Httpd(name, 18121 + i, "callbacks", authjs_session, CALLBACKS=conf)
            for i, (name, conf) in enumerate(callbacks.configurations(STATE).items())]


def start_provider(peers):
    """The OpenID Provider that peers sign in at."""
    redirects = [f"{peer.origin}/p/redirect_uri" for peer in peers if peer.conf == "openidc"]
    redirects += [f"{peer.origin}/auth/callback/op" for peer in peers]
    machine.start([NODE, f"{PEERS}/op.mjs"], OP_PORT, machine.CLIENT_CPU, f"{STATE}/op.out",
                  env={**os.environ, "OP_PORT": str(OP_PORT), "OP_KEYS": STATE,
                       "OP_REDIRECTS": ",".join(redirects)})


def prepare():
    os.makedirs(f"{HTDOCS}/p")
    for name, text in ((PATH, "0123456789abcde\n" * 64), ("/login.html", "x"), ("/ok.html", "x")):
        with open(HTDOCS + name, "w") as out:
            out.write(text)


def many_sessions_script(port):
    """A wrk script that walks through 2,000 different sessions."""
    name = f"{STATE}/many.lua"
    with open(name, "w") as out:
        out.write("local tokens = {" + ",".join(f'"{t}"' for t in mint(2000)) + "}\n"
                  "local requests, i = {}, 0\n"
                  "function init()\n  for k = 1, #tokens do\n"
                  f'    requests[k] = wrk.format("GET", "{PATH}", {{ Host = "127.0.0.1:{port}",'
                  f' Cookie = "{COOKIE}=" .. tokens[k] }})\n  end\nend\n'
                  "function request()\n  i = i % #requests + 1\n  return requests[i]\nend\n")
    return name


def signin_script(peer):
    """A wrk script that posts the sign-in form, CSRF token and all."""
    _, headers, data = request("GET", f"{peer.origin}/auth/csrf")
    cookie = headers.get_all("Set-Cookie")[0].split(";")[0]
    body = urlencode({"csrfToken": json.loads(data)["csrfToken"], "callbackUrl": peer.origin})
    status, answer, _ = request("POST", f"{peer.origin}/auth/signin/op", {
        "Content-Type": "application/x-www-form-urlencoded", "Cookie": cookie}, body)
    if status != 302 or not answer["Location"].startswith(OP):
        sys.exit(f"bench: {peer.name}: POST signin answers {status} {answer['Location']}")
    name = f"{STATE}/signin-{peer.port}.lua"
    with open(name, "w") as out:
        out.write(f'wrk.method = "POST"\nwrk.body = "{body}"\n'
                  'wrk.headers["Content-Type"] = "application/x-www-form-urlencoded"\n'
                  f'wrk.headers["Cookie"] = "{cookie}"\n')
    return name

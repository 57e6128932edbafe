"""Redis, SQLite and PostgreSQL for the sessions of mod_authjs that are rows."""
import glob, os, shutil, sqlite3, subprocess, time

import machine

STATE = os.environ["STATE"]
REDIS_PORT, PGSQL_PORT = 18191, 18192
TOKEN = "op.6f2d3c1e-0b5a-4c7d-9e8f-a1b2c3d4e5f6"
USER = ("Jane Benchmark", "jane@example.com", "https://avatars.example.com/u/1234567?v=4")
# Far enough from its end that nothing is written.
MONTH = 30 * 86400

SQLITE = f"{STATE}/sqlite/authjs.db"
PGSQL = f"host=127.0.0.1 port={PGSQL_PORT} dbname=postgres user=bench"


def as_nobody():
    """PostgreSQL refuses to be root's."""
    return ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"] \
        if os.geteuid() == 0 else []


def migrate(*options, **env):
    subprocess.run([os.environ["AUTHJSCTL"], "migrate", *options], check=True,
                   stdout=subprocess.DEVNULL, env={**os.environ, **env})


def start_redis():
    machine.start(["redis-server", "--port", str(REDIS_PORT), "--bind", "127.0.0.1",
                   "--save", "", "--appendonly", "no"], REDIS_PORT, machine.CLIENT_CPU,
                  f"{STATE}/redis.out")


def make_sqlite():
    directory = os.path.dirname(SQLITE)
    os.makedirs(directory)
    migrate("--sqlite", SQLITE)
    with sqlite3.connect(SQLITE) as db:
        db.execute("INSERT INTO users (id, name, email, image) VALUES ('1', ?, ?, ?)", USER)
        db.execute("INSERT INTO sessions (id, sessionToken, userId, expires) "
                   "VALUES ('1', ?, '1', strftime('%Y-%m-%dT%H:%M:%fZ', ?, 'unixepoch'))",
                   (TOKEN, time.time() + MONTH))
    db.close()
    for path in (directory, *glob.glob(f"{directory}/*")):
        os.chmod(path, 0o777 if path == directory else 0o666)


def start_pgsql():
    binaries = sorted(glob.glob("/usr/lib/postgresql/*/bin"))[-1]
    directory = f"{STATE}/pgsql"
    os.makedirs(directory)
    if os.geteuid() == 0:
        shutil.chown(directory, "nobody", "nogroup")
    subprocess.run([*as_nobody(), f"{binaries}/initdb", "-D", f"{directory}/data", "-U", "bench",
                    "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync"], check=True,
                   cwd="/", stdout=subprocess.DEVNULL)
    machine.start([*as_nobody(), f"{binaries}/postgres", "-D", f"{directory}/data",
                   "-p", str(PGSQL_PORT), "-c", "listen_addresses=127.0.0.1",
                   "-c", "unix_socket_directories=", "-c", "max_connections=120"],
                  PGSQL_PORT, machine.CLIENT_CPU, f"{STATE}/pgsql.out", cwd="/")
    migrate("--driver", "pgsql", AUTHJS_DBD_PARAMS=PGSQL)
    values = ", ".join(f"'{text}'" for text in USER)
    subprocess.run([f"{binaries}/psql", "-q", "-v", "ON_ERROR_STOP=1", PGSQL, "-c",
                    f"INSERT INTO users (name, email, image) VALUES ({values})", "-c",
                    'INSERT INTO sessions ("sessionToken", "userId", expires) '
                    f"SELECT '{TOKEN}', id, now() + interval '30 days' FROM users"], check=True)


def start():
    start_redis()
    make_sqlite()
    start_pgsql()

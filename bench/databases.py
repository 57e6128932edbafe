"""Redis, SQLite and PostgreSQL for the sessions of mod_authjs that are rows."""
import functools, glob, hashlib, os, shutil, sqlite3, subprocess, time

import machine

STATE = os.environ["STATE"]
REDIS_PORT, PGSQL_PORT = 18191, 18192
# As Auth.js makes them: those of mod_authjs name a provider as a host defines it.
TOKEN = "6f2d3c1e-0b5a-4c7d-9e8f-a1b2c3d4e5f6"
USER = ("Jane Benchmark", "jane@example.com", "https://avatars.example.com/u/1234567?v=4")
# Far enough from its end that nothing is written.
MONTH = 30 * 86400

SQLITE = f"{STATE}/sqlite/authjs.db"
PGSQL = f"host=127.0.0.1 port={PGSQL_PORT} dbname=postgres user=bench"

PGSQL_BIN = sorted(glob.glob("/usr/lib/postgresql/*/bin"))[-1]
PGSQL_OPTIONS = ("--driver", "pgsql")

# Tokens of many sessions: eight digits in place of %s.
NUMBERED = "%s-0b5a-4c7d-9e8f-a1b2c3d4e5f6"

PRUNED = f"{STATE}/pruned.db"


def as_nobody():
    """PostgreSQL refuses to be root's."""
    return ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"] \
        if os.geteuid() == 0 else []


def authjsctl(*command, **env):
    return subprocess.run([os.environ["AUTHJSCTL"], *command], check=True, text=True,
                          stdout=subprocess.PIPE, env={**os.environ, **env}).stdout


def start_redis():
    machine.start(["redis-server", "--port", str(REDIS_PORT), "--bind", "127.0.0.1",
                   "--save", "", "--appendonly", "no"], REDIS_PORT, machine.CLIENT_CPU,
                  f"{STATE}/redis.out")


def make_sqlite():
    directory = os.path.dirname(SQLITE)
    os.makedirs(directory)
    authjsctl("migrate", "--sqlite", SQLITE)
    with sqlite3.connect(SQLITE) as db:
        db.execute("INSERT INTO users (id, name, email, image) VALUES ('1', ?, ?, ?)", USER)
        db.execute("INSERT INTO sessions (id, sessionToken, userId, expires) "
                   "VALUES ('1', ?, '1', strftime('%Y-%m-%dT%H:%M:%fZ', ?, 'unixepoch'))",
                   (TOKEN, time.time() + MONTH))
    db.close()
    if os.geteuid() == 0:  # the User of httpd: a file that everybody can write is refused
        for path in (directory, *glob.glob(f"{directory}/*")):
            shutil.chown(path, "www-data", "www-data")


@functools.cache
def start_pgsql():
    directory = f"{STATE}/pgsql"
    os.makedirs(directory)
    if os.geteuid() == 0:
        shutil.chown(directory, "nobody", "nogroup")
    subprocess.run([*as_nobody(), f"{PGSQL_BIN}/initdb", "-D", f"{directory}/data", "-U", "bench",
                    "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync"], check=True,
                   cwd="/", stdout=subprocess.DEVNULL)
    machine.start([*as_nobody(), f"{PGSQL_BIN}/postgres", "-D", f"{directory}/data",
                   "-p", str(PGSQL_PORT), "-c", "listen_addresses=127.0.0.1",
                   "-c", "unix_socket_directories=", "-c", "max_connections=120"],
                  PGSQL_PORT, machine.CLIENT_CPU, f"{STATE}/pgsql.out", cwd="/")
    # It listens before it answers.
    while subprocess.run([f"{PGSQL_BIN}/pg_isready", "-q", "-d", PGSQL]).returncode:
        time.sleep(0.05)
    authjsctl("migrate", *PGSQL_OPTIONS, AUTHJS_DBD_PARAMS=PGSQL)
    values = ", ".join(f"'{text}'" for text in USER)
    psql(f"INSERT INTO users (name, email, image) VALUES ({values})",
         'INSERT INTO sessions ("sessionToken", "userId", expires) '
         f"SELECT '{TOKEN}', id, now() + interval '30 days' FROM users")


def psql(*statements):
    subprocess.run([f"{PGSQL_BIN}/psql", "-q", "-v", "ON_ERROR_STOP=1", PGSQL,
                    *(word for statement in statements for word in ("-c", statement))],
                   check=True)


def add_sessions(first, end):
    """Sessions of the tokens NUMBERED, from first up to end."""
    psql('INSERT INTO sessions ("sessionToken", "userId", expires) '
         f"SELECT format('{NUMBERED}', lpad(i::text, 8, '0')), (SELECT id FROM users), "
         f"now() + interval '30 days' FROM generate_series({first}, {end - 1}) i",
         "ANALYZE sessions")


# ---- rows for pruning: tokens in no order, one in ten has expired


def fill_pgsql(rows):
    psql("TRUNCATE sessions",
         'INSERT INTO sessions ("sessionToken", "userId", expires) '
         "SELECT md5(i::text), (SELECT id FROM users), "
         "now() + CASE i % 10 WHEN 0 THEN -1 ELSE 1 END * interval '1 day' * (i % 7 + 1) "
         f"FROM generate_series(1, {rows}) i", "VACUUM ANALYZE sessions")


def fill_sqlite(rows):
    if os.path.exists(PRUNED):
        os.remove(PRUNED)
    authjsctl("migrate", "--sqlite", PRUNED)
    db = sqlite3.connect(PRUNED)
    db.execute("INSERT INTO users (id, name, email, image) VALUES ('1', ?, ?, ?)", USER)
    db.executemany("INSERT INTO sessions (id, sessionToken, userId, expires) "
                   "VALUES (?, ?, '1', strftime('%Y-%m-%dT%H:%M:%fZ', 'now', ?))",
                   ((hashlib.md5(b"id %d" % i).hexdigest(), hashlib.md5(b"%d" % i).hexdigest(),
                     f"{(i % 7 + 1) * (1 if i % 10 else -1)} days") for i in range(rows)))
    db.commit()
    db.close()


def start():
    start_redis()
    make_sqlite()
    start_pgsql()

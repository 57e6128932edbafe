"""The callbacks that are measured: two expressions, a Lua script, a service."""
import http.server, json, os, threading

PORT = 18191
SECRET = "callbacks-of-the-benchmark-0123456789"
SCRIPT = """function session(params)
    params.session.user.role = "member"
    params.session.user.id = params.token.sub
    return params.session
end
"""


class Service(http.server.BaseHTTPRequestHandler):
    """Adds the same to a session as the script does."""

    def do_POST(self):
        question = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        session = question["params"]["session"]
        session["user"].update(role="member", id=question["params"]["token"]["sub"])
        body = json.dumps({"id": question["id"], "value": session}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def start():
    service = http.server.ThreadingHTTPServer(("127.0.0.1", PORT), Service)
    threading.Thread(target=service.serve_forever, daemon=True).start()


def configurations(state):
    """What stands in the configuration, by the name of the row."""
    script = f"{state}/callbacks.lua"
    with open(script, "w") as out:
        out.write(SCRIPT)
    return {
        "expr": 'AuthJSSessionField user.role member\n'
                'AuthJSSessionField user.id "%{AUTHJS:token.sub}"',
        "lua": f"LoadModule authjs_lua_module {os.environ['LUA_MODULE']}\n"
               f"AuthJSCallback session lua:{script}",
        "http": f"AuthJSCallback session http://127.0.0.1:{PORT}/ secret={SECRET}",
    }

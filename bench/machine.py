"""Processes, their CPU time and memory, wrk and callgrind."""
import glob, os, re, signal, socket, subprocess, sys, time

TICK = os.sysconf("SC_CLK_TCK")
SERVER_CPU, CLIENT_CPU = {0}, {max(os.sched_getaffinity(0))}
started = []


def log(*words):
    print(*words, file=sys.stderr, flush=True)


def pinned(cpus):
    return lambda: os.sched_setaffinity(0, cpus)


def listens(port):
    with socket.socket() as s:
        return s.connect_ex(("127.0.0.1", port)) == 0


def start(command, port, cpus, logfile, wait=60, **options):
    """Start a server and wait until it listens."""
    if listens(port):
        sys.exit(f"bench: port {port} is taken")
    with open(logfile, "w") as out:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out,
                                   stderr=subprocess.STDOUT, preexec_fn=pinned(cpus), **options)
    started.append(process)
    end = time.time() + wait
    while time.time() < end and process.poll() is None:
        if listens(port):
            return process
        time.sleep(0.05)
    sys.exit(f"bench: {command[0]} does not listen on {port}:\n{open(logfile).read()[-2000:]}")


def stop(process):
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    if process in started:
        started.remove(process)


def stop_all():
    for process in list(started):
        stop(process)


def family(pid):
    """A process and all that descend from it."""
    found, todo = [], [pid]
    while todo:
        found.append(todo.pop())
        for tasks in glob.glob(f"/proc/{found[-1]}/task/*/children"):
            try:
                todo += [int(child) for child in open(tasks).read().split()]
            except OSError:
                pass
    return found


def cpu_seconds(pids):
    total = 0
    for pid in pids:
        try:
            fields = open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()
            total += int(fields[11]) + int(fields[12])
        except OSError:
            pass
    return total / TICK


def largest_rss(pids):
    """MiB"""
    sizes = []
    for pid in pids:
        try:
            text = open(f"/proc/{pid}/smaps_rollup").read()
            sizes.append(int(re.search(r"^Rss:\s+(\d+)", text, re.M)[1]) / 1024)
        except OSError:
            pass
    return max(sizes)


def microseconds(text):
    unit = re.sub(r"[\d.]", "", text)
    return float(text[:-len(unit)]) * {"us": 1, "ms": 1e3, "s": 1e6}[unit]


def wrk(url, headers, seconds, script=None, refused=False):
    command = ["wrk", "-t1", "-c32", f"-d{seconds}s", "--latency"]
    for name, value in headers.items():
        command += ["-H", f"{name}: {value}"]
    if script:
        command += ["-s", script]
    text = subprocess.run(command + [url], capture_output=True, text=True, check=True,
                          preexec_fn=pinned(CLIENT_CPU)).stdout
    wrong = re.search(r"Socket errors: .*" + ("" if refused else r"|Non-2xx.*"), text)
    if wrong:
        sys.exit(f"bench: {url}: {wrong[0]}")
    p99 = microseconds(re.search(r"^\s+99%\s+(\S+)", text, re.M)[1])
    return (int(re.search(r"(\d+) requests in", text)[1]),
            float(re.search(r"Requests/sec:\s+([\d.]+)", text)[1]), p99)


def measure(process, url, headers, seconds, script=None, refused=False):
    """One run: requests a second, CPU microseconds a request, p99 in microseconds."""
    pids = family(process.pid)
    before = cpu_seconds(pids)
    requests, rate, p99 = wrk(url, headers, seconds, script, refused)
    return {"rate": rate, "cpu": (cpu_seconds(pids) - before) / requests * 1e6, "p99": p99}

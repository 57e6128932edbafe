"""What is measured of servers that stand beside each other."""
import http.client, os, re, statistics, sys

import machine
import peers as p

PAIRS = int(os.environ.get("PAIRS", "20"))


def median(values):
    return statistics.median(values)


def instructions(peer):
    """User-space instructions of one request: callgrind's count of many requests on one
    connection less that of few."""
    counts, few, many = [], 200, 1000
    for requests in (few, many):
        out = f"{p.STATE}/callgrind.{peer.port}"
        peer.start(["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null",
                    f"--log-file={out}"])
        connection = http.client.HTTPConnection("127.0.0.1", peer.port, timeout=120)
        for _ in range(requests):
            connection.request("GET", p.PATH, headers=peer.cookie)
            response = connection.getresponse()
            response.read()
            if response.status != 200:
                sys.exit(f"bench: {peer.name}: {response.status}")
        connection.close()
        machine.stop(peer.process)
        counts.append(int(re.search(r"Collected : (\d+)", open(out).read())[1]))
    return (counts[1] - counts[0]) / (many - few)


def pair(a, b, script=None, pairs=None):
    """A B B A A B ... in slices of a second: B's figures over A's, each a median."""
    rows = []
    for i in range(pairs or PAIRS):
        both = {}
        for peer in ((a, b) if i % 2 == 0 else (b, a)):
            both[peer] = machine.measure(peer.process, peer.url, peer.cookie, 1,
                                         script if peer is b else None)
        rows.append({key: both[b][key] / both[a][key] for key in both[a]})
    return {key: median(row[key] for row in rows) for key in rows[0]}


def difference(a, b):
    """CPU µs of a request of b less that of one of a, in the same slices. They are few of
    many: it takes more slices than a ratio does."""
    rows = []
    for i in range(3 * PAIRS):
        both = {}
        for peer in ((a, b) if i % 2 == 0 else (b, a)):
            both[peer] = machine.measure(peer.process, peer.url, peer.cookie, 1)["cpu"]
        rows.append(both[b] - both[a])
    return median(rows)

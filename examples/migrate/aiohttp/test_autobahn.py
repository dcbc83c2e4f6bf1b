"""The gate of today, with wsspec under the name wstest. Run it with pytest, or with python3 -m unittest."""

import json
import pathlib
import socket
import subprocess
import sys
import time
import unittest

HERE = pathlib.Path(__file__).parent
PORT = 9001

# What is known to fail, and what the file of the case then says. An entry that does not fail any more is a failure, too.
XFAIL = {
    "7.9.5": "The close code should have been 1002 or empty",
    "9.1.5": "Did not receive message within 100 seconds.",
    "9.1.6": "Did not receive message within 100 seconds.",
    "9.2.5": "Did not receive message within 100 seconds.",
    "9.2.6": "Did not receive message within 100 seconds.",
}


def wait_for_port(server):
    """Waits until the server listens."""
    while server.poll() is None:
        try:
            return socket.create_connection(("127.0.0.1", PORT), timeout=1).close()
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the server has ended")


def run_wstest():
    """Tests the server and returns what the index says of it."""
    server = subprocess.Popen([sys.executable, "server.py", str(PORT)], cwd=HERE)
    try:
        wait_for_port(server)
        subprocess.run(["wstest", "--mode", "fuzzingclient", "--spec", "fuzzingclient.json"], cwd=HERE, check=True)
    finally:
        server.terminate()
        server.wait()
    return json.loads((HERE / "reports/servers/index.json").read_text())["AutobahnServer"]


class Autobahn(unittest.TestCase):
    def test_server(self):
        results = run_wstest()
        self.assertGreater(len(results), 0)
        for case, result in results.items():
            with self.subTest(case):
                status = result["behaviorClose"]
                if case not in XFAIL:
                    self.assertIn(status, ("OK", "INFORMATIONAL"))
                    continue
                self.assertNotIn(status, ("OK", "INFORMATIONAL"))
                details = json.loads((HERE / "reports/servers" / result["reportfile"]).read_text())
                self.assertEqual(details["result"], XFAIL[case])

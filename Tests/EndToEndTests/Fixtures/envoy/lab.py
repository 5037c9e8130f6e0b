"""A real Envoy between a caller and two upstreams, split by a VirtualService file, until standard input is closed.

lab.py ENVOY FOLDER ROUTE STABLE_ERRORS CANARY_ERRORS PER_SECOND

Works in FOLDER and keeps FOLDER/lab.json up to date: the admin port, requests sent and answered, the weights in force.
"""
import asyncio
import json
import os
import re
import signal
import sys
import urllib.request

import proxy
import traffic

DESTINATION = re.compile(r"subset: *(v[12])\s+weight: *(\d+)")


def put(path, value):
    """Replaces a file by rename, so that no reader sees half of it."""
    with open(path + ".new", "w", encoding="utf-8") as file:
        json.dump(value, file)
    os.rename(path + ".new", path)


def read_weights(path):
    """The weights of a VirtualService file by version; none if it cannot be used now."""
    try:
        with open(path, encoding="utf-8") as file:
            weights = {version: int(weight) for version, weight in DESTINATION.findall(file.read())}
    except (OSError, UnicodeDecodeError):
        return None
    return weights if len(weights) == 2 and sum(weights.values()) > 0 else None


class Lab:
    def __init__(self, envoy, folder, route, errors, per_second):
        self.envoy = envoy
        self.folder = folder
        self.route = route
        self.per_second = per_second
        self.upstreams = {v: traffic.Upstream(share, seed=v) for v, share in zip(("v1", "v2"), errors)}
        self.routes_folder = os.path.join(folder, "routes")
        self.routes_file = os.path.join(self.routes_folder, "routes.json")
        self.weights = None
        self.caller = None
        self.admin = None

    def follow_route(self):
        weights = read_weights(self.route)
        if weights and weights != self.weights:
            put(self.routes_file, proxy.routes(weights))
            self.weights = weights

    async def control_plane(self):
        while True:
            self.follow_route()
            await asyncio.sleep(0.05)

    async def start_envoy(self):
        os.makedirs(self.routes_folder, exist_ok=True)
        self.follow_route()
        ports = {version: await upstream.start() for version, upstream in self.upstreams.items()}
        configuration = os.path.join(self.folder, "bootstrap.json")
        put(configuration, proxy.bootstrap(ports, self.routes_file, self.routes_folder))
        address = os.path.join(self.folder, "admin.txt")
        return await asyncio.create_subprocess_exec(
            self.envoy, "--config-path", configuration, "--admin-address-path", address, "--concurrency", "1",
            "--disable-hot-restart", "--log-level", "warning",
            stdin=asyncio.subprocess.DEVNULL,
        )

    async def find_ports(self):
        """The ports that Envoy chose: of its admin interface and of its listener."""
        path = os.path.join(self.folder, "admin.txt")
        while not (os.path.exists(path) and os.path.getsize(path)):
            await asyncio.sleep(0.05)
        with open(path, encoding="ascii") as file:
            self.admin = int(file.read().strip().rpartition(":")[2])
        while True:
            listeners = (await self.ask_admin("/listeners?format=json")).get("listener_statuses", [])
            if listeners:
                return listeners[0]["local_address"]["socket_address"]["port_value"]
            await asyncio.sleep(0.05)

    async def ask_admin(self, path):
        def ask():
            with urllib.request.urlopen(f"http://127.0.0.1:{self.admin}{path}", timeout=10) as answer:
                return json.load(answer)

        return await asyncio.to_thread(ask)

    async def report(self):
        while True:
            facts = {
                "admin": self.admin,
                "sent": self.caller.sent,
                "lost": self.caller.lost,
                "answered": {version: upstream.answered for version, upstream in self.upstreams.items()},
                "failed": {version: upstream.failed for version, upstream in self.upstreams.items()},
                "weights": self.weights,
            }
            put(os.path.join(self.folder, "lab.json"), facts)
            await asyncio.sleep(0.2)

    async def run(self):
        envoy = await self.start_envoy()
        try:
            listener = await asyncio.wait_for(self.find_ports(), 60)
            self.caller = traffic.Caller(listener, self.per_second)
            parts = [self.control_plane(), self.caller.run(), self.report(), told_to_end(), envoy.wait()]
            tasks = [asyncio.ensure_future(part) for part in parts]
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in tasks:
                task.cancel()
            for task in done:
                task.result()
            if envoy.returncode is not None:
                raise RuntimeError(f"Envoy ended with {envoy.returncode}")
        finally:
            if envoy.returncode is None:
                envoy.kill()
                await envoy.wait()


async def told_to_end():
    """Returns when standard input is closed, as by the end of the process that started this one, or on a signal."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, reader.feed_eof)
    await reader.read()


def main():
    envoy, folder, route = sys.argv[1:4]
    stable_errors, canary_errors, per_second = map(float, sys.argv[4:7])
    asyncio.run(Lab(envoy, folder, route, (stable_errors, canary_errors), per_second).run())


if __name__ == "__main__":
    main()

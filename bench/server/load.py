#!/usr/bin/env python3
"""Sends requests from many clients to a server and compares every response with PyTorch's scores (see peer.py).

    load.py --port N --requests FILE [--clients 64] [--seconds 60 | --count N] [--idle N] [--slow N] [--memory PID]

--idle, --slow: number of additional connections that send nothing, or one byte per second. --memory: report the server's
resident memory after 1,000 requests and at the end. Prints one JSON line. Needs only Python.
"""
import argparse
import asyncio
import json
import time


def resident(pid):
    with open(f"/proc/{pid}/status") as status:
        return next(round(int(line.split()[1]) / 1024, 1) for line in status if line.startswith("VmRSS"))


class Load:
    def __init__(self, a):
        self.a, self.latencies, self.wrong, self.failed, self.at_1000 = a, [], 0, 0, None
        with open(a.requests) as stream:
            self.cases = [json.loads(line) for line in stream]
        self.bodies = [json.dumps(case["request"]).encode() for case in self.cases]
        self.begun = 0

    def right(self, case, answer):
        scores = [token["score"] for token in answer["tokens"]]
        scale = max(map(abs, case["scores"]))
        near = len(scores) == len(case["scores"]) and all(abs(a - b) <= 1e-3 * scale for a, b in zip(scores, case["scores"]))
        return near and (case["label"] is None or answer["prediction"]["label"] == case["label"])

    async def client(self, number, until):
        reader = writer = None
        while time.perf_counter() < until and (not self.a.count or self.begun < self.a.count):
            index = self.begun % len(self.cases)
            self.begun += 1
            body = self.bodies[index]
            start = time.perf_counter()
            try:
                if writer is None:
                    reader, writer = await asyncio.open_connection("127.0.0.1", self.a.port)
                writer.write(b"POST /v1/explain HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                             b"Content-Length: %d\r\n\r\n" % len(body) + body)
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                length = next(int(line.split(":")[1]) for line in head.lower().split("\r\n") if line.startswith("content-length"))
                answer = await reader.readexactly(length)
            except (OSError, asyncio.IncompleteReadError):
                self.failed += 1
                writer = None
                continue
            self.latencies.append(time.perf_counter() - start)
            if " 200 " not in head.split("\r\n")[0]:
                self.failed += 1
            elif not self.right(self.cases[index], json.loads(answer)):
                self.wrong += 1
            if self.a.memory and self.begun >= 1000 and self.at_1000 is None:
                self.at_1000 = resident(self.a.memory)

    async def slow(self):
        """Repeatedly sends a request at one byte per second."""
        while True:
            try:
                reader, writer = await asyncio.open_connection("127.0.0.1", self.a.port)
                for byte in b"POST /v1/predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n" + b" " * 1000:
                    writer.write(bytes([byte]))
                    await asyncio.sleep(1)
            except OSError:
                await asyncio.sleep(1)

    async def run(self):
        idle = [await asyncio.open_connection("127.0.0.1", self.a.port) for _ in range(self.a.idle)]
        slow = [asyncio.ensure_future(self.slow()) for _ in range(self.a.slow)]
        start = time.perf_counter()
        until = start + (float("inf") if self.a.count else self.a.seconds)
        await asyncio.gather(*(self.client(i, until) for i in range(self.a.clients)))
        seconds = time.perf_counter() - start
        for task in slow:
            task.cancel()
        for _, writer in idle:
            writer.close()
        times = sorted(self.latencies)
        quantile = lambda q: round(1000 * times[min(len(times) - 1, int(q * len(times)))], 1) if times else None
        result = {"requests": len(times), "wrong": self.wrong, "failed": self.failed, "seconds": round(seconds, 1),
                  "per_second": round(len(times) / seconds, 1), "p50_ms": quantile(0.5), "p95_ms": quantile(0.95),
                  "p99_ms": quantile(0.99)}
        if self.a.memory:
            result |= {"mb_after_1000": self.at_1000, "mb_at_the_end": resident(self.a.memory)}
        print(json.dumps(result), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--requests", required=True)
    parser.add_argument("--clients", type=int, default=64)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--count", type=int, default=0)
    parser.add_argument("--idle", type=int, default=0)
    parser.add_argument("--slow", type=int, default=0)
    parser.add_argument("--memory", type=int, default=0)
    asyncio.run(Load(parser.parse_args()).run())


if __name__ == "__main__":
    main()

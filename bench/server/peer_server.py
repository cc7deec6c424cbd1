#!/usr/bin/env python3
"""A plain explanation server with FastAPI, PyTorch and Captum: one model, one request at a time in a worker thread.

    peer_server.py --model DIR --task cls|qa [--port 8090] [--threads 2]

POST /v1/explain is compatible with limn's in the fields that load.py uses.
"""
import argparse
import threading

import torch
import uvicorn
from fastapi import FastAPI, Request

from peer import Peer


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True)
    parser.add_argument("--task", choices=["cls", "qa"], required=True)
    parser.add_argument("--port", type=int, default=8090)
    parser.add_argument("--threads", type=int, default=2)
    a = parser.parse_args()
    torch.set_num_threads(a.threads)
    peer = Peer(a.model, a.task)
    one_at_a_time = threading.Lock()  # Captum installs hooks in the model: concurrent attributions would interfere
    app = FastAPI()

    def work(body):
        with one_at_a_time:
            return peer.explain(body)

    @app.post("/v1/explain")
    async def explain(request: Request):
        from starlette.concurrency import run_in_threadpool
        return await run_in_threadpool(work, await request.json())

    uvicorn.run(app, host="127.0.0.1", port=a.port, log_level="warning")


if __name__ == "__main__":
    main()

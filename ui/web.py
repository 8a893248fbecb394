"""The page in Gradio: where things stand, and which action calls what. The only importer of Gradio.

What a person does goes through Gradio's events. What happens in the conversation reaches every open page over the
live socket, which also survives a restart of the server; ``static/page.js`` shows it.
"""

import os
import secrets
import sys
from functools import partial
from typing import TYPE_CHECKING, Any

from coach.app import Coach
from coach.config import Settings
from coach.errors import CoachError
from coach.progress import progress
from ui import actions, parts
from ui.certificate import addresses, certificate
from ui.door import is_loopback
from ui.live import Live
from ui.server import make_app

if TYPE_CHECKING:
    import gradio
    from fastapi import FastAPI

    from voice.parts import Parts as VoiceParts

TITLE = "Trust Coach"

ATTACH = "window.coachPage ? coachPage.attach(server) : (window.coachServer = server)"
"""Hands the page's script what it may ask of the server, whichever of the two is there first."""

HEAD = """
<link rel="icon" href="/page/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/page/page.css">
<link rel="stylesheet" href="/voice/voice.css">
<meta name="color-scheme" content="light dark">
<link rel="stylesheet" href="/page/documents.css">
<script src="/page/page.js"></script>
<script src="/page/documents.js"></script>
<script src="/page/words.js"></script>
<script type="module" src="/voice/voice.js"></script>
"""

FONTS = ("system-ui", "-apple-system", "Segoe UI", "Roboto", "Noto Sans", "sans-serif")
"""Fonts that machines have: none is fetched."""


def launch(settings: Settings, host: str, port: int, open_page: bool, *, https: bool = False) -> None:
    """Serves the page until interrupted. Raises CoachError where the address cannot be had.

    ``https``: phones on the same network may come in too, with the key in the address that is printed.
    """
    import uvicorn

    if not https and not is_loopback(host):
        raise CoachError(
            f"{host} is reachable from other machines, and the page shows every conversation of this one. "
            "Use --host 127.0.0.1, or --https, which asks others for a key."
        )
    if https and is_loopback(host):
        host = "0.0.0.0"  # nosec: the door asks everyone else for the key
    listening = _bind(host, port)
    number = listening.getsockname()[1]
    tls: dict[str, Any] = {}
    key: str | None = None
    if https:
        key = secrets.token_urlsafe(12)
        near = addresses()
        made = certificate(settings.home / "https", ["localhost", "127.0.0.1", *near])
        tls = {"ssl_certfile": str(made[0]), "ssl_keyfile": str(made[1])}
        address = f"https://localhost:{number}"
        for one in near:
            print(f"On a phone in the same network: https://{one}:{number}/?key={key}")
        print(
            "The phone warns once, because this machine signed its own certificate. Whoever has the key can read all."
        )
    else:
        address = f"http://{f'[{host}]' if ':' in host else host}:{number}"
    with progress() as on_progress:
        coach = Coach(settings, on_progress=on_progress, on_notice=_note)
        app = build(coach, key=key)
        config = uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=2, **tls)
        print(f"Trust Coach is at {address} (stop with Ctrl+C)", flush=True)
        if open_page:
            import webbrowser

            webbrowser.open(address)
        uvicorn.Server(config).run(sockets=[listening])


def _note(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _bind(host: str, port: int) -> Any:
    """The listening socket, taken before anything is loaded, so that a taken port is told at once."""
    import socket

    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as exc:
        listening.close()
        raise CoachError(
            f"Port {port} of {host} cannot be had ({exc.strerror}). Stop what uses it, or choose another: --port 7861"
        ) from exc
    listening.listen()
    return listening


def build(coach: Coach, *, key: str | None = None, voice_parts: "VoiceParts | None" = None) -> "FastAPI":
    """The whole app: page, live socket, voice, static files."""
    # Read by Gradio when it is imported: nothing is counted, nothing is fetched, uploads stay in the coach's folder.
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    os.environ["GRADIO_TEMP_DIR"] = str(coach.settings.home / "page-files")
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    import gradio as gr

    live = Live(coach)
    app = make_app(live, key=key, parts=voice_parts)
    theme = gr.themes.Base(font=list(FONTS), font_mono=["ui-monospace", "Consolas", "monospace"])
    return gr.mount_gradio_app(
        app, page(live), "/", theme=theme, head=HEAD, footer_links=[], run_history=False, ssr_mode=False,
        enable_monitoring=False, show_error=True,
    )  # fmt: skip


def page(live: Live) -> "gradio.Blocks":
    """Layout and wiring."""
    import gradio as gr

    # Gradio's styles for text would win over ours.
    html = partial(gr.HTML, apply_default_css=False)

    async def say(said: str, conversation: str) -> str:
        """Has the message answered and empties the input."""
        try:
            await actions.say(live, {"conversation": conversation, "said": said})
        except CoachError as exc:
            raise gr.Error(str(exc), print_exception=False) from exc
        return ""

    async def stop(conversation: str) -> None:
        await actions.stop(live, {"conversation": conversation})

    with gr.Blocks(title=TITLE, analytics_enabled=False, delete_cache=(3600, 3600), fill_height=True) as blocks:
        html(parts.WIRES, elem_id="wires", js_on_load=ATTACH, server_functions=actions.served(live))
        here = gr.Textbox(visible="hidden", elem_id="here")
        with gr.Row(elem_id="page"):
            with gr.Column(elem_id="side"):
                html(parts.SIDE)
            with gr.Column(elem_id="talk"):
                html(parts.TOP)
                html(parts.TRANSCRIPT, elem_id="middle")
                with gr.Column(elem_id="bottom"):
                    html(parts.VOICE, elem_id="voice")
                    with gr.Row(elem_id="composer"):
                        said = gr.Textbox(
                            label="Your message", placeholder="Write here", show_label=False, container=False,
                            lines=1, max_lines=8, elem_id="said", scale=1, min_width=120,
                        )  # fmt: skip
                        send = gr.Button("Send", elem_id="send", variant="primary", scale=0, min_width=72)
                        stopping = gr.Button("Stop", elem_id="stop", scale=0, min_width=72)
                    html(parts.STATUS, elem_id="foot")
            with gr.Column(elem_id="why"):
                html(parts.WHY)

        # Each is one short request that the answer does not wait in: no queue, no limit on how many at once.
        now: dict[str, Any] = {"queue": False, "show_progress": "hidden", "api_visibility": "private"}
        on_page = "(said, _) => [said, coachPage.conversation()]"
        gr.on([said.submit, send.click], say, [said, here], said, js=on_page, **now)
        stopping.click(stop, here, js="() => coachPage.conversation()", **now)
    return blocks

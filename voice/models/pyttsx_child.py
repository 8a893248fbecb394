"""The process that pyttsx3 lives in. Reads one request a line, writes one sound file, answers with one line.

Run as a script by ``pyttsx.Worker``; imports nothing of ours. Apart from the parent because pyttsx3 can hang for
ever, prints to stdout, and may only be started once in a process.
"""

import contextlib
import ctypes
import json
import os
import sys

NOTHING_BYTES = 44
"""A sound file of this size is a header without sound."""

# Which voices are the coach's and the counterpart's, where espeak-ng speaks.
ESPEAK = {"coach": "gmw/en-us", "counterpart": "gmw/en-gb-x-rp"}


def preload() -> None:
    """Lets pyttsx3 find the espeak-ng that comes as a package. Elsewhere the system's own is used."""
    with contextlib.suppress(ImportError, OSError):
        import espeakng_loader

        os.environ.setdefault("ESPEAK_DATA_PATH", espeakng_loader.get_data_path())
        ctypes.CDLL(espeakng_loader.get_library_path())


def main() -> None:
    # The driver prints to stdout, which is kept for answers.
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    espeak = sys.platform.startswith("linux")
    if espeak:
        preload()
    import pyttsx3

    engine = pyttsx3.init("espeak") if espeak else pyttsx3.init()
    voices = [voice.id for voice in engine.getProperty("voices")]
    names = dict(ESPEAK) if espeak else of_this_system(engine)
    engine.setProperty("voice", names["coach"])
    engine.setProperty("rate", 170)
    # Without this the first file is not there yet when its call returns.
    engine.runAndWait()
    answers.write(json.dumps({"ready": True, "voices": voices}) + "\n")
    for line in sys.stdin:
        request = json.loads(line)
        answers.write(json.dumps({"id": request["id"], **say(engine, request, names, voices)}) + "\n")


def of_this_system(engine: object) -> dict[str, str]:
    """Two English voices of the system, or the same one twice."""
    voices = engine.getProperty("voices")  # type: ignore[attr-defined]
    english = [one.id for one in voices if "en" in str(getattr(one, "languages", "")) or "English" in one.name]
    found = english or [one.id for one in voices]
    return {"coach": found[0], "counterpart": found[1] if len(found) > 1 else found[0]}


def say(engine: object, request: dict, names: dict[str, str], voices: list[str]) -> dict:
    voice = names.get(request["voice"], request["voice"])
    # pyttsx3 takes any name and then speaks with whatever it had.
    if voice not in voices:
        return {"ok": False, "unknown": voice}
    try:
        # Set each time: without them a file is now and then empty.
        engine.setProperty("voice", voice)  # type: ignore[attr-defined]
        engine.setProperty("rate", request["rate"])  # type: ignore[attr-defined]
        engine.save_to_file(request["text"], request["path"])  # type: ignore[attr-defined]
        engine.runAndWait()  # type: ignore[attr-defined]
        return {"ok": os.path.getsize(request["path"]) > NOTHING_BYTES}
    except Exception as exc:
        return {"ok": False, "why": f"{type(exc).__name__}: {exc}"}


if __name__ == "__main__":
    main()

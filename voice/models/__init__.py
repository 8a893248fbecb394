"""Engines that hear, judge and speak. Each is made by name; its library is imported when it is made."""


def quieten() -> None:
    """Keeps pipecat's log from a person's terminal: nothing in it concerns them. To be called before its import."""
    from loguru import logger

    logger.disable("pipecat")

"""Settings, read once and passed in: defaults < file < environment < flags."""

from pathlib import Path

import platformdirs
from pydantic import AliasChoices, Field
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource


def default_home() -> Path:
    return Path(platformdirs.user_data_dir("trust-coach"))


def default_cache() -> Path:
    """Prepared model files, keyed by hash and shared by all homes."""
    return Path(platformdirs.user_cache_dir("trust-coach"))


class Settings(BaseSettings):
    """Every choice a person can make, each also an environment variable ``COACH_<NAME>``."""

    model_config = SettingsConfigDict(env_prefix="COACH_", extra="ignore", populate_by_name=True)

    home: Path = Field(default_factory=default_home)
    cache: Path = Field(default_factory=default_cache)
    writer: str = "auto"
    """``auto``, ``guided``, ``openai:MODEL``, ``local:PATH``."""
    base_url: str | None = Field(default=None, validation_alias=AliasChoices("COACH_BASE_URL", "OPENAI_BASE_URL"))
    """OpenAI-compatible endpoint; None is OpenAI's own."""
    api_key: str | None = Field(default=None, validation_alias=AliasChoices("COACH_API_KEY", "OPENAI_API_KEY"))
    region: str | None = None
    """Country code (ISO 3166-1 alpha-2) for crisis lines; None: unknown, and the coach says so and asks."""
    ears: str = "whisper-base"
    """What hears speech: a name of the weights table, a folder, ``hub:OWNER/NAME`` or ``openai:MODEL``."""
    voice: str = "auto"
    """What speaks: ``auto``, ``kokoro``, ``kokoro:VOICE``, ``piper``, ``piper:FILE.onnx``, ``pyttsx3``,
    ``pyttsx3:VOICE`` or ``openai:MODEL``."""
    kokoro_voices: Path | None = None
    """Kokoro's English voices: the npm package ``kokoro-js``, packed or unpacked."""
    counterpart: str = "auto"
    """The other voice, of whoever is rehearsed with."""
    speed: float = Field(default=1.0, ge=0.5, le=2.0)
    """Of speech; 1 is calm."""
    speech_url: str | None = None
    """OpenAI-compatible endpoint for speech, where it is another than ``base_url``."""
    host: str = "127.0.0.1"
    port: int = 7860
    database_url: str | None = None
    chroma_url: str | None = None
    workshop_key: str | None = None
    """Secret that the workers of one workshop share, so that a card sealed by one is opened by another."""
    debug: bool = False

    @property
    def database(self) -> str:
        return self.database_url or f"sqlite:///{self.home / 'coach.sqlite'}"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        import os

        home = Path(os.environ.get("COACH_HOME") or default_home())
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, home / "coach.toml")

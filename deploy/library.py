"""The packs that the settings name: built-in ones, those of ATELIER_STYLES, and what was imported."""

from deploy.settings import Settings, SettingsError
from styles.library import Library


def open_library(settings: Settings) -> Library:
    """Look at every folder of packs. Raises SettingsError where one of ATELIER_STYLES is not there."""
    for folder in settings.styles:
        if not folder.is_dir():
            raise SettingsError(f"ATELIER_STYLES: there is no folder {folder}.")
    return Library.open(settings.styles, installed=settings.data / "styles")

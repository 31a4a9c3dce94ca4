"""Whether creators' styles are made better in the background, as the operator has it."""

from typing import TYPE_CHECKING

from deploy.settings import Settings, SettingsError

if TYPE_CHECKING:
    from inference.bettering import Training


def leave_to_train(settings: Settings, *, runs: bool) -> "Training | None":
    """Leave to make creators' styles better, if the operator gives it. Raises SettingsError where it cannot be done.

    Where it is not given, the pictures that were kept for it go; ``runs`` says that this is the service for good.
    """
    from inference.bettering import Training
    from styles import bettering
    from styles.training import MissingPerception

    if settings.train is None:
        if runs:
            bettering.drop_unfinished(settings.data / "styles")
        return None
    try:
        bettering.check(settings.train)
    except (MissingPerception, OSError) as error:
        raise SettingsError(f"ATELIER_TRAIN: {error}") from None
    return Training(settings.train, runs=runs)

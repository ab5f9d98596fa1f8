"""The errors a user can cause. Each is one sentence that names the file, the key and what is allowed."""


class ScalingLawsError(Exception):
    """A mistake in the user's input; stages print it without a traceback and exit with status 2."""


class ConfigError(ScalingLawsError):
    """A config or study file that cannot be used."""


class DataError(ScalingLawsError):
    """A data file that is missing, corrupt or not in the expected format."""


class RecordError(ScalingLawsError):
    """A run record that cannot be read or does not fit its spec."""


class EditedRecordError(RecordError):
    """A run record that was changed after its run ended."""


class DeviceError(ScalingLawsError):
    """A GPU that was asked for and that this host does not have."""

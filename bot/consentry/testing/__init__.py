"""The test kit: a call without a network, time that jumps, and what every plugin must keep."""

from consentry.testing.call import FakeCall, FakeVault, ScriptedActivity, ScriptedSpeech, run_inline
from consentry.testing.connector import ScriptedConnector
from consentry.testing.faces import ScriptedFaces
from consentry.testing.picture import StillPicture
from consentry.testing.plugin_rules import check_plugin
from consentry.testing.virtual_time import VirtualTimeLoop

__all__ = [
    "FakeCall",
    "FakeVault",
    "ScriptedActivity",
    "ScriptedConnector",
    "ScriptedFaces",
    "ScriptedSpeech",
    "StillPicture",
    "VirtualTimeLoop",
    "check_plugin",
    "run_inline",
]

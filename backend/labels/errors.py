"""What can go wrong with labels, as sentences. The gateway's own errors are in port.py.

NotFound   ├── LabelNotFound        no such label in this store
           ├── PlaceNotFound        no such address, and no product with such a barcode
           └── GatewayNotFound      no such gateway in this store
Conflict   └── GatewayInUse         labels are bound to it still
Rejected   ├── LabelsFileInvalid    labels.csv: `problems` name each wrong row
           ├── LabelIdInvalid       what was scanned cannot be a label's name
           ├── GatewayUnclear       a new label that no gateway has heard of yet, and several gateways
           ├── DriverUnknown        no driver folder of that name
           └── GatewaySettingsInvalid
EdgeError  └── GatewayFailed        the radio base did not take a command
DriverManifestInvalid               a driver folder is broken: the program does not start
"""

from __future__ import annotations

from backend.core.errors import Conflict, EdgeError, NotFound, Rejected
from shared.errors import BlinkpickError


class LabelNotFound(NotFound):
    pass


class PlaceNotFound(NotFound):
    pass


class GatewayNotFound(NotFound):
    pass


class GatewayInUse(Conflict):
    pass


class LabelsFileInvalid(Rejected):
    pass


class LabelIdInvalid(Rejected):
    pass


class GatewayUnclear(Rejected):
    pass


class DriverUnknown(Rejected):
    pass


class GatewaySettingsInvalid(Rejected):
    pass


class GatewayFailed(EdgeError):
    pass


class DriverManifestInvalid(BlinkpickError):
    pass

"""What remains of a thing that was deleted."""

from __future__ import annotations

import strawberry


@strawberry.type
class Deleted:
    """It is gone."""

    id: strawberry.ID

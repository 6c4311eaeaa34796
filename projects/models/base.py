"""What every row of the product has: an unguessable key and the time it was made."""

import uuid

from django.db import models
from django.utils import timezone


class Row(models.Model):
    """Abstract base: UUID primary key (it stands in URLs) and the moment of creation in UTC."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        abstract = True

"""What higher floors may listen to; assets doesn't know them."""

from django.dispatch import Signal

# Sent by `assets.actions.takes.select_take` in its transaction with `version: Version` and `by: User`.
version_selected = Signal()

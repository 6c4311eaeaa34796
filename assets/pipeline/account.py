"""The provider's account: what it holds, and whether a stopped line may run again."""

from datetime import timedelta
from decimal import Decimal

import structlog
from django.conf import settings
from django.utils import timezone

from assets.actions.line import start_line
from assets.models import BalanceReading, LineStop, StopReason
from assets.pipeline import clock
from assets.pipeline.provider import kie
from assets.providers.base import LineStopped, ProviderError

logger = structlog.get_logger(__name__)
CAP_REST = clock.HOUR
KEEP_READINGS = timedelta(days=30)


def check_account() -> None:
    """Note the balance; start a stopped line again if what stopped it is gone."""
    if not settings.KIE_API_KEY:
        return
    try:
        balance = kie().credit()
    except LineStopped as error:
        logger.warning("account check refused", said=error.message)
        return
    except (ProviderError, ValueError) as error:
        logger.info("account check failed", said=str(error))
        return
    now = timezone.now()
    BalanceReading.objects.create(credits=balance)
    BalanceReading.objects.filter(created_at__lt=now - KEEP_READINGS).delete()
    stops = list(LineStop.objects.open().of_line())
    over = [_is_over(stop, balance) for stop in stops]  # each one notes its first balance
    if stops and all(over):
        start_line(by=None)
        logger.info("line started", balance=str(balance))


def _is_over(stop: LineStop, balance: Decimal) -> bool:
    """A key that is answered works again; credits must have grown since; a cap is given an hour."""
    if stop.reason == StopReason.CAP:
        return timezone.now() - stop.created_at > CAP_REST
    if stop.reason == StopReason.KEY:
        return timezone.now() - stop.created_at > clock.LINE_LOOK
    if stop.balance is None:
        LineStop.objects.filter(pk=stop.pk).update(balance=balance)
        return False
    return balance > stop.balance

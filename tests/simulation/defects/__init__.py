"""Mistakes that could have been made, to be switched on in tests: each must turn the suite red, or the suite is blind.

Each is a patch of the product's own functions; the product itself carries none of them.
"""

from tests.simulation.defects import booking, sending
from tests.simulation.defects.patches import Defect

# Each defect with the seed that showed it last.
SEEDS: dict[Defect, int] = {
    booking.no_limit_check: 9,
    sending.unknown_is_refused: 1,
    sending.unknown_is_sent_again: 1,
    sending.lost_worker_is_refused: 14,
    sending.sent_is_not_noted: 1,
    sending.move_without_condition: 18,
    sending.sends_after_its_claim: 66,
    sending.every_task_is_ours: 126,
    sending.callback_is_believed: 5,
    booking.settled_later: 3,
    booking.failure_keeps_the_hold: 6,
    booking.failure_is_free: 10,
    booking.price_is_the_charge: 6,
    booking.ready_before_stored: 1,
    booking.fetch_gives_up: 2,
    sending.no_sweeper: 1,
    sending.sweeper_forgets_fetching: 36,
    sending.no_polling: 2,
    booking.key_is_ignored: 4,
    booking.cancel_after_the_claim: 9,
    booking.stop_is_a_charge: 10,
    booking.hold_after_the_commit: 9,
    sending.empty_success_waits: 20,
    sending.answer_is_not_kept: 2,
    sending.result_of_another_task: 3,
}

"""Mistakes that could have been made, to be switched on in tests: each must turn the suite red, or the suite is blind.

Each is a patch of the product's own functions; the product itself carries none of them.
"""

from tests.simulation.defects import booking, sending
from tests.simulation.defects.patches import Defect

# Each defect with the seed that showed it last.
SEEDS: dict[Defect, int] = {
    booking.no_limit_check: 9,
    sending.unknown_is_refused: 4,
    sending.unknown_is_sent_again: 4,
    sending.lost_worker_is_refused: 3,
    sending.sent_is_not_noted: 2,
    sending.move_without_condition: 1,
    sending.sends_after_its_claim: 318,
    sending.every_task_is_ours: 26,
    sending.callback_is_believed: 96,
    booking.settled_later: 43,
    booking.failure_keeps_the_hold: 5,
    booking.failure_is_free: 1,
    booking.price_is_the_charge: 1,
    booking.ready_before_stored: 10,
    booking.fetch_gives_up: 4,
    sending.no_sweeper: 1,
    sending.sweeper_forgets_fetching: 101,
    sending.no_polling: 6,
    booking.key_is_ignored: 4,
    booking.cancel_after_the_claim: 9,
    booking.stop_is_a_charge: 3,
    booking.hold_after_the_commit: 8,
    sending.empty_success_waits: 4,
    sending.answer_is_not_kept: 1,
    sending.result_of_another_task: 3,
}

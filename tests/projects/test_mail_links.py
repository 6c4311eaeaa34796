"""The link of a mail has words: some readers show nothing else of it."""

import pytest
from django.template.loader import render_to_string


@pytest.mark.parametrize("template", ["invitation", "password", "address", "notification"])
def test_the_link_says_what_it_does(template: str) -> None:
    mail = render_to_string(f"emails/{template}.html", {"url": "https://cms.example/x", "organisation": "Northlight"})
    assert 'href="https://cms.example/x"' in mail
    assert "></a>" not in mail

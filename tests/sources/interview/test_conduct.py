"""What interviewers are told to do and leave."""

from heldout.sources.interview.conduct import SURE_WORDS, conduct

CONDUCT = conduct()


def test_every_moment_has_its_rules() -> None:
    assert [rule.when for rule in CONDUCT.rules] == sorted(
        (rule.when for rule in CONDUCT.rules), key=["before", "during", "after"].index
    )
    assert {rule.when for rule in CONDUCT.rules} == {"before", "during", "after"}


def test_what_the_law_guards_is_named_with_its_source_and_a_mend() -> None:
    told = " ".join(topic.topic for topic in CONDUCT.topics).lower()
    for ground in ("age", "pregnancy", "disability", "origin", "religion", "sex", "pay"):
        assert ground in told
    for topic in CONDUCT.topics:
        assert topic.sure in SURE_WORDS
        assert topic.instead != topic.leave

"""Writes the reference pages of interviews: every question of the bank, and what interviewers do and leave."""

from __future__ import annotations

from itertools import groupby

from heldout.sources.interview.bank import KIND_WORDS, WHOM_WORDS, Bank, Question, load_bank
from heldout.sources.interview.conduct import SURE_WORDS, conduct
from heldout.standard import Standard

_TITLES = {"person": "For candidates", "vendor": "For agencies and freelancers", "reference": "For references"}


def questions_page(standard: Standard) -> str:
    """The bank: a table to find one, then each question in full."""
    bank = load_bank()
    lines = ["# Interview questions", "", f"All {len(bank.questions)}, version {bank.version}; `heldout interview"]
    lines += ["questions ID` prints one. How to read the levels is told in [the standard](standard.md): 1 and 2 say"]
    lines += ["what is lacking, 3 to 5 add up. [Why they are built so](/explanation/interviewing.md);"]
    lines += ["[add your own](/how-to/own-questions.md); [what to do and leave](interviewers.md).", ""]
    lines += _overview(bank, standard)
    for whom, questions in groupby(bank.questions, key=lambda question: question.whom):
        lines += [f"## {_TITLES[whom]}", ""]
        for one in questions:
            lines += _question(one, standard)
    return "\n".join(lines)


def _overview(bank: Bank, standard: Standard) -> list[str]:
    lines = ["| competency | questions mainly about it | questions that show it besides |", "|---|---|---|"]
    for competency in standard.competencies:
        about = bank.about(competency.id)
        main = ", ".join(_link(one) for one in about if one.main == competency.id)
        besides = ", ".join(_link(one) for one in about if one.main != competency.id)
        lines.append(f"| {competency.name} | {main} | {besides} |")
    return [*lines, ""]


def _link(one: Question) -> str:
    return f"[{one.id}](#{one.id})"


def _question(one: Question, standard: Standard) -> list[str]:
    lines = [f"### {one.id}", "", f"> {one.question}", ""]
    besides = ", ".join(standard.by_id[name].name for name in one.competencies[1:])
    lines += [f"{standard.by_id[one.main].name}; besides: {besides or 'nothing'}. About {KIND_WORDS[one.kind]}, asked"]
    lines += [f"of {WHOM_WORDS[one.whom]}; {one.minutes} minutes. Version {one.version}.", ""]
    if one.material:
        lines += ["```text", one.material.rstrip(), "```", ""]
    lines += _list("Follow-ups", one.follow_ups)
    lines += [f"*Tells:* {one.tells}", "", f"*Does not tell:* {one.cannot_tell}", ""]
    lines += ["| level | what the answer holds |", "|---|---|"]
    lines += [f"| {level} | {text} |" for level, text in sorted(one.anchors.items())]
    lines += ["", *_list("A good answer holds", one.good_answer), *_list("Fair warning signs", one.red_flags)]
    lines += _list("Leave", [f'"{avoid.say}" {avoid.why} Instead: {avoid.instead}' for avoid in one.avoid])
    return [*lines, f"*Another form:* {one.accommodation}", ""]


def _list(title: str, entries: tuple[str, ...] | list[str]) -> list[str]:
    return [f"*{title}:*", "", *(f"- {entry}" for entry in entries), ""] if entries else []


def interviewers_page() -> str:
    """What interviewers do and leave, with how sure each source is."""
    whole = conduct()
    lines = ["# For interviewers: do and leave", "", "One page to read before the first interview. Law is told in"]
    lines += ["general terms and is no legal advice: the law of the place decides, and it differs. What rests on a"]
    lines += ["source names it, and how sure we are of it.", ""]
    for moment, rules in groupby(whole.rules, key=lambda rule: rule.when):
        lines += [f"## {moment.capitalize()} the interview", "", "| do | leave | why |", "|---|---|---|"]
        for rule in rules:
            lines.append(f"| {rule.do} | {rule.leave} | {rule.why}{_source(rule.source, rule.sure)} |")
        lines.append("")
    lines += ["## Topics to leave alone", "", "Also in small talk, at lunch and with references.", ""]
    lines += ["| topic | leave | do instead |", "|---|---|---|"]
    for one in whole.topics:
        lines.append(f"| {one.topic} | {one.leave} | {one.instead}{_source(one.source, one.sure)} |")
    return "\n".join([*lines, ""])


def _source(source: str | None, sure: str | None) -> str:
    return f" *({source}; {SURE_WORDS[sure]})*" if source and sure else ""

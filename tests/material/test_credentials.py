"""Secrets are found by their form, placeholders are not, and no secret is ever shown."""

from __future__ import annotations

import random
import string

import pytest

from heldout.evidence import Finding
from heldout.material.credentials import entropy, find_secrets, mask
from heldout.sources.repository.checks.safety import Secrets
from tests.support import findings_of, notebook


def made(size: int, alphabet: str = string.ascii_letters + string.digits) -> str:
    """A random text, the same each time; real keys must not stand in a test."""
    return "".join(random.Random(size).choices(alphabet, k=size))


SURE = {
    "AWS access key": "AKIA" + made(16, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"),
    "GitHub token": "ghp_" + made(36),
    "GitLab token": "glpat-" + made(20),
    "Slack token": "xoxb-" + made(12, string.digits) + "-" + made(24),
    "Stripe key": "sk_live_" + made(24),
    "Anthropic key": "sk-ant-" + made(60),
    "OpenAI key": "sk-proj-" + made(60),
    "Hugging Face token": "hf_" + made(34, string.ascii_letters),
    "Google API key": "AIza" + made(35),
    "SendGrid key": f"SG.{made(22)}.{made(43)}",
    "Databricks token": "dapi" + made(32, "0123456789abcdef"),
    "npm token": "npm_" + made(36),
    "Azure storage key": "AccountKey=" + made(86) + "==",
}


@pytest.mark.parametrize(("kind", "value"), SURE.items(), ids=SURE.keys())
def test_finds_the_formats_of_providers_and_hides_them(kind: str, value: str) -> None:
    text = f"first = 1\nkey = '{value}'\n"
    assert [(s.kind, s.sure) for s in find_secrets(text)] == [(kind, True)]
    assert value[-12:] not in mask(text)
    assert "first = 1" in mask(text)


def test_finds_keys_databases_and_assignments() -> None:
    body = made(400, string.ascii_letters + string.digits + "+/")
    key = f"-----BEGIN RSA PRIVATE {'KEY'}-----\n{body}\n"
    assert [s.kind for s in find_secrets(key)] == ["private key"]
    address = "url = 'postgresql://ada:" + "kX9wqL2v" + "@db.corp.example.com/x'"
    assert [s.kind for s in find_secrets(address)] == ["database password"]
    assigned = f"api_key = '{made(32)}'"
    assert [s.kind for s in find_secrets(assigned)] == ["password or key"]
    assert not list(find_secrets(assigned, guesses=False))
    for text in (key, address, assigned):
        assert not list(find_secrets(mask(text)))


@pytest.mark.parametrize(
    "text",
    [
        "api_key = 'YOUR_API_KEY_123456'",
        "token = os.environ['API_TOKEN_2024_PROD']",
        "password: 'correct-horse-battery-staple'",
        "secret_name = 'projects/12345/secrets/db-key'",
        "aws_access_key_id = 'AKIAIOSFODNN7EXAMPLE'",
        "postgres://user:password@localhost:5432/db",
        "mysql://root:root@mysql/db",
        "token_pattern = r'(?u)\\b\\w\\w+\\b[0-9]{4}'",
        "app.password = 'sha1:5815fb7ca805:f09ed218dfcc908acb3e29c3b697079fea37486a'",
        "tokenizer = 'bert-base-uncased-2019'",
        "secret = 'ThisIsTheSecretOfGoodCoffee'",
    ],
)
def test_takes_no_placeholder_or_name_for_a_secret(text: str) -> None:
    assert not list(find_secrets(text))


def shown(findings: list[Finding]) -> str:
    return "".join(finding.model_dump_json() for finding in findings)


def test_the_finding_never_shows_the_secret() -> None:
    value = SURE["GitHub token"]
    findings = findings_of({"push.sh": f"curl -H 'token {value}'\n", "a.ipynb": notebook(f"t = '{value}'")}, Secrets())
    assert len(findings) == 2
    assert value[8:] not in shown(findings)
    assert all(f.severity == "high" for f in findings)
    assert {f.locations[0].line for f in findings} == {1}


def test_leaves_out_tests_and_sample_files() -> None:
    value = SURE["GitHub token"]
    files = dict.fromkeys(("tests/test_a.py", "config.example.yml", ".env.sample"), f"t = '{value}'\n")
    assert not findings_of(files, Secrets())


def test_entropy_is_in_bits() -> None:
    assert entropy("abcd") == 2.0
    assert entropy("") == 0.0

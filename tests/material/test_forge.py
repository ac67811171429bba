import json

import pytest

from heldout.errors import InputError
from heldout.material import expand
from heldout.material.forge import Profile, list_repositories, profile_of

from .forges import Served, Server


def answer(data: object, **headers: str) -> Served:
    return Served(body=json.dumps(data).encode(), headers={"Content-Type": "application/json", **headers})


def github_repo(name: str, pushed: str, **more: object) -> dict[str, object]:
    url = f"https://github.com/ada/{name}.git"
    base = {"name": name, "full_name": f"ada/{name}", "private": False, "fork": False, "archived": False, "size": 120}
    return {**base, "clone_url": url, "default_branch": "main", "pushed_at": pushed, **more}


@pytest.fixture
def github(server: Server, monkeypatch: pytest.MonkeyPatch) -> Server:
    monkeypatch.setenv("HELDOUT_GITHUB_API", server.url)
    monkeypatch.delenv("GITHUB_TOKEN", raising=False)
    path = "/users/ada/repos?per_page=100"
    server.answers["/users/ada"] = answer({"login": "ada", "type": "User", "public_repos": 4})
    first = [github_repo("churn", "2024-01-01T00:00:00Z"), github_repo("numpy", "2024-05-01T00:00:00Z", fork=True)]
    link = f'<{server.url}{path}&page=2>; rel="next", <{server.url}{path}&page=2>; rel="last"'
    server.answers[path] = answer(first, Link=link)
    second = [
        github_repo("new", "2025-01-01T00:00:00Z", archived=True),
        github_repo("void", "2025-02-01T00:00:00Z", size=0),
    ]
    server.answers[f"{path}&page=2"] = answer(second)
    return server


def test_own_repositories_come_newest_first_and_the_rest_is_named(github: Server) -> None:
    found = expand("https://github.com/ada")
    assert found.specs == ("https://github.com/ada/new.git", "https://github.com/ada/churn.git")
    gaps = {gap.what: gap.why for gap in found.gaps}
    assert "forks" in gaps["numpy"]
    assert "nothing" in gaps["void"]
    assert "archived" in gaps["new"]
    assert expand("https://github.com/ada", most=1).specs == ("https://github.com/ada/new.git",)


def test_the_token_goes_to_the_api_host_and_nowhere_else(github: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", "t0ken")
    github.answers["/users/ada/repos?per_page=100"].headers["Link"] = '<http://localhost:1/steal>; rel="next"'
    assert len(expand("https://github.com/ada").specs) == 1
    assert {headers["authorization"] for _, headers in github.asked} == {"Bearer t0ken"}
    github.answers["/users/eve"] = Served(
        302, headers={"Location": github.url.replace("127.0.0.1", "localhost") + "/x"}
    )
    with pytest.raises(InputError):
        expand("https://github.com/eve")
    assert github.asked[-1][0] == "/x"
    assert "authorization" not in github.asked[-1][1]


@pytest.mark.parametrize(
    ("served", "text"),
    [
        (Served(403, b"{}", {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1700000000"}), "until 22:13 UTC"),
        (Served(401, b"{}"), "check the token"),
        (Served(404, b"{}"), "knows nobody"),
        (Served(500, b"{}"), "500"),
        (Served(200, b"<html>"), "JSON"),
    ],
)
def test_every_refusal_says_what_to_do(github: Server, served: Served, text: str) -> None:
    github.answers["/users/ada"] = served
    with pytest.raises(InputError, match=text) as caught:
        list_repositories(Profile("github", "ada", github.url), token="s3cret")
    assert "s3cret" not in str(caught.value)


def test_a_used_up_limit_without_a_token_names_the_token(github: Server) -> None:
    github.answers["/users/ada"] = Served(429, b"{}")
    with pytest.raises(InputError, match="set GITHUB_TOKEN"):
        expand("https://github.com/ada")


def test_an_organisation_is_listed_by_its_own_path(github: Server) -> None:
    github.answers["/users/acme"] = answer({"login": "acme", "type": "Organization"})
    github.answers["/orgs/acme/repos?per_page=100"] = answer([github_repo("ml", "2024-01-01T00:00:00Z")])
    assert len(expand("https://github.com/orgs/acme").specs) == 1


def test_gitlab_users_and_groups(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HELDOUT_GITLAB_API", server.url)
    project = {
        "id": 1,
        "path": "ml",
        "path_with_namespace": "ada/ml",
        "http_url_to_repo": "https://gitlab.com/ada/ml.git",
        "archived": False,
        "empty_repo": False,
        "last_activity_at": "2024-01-01T00:00:00Z",
    }
    fork = {**project, "path_with_namespace": "ada/fork", "forked_from_project": {"id": 9}}
    server.answers["/users?username=ada"] = answer([{"id": 7, "username": "ada"}])
    server.answers["/users/7/projects?per_page=100"] = answer([project, fork])
    assert expand("https://gitlab.com/ada").specs == ("https://gitlab.com/ada/ml.git",)
    server.answers["/users?username=team"] = answer([])
    server.answers["/groups/team?with_projects=false"] = answer({"id": 3})
    server.answers["/groups/team/projects?per_page=100&include_subgroups=true"] = answer([project], **{"X-Total": "1"})
    assert len(expand("https://gitlab.com/team").specs) == 1
    server.answers["/users?username=none"] = answer([])
    with pytest.raises(InputError, match="GitLab knows nobody"):
        expand("https://gitlab.com/none")


@pytest.mark.parametrize(
    "url",
    ["https://github.com/ada/repo", "https://example.org/ada", "ada", "git@github.com:ada/x", "https://github.com/"],
)
def test_other_addresses_are_no_profiles(url: str) -> None:
    assert profile_of(url) is None
    assert expand(url).specs == (url,)

"""One thing done with PyGithub, as its users have it; what it saw is printed as JSON.

    pygithub.py read|pages|write|update BASE_URL TOKEN
"""
import json
import sys

from github import Github, UnknownObjectException

REPO = "octo-org/hello-world"


def read(github):
    repo = github.get_repo(REPO)
    again = github.get_repo(REPO)
    try:
        github.get_repo("octo-org/nothing-here")
        missing = None
    except UnknownObjectException as error:
        missing = [error.status, error.data["message"]]
    return {"names": [repo.full_name, again.full_name], "url": repo.url,
            "cache": again.raw_headers["cache-status"], "missing": missing,
            "limit": github.rate_limiting[1]}


def pages(github):
    issues = list(github.get_repo(REPO).get_issues(state="all"))
    oldest = github.get_repo(REPO).get_issues(state="all").reversed[0]
    return {"numbers": [issue.number for issue in issues], "oldest": oldest.number}


def write(github):
    repo = github.get_repo(REPO)
    issue = repo.create_issue(title="By PyGithub", body="Grüße")
    comment = issue.create_comment("A comment")
    issue.edit(state="closed")
    seen = repo.get_issue(issue.number)
    return {"title": seen.title, "body": seen.body, "state": seen.state,
            "comments": [c.body for c in seen.get_comments()], "url": comment.url}


def update(github):
    """A conditional request: False says that nothing has changed."""
    repo = github.get_repo(REPO)
    before = repo.update()
    repo.edit(description="Of another mind")
    return {"changed": [before, github.get_repo(REPO).description]}


what, base_url, token = sys.argv[1:]
print(json.dumps(globals()[what](Github(token, base_url=base_url, per_page=30))))

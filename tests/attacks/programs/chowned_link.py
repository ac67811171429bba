"""18: links for whoever changes the owner of what we leave."""

import os

from attempt import attempt, done, target

secret = target("SECRET")
os.symlink(secret, "link")
os.symlink(os.path.dirname(secret), "folder")
os.makedirs("deep/deeper")
os.symlink("/etc", "deep/deeper/etc")
attempt("own it from here", lambda: os.chown("link", os.getuid(), os.getgid()) or True)
attempt("link hard to it", lambda: os.link(secret, "hard") or True)
attempt("link hard to what is mounted", lambda: os.link("/given/data.csv", "hard") or True)
done()

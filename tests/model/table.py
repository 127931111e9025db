"""A static table (`semantic-static`) out of a package that holds a MiniLM: every piece of its vocabulary is read by itself,
of that the 256 main directions are kept, weighed by how common the piece is, one byte a number. Needs numpy, a few minutes:

    python3 tests/model/table.py PACKAGE.whl FOLDER
"""

import json
import os
import sys
import zipfile

import numpy as np

def tensors(data):
    size = int.from_bytes(data[:8], "little")
    head = json.loads(data[8 : 8 + size])
    head.pop("__metadata__", None)
    out = {}
    for name, at in head.items():
        if at["dtype"] != "F32":
            continue
        begin, end = at["data_offsets"]
        out[name.removeprefix("bert.")] = np.frombuffer(data[8 + size + begin : 8 + size + end], "<f4").reshape(at["shape"])
    return out

def write(path, arrays):
    kinds = {"float32": "F32", "int8": "I8"}
    head, at = {}, 0
    for name, array in arrays.items():
        head[name] = {"dtype": kinds[str(array.dtype)], "shape": list(array.shape), "data_offsets": [at, at + array.nbytes]}
        at += array.nbytes
    text = json.dumps(head).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        for array in arrays.values():
            file.write(array.tobytes())

def gelu(x):
    # The error function by Abramowitz and Stegun 7.1.26: exact to 1.5e-7.
    z = np.abs(x) / np.float32(2**0.5)
    t = 1 / (1 + 0.3275911 * z)
    erf = 1 - (((((1.061405429 * t - 1.453152027) * t) + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t * np.exp(-z * z)
    return x * 0.5 * (1 + np.sign(x) * erf)

def norm(x, w, name):
    mean = x.mean(-1, keepdims=True)
    var = ((x - mean) ** 2).mean(-1, keepdims=True)
    return (x - mean) / np.sqrt(var + 1e-12) * w[name + ".weight"] + w[name + ".bias"]

def read(w, ids, heads):
    n, length = ids.shape
    x = w["embeddings.word_embeddings.weight"][ids] + w["embeddings.position_embeddings.weight"][:length] + w["embeddings.token_type_embeddings.weight"][0]
    x = norm(x, w, "embeddings.LayerNorm")
    layer = 0
    while f"encoder.layer.{layer}.attention.self.query.weight" in w:
        p = f"encoder.layer.{layer}."
        lin = lambda y, name: y @ w[p + name + ".weight"].T + w[p + name + ".bias"]
        split = lambda y: y.reshape(n, length, heads, -1).transpose(0, 2, 1, 3)
        q, k, v = (split(lin(x, f"attention.self.{part}")) for part in ("query", "key", "value"))
        score = q @ k.transpose(0, 1, 3, 2) / np.float32(q.shape[-1] ** 0.5)
        score = np.exp(score - score.max(-1, keepdims=True))
        score /= score.sum(-1, keepdims=True)
        mixed = (score @ v).transpose(0, 2, 1, 3).reshape(n, length, -1)
        x = norm(lin(mixed, "attention.output.dense") + x, w, p + "attention.output.LayerNorm")
        x = norm(lin(gelu(lin(x, "intermediate.dense")), "output.dense") + x, w, p + "output.LayerNorm")
        layer += 1
    return x.mean(1)

package, folder = sys.argv[1], sys.argv[2]
os.makedirs(folder, exist_ok=True)
wheel = zipfile.ZipFile(package)
inside = lambda end: wheel.read(next(name for name in wheel.namelist() if name.endswith(end)))
w, config = tensors(inside("model.safetensors")), json.loads(inside("model/config.json"))
pieces = inside("vocab.txt").decode().split("\n")
pieces = pieces[:-1] if pieces[-1] == "" else pieces
begin, end = pieces.index("[CLS]"), pieces.index("[SEP]")
rows = []
for at in range(0, len(pieces), 512):
    ids = np.array([[begin, piece, end] for piece in range(at, min(at + 512, len(pieces)))])
    rows.append(read(w, ids, config["num_attention_heads"]))
rows = np.concatenate(rows).astype(np.float64)
rows -= rows.mean(0)
_, directions = np.linalg.eigh(rows.T @ rows)
rows = rows @ directions[:, ::-1][:, :256]
# How common a piece is, by its place in the vocabulary (Zipf): what everybody says says little (Arora et al. 2017).
share = 1 / (np.arange(len(rows)) + 2)
rows *= (1e-4 / (1e-4 + share / share.sum()))[:, None]
rows = np.round(rows * (127 / np.abs(rows).max())).astype(np.int8)
write(f"{folder}/model.safetensors", {"embeddings": np.ascontiguousarray(rows)})
open(f"{folder}/tokenizer.json", "wb").write(inside("tokenizer.json"))
open(f"{folder}/config.json", "w").write(json.dumps({"model_type": "model2vec", "normalize": True}))
print(rows.shape)

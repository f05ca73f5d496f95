#!/usr/bin/env python3
"""The same kind of search by faiss and by numpy: `pip install faiss-cpu numpy`.

    python3 pipeline/benches/against_faiss.py --gallery 100000 --threads 2

Drawn people like those of `facepay bench search`: values drawn evenly, scaled to length 1; half of the probes are people
with noise, half are strangers. The best two are asked for, as at the till. Prints one JSON object.
"""

import argparse
import json
import os
import resource
import time

arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
arguments.add_argument("--gallery", type=int, default=100_000)
arguments.add_argument("--searches", type=int, default=200)
arguments.add_argument("--threads", type=int, default=os.cpu_count())
arguments.add_argument("--batch", type=int, default=8)
options = arguments.parse_args()
# Read by the libraries when they are loaded.
os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = str(options.threads)

import faiss  # noqa: E402
import numpy as np  # noqa: E402

DIM = 512


def unit(rows):
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def percentiles(times):
    return {name: float(np.percentile(times, at)) * 1e3 for name, at in
            [("p50_ms", 50), ("p95_ms", 95), ("p99_ms", 99)]}


def timed(search, probes):
    times = []
    for first in range(0, len(probes), search.batch):
        begun = time.perf_counter()
        search(probes[first:first + search.batch])
        times.append(time.perf_counter() - begun)
    return percentiles(times)


class Search:
    def __init__(self, function, batch):
        self.function, self.batch = function, batch

    def __call__(self, probes):
        return self.function(probes)


def main():
    random = np.random.default_rng(20_261_124)
    draw = lambda count: random.random((count, DIM), dtype=np.float32) * 2 - 1
    people = np.concatenate([unit(draw(min(50_000, options.gallery - first)))
                             for first in range(0, options.gallery, 50_000)])
    probes = draw(options.searches)
    known = people[: len(probes[::2])] * np.float32((DIM / 3) ** 0.5)
    probes[::2] += known
    probes = unit(probes)
    faiss.omp_set_num_threads(options.threads)

    exact = faiss.IndexFlatIP(DIM)
    exact.add(people)
    coded = faiss.IndexScalarQuantizer(DIM, faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT)
    coded.train(people[:50_000])
    coded.add(people)

    def by_numpy(rows):
        similarities = rows @ people.T
        return np.argpartition(similarities, -2, axis=1)[:, -2:]

    searches = {
        "numpy_f32": by_numpy,
        "faiss_flat_f32": lambda rows: exact.search(rows, 2),
        "faiss_sq8": lambda rows: coded.search(rows, 2),
    }
    report = {"n": options.gallery, "dim": DIM, "threads": options.threads, "faiss": faiss.__version__}
    for name, search in searches.items():
        search(probes[:1])
        report[name] = timed(Search(search, 1), probes)
        report[name]["batch"] = timed(Search(search, options.batch), probes)
    first = exact.search(probes, 1)[1]
    report["faiss_sq8"]["same_first_as_f32"] = float((coded.search(probes, 1)[1] == first).mean())
    report["rss_max_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(report))


if __name__ == "__main__":
    main()

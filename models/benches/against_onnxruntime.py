#!/usr/bin/env python3
"""Times the published networks: the yardstick for `facepay bench vision`.

Each runs in the runtime of its format: the two .onnx files in onnxruntime, the .tflite files in LiteRT. The .onnx of
the default recogniser is a poor export, several times slower than its layers need be, and flatters whatever is compared
with it. So a second chain is timed with the other recogniser in its place: compare that one with our stages when
`embedding-192` stands for `embedding`.

    pip install onnxruntime ai-edge-litert numpy
    python3 against_onnxruntime.py FOLDER [--threads N] [--batch N] [--iterations N] [--json]

FOLDER holds the published files anywhere below it, under the names that the manifest gives as their source. The
networks, batch sizes and figures are those of `facepay bench vision`, but warping a region is not in them.
"""

import argparse
import concurrent.futures
import json
import pathlib
import platform
import sys
import time

import numpy

# Stage, published file, regions that one face costs.
STAGES = [
    ("detection", "face_detection_full_range.tflite", 1),
    ("mesh", "face_landmark.tflite", 1),
    ("liveness", "fr_liveness.onnx", 2),
    ("embedding", "fr_feature.onnx", 1),
]
# Not in the default chain, timed beside it.
ALTERNATIVES = [
    ("detection short range", "face_detection_short_range.tflite", 1),
    ("embedding-192", "MobileFaceNet.tflite", 1),
]
# The alternative that stands in for a stage in the second chain.
INSTEAD = {"embedding": "embedding-192"}


def find(folder, name):
    found = sorted(pathlib.Path(folder).rglob(name))
    if not found:
        sys.exit(f"{name} is nowhere below {folder}")
    return str(found[0])


def onnx_runner(path, threads, batch):
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    wanted = session.get_inputs()[0]
    fixed = wanted.shape[0] if isinstance(wanted.shape[0], int) else None
    rows = fixed or batch
    value = noise([rows] + list(wanted.shape[1:]))

    def run():
        for _ in range(-(-batch // rows)):
            session.run(None, {wanted.name: value})

    return run


def litert_runner(path, threads, batch):
    try:
        from ai_edge_litert.interpreter import Interpreter
    except ImportError:
        from tflite_runtime.interpreter import Interpreter

    interpreter = Interpreter(model_path=path, num_threads=threads)
    interpreter.allocate_tensors()
    wanted = interpreter.get_input_details()[0]
    rows = int(wanted["shape"][0])
    value = noise(wanted["shape"])

    def run():
        for _ in range(-(-batch // rows)):
            interpreter.set_tensor(wanted["index"], value)
            interpreter.invoke()
            for output in interpreter.get_output_details():
                interpreter.get_tensor(output["index"])

    return run


def noise(shape):
    return numpy.random.default_rng(1).uniform(-1, 1, [int(side) for side in shape]).astype(numpy.float32)


def runtime(path):
    return "LiteRT" if path.endswith(".tflite") else "onnxruntime"


def runner(path, threads, batch):
    return (litert_runner if runtime(path) == "LiteRT" else onnx_runner)(path, threads, batch)


def timed(run, iterations):
    run()
    times = []
    for _ in range(iterations):
        start = time.perf_counter()
        run()
        times.append((time.perf_counter() - start) * 1e3)
    return times


def percentiles(times):
    ordered = sorted(times)
    at = lambda share: round(ordered[(len(ordered) - 1) * share // 100], 3)
    return {"p50_ms": at(50), "p95_ms": at(95)}


def throughput(folder, threads, batch, iterations):
    """Faces a second with one single-threaded caller per thread: how our own engine spends its threads."""
    callers = [[runner(find(folder, file), 1, crops * batch) for _, file, crops in STAGES] for _ in range(threads)]

    def work(chain):
        for _ in range(iterations):
            for run in chain:
                run()

    for chain in callers:
        for run in chain:
            run()
    start = time.perf_counter()
    with concurrent.futures.ThreadPoolExecutor(threads) as pool:
        list(pool.map(work, callers))
    return round(threads * iterations * batch / (time.perf_counter() - start), 2)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--batch", type=int, default=1)
    parser.add_argument("--iterations", type=int, default=50)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()

    of_chain = {
        stage: timed(runner(find(args.folder, file), args.threads, crops * args.batch), args.iterations)
        for stage, file, crops in STAGES
    }
    stages = {stage: percentiles(times) for stage, times in of_chain.items()}
    chain = sum(numpy.array(times) for times in of_chain.values())
    beside = {
        stage: timed(runner(find(args.folder, file), args.threads, crops * args.batch), args.iterations)
        for stage, file, crops in ALTERNATIVES
    }
    alternatives = {stage: percentiles(times) for stage, times in beside.items()}
    chain_192 = sum(numpy.array(beside.get(INSTEAD.get(stage), times)) for stage, times in of_chain.items())
    faces_per_second = throughput(args.folder, args.threads, args.batch, args.iterations)
    report = {
        "device": platform.processor() or platform.machine(),
        "backend": "onnxruntime and LiteRT",
        "runtimes": {stage: runtime(file) for stage, file, _ in STAGES + ALTERNATIVES},
        "threads": args.threads,
        "batch": args.batch,
        "stages": stages,
        "chain": {**percentiles(chain.tolist()), "faces_per_second": faces_per_second},
        "chain_with_embedding_192": percentiles(chain_192.tolist()),
        "alternatives": alternatives,
    }
    if args.json:
        print(json.dumps(report))
        return
    print(f"{report['backend']}, {args.threads} threads, batch {args.batch}")
    chains = [("chain", report["chain"]), ("chain, embedding-192", report["chain_with_embedding_192"])]
    for stage, figures in [*stages.items(), *chains, *alternatives.items()]:
        print(f"{stage:24} {figures['p50_ms']:9.2f} {figures['p95_ms']:9.2f}  {report['runtimes'].get(stage, '')}")
    print(f"{'faces per second':24} {faces_per_second:9.2f}")


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""The Kubernetes manifest has the shape of an Indexed Job, and its three numbers of shards are one.

    manifest.py FILE      77: there is no python3-yaml here
"""
import sys

try:
    import yaml
except ImportError:
    print("skipped: there is no python3-yaml")
    sys.exit(77)

with open(sys.argv[1], encoding="utf-8") as file:
    job = yaml.safe_load(file)
spec = job["spec"]
assert job["apiVersion"] == "batch/v1" and job["kind"] == "Job", job
assert spec["completionMode"] == "Indexed", spec
pod = spec["template"]["spec"]
assert pod["restartPolicy"] in ("OnFailure", "Never"), pod
(container,) = pod["containers"]
variables = {each["name"]: each["value"] for each in container["env"]}
assert all(isinstance(value, str) for value in variables.values()), variables
assert variables["JOB_COMPLETIONS"] == str(spec["completions"]), (variables, spec)
assert spec["parallelism"] <= spec["completions"] <= spec["backoffLimit"] + 8, spec
mounts = {mount["name"] for mount in container["volumeMounts"]}
assert mounts == {volume["name"] for volume in pod["volumes"]}, mounts
shell, flag, command = container["command"]
assert (shell, flag) == ("/bin/sh", "-c"), container
for words in ("--shard auto", "shard-$((JOB_COMPLETION_INDEX + 1))-of-$JOB_COMPLETIONS/library.db", "--now"):
    assert words in command, (words, command)
with open(sys.argv[1], encoding="utf-8") as file:
    assert "scatter /shared/shards --shards %d)" % spec["completions"] in file.read()

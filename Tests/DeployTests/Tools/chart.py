"""Renders a Helm chart with Helm's own engine: chart.py CHART NAMESPACE VALUES-AS-JSON. Refuses what `helm lint` calls an error."""
import json
import sys

import helm_python as helm

path, namespace, values = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
if errors := helm.lint(path)["errors"]:
    sys.exit(f"helm lint: {errors}")
with helm.Chart.load(path) as chart:
    strangers = [one["name"] for one in chart.crds if "\nkind: CustomResourceDefinition\n" not in one["data"]]
    if strangers or not chart.crds:
        sys.exit(f"crds/ holds other files, or none: {strangers}")
    chart.validate_schema(values)
    for name, text in sorted(chart.render(values, name="haldane", namespace=namespace).items()):
        if name.endswith(".yaml"):
            print(f"---\n# {name}\n{text}")

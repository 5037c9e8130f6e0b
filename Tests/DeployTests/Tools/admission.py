"""Evaluates a ValidatingAdmissionPolicy as an API server does, with CEL's own implementation.

Reads {"policy": …, "requests": [{"request": …, "object": …, "oldObject": …, "permissions": ["VERB RESOURCE NAMESPACE/NAME", …]}, …]}
and prints a list of {"matches": bool, "refusals": [message, …]}. What cannot be evaluated is refused, as failurePolicy Fail says.
"""
import json
import sys

from cel_expr_python import cel
from cel_expr_python.ext import ext_strings

ANY = cel.Type.DYN
TEXT = cel.Type.STRING
CHAIN = cel.Type.MAP


def step(name):
    """A link of the chain authorizer.group(…).resource(…).namespace(…).name(…)."""
    overload = cel.Overload(
        f"authorizer_{name}", CHAIN, [CHAIN, TEXT], True, lambda chain, value: {**plain(chain), name: plain(value)}
    )
    return cel.FunctionDecl(name, [overload])


def plain(value):
    return value.plain_value() if hasattr(value, "plain_value") else value


def check(chain, verb):
    asked = plain(chain)
    place = f"{asked.get('namespace', '')}/{asked.get('name', '')}"
    words = f"{plain(verb)} {asked.get('resource', '')}.{asked.get('group', '')} {place}"
    return {"allowed": words in asked["permissions"]}


FUNCTIONS = [
    step("group"),
    step("resource"),
    step("namespace"),
    step("name"),
    cel.FunctionDecl("check", [cel.Overload("authorizer_check", CHAIN, [CHAIN, TEXT], True, check)]),
    cel.FunctionDecl(
        "allowed", [cel.Overload("decision_allowed", cel.Type.BOOL, [CHAIN], True, lambda one: plain(one)["allowed"])]
    ),
]
NAMES = ["object", "oldObject", "request", "variables", "authorizer", "namespaceObject", "params"]
ENVIRONMENT = cel.NewEnv(
    variables={name: ANY for name in NAMES}, functions=FUNCTIONS, extensions=[ext_strings.ExtStrings()]
)


class Policy:
    def __init__(self, manifest):
        spec = manifest["spec"]
        compiled = ENVIRONMENT.compile
        self.conditions = [compiled(one["expression"]) for one in spec.get("matchConditions", [])]
        self.variables = [(one["name"], compiled(one["expression"])) for one in spec.get("variables", [])]
        self.validations = [
            (
                compiled(one["expression"]),
                one["message"],
                compiled(one["messageExpression"]) if "messageExpression" in one else None,
            )
            for one in spec["validations"]
        ]

    def answer(self, case):
        data = {name: case.get(name) for name in NAMES}
        data["authorizer"] = {"permissions": case.get("permissions", [])}
        data["variables"] = {}
        if not all(self.value(one, data) for one in self.conditions):
            return {"matches": False, "refusals": []}
        refusals = []
        try:
            for name, expression in self.variables:
                data["variables"][name] = self.value(expression, data)
        except ValueError as error:
            return {"matches": True, "refusals": [f"variable {name}: {error}"]}
        for expression, message, words in self.validations:
            try:
                if self.value(expression, data) is not True:
                    refusals.append(self.value(words, data) if words else message)
            except ValueError as error:
                refusals.append(f"error: {error} ({message})")
        return {"matches": True, "refusals": refusals}

    @staticmethod
    def value(expression, data):
        result = expression.eval(data=data)
        if result.type() == cel.Type.ERROR:
            raise ValueError(str(result.value()))
        return result.plain_value()


with open(sys.argv[1], encoding="utf-8") as file:
    asked = json.load(file)
policy = Policy(asked["policy"])
print(json.dumps([policy.answer(one) for one in asked["requests"]]))

import CanaryCore

/// The schema of policies: of a CanaryPolicy, and of the `policy` section of a Canary, which has the same rules.
extension SpecSchema {
    /// The JSON Schema of a CanaryPolicy as indented JSON with a final newline.
    package static func policyJSON() -> String {
        Value.object(
            [
                ("$schema", .text("https://json-schema.org/draft/2020-12/schema")),
                ("$id", .text("https://haldane.dev/schema/v1/canarypolicy.json")),
                ("title", .text("CanaryPolicy")),
                (
                    "description",
                    .text("When releases may go on, and what canaries of a cluster or namespace need not write.")
                ),
            ] + members(policyRoot)
        ).rendered(indent: 0) + "\n"
    }

    static let policy = mapping(
        "spec.policy",
        "When releases may go on; beside the rules of the policies.",
        required: [],
        rules
    )

    static let policyRoot = mapping(
        "policy",
        "A CanaryPolicy object.",
        required: ["apiVersion", "kind", "metadata"],
        [
            "apiVersion": constant(SpecDecoder.apiVersion),
            "kind": constant(PolicyDocument.kind),
            "metadata": mapping(
                "policy.metadata",
                "Its namespace says whose policy it is.",
                required: ["name"],
                [
                    "name": constant(PolicyDocument.name),
                    "namespace": text(
                        "The namespace whose canaries it holds for; the agent's own is the cluster's.",
                        pattern: "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$"
                    ),
                    "labels": free("Ignored."),
                    "annotations": free("Ignored."),
                ]
            ),
            "spec": policySpec,
        ]
    )

    static let policySpec = mapping(
        "policy.spec",
        "Rules hold together with those of other scopes; none of them ever stands in the way of a rollback.",
        required: [],
        rules.merging(
            [
                "defaults": mapping(
                    "policy.spec.defaults",
                    "Values that canaries need not write; their own are stronger.",
                    required: [],
                    parts.merging(["route": defaultRoute]) { $1 }
                ),
                "profiles": .object([
                    ("type", .text("object")), ("additionalProperties", profile),
                    (
                        "description",
                        .text("Endpoints by the names that canaries use for them; only in the policy of the cluster.")
                    ),
                ]),
                "grants": .object([
                    ("type", .text("array")),
                    (
                        "items",
                        mapping(
                            "policy.spec.grants[]",
                            "Canaries of one namespace may refer to another one.",
                            required: ["from", "to"],
                            ["from": text("Their namespace, or '*'."), "to": text("The other namespace.")]
                        )
                    ),
                    ("maxItems", .number("200")),
                    ("description", .text("Only in the policy of the cluster.")),
                ]),
                "repositories": .object([
                    ("type", .text("object")),
                    (
                        "additionalProperties",
                        mapping(
                            "policy.spec.repositories.*",
                            "A Git work tree that the agent may commit to.",
                            required: ["directory"],
                            ["directory": text("Its folder on the agent's machine; canaries name files below it.")]
                        )
                    ),
                    (
                        "description",
                        .text(
                            "Work trees by the names that canaries use in route.settle; only in the policy of the cluster."
                        )
                    ),
                ]),
                "podsProxy": .object([
                    ("type", .text("boolean")), ("default", .raw("false")),
                    (
                        "description",
                        .text("Canaries may be scraped through the API server; only in the policy of the cluster.")
                    ),
                ]),
            ]
        ) { $1 }
    )

    private static let defaultRoute: Value = {
        guard case .object(let members) = parts["route"],
            case .object(let properties) = members.first(where: { $0.0 == "properties" })?.1
        else { return free("") }
        return mapping(
            "policy.spec.defaults.route",
            "What routes have in common.",
            required: [],
            Dictionary(properties) { $1 }
        )
    }()

    private static let profile: Value = {
        func properties(_ value: Value?) -> [String: Value] {
            guard case .object(let members) = value,
                case .object(let properties) = members.first(where: { $0.0 == "properties" })?.1
            else { return [:] }
            return Dictionary(properties) { $1 }
        }
        var item: Value?
        if case .object(let members) = notify { item = members.first { $0.0 == "items" }?.1 }
        return mapping(
            "policy.spec.profiles.*",
            "One of scrape, prometheus and webhook, with what belongs to it.",
            required: [],
            properties(telemetry).merging(properties(item)) { $1 }
        )
    }()

    private static let rules: [String: Value] = [
        "windows": .object([
            ("type", .text("array")), ("minItems", .number("1")), ("maxItems", .number("50")),
            (
                "items",
                mapping(
                    "spec.policy.windows[]",
                    "A part of the week.",
                    required: ["from", "to"],
                    [
                        "days": .object([
                            ("type", .text("array")), ("minItems", .number("1")), ("maxItems", .number("14")),
                            ("items", text("A day or a span of days: fri, mon-thu.")),
                            ("description", .text("Every day if left out.")),
                        ]),
                        "from": matched("When it opens, 00:00 to 23:59.", clock, nil),
                        "to": matched("When it closes, to 24:00; before from it is on the next day.", clock, nil),
                        "timeZone": .object([
                            ("type", .text("string")), ("default", .text("UTC")),
                            ("description", .text("As in Europe/Berlin.")),
                        ]),
                    ]
                )
            ),
            ("description", .text("Releases begin and step up only in these; always if left out.")),
        ]),
        "maxConcurrent": .object([
            ("type", .text("integer")), ("minimum", .number("1")), ("maximum", .number("100000")),
            ("description", .text("How many rollouts may go on at once.")),
        ]),
        "freeze": mapping(
            "spec.policy.freeze",
            "Nothing begins or steps up.",
            required: ["reason"],
            [
                "reason": text("Why; whoever waits reads it."),
                "until": text("A moment with its zone, 2026-12-27T08:00:00Z; until it is lifted if left out."),
                "by": text("Who froze it."),
            ]
        ),
        "brakes": mapping(
            "spec.policy.brakes",
            "More rollbacks than this freeze the scope until an operator lifts it.",
            required: ["rollbacks"],
            [
                "rollbacks": .object([
                    ("type", .text("integer")), ("minimum", .number("1")), ("maximum", .number("1000")),
                    ("description", .text("More than so many.")),
                ]),
                "within": duration("In this time.", "10m"),
            ]
        ),
        "objective": mapping(
            "spec.policy.objective",
            "Steps up wait while stable itself spends its error budget too fast.",
            required: ["success"],
            [
                "success": percent("The share of requests that must not fail.", nil),
                "burnRate": .object([
                    ("type", .text("number")), ("minimum", .number("1")), ("maximum", .number("1000")),
                    ("default", .number("6")), ("description", .text("How many times too fast.")),
                ]),
                "over": duration("Over this time.", "5m"),
            ]
        ),
    ]

    private static let clock = "^[0-9]{1,2}:[0-5][0-9]$"
}

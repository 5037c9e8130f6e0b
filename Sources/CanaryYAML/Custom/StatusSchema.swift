/// The schema of what the agent writes into the status of its objects.
enum StatusSchema {
    typealias Value = SpecSchema.Value

    /// See `CanaryStatus`.
    static let canary = object(
        "What the agent sees and does.",
        [
            ("observedGeneration", integer("The generation of the spec that this is about.")),
            (
                "phase",
                text("Idle, Watching, Progressing, Baking, RollingBack, Held, Paused or Invalid.")
            ),
            ("message", text("One sentence for a person.")),
            ("conditions", conditions),
            ("stable", side("The version that carries the traffic.")),
            ("canary", side("The other version.")),
            (
                "weights",
                object(
                    "The weights of the rule as they are.",
                    [("stable", integer("Of stable.")), ("canary", integer("Of the canary."))]
                )
            ),
            ("stableRevision", text("Pod-template hashes of stable.")),
            ("canaryRevision", text("Pod-template hashes of the canary.")),
            ("stableImage", text("What stable's pods are built from, as reviews:1.4.2.")),
            ("canaryImage", text("What the canary's pods are built from.")),
            (
                "run",
                object(
                    "The rollout that is going on.",
                    [
                        ("id", text("Its name.")), ("startedAt", moment("When it began.")),
                        ("by", text("Who began it.")),
                        ("holder", text("Who holds it, if that is not the writer of this status.")),
                    ]
                )
            ),
            (
                "step",
                object(
                    "The present step.",
                    [
                        ("number", integer("From 1.")), ("of", integer("How many there are.")),
                        ("percent", number("The canary's share, in percent.")), ("since", moment("When it began.")),
                        ("verdict", text("healthy, undecided, unknown or degraded.")),
                    ]
                )
            ),
            (
                "gate",
                object(
                    "What keeps the weight from rising.",
                    [("reason", text("One word.")), ("message", text("A sentence."))]
                )
            ),
            ("waitingSince", moment("Since when something new waits to begin.")),
            (
                "lastRun",
                object(
                    "The rollout that ended last.",
                    [
                        ("id", text("Its name.")), ("outcome", text("promoted, rolledBack, held(deadline), …")),
                        ("label", text("The reason in one word.")), ("reason", text("The reason as a sentence.")),
                        ("startedAt", moment("When it began.")), ("finishedAt", moment("When it ended.")),
                        ("by", text("Who began it.")), ("stableRevision", text("Pod-template hashes of stable.")),
                        ("canaryRevision", text("Pod-template hashes of the canary.")),
                        ("stableImage", text("What stable's pods were built from.")),
                        ("canaryImage", text("What the canary's pods were built from.")),
                    ]
                )
            ),
            (
                "request",
                object(
                    "What became of an operator's request.",
                    [
                        ("id", text("The request's.")), ("verb", text("What was asked for.")),
                        ("result", text("accepted, pending or refused.")), ("message", text("A sentence.")),
                        ("by", text("Who asked.")), ("at", moment("When it was answered.")),
                    ]
                )
            ),
        ]
    )

    /// See `BrakesStatus`.
    static let policy = object(
        "What the agent keeps of the policy.",
        [
            (
                "brakes",
                object(
                    "How many rollbacks there were of late, and whether they froze the scope.",
                    [
                        ("engaged", flag("Nothing begins or steps up.")), ("since", text("Since when.")),
                        ("count", integer("How many rollbacks it took.")), ("message", text("A sentence.")),
                        ("memory", text("For the agent alone.")),
                    ]
                )
            )
        ]
    )

    private static let conditions = Value.object([
        ("type", .text("array")),
        ("description", .text("Ready, Reconciling and Stalled, by the rules that GitOps tools read.")),
        ("x-kubernetes-list-type", .text("map")), ("x-kubernetes-list-map-keys", .list([.text("type")])),
        (
            "items",
            object(
                "One condition.",
                required: ["type", "status"],
                [
                    ("type", text("Its name.")),
                    (
                        "status",
                        .object([
                            ("type", .text("string")), ("description", .text("Whether it holds.")),
                            ("enum", .list([.text("True"), .text("False"), .text("Unknown")])),
                        ])
                    ),
                    ("reason", text("One word.")), ("message", text("A sentence.")),
                    ("lastTransitionTime", moment("When the status last changed.")),
                    ("observedGeneration", integer("The generation of the spec that this is about.")),
                ]
            )
        ),
    ])

    private static func side(_ about: String) -> Value {
        object(
            about,
            [
                ("name", text("The spec's name of the destination.")), ("revision", text("Pod-template hashes.")),
                ("image", text("What its pods are built from, as reviews:1.4.2.")),
                ("weight", integer("Its weight.")), ("ready", integer("Pods that are ready.")),
                ("pods", integer("Pods.")),
            ]
        )
    }

    private static func object(_ about: String, required: [String] = [], _ properties: [(String, Value)]) -> Value {
        .object(
            [("type", .text("object")), ("description", .text(about))]
                + (required.isEmpty ? [] : [("required", .list(required.map { .text($0) }))])
                + [("properties", .object(properties))]
        )
    }

    private static func text(_ about: String) -> Value { simple("string", about) }
    private static func number(_ about: String) -> Value { simple("number", about) }
    private static func flag(_ about: String) -> Value { simple("boolean", about) }

    private static func simple(_ type: String, _ about: String) -> Value {
        .object([("type", .text(type)), ("description", .text(about))])
    }

    private static func integer(_ about: String) -> Value {
        .object([("type", .text("integer")), ("format", .text("int64")), ("description", .text(about))])
    }

    private static func moment(_ about: String) -> Value {
        .object([("type", .text("string")), ("format", .text("date-time")), ("description", .text(about))])
    }
}

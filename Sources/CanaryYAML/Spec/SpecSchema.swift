import CanaryCore

/// The JSON Schema (2020-12) of a spec, for editors and for `haldane schema`.
///
/// The decoder is stricter: it also knows relations between values, such as ascending steps, and a run of one's own needs the route
/// and the telemetry that an agent infers.
package enum SpecSchema {
    /// The schema as indented JSON with a final newline.
    package static func json() -> String {
        Value.object(
            [
                ("$schema", .text("https://json-schema.org/draft/2020-12/schema")),
                ("$id", .text("https://haldane.dev/schema/v1/canary.json")),
                ("title", .text("Canary")),
                ("description", .text("One canary analysis: which route, which telemetry, which margins.")),
            ] + members(root)
        ).rendered(indent: 0) + "\n"
    }

    // MARK: The object

    static let root = mapping(
        "",
        "A Canary object.",
        required: ["apiVersion", "kind", "metadata"],
        [
            "apiVersion": constant(SpecDecoder.apiVersion),
            "kind": constant(SpecDecoder.kind),
            "metadata": mapping(
                "metadata",
                "Names the canary.",
                required: ["name"],
                [
                    "name": text("Runs and journals are named after it.", pattern: "^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$"),
                    "namespace": text(
                        "The namespace of the route; 'default' if left out.",
                        pattern: "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$"
                    ),
                    "labels": free("Ignored."),
                    "annotations": free("Ignored."),
                ]
            ),
            "spec": mapping(
                "spec",
                "What to do; what is left out comes from policies, from the routes of the namespace, or is a default.",
                required: [],
                parts.merging(["policy": policy]) { $1 }
            ),
        ]
    )

    /// The parts of a spec that a policy may preset.
    static let parts: [String: Value] = [
        "route": route, "telemetry": telemetry, "objectives": objectives, "steps": steps, "pace": pace,
        "guards": guards,
        "notify": notify,
    ]

    private static let route = mapping(
        "spec.route",
        "The rule whose two weights are moved.",
        required: [],
        [
            "virtualService": text("The name of a VirtualService."),
            "httpRoute": text("The name of an HTTPRoute, in place of virtualService."),
            "grpcRoute": text("The name of a GRPCRoute, in place of virtualService."),
            "file": text(
                "The file that holds the document, relative to the spec; without it the route is in the cluster."
            ),
            "commit": .object([
                ("type", .text("boolean")), ("default", .raw("false")),
                ("description", .text("Commit each write of the file to its Git work tree.")),
            ]),
            "settle": mapping(
                "spec.route.settle",
                "Where Git declares a route of the cluster: the final weights become a commit there.",
                required: ["file"],
                [
                    "file": text("The document's file, relative to the spec; with repository relative to its folder."),
                    "repository": text(
                        "A Git work tree that the cluster's CanaryPolicy names.",
                        pattern: "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$"
                    ),
                    "push": .object([
                        ("type", .text("boolean")),
                        (
                            "description",
                            .text("Push the commit to the branch that the work tree follows; false if left out.")
                        ),
                    ]),
                    "branch": text("Push it to this branch instead, for a review."),
                ]
            ),
            "accept": .object([
                ("type", .text("array")), ("uniqueItems", .raw("true")),
                (
                    "items",
                    .object([("enum", .list(RouteSpec.Acceptance.allCases.map { .text($0.rawValue) }))])
                ),
                ("description", .text("Dangers that are taken knowingly, so that a run is not refused for them.")),
            ]),
            "rule": mapping(
                "spec.route.rule",
                "Needed only when several rules have both destinations: name or index.",
                required: [],
                [
                    "name": text("The rule's name."),
                    "index": .object([
                        ("type", .text("integer")), ("minimum", .number("0")),
                        ("description", .text("Position in the list, from 0.")),
                    ]),
                    "list": .object([
                        ("enum", .list(RouteSpec.RuleList.allCases.map { .text($0.rawValue) })),
                        ("description", .text("Which list of a VirtualService; needed only if several have rules.")),
                    ]),
                ]
            ),
            "stable": destination("spec.route.stable", "The version in production."),
            "canary": destination("spec.route.canary", "The version to be judged."),
        ]
    )

    private static func destination(_ path: String, _ about: String) -> Value {
        mapping(
            path,
            about,
            required: [],
            [
                "host": text("The destination's host; in an HTTPRoute or GRPCRoute the Service's name."),
                "subset": text("The destination's subset, in a VirtualService."),
                "workload": text("The workload that serves it, as telemetry names it."),
                "revision": text("Its canonical revision, as telemetry names it."),
            ]
        )
    }

    static let telemetry = mapping(
        "spec.telemetry",
        "Where requests are counted.",
        required: [],
        [
            "profile": text("An endpoint that the cluster's CanaryPolicy defines."),
            "prometheus": prometheus,
            "scrape": mapping(
                "spec.telemetry.scrape",
                "Expositions that are fetched directly.",
                required: [],
                [
                    "pods": mapping(
                        "spec.telemetry.scrape.pods",
                        "Pods that are found by the API, in place of targets; {} takes the defaults.",
                        required: [],
                        [
                            "port": .object([
                                ("type", .text("integer")), ("minimum", .number("1")), ("maximum", .number("65535")),
                                ("default", .number("15020")), ("description", .text("The port of the exposition.")),
                            ]),
                            "path": .object([
                                ("type", .text("string")), ("pattern", .text("^/")),
                                ("default", .text("/stats/prometheus")),
                                ("description", .text("The path of the exposition.")),
                            ]),
                            "via": choice(
                                "To the pods' addresses, or through the API server.",
                                ["direct", "apiServer"]
                            ),
                            "selector": text("Labels of the pods, with reporter source or waypoint."),
                            "namespace": text("The namespace of the pods; the spec's own if left out."),
                        ]
                    ),
                    "targets": .object([
                        ("type", .text("array")), ("minItems", .number("1")), ("uniqueItems", .raw("true")),
                        ("items", text("A URL; ${VAR} is expanded.")),
                        ("description", .text("One URL for each sidecar or exporter.")),
                    ]),
                    "caFile": text("Certificate authorities to trust, PEM."),
                    "certFile": text("Client certificate, PEM; needs keyFile."),
                    "keyFile": text("Client key, PEM; needs certFile."),
                    "tokenFile": text("A bearer token, read before each request; ${VAR} is expanded in the path."),
                    "insecureSkipVerify": .object([
                        ("type", .text("boolean")), ("default", .raw("false")),
                        ("description", .text("Do not verify TLS certificates.")),
                    ]),
                    "timeout": duration("How long one scrape may take.", "4s"),
                ]
            ),
            "reporter": choice("Which side of a request reports it.", ["destination", "source", "waypoint"]),
            "match": .object([
                ("type", .text("object")),
                ("additionalProperties", .object([("type", .list([.text("string"), .text("integer")]))])),
                ("description", .text("Labels that both sides must carry, e.g. route_name.")),
            ]),
            "comparable": choice(
                "Refuse when stable is reached outside of the rule, or vouch for it.",
                ["prove", "assume"]
            ),
        ]
    )

    private static let prometheus = mapping(
        "spec.telemetry.prometheus",
        "A server that speaks the Prometheus API, asked in place of scraping.",
        required: [],
        [
            "url": text("The address in front of /api/v1; ${VAR} is expanded."),
            "headers": .object([
                ("type", .text("object")), ("additionalProperties", .object([("type", .text("string"))])),
                ("description", .text("Further headers, e.g. X-Scope-OrgID.")),
            ]),
            "username": text("Basic authentication, with password or passwordFile."),
            "password": text("A variable: ${VAR}.", pattern: "^\\$\\{[A-Za-z_][A-Za-z0-9_]*\\}$"),
            "passwordFile": text("A file with the password, read before each request."),
            "token": text("A bearer token, as a variable: ${VAR}.", pattern: "^\\$\\{[A-Za-z_][A-Za-z0-9_]*\\}$"),
            "tokenFile": text("A bearer token, read before each request; ${VAR} is expanded in the path."),
            "caFile": text("Certificate authorities to trust, PEM."),
            "certFile": text("Client certificate, PEM; needs keyFile."),
            "keyFile": text("Client key, PEM; needs certFile."),
            "insecureSkipVerify": .object([
                ("type", .text("boolean")), ("default", .raw("false")),
                ("description", .text("Do not verify TLS certificates.")),
            ]),
            "podLabel": .object([
                ("type", .text("string")), ("default", .text("pod")),
                ("description", .text("The label that tells pods apart.")),
            ]),
            "delay": duration("How far behind the present the server is asked.", "5s"),
            "timeout": duration("How long one question may take.", "30s"),
            "queries": text("A folder of queries that replace or add to those in the binary."),
        ]
    )

    private static let objectives = mapping(
        "spec.objectives",
        "What counts as worse, and as not worse.",
        required: [],
        [
            "errors": mapping(
                "spec.objectives.errors",
                "Margins on the share of failed requests.",
                required: [],
                [
                    "tolerance": points("Rollback: tolerated additional share.", "0.05pp"),
                    "ratio": ratio("Rollback: tolerated ratio.", "1.1"),
                    "budget": points("Promotion: additional failures per request of the whole service.", "0.15pp"),
                    "budgetRatio": ratio("Promotion: tolerated ratio.", "1.25"),
                ]
            ),
            "latency": mapping(
                "spec.objectives.latency",
                "Margins on latency.",
                required: [],
                [
                    "tolerance": percent("Rollback: how much slower is tolerated.", "10%"),
                    "budget": percent("Promotion: how much slower must be excluded.", "20%"),
                ]
            ),
            "metrics": .object([
                ("type", .text("array")), ("maxItems", .number("16")),
                (
                    "items",
                    mapping(
                        "spec.objectives.metrics[]",
                        "A metric of one's own.",
                        required: ["query", "tolerance"],
                        [
                            "query": text("The name of a query, without .promql."),
                            "tolerance": matched(
                                "How much worse the canary may be: 0.5pp for shares of events, 10% for a gauge.",
                                "^[0-9]+(\\.[0-9]+)?(pp|%)$",
                                nil
                            ),
                        ]
                    )
                ),
            ]),
            "service": mapping(
                "spec.objectives.service",
                "What the service promises; only check looks at it.",
                required: ["success"],
                [
                    "success": percent("The share of requests that must not fail.", nil),
                    "period": duration("The time over which it is agreed.", "720h"),
                ]
            ),
        ]
    )

    private static let steps = Value.object([
        ("type", .text("array")), ("minItems", .number("1")), ("maxItems", .number("100")),
        ("items", percent("A canary weight above 0% and at most 100%.", nil)),
        ("default", .raw("[\"5%\", \"10%\", \"25%\", \"50%\", \"100%\"]")),
        ("description", .text("Canary weights, ascending.")),
    ])

    private static let pace = mapping(
        "spec.pace",
        "The times of a run.",
        required: [],
        [
            "interval": duration("Start of a round of scraping to start of the next; at least 50ms.", "5s"),
            "history": duration("The least history of the stable version before the first step.", "30m"),
            "settle": duration("After a weight change, before its effect is tested.", "15s"),
            "warmup": duration("Per canary pod, from its first request.", "1m"),
            "deadline": duration("From the first weight change to the last decision.", "30m"),
            "bake": duration("How long rollback stays armed after 100%.", "10m"),
        ]
    )

    private static let guards = mapping(
        "spec.guards",
        "Error rates of the decisions, and what to do without one.",
        required: [],
        [
            "falseRollback": percent("The chance of rolling back an equal release, per rollout.", "1%"),
            "falsePromotion": percent("The chance of advancing past a margin that is not met.", "5%"),
            "absolute": mapping(
                "spec.guards.absolute",
                "Bars that need no statistics.",
                required: [],
                [
                    "errors": .object([
                        ("type", .text("string")), ("pattern", .text("^([0-9]+(\\.[0-9]+)?%|off)$")),
                        ("default", .text("20%")),
                        ("description", .text("Share of failed requests that rolls back at once; 'off' turns it off.")),
                    ])
                ]
            ),
            "onDeadline": choice("When the deadline passes.", ["hold", "rollback"]),
            "onTelemetryLost": choice("When the source is unreachable or stable is silent too.", ["hold", "rollback"]),
            "onCanarySilent": choice("When the canary should have been seen and was not.", ["rollback", "hold"]),
            "onJournalLost": choice("When the journal can no longer be written.", ["hold", "rollback"]),
            "onOrphan": choice("When the process is gone and its evidence with it.", ["rollback", "hold"]),
        ]
    )

    static let notify = Value.object([
        ("type", .text("array")),
        (
            "items",
            mapping(
                "spec.notify[]",
                "Who is told about decisions.",
                required: [],
                [
                    "profile": text("A webhook that the cluster's CanaryPolicy defines, in place of webhook."),
                    "webhook": text("A URL; ${VAR} is expanded."),
                    "template": .object([
                        ("type", .text("string")), ("default", .text("haldane")),
                        ("description", .text("haldane, slack, teams, alertmanager, or the path of a template.")),
                    ]),
                    "on": choice("Everything, problems and the end, or the end alone.", ["all", "problems", "end"]),
                ]
            )
        ),
    ])
}

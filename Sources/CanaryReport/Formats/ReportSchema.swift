import CanaryTelemetry

/// The JSON Schema of `haldane.report/1`, as `haldane schema report` prints it.
package enum ReportSchema {
    /// The schema as JSON, indented, with a final newline.
    package static func json() -> String {
        var writer = JSONLineWriter(reservingCapacity: 32_000)
        writer.beginObject()
        writer.put("$schema", "https://json-schema.org/draft/2020-12/schema")
        writer.put("$id", "https://haldane.dev/schemas/report-1.json")
        writer.put("title", JSONReport.schema)
        writer.put(
            "description",
            "A canary rollout, or a judgement of the past, as its journal tells it. Times from the start and lengths are in seconds, "
                + "shares and weights from 0 to 1, moments in ISO 8601, evidence in nats (natural logarithms of odds); what is not known is null."
        )
        writer.put("type", "object")
        writer.put("additionalProperties", false)
        writer.key("required")
        writer.strings(keys.map(\.name))
        writer.object("properties") { writer in
            for key in keys {
                writer.key(text: key.name)
                key.node.write(key.description, to: &writer)
            }
        }
        writer.object("$defs") { writer in
            for (name, node) in definitions {
                writer.key(text: name)
                node.write(nil, to: &writer)
            }
        }
        writer.endObject()
        return JSONIndent.indented(writer.take())
    }

    private static let keys: [SchemaKey] = [
        SchemaKey("schema", .constant(JSONReport.schema), "The name of this schema with its version."),
        SchemaKey("version", .text, "The version of the program that ran."),
        SchemaKey("run", .text, "The run's name."),
        SchemaKey(
            "purpose",
            .words(["rollout", "past", "beforeAfter"]),
            "A rollout; a judgement of two versions in the past; or of a time before and after a deploy, confounded by time."
        ),
        SchemaKey("namespace", .text, "The canary's namespace."),
        SchemaKey("name", .text, "The canary's name."),
        SchemaKey("place", .text, "What a reader calls the route."),
        SchemaKey("cluster", .optional(.text), "The API server of a route in a cluster."),
        SchemaKey("stableVersion", .text, "The version that carried the traffic when the run began."),
        SchemaKey("canaryVersion", .text, "The version that was tried."),
        SchemaKey(
            "stableRevision",
            .optional(.text),
            "Stable's pod-template hashes at the start, where a cluster told them."
        ),
        SchemaKey("canaryRevision", .optional(.text), "The canary's pod-template hashes, where a cluster told them."),
        SchemaKey("stableImage", .optional(.text), "What stable's pods were built from, as `reviews:1.4.2`."),
        SchemaKey("canaryImage", .optional(.text), "What the canary's pods were built from."),
        SchemaKey("plannedWeights", .list(.share), "The canary's weights as planned, ascending."),
        SchemaKey("startedAt", .moment, "When the run, or the judged time, began."),
        SchemaKey("startedBy", .optional(.text), "Who started it, where that is known."),
        SchemaKey("endedAt", .moment, "When the last thing happened."),
        SchemaKey("seconds", .number, "From the start to the last thing that happened, in seconds."),
        SchemaKey(
            "outcome",
            .optional(.object(outcome)),
            "How it ended; null while it goes on, or if its process went without one."
        ),
        SchemaKey("interruption", .optional(.text), "Why the last process ended without an outcome."),
        SchemaKey(
            "weights",
            .optional(.object(weights)),
            "Weights as they were last read or written, in the route's own units."
        ),
        SchemaKey(
            "highestWeight",
            .number,
            "The canary's highest weight in force; of the past, its highest observed share."
        ),
        SchemaKey("windows", .integer, "Rounds of telemetry that were judged."),
        SchemaKey("unusableWindows", .integer, "Those of them that could not be used."),
        SchemaKey("stableRequests", .integer, "Requests to stable in all rounds, its history included."),
        SchemaKey("stableFailures", .integer, "Those of them that failed."),
        SchemaKey("canaryRequests", .integer, "Requests to the canary in all rounds."),
        SchemaKey("canaryFailures", .integer, "Those of them that failed."),
        SchemaKey(
            "verdict",
            .optional(.reference("verdict")),
            "The verdict that decided, or the last one that compared the versions."
        ),
        SchemaKey(
            "harm",
            .optional(.object(harm)),
            "What the canary cost users; null where the versions were never compared."
        ),
        SchemaKey("budget", .object(budget), "How much of the allowed error was spent."),
        SchemaKey("stages", .list(.object(stages)), "Each weight at which the canary was judged, in order of time."),
        SchemaKey("moments", .list(.object(moments)), "The time axis: neighbouring rounds, merged to at most 320."),
        SchemaKey("tracks", .list(.object(tracks)), "The evidence of each metric over the moments."),
        SchemaKey("crossings", .list(.object(crossings)), "When evidence first reached a threshold."),
        SchemaKey("events", .list(.object(events)), "What was done and by whom, in order of time."),
        SchemaKey("eventsLeftOut", .integer, "Events that are left out of the middle of the list."),
        SchemaKey("errors", .object(errors), "Where failed requests come from, in the rounds that were compared."),
        SchemaKey("latency", .object(latency), "Latency of successful requests in the rounds that were compared."),
        SchemaKey("quality", .object(quality), "How good the telemetry was."),
        SchemaKey("tornBytes", .integer, "Bytes at the journal's end that were cut off in the middle of a write."),
        SchemaKey("journal", .optional(.text), "The journal's path as it was named; null where there is no file."),
    ]

    private static let definitions: [(String, SchemaNode)] = [
        ("verdict", .object(verdict)),
        ("counts", .object(counts)),
        ("tally", .object(tally)),
        ("band", .object(band)),
        ("openBand", .object(openBand)),
        ("rate", .object(rate)),
        ("quantiles", .object(quantiles)),
        ("named", .object(named)),
    ]
}

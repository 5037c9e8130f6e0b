extension ReportSchema {
    static let outcome: [SchemaKey] = [
        SchemaKey(
            "word",
            .text,
            "promoted, rolledBack, held, stopped, refused; of the past healthy, degraded, undecided, unknown."
        ),
        SchemaKey("detail", .text, "The word with its qualifier, e.g. held(deadline)."),
        SchemaKey("label", .text, "A bounded word for the reason."),
        SchemaKey("reason", .text, "Why, in a sentence with the numbers."),
        SchemaKey("exitCode", .integer, "0 healthy, 1 undecided, 2 degraded, 3 unknown."),
    ]

    static let weights: [SchemaKey] = [
        SchemaKey("stable", .integer, "Stable's weight."),
        SchemaKey("canary", .integer, "The canary's weight."),
    ]

    static let harm: [SchemaKey] = [
        SchemaKey("requests", .integer, "Canary requests in the rounds that were compared."),
        SchemaKey("failures", .integer, "Those of them that failed."),
        SchemaKey(
            "extraFailures",
            .number,
            "Failures less what stable's share in the same window would have given, window by window, in requests."
        ),
        SchemaKey("extraFailuresBand", .reference("band"), "Its limits, 95 % whenever one looks, in requests."),
        SchemaKey("extraSlow", .optional(.object(slow)), "Slow requests; null where no latency edge was judged."),
        SchemaKey(
            "failuresPerHourAtFull",
            .number,
            "Additional failed requests in an hour of all this traffic at 100 %."
        ),
        SchemaKey("failuresPerHourBand", .reference("band"), "Its limits, 95 % whenever one looks, in requests."),
        SchemaKey(
            "requestsPerSecond",
            .number,
            "Requests to both versions per second in the rounds that were compared."
        ),
    ]

    static let slow: [SchemaKey] = [
        SchemaKey("edge", .number, "The latency edge, in seconds."),
        SchemaKey("extra", .number, "Requests above it, less what stable's share in the same window would have given."),
        SchemaKey(
            "evidence",
            .number,
            "That the canary is slower than tolerated there, in nats; below 1 the number is chance."
        ),
    ]

    static let budget: [SchemaKey] = [
        SchemaKey("falseRollback", .share, "The chance of rolling back an equal release, as the spec asked."),
        SchemaKey(
            "falsePromotion",
            .share,
            "The chance of advancing past a margin that is not met, as the spec asked."
        ),
        SchemaKey(
            "mostHarm",
            .optional(.number),
            "The most evidence of harm while both versions were compared, in nats."
        ),
        SchemaKey("harmThreshold", .optional(.number), "What it had to reach, in nats."),
    ]

    static let verdict: [SchemaKey] = [
        SchemaKey("kind", kind, "What the look says."),
        SchemaKey("decision", .words(["hold", "advance", "promote", "rollback"]), "What the statistics ask for."),
        SchemaKey("label", .text, "A bounded word for the reason."),
        SchemaKey("reason", .text, "Why, in a sentence with the numbers."),
        SchemaKey("window", .integer, "Compared rounds so far; 0 if this one was not compared."),
        SchemaKey("harm", .optional(.number), "Evidence of harm over all metrics, after deductions, in nats."),
        SchemaKey("harmThreshold", .number, "What it has to reach for a rollback, in nats; 0 without a comparison."),
        SchemaKey(
            "safetyThreshold",
            .number,
            "What each metric's evidence of safety has to reach, in nats; 0 without a comparison."
        ),
        SchemaKey(
            "missingRequests",
            .optional(.integer),
            "Canary requests that are probably still missing for this step."
        ),
        SchemaKey("findings", .list(.object(finding)), "What is known of each metric."),
        SchemaKey("notes", .list(.text), "What a reader must know beside the verdict."),
    ]

    static let finding: [SchemaKey] = [
        SchemaKey("name", .text, "errors, latency>25ms, or the name of a query."),
        SchemaKey("label", .text, "The name for people."),
        SchemaKey(
            "edge",
            .optional(.number),
            "The latency edge in seconds, or in the unit of a histogram of one's own; null for others."
        ),
        SchemaKey("harm", .number, "Evidence that the canary is worse than tolerated, after the deduction, in nats."),
        SchemaKey("deducted", .number, "What was deducted for bursts of single pods, in nats."),
        SchemaKey(
            "safety",
            .optional(.number),
            "Evidence that it is not worse than the step's margin, in nats; null where promotion does not ask."
        ),
        SchemaKey("proved", .flag, "Safety was proved at this margin."),
        SchemaKey("stable", .reference("tally"), "Events among stable's requests since the first step."),
        SchemaKey("canary", .reference("tally"), "Events among the canary's requests since the first step."),
        SchemaKey(
            "difference",
            .optional(.reference("band")),
            "Limits of the canary's share less stable's, 95 % whenever one looks; errors only."
        ),
        SchemaKey("custom", .optional(.object(custom)), "What is particular to a metric of one's own."),
    ]

    static let custom: [SchemaKey] = [
        SchemaKey(
            "kind",
            .optional(.words(["ratio", "histogram", "gauge"])),
            "What its numbers are; null until there was data."
        ),
        SchemaKey("direction", .words(["lower", "higher"]), "Which way is better."),
        SchemaKey(
            "tolerance",
            .number,
            "Tolerated additional share of events, or relative change of a gauge, as a share."
        ),
        SchemaKey("stableMean", .optional(.number), "A gauge's mean on stable, in its own unit."),
        SchemaKey("canaryMean", .optional(.number), "A gauge's mean on the canary, in its own unit."),
        SchemaKey("comparisons", .optional(.integer), "Comparisons of a gauge."),
        SchemaKey("worse", .optional(.integer), "Those in which the canary was worse."),
        SchemaKey("absent", .optional(.text), "Why it could not be compared lately."),
    ]

    static let stages: [SchemaKey] = [
        SchemaKey("phase", .words(["analyzing", "baking"]), "Compared side by side, or before/after at 100 %."),
        SchemaKey("step", .integer, "Index into the planned weights."),
        SchemaKey("weight", .number, "The canary's weight; of the past, its observed share."),
        SchemaKey("from", .number, "When it began, in seconds from the start."),
        SchemaKey("seconds", .number, "How long its rounds are together, in seconds."),
        SchemaKey("stable", .reference("counts"), "Stable at this weight."),
        SchemaKey("canary", .reference("counts"), "The canary at this weight."),
        SchemaKey(
            "verdict",
            .optional(.reference("verdict")),
            "The last verdict at this weight that compared, else the last one."
        ),
    ]

    static let moments: [SchemaKey] = [
        SchemaKey("from", .number, "When its first round began, in seconds from the start."),
        SchemaKey("at", .number, "When its last round ended, in seconds from the start."),
        SchemaKey("seconds", .number, "How long its rounds are together, in seconds."),
        SchemaKey("windows", .integer, "Its rounds."),
        SchemaKey("unusable", .integer, "Those of them that could not be used."),
        SchemaKey("phase", .words(["watching", "analyzing", "baking", "idle"]), "What the run did."),
        SchemaKey("weight", .number, "The canary's weight in force; of the past, its observed share."),
        SchemaKey("stable", .reference("counts"), "Stable in these rounds."),
        SchemaKey("canary", .reference("counts"), "The canary in these rounds."),
        SchemaKey("stableShare", .optional(.reference("rate")), "Stable's share of failures since the first step."),
        SchemaKey("canaryShare", .optional(.reference("rate")), "The canary's share of failures since the first step."),
        SchemaKey(
            "difference",
            .optional(.reference("band")),
            "Limits of the canary's share less stable's, 95 % whenever one looks."
        ),
        SchemaKey("verdict", .optional(kind), "The last verdict; null where nothing was judged."),
        SchemaKey("harm", .optional(.number), "Evidence of harm over all metrics, after deductions, in nats."),
        SchemaKey("harmThreshold", .optional(.number), "What it has to reach for a rollback, in nats."),
        SchemaKey(
            "safetyThreshold",
            .optional(.number),
            "What each metric's evidence of safety has to reach, in nats."
        ),
        SchemaKey(
            "stableLatency",
            .optional(.reference("quantiles")),
            "The buckets that hold stable's quantiles in these rounds."
        ),
        SchemaKey(
            "canaryLatency",
            .optional(.reference("quantiles")),
            "The buckets that hold the canary's quantiles in these rounds."
        ),
    ]

    static let tracks: [SchemaKey] = [
        SchemaKey("name", .text, "errors, latency>25ms, or the name of a query."),
        SchemaKey("label", .text, "The name for people."),
        SchemaKey(
            "edge",
            .optional(.number),
            "The latency edge in seconds, or in the unit of a histogram of one's own; null for others."
        ),
        SchemaKey("custom", .flag, "A metric of one's own."),
        SchemaKey(
            "values",
            .list(.optional(.object(value))),
            "One for each moment; null where no verdict compared the versions."
        ),
    ]

    static let value: [SchemaKey] = [
        SchemaKey("harm", .number, "Evidence of harm after the deduction for bursts, in nats."),
        SchemaKey(
            "safety",
            .optional(.number),
            "Evidence of safety at the step's margin, in nats; null where promotion does not ask."
        ),
        SchemaKey("proved", .flag, "Safety was proved at this margin."),
    ]

    static let crossings: [SchemaKey] = [
        SchemaKey("at", .number, "The end of the round, in seconds from the start."),
        SchemaKey("kind", .words(["harm", "safety"]), "The rollback was asked for, or the step was proved."),
        SchemaKey("metric", .optional(.text), "The metric that carried it; null if several together did."),
        SchemaKey("weight", .number, "The canary's weight then."),
    ]

    static let events: [SchemaKey] = [
        SchemaKey("number", .integer, "From 1, in order of the journal."),
        SchemaKey("at", .number, "In seconds from the start."),
        SchemaKey("time", .moment, "The same as a moment."),
        SchemaKey("lane", .words(StoryEvent.Lane.allCases.map(\.rawValue)), "Who or what did it."),
        SchemaKey("tone", .words(["good", "bad", "warning", "neutral"]), "How it went."),
        SchemaKey("title", .text, "A few words."),
        SchemaKey("text", .text, "The whole reason with its numbers."),
        SchemaKey("actor", .optional(.text), "The person or program that did it, where that is known."),
        SchemaKey("weight", .optional(.number), "The canary's weight in force after it, if it changed."),
    ]

    static let errors: [SchemaKey] = [
        SchemaKey("stableRequests", .integer, "Stable's requests."),
        SchemaKey("canaryRequests", .integer, "The canary's requests."),
        SchemaKey(
            "codes",
            .list(.object(row)),
            "Failures by answer, largest contribution first; then 499 and 0, which are no failures."
        ),
        SchemaKey(
            "excluded",
            .list(.reference("named")),
            "Requests left out of both sides (injected faults, policies), by response flag."
        ),
        SchemaKey(
            "unattributed",
            .list(.reference("named")),
            "Failed requests that reached neither version, by response flags."
        ),
        SchemaKey("pods", .list(.object(pod)), "Pods, the highest share of failures first."),
        SchemaKey("podsLeftOut", .integer, "Pods that the list leaves out."),
    ]

    static let row: [SchemaKey] = [
        SchemaKey("name", .text, "An HTTP status, grpc- and a status, or 0 for none."),
        SchemaKey("stable", .integer, "Requests of stable."),
        SchemaKey("canary", .integer, "Requests of the canary."),
        SchemaKey(
            "contribution",
            .optional(.number),
            "The canary's share of it less stable's in the same windows, as a share; null for what is no failure."
        ),
    ]

    static let pod: [SchemaKey] = [
        SchemaKey("name", .text, "The pod's name."),
        SchemaKey("side", .words(["stable", "canary", "unknown"]), "Its version."),
        SchemaKey("requests", .integer, "Its requests."),
        SchemaKey("failures", .integer, "Those of them that failed."),
        SchemaKey("restarts", .integer, "How often its counters began anew."),
    ]

    static let latency: [SchemaKey] = [
        SchemaKey(
            "bounds",
            .list(.number),
            "Upper bounds of the buckets, ascending, in seconds, without the open last one."
        ),
        SchemaKey("stable", .list(.number), "Stable's requests per bucket, one more than bounds."),
        SchemaKey("canary", .list(.number), "The canary's requests per bucket, one more than bounds."),
        SchemaKey("shifts", .list(.object(shift)), "Quantiles of both versions and how far they moved."),
        SchemaKey(
            "theta",
            .optional(.share),
            "Chance that a canary request is slower than one of stable, ties counted half."
        ),
    ]

    static let shift: [SchemaKey] = [
        SchemaKey("quantile", .share, "The quantile."),
        SchemaKey(
            "stable",
            .reference("openBand"),
            "Stable's quantile lies between these, 97.5 % whenever one looks, in seconds."
        ),
        SchemaKey(
            "canary",
            .reference("openBand"),
            "The canary's quantile lies between these, 97.5 % whenever one looks, in seconds."
        ),
        SchemaKey("difference", .reference("openBand"), "Canary less stable, 95 % whenever one looks, in seconds."),
    ]

    static let quality: [SchemaKey] = [
        SchemaKey("windows", .integer, "Rounds that were judged."),
        SchemaKey("unusable", .list(.object(unusable)), "Why some could not be, most frequent first."),
        SchemaKey("faults", .list(.object(fault)), "Answers of single pods that were missing, most frequent first."),
        SchemaKey("stablePods", .integer, "Different pods of stable that gave counts."),
        SchemaKey("canaryPods", .integer, "Different pods of the canary that gave counts."),
        SchemaKey("restarts", .integer, "Counters that began anew."),
        SchemaKey("gaps", .integer, "Rounds that came more than two intervals after the one before."),
        SchemaKey("longestGap", .number, "The longest of these, in seconds."),
        SchemaKey("historyWindows", .integer, "Rounds of stable's history, taken over or watched."),
        SchemaKey("historySeconds", .number, "Their length together, in seconds."),
        SchemaKey(
            "split",
            .optional(.words(["proved", "being proved", "not in force"])),
            "What the last proof of the split said; null if none began."
        ),
        SchemaKey(
            "observedShare",
            .optional(.share),
            "The canary's share of the requests at the last weight that was compared."
        ),
        SchemaKey("callers", .list(.reference("named")), "Who called the canary, most requests first."),
    ]

    static let unusable: [SchemaKey] = [
        SchemaKey("reason", .text, "Why, with the numbers of the first such round."),
        SchemaKey("windows", .integer, "How many rounds."),
    ]

    static let fault: [SchemaKey] = [
        SchemaKey("label", .text, "A bounded word."),
        SchemaKey("count", .integer, "How many answers."),
        SchemaKey("example", .text, "The last one, with the pod."),
    ]

    static let counts: [SchemaKey] = [
        SchemaKey("requests", .integer, "Requests."),
        SchemaKey("failures", .integer, "Those of them that failed."),
        SchemaKey("aborts", .integer, "Those of them whose client went away."),
        SchemaKey("pods", .integer, "Pods that gave counts, at most in one round."),
    ]

    static let tally: [SchemaKey] = [
        SchemaKey("events", .number, "Failures, or requests slower than the edge."),
        SchemaKey("requests", .number, "Requests."),
        SchemaKey("share", .optional(.number), "Events among requests; null without requests."),
    ]

    static let band: [SchemaKey] = [
        SchemaKey("low", .number, "The lower limit."),
        SchemaKey("high", .number, "The upper limit."),
    ]

    static let openBand: [SchemaKey] = [
        SchemaKey("low", .optional(.number), "The lower limit; null is open."),
        SchemaKey("high", .optional(.number), "The upper limit; null is open."),
    ]

    static let rate: [SchemaKey] = [
        SchemaKey("share", .share, "The share."),
        SchemaKey("low", .share, "Its lower limit, 95 % whenever one looks."),
        SchemaKey("high", .share, "Its upper limit, 95 % whenever one looks."),
    ]

    static let quantiles: [SchemaKey] = ["p50", "p90", "p99"].map { name in
        SchemaKey(
            name,
            .reference("openBand"),
            "The bucket of this quantile, in seconds; without a high it is the last one."
        )
    }

    static let named: [SchemaKey] = [
        SchemaKey("name", .text, "A response flag, or a caller."),
        SchemaKey("count", .integer, "Requests."),
    ]

    private static let kind: SchemaNode = .words(["healthy", "degraded", "undecided", "unknown"])
}

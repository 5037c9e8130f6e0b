import CanaryCore

/// The `pace` section.
enum SpecPace {
    static func read(_ body: SpecReader.Section?, into pace: inout Pace, with reader: inout SpecReader) {
        guard let section = reader.section(body, "pace", keys: SpecKeys.pace) else { return }
        let day = Duration.seconds(86_400)
        if let interval = reader.duration(
            section,
            "interval",
            atLeast: .milliseconds(50),
            atMost: .seconds(3600),
            why: "it is the time between two rounds of scraping"
        ) {
            pace.interval = interval
        }
        if let history = reader.duration(
            section,
            "history",
            atLeast: .zero,
            atMost: day * 7,
            why: "at most the last 6h of it are used"
        ) {
            pace.history = history
        }
        if let settle = reader.duration(
            section,
            "settle",
            atLeast: .zero,
            atMost: .seconds(3600),
            why: "proxies take a new weight within seconds"
        ) {
            pace.settle = settle
        }
        if let warmup = reader.duration(
            section,
            "warmup",
            atLeast: .zero,
            atMost: day,
            why: "it counts for each canary pod from its first request"
        ) {
            pace.warmup = warmup
        }
        if let deadline = reader.duration(
            section,
            "deadline",
            atLeast: .seconds(1),
            atMost: day * 30,
            why: "a run must end"
        ) {
            pace.deadline = deadline
        }
        if let bake = reader.duration(
            section,
            "bake",
            atLeast: .zero,
            atMost: day * 30,
            why: "rollback stays armed for so long after 100%"
        ) {
            pace.bake = bake
        }
        let isGiven = section.node["deadline"] != nil || section.node["interval"] != nil
        if isGiven, pace.deadline < pace.interval, let node = section.node["deadline"] ?? section.node["interval"] {
            reader.fail(
                "pace.deadline (\(SpecSyntax.rendered(pace.deadline))) is shorter than pace.interval "
                    + "(\(SpecSyntax.rendered(pace.interval)))",
                at: node
            )
        }
    }
}

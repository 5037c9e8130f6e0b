package import CanaryCore
import CanaryStatistics
package import CanaryTelemetry

/// What each step will need at the present traffic, and the smallest regression it can see. Estimates, not promises.
package struct PlanTable: Sendable {
    /// The traffic that the plan is made for.
    package struct Traffic: Sendable, Hashable {
        package var requestsPerSecond: Double
        /// Failure share of the stable version, 0...1.
        package var errorShare: Double
        /// Where the numbers come from, e.g. `--rps`, or `two rounds of scraping, 5 s apart`.
        package var origin: String

        package init(requestsPerSecond: Double, errorShare: Double, origin: String) {
            self.requestsPerSecond = requestsPerSecond
            self.errorShare = errorShare
            self.origin = origin
        }

        /// The traffic of a window of both versions; nil if it cannot be used.
        package init?(_ window: Window, origin: String) {
            guard window.quality.unusable == nil, window.seconds > 0 else { return nil }
            let stable = window.stableTotal
            requestsPerSecond = Double(stable &+ window.canaryTotal) / window.seconds
            let failures = window.stable.reduce(0) { $0 &+ $1.failures }
            errorShare = stable > 0 ? Double(failures) / Double(stable) : 0
            self.origin = origin
        }
    }

    /// One row.
    struct Row {
        var estimate: StepEstimate
        var smallestInThatTime: Double?
        var smallestInDeadline: Double?
    }

    package let spec: CanarySpec
    package let traffic: Traffic
    let rows: [Row]

    package init(spec: CanarySpec, traffic: Traffic) {
        self.spec = spec
        self.traffic = traffic
        let planner = Planner(configuration: JudgeRules(spec).configuration)
        let interval = spec.pace.interval.inSeconds
        let deadline = spec.pace.deadline.inSeconds
        rows = planner.steps(
            errorShare: traffic.errorShare,
            requestsPerSecond: traffic.requestsPerSecond,
            windowSeconds: interval
        ).map { estimate in
            func smallest(_ seconds: Double) -> Double? {
                guard seconds.isFinite, seconds > 0 else { return nil }
                return planner.smallestVisibleIncrease(
                    errorShare: traffic.errorShare,
                    share: estimate.share,
                    requestsPerSecond: traffic.requestsPerSecond,
                    seconds: seconds
                )
            }
            return Row(
                estimate: estimate,
                smallestInThatTime: smallest(min(estimate.seconds.upper, deadline)),
                smallestInDeadline: smallest(deadline)
            )
        }
    }

    /// Whether the errors of all steps can probably be proved before the deadline.
    package var fitsDeadline: Bool {
        rows.reduce(0) { $0 + $1.estimate.seconds.upper } <= spec.pace.deadline.inSeconds
    }

    /// As text, with a final newline.
    package func text(style: Style) -> String {
        let dot = style.symbol(.dot)
        var lines = [
            "\(TextCells.harmless(spec.name)) \(dot) \(Self.rate(traffic.requestsPerSecond)) requests a second \(dot) "
                + "stable fails \(Phrase.percent(traffic.errorShare)) \(dot) from \(traffic.origin)",
            "",
            " step   canary req/s   requests needed      time                       smallest visible increase",
            "                       (1.5 to 2.5 x n2)                               of errors in that time, until the deadline",
        ]
        for row in rows {
            let estimate = row.estimate
            let cells = [
                (TextCells.alignedRight(Phrase.weight((estimate.share * 1e6).rounded() / 1e4), to: 6), 7),
                (TextCells.alignedRight(Self.rate(traffic.requestsPerSecond * estimate.share), to: 11), 16),
                (Self.range(Self.count(estimate.requests.lower), Self.count(estimate.requests.upper)), 21),
                (Self.range(Self.time(estimate.seconds.lower), Self.time(estimate.seconds.upper)), 27),
                (row.smallestInThatTime.map { Phrase.points($0) } ?? "none", 12),
                (row.smallestInDeadline.map { Phrase.points($0) } ?? "none", 0),
            ]
            lines.append(cells.map { TextCells.padded($0.0, to: $0.1) }.joined().trimmedEnd)
        }
        lines.append("")
        let deadline = Phrase.duration(spec.pace.deadline.inSeconds)
        if fitsDeadline {
            lines.append(
                style.paint(" \(style.symbol(.done)) fits", .good)
                    + ": the errors of all steps are probably proved within the deadline of \(deadline)"
            )
        } else {
            lines.append(
                style.paint(" \(style.symbol(.open)) tight", .warning)
                    + ": the errors of all steps may not be proved within the deadline of \(deadline); raise the traffic, the budget or the deadline"
            )
        }
        let history = spec.pace.history.inSeconds
        if history < 1800 {
            lines.append(
                " note: \(Phrase.duration(history)) of history is little; 30 min or more make bursts less of a surprise"
            )
        }
        lines.append(
            " note: latency needs requests too, and evidence carries over from step to step; these are estimates for calm traffic"
        )
        return lines.joined(separator: "\n") + "\n"
    }

    /// As one JSON object and a newline: `haldane.plan/1`. Times without traffic are null.
    package func json() -> [UInt8] {
        var writer = JSONLineWriter()
        writer.beginObject()
        writer.key("schema")
        writer.string("haldane.plan/1")
        writer.key("requestsPerSecond")
        writer.double(traffic.requestsPerSecond)
        writer.key("baseErrors")
        writer.double(traffic.errorShare)
        writer.key("origin")
        writer.string(traffic.origin)
        writer.key("deadlineSeconds")
        writer.double(spec.pace.deadline.inSeconds)
        writer.key("fitsDeadline")
        writer.bool(fitsDeadline)
        writer.key("steps")
        writer.beginArray()
        for row in rows {
            writer.beginObject()
            writer.key("weight")
            writer.double((row.estimate.share * 1e8).rounded() / 1e6)
            writer.key("margin")
            writer.double(row.estimate.delta)
            writer.key("n2")
            writer.double(row.estimate.leastRequests)
            writer.key("requests")
            writer.doubles([row.estimate.requests.lower, row.estimate.requests.upper])
            writer.key("seconds")
            writer.doubles([row.estimate.seconds.lower, row.estimate.seconds.upper])
            writer.key("smallestVisibleIncrease")
            writer.double(row.smallestInThatTime)
            writer.key("smallestVisibleIncreaseUntilDeadline")
            writer.double(row.smallestInDeadline)
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
        writer.endLine()
        return writer.take()
    }

    private static func range(_ lower: String, _ upper: String) -> String {
        lower == upper ? lower : "\(lower) to \(upper)"
    }

    private static func rate(_ value: Double) -> String {
        value < 1000 ? Phrase.decimal(value) : Phrase.count(value)
    }

    private static func count(_ value: Double) -> String {
        value.isFinite ? Phrase.count(value.rounded(.up)) : "never"
    }

    private static func time(_ seconds: Double) -> String {
        seconds.isFinite ? Phrase.duration(seconds.rounded(.up)) : "never"
    }
}

extension String {
    /// Without blanks at the end.
    var trimmedEnd: String {
        var view = self[...]
        while view.last == " " { view.removeLast() }
        return String(view)
    }
}

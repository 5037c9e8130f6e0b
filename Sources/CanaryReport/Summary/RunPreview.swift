package import CanaryCore
package import CanaryTelemetry

/// What `run --dry-run` prints: the writes a run would make, in order.
package struct RunPreview: Sendable {
    package struct Write: Sendable, Hashable {
        package var plan: WeightPlan
        package var weights: RouteWeights

        package init(plan: WeightPlan, weights: RouteWeights) {
            self.plan = plan
            self.weights = weights
        }
    }

    package var spec: CanarySpec
    /// What people call the route: a path, or the object with its cluster.
    package var place: String
    package var stable: DestinationSpec
    package var canary: DestinationSpec
    package var found: RouteSnapshot
    package var writes: [Write]
    package var rollback: Write
    /// One round of scraping.
    package var window: Window
    package var refusal: Reason?
    /// What a run would say at its start.
    package var findings: [RouteFinding]
    /// The pods by role; nil where nobody knows them.
    package var population: Population?

    package init(
        spec: CanarySpec,
        place: String,
        stable: DestinationSpec,
        canary: DestinationSpec,
        found: RouteSnapshot,
        writes: [Write],
        rollback: Write,
        window: Window,
        refusal: Reason?,
        findings: [RouteFinding] = [],
        population: Population? = nil
    ) {
        self.spec = spec
        self.place = place
        self.stable = stable
        self.canary = canary
        self.found = found
        self.writes = writes
        self.rollback = rollback
        self.window = window
        self.refusal = refusal
        self.findings = findings
        self.population = population
    }

    /// 3 if a run would be refused, or if the telemetry gives nothing that could be judged, else 0.
    package var exitCode: ExitCode {
        if refusal != nil { return .unknown }
        return switch window.quality.unusable {
        // The first round only reads the counters.
        case nil, .baseline: .healthy
        case .nothingScraped, .noIstioSeries, .source, .tooFewPods, .tooManyFailures: .unknown
        }
    }

    /// As text, with a final newline.
    package func text(style: Style) -> String {
        let names = "\(stable.label)/\(canary.label)"
        var lines = ["dry run of \(spec.name): nothing is written"]
        lines.append("  route     \(found.place): \(names) is \(Figures.split(found.weights))")
        lines.append("  telemetry \(telemetry)")
        if let population {
            let (stable, canary) = (population.stable, population.canary)
            lines.append(
                "  pods      \(stable.ready) of \(stable.total) ready behind \(self.stable.label), \(canary.ready) of "
                    + "\(canary.total) behind \(self.canary.label)"
            )
        }
        for finding in findings {
            lines.append("  \(style.paint("\(style.symbol(.unknown)) warning", .warning)) \(finding.sentence)")
            lines += (finding.hint ?? "").split(separator: "\n").map { "            \($0)" }
        }
        for fault in window.quality.faults.prefix(3) {
            lines.append("            \(style.symbol(.failed)) \(fault.pod): \(fault.label): \(fault.message)")
        }
        if window.quality.faults.count > 3 { lines.append("            and \(window.quality.faults.count - 3) more") }
        if let refusal {
            lines.append(
                "  \(style.paint("\(style.symbol(.unknown)) refused", .warning)) (\(refusal.label)): \(refusal.text)"
            )
            return finished(lines)
        }
        lines.append(
            spec.telemetry.prometheus != nil
                ? "  history   is read from the server; what is missing of \(Phrase.duration(spec.pace.history.inSeconds)) is watched"
                : "  history   stable is watched for \(Phrase.duration(spec.pace.history.inSeconds)) at these weights, less what is known already"
        )
        lines.append("  writes to \(place), each only after the one before is proved:")
        for write in writes {
            lines.append("    \(names) \(Figures.split(write.weights))   (\(write.plan.purpose.rawValue))")
        }
        if writes.isEmpty { lines.append("    none: the route is at the last step already") }
        lines.append("  and at any moment, if the canary is worse:")
        lines.append("    \(names) \(Figures.split(rollback.weights))   (rollback)")
        return finished(lines)
    }

    private func finished(_ lines: [String]) -> String {
        lines.map(TextCells.harmless).joined(separator: "\n") + "\n"
    }

    private var telemetry: String {
        let failed = Set(window.quality.faults.map(\.pod)).count
        if let server = spec.telemetry.prometheus {
            if let unusable = window.quality.unusable {
                return "\(server.url) gave nothing that can be judged: \(unusable.reason.text)"
            }
            return "\(server.url) has \(Figures.plural(window.stable.count, "stable pod")) and "
                + "\(Figures.plural(window.canary.count, "canary pod")); \(Figures.plural(failed, "fault"))"
        }
        guard spec.telemetry.pods == nil else {
            let pods = (population?.stable.total ?? 0) + (population?.canary.total ?? 0)
            return "\(Figures.plural(failed, "fault")) while scraping \(Figures.plural(pods, "pod"))"
        }
        let total = spec.telemetry.targets.count
        let answered = max(total - failed, 0)
        return "\(answered) of \(Figures.plural(total, "target")) answered in one round"
    }

    /// As one JSON object and a newline: `haldane.dry-run/1`.
    package func json() -> [UInt8] {
        var writer = JSONLineWriter()
        writer.beginObject()
        writer.key("schema")
        writer.string("haldane.dry-run/1")
        writer.key("route")
        writer.string(place)
        writer.key("stable")
        writer.string(stable.label)
        writer.key("canary")
        writer.string(canary.label)
        writer.key("weights")
        Self.write(found.weights, to: &writer)
        writer.key("refusal")
        if let refusal { writer.string(refusal.text) } else { writer.null() }
        writer.key("writes")
        writer.beginArray()
        for write in writes { Self.write(write.weights, to: &writer) }
        writer.endArray()
        writer.key("rollback")
        Self.write(rollback.weights, to: &writer)
        writer.key("faults")
        writer.beginArray()
        for fault in window.quality.faults {
            writer.beginObject()
            writer.key("pod")
            writer.string(fault.pod)
            writer.key("label")
            writer.string(fault.label)
            writer.key("message")
            writer.string(fault.message)
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
        writer.endLine()
        return writer.take()
    }

    private static func write(_ weights: RouteWeights, to writer: inout JSONLineWriter) {
        writer.beginObject()
        writer.key("stable")
        writer.integer(weights.stable)
        writer.key("canary")
        writer.integer(weights.canary)
        writer.endObject()
    }
}

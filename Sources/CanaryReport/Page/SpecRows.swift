import CanaryCore
import CanaryTelemetry

/// The values of a spec that a run was made with; addresses without what could be a secret.
enum SpecRows {
    static func make(_ spec: CanarySpec) -> [PageTerm] {
        let objectives = spec.objectives
        let errors = objectives.errors
        let pace = spec.pace
        let guards = spec.guards
        var rows = [
            PageTerm(
                "route",
                "\(spec.route.kind.word) \(spec.route.object)\(spec.route.file.map { " in \($0)" } ?? "")"
            ),
            PageTerm("route.stable", words(spec.route.stable)),
            PageTerm("route.canary", words(spec.route.canary)),
            PageTerm("telemetry", words(spec.telemetry)),
            PageTerm("telemetry.reporter", spec.telemetry.reporter.rawValue),
        ]
        if !spec.telemetry.match.isEmpty {
            let labels = spec.telemetry.match.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
            rows.append(PageTerm("telemetry.match", labels.joined(separator: ", ")))
        }
        rows += [
            PageTerm(
                "objectives.errors.tolerance",
                "\(PageText.points(errors.tolerance)), ratio \(Phrase.decimal(errors.ratio))"
            ),
            PageTerm(
                "objectives.errors.budget",
                "\(PageText.points(errors.budget)), ratio \(Phrase.decimal(errors.budgetRatio))"
            ),
            PageTerm("objectives.latency.tolerance", PageText.percent(objectives.latency.tolerance)),
            PageTerm("objectives.latency.budget", PageText.percent(objectives.latency.budget)),
        ]
        rows += objectives.metrics.map {
            PageTerm(
                "objectives.metrics",
                "\($0.query), tolerance \(PageText.number(Phrase.decimal($0.tolerance * 100)))"
            )
        }
        rows += [
            PageTerm("steps", spec.steps.map(PageText.weight).joined(separator: ", ")),
            PageTerm("pace.interval", PageText.duration(pace.interval.inSeconds)),
            PageTerm("pace.history", PageText.duration(pace.history.inSeconds)),
            PageTerm("pace.settle", PageText.duration(pace.settle.inSeconds)),
            PageTerm("pace.warmup", PageText.duration(pace.warmup.inSeconds)),
            PageTerm("pace.deadline", PageText.duration(pace.deadline.inSeconds)),
            PageTerm("pace.bake", PageText.duration(pace.bake.inSeconds)),
            PageTerm("guards.falseRollback", PageText.percent(guards.falseRollback)),
            PageTerm("guards.falsePromotion", PageText.percent(guards.falsePromotion)),
            PageTerm("guards.absolute.errors", guards.absoluteErrors.map(PageText.percent) ?? "off"),
            PageTerm("guards.onDeadline", guards.onDeadline.rawValue),
            PageTerm("guards.onTelemetryLost", guards.onTelemetryLost.rawValue),
            PageTerm("guards.onCanarySilent", guards.onCanarySilent.rawValue),
            PageTerm("guards.onJournalLost", guards.onJournalLost.rawValue),
        ]
        return rows
    }

    private static func words(_ destination: DestinationSpec) -> String {
        let parts = [
            ("host", destination.host), ("subset", destination.subset), ("workload", destination.workload),
            ("revision", destination.revision),
        ]
        return parts.compactMap { name, value in value.map { "\(name) \($0)" } }.joined(separator: ", ")
    }

    private static func words(_ telemetry: TelemetrySpec) -> String {
        if let prometheus = telemetry.prometheus { return "Prometheus at \(address(prometheus.url))" }
        if let pods = telemetry.pods { return "pods found by the API, port \(pods.port)\(pods.path)" }
        let first = telemetry.targets.first.map { ", the first is \(address($0))" } ?? ""
        return "\(Figures.plural(telemetry.targets.count, "scrape target"))\(first)"
    }

    /// Scheme, host and path: a name and password before the host and a query after the path may be secrets.
    static func address(_ url: String) -> String {
        var text = url[...]
        if let end = text.firstIndex(where: { $0 == "?" || $0 == "#" }) { text = text[..<end] }
        guard let scheme = text.firstRange(of: "://") else { return String(text) }
        let rest = text[scheme.upperBound...]
        let authority = rest.prefix { $0 != "/" }
        guard let at = authority.lastIndex(of: "@") else { return String(text) }
        return String(text[..<scheme.upperBound] + rest[rest.index(after: at)...])
    }
}

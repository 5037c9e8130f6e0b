package import CanaryCore
import CanaryStatistics

/// What a check found, as one HTML file in the form of a report.
package struct CheckPage: Sendable {
    private let report: CheckReport
    private let version: String
    /// Services of a table; the rest are counted.
    private static let mostRows = 500

    package init(_ report: CheckReport, version: String) {
        self.report = report
        self.version = version
    }

    /// - Throws: only if a template of ours is broken.
    package func html() throws -> String {
        let line = PluginOutput(report: report).firstLine
        let sections = [services, method]
        return try PageTemplate.page([
            "version": .text(version),
            "pageTitle": .text(line),
            "style": .markup(PageStyle.css),
            "subject": .text("health check"),
            "tone": .text(Self.tone(report.kind).rawValue),
            "symbol": .text(Self.tone(report.kind).symbol),
            "headline": .text(headline),
            "sentences": .list([.text(line)] + report.notes.map { .text(PageText.sentence($0)) }),
            "tiles": .list(tiles.map(\.values)),
            "chips": .list(
                [PageTerm("checked", VerdictBanner.moment(report.at)), PageTerm("haldane", version)].map(\.values)
            ),
            "contents": .list(sections.map { ["id": .text($0.id), "short": .text($0.short)] }),
            "sections": .markup(try sections.map { try $0.html() }.joined()),
            "colophon": .text("Made by haldane \(version). Times are UTC."),
        ])
    }

    private var headline: String {
        let total = report.verdicts.count
        if let fault = report.fault, total == 0 { return PageText.sentence("The check could not tell: \(fault.text)") }
        switch report.kind {
        case .healthy:
            return total == 1 ? "The service is healthy" : "All \(PageText.count(total)) services are healthy"
        case .degraded: return "\(PageText.number(Figures.plural(report.count(.degraded), "service"))) degraded"
        case .undecided: return "Nothing is degraded; \(PageText.count(report.count(.undecided))) undecided"
        case .unknown:
            return "\(PageText.number(Figures.plural(max(report.count(.unknown), 1), "service"))) could not be judged"
        }
    }

    private var tiles: [PageTile] {
        let kinds: [Verdict.Kind] = [.degraded, .unknown, .undecided, .healthy]
        return kinds.map { kind in
            let count = report.count(kind)
            return PageTile(
                kind.rawValue,
                PageText.count(count),
                "of \(PageText.count(report.verdicts.count))",
                tone: count > 0 ? Self.tone(kind) : .neutral
            )
        }
    }

    private var services: PageSection {
        guard !report.verdicts.isEmpty else {
            let why = report.fault.map { PageText.sentence($0.text) } ?? ""
            return PageSection("services", "Services", short: "services", nothing: "No service was judged. \(why)")
        }
        let sorted = report.verdicts.sorted { a, b in
            let (left, right) = (Self.weight(a.kind), Self.weight(b.kind))
            return left == right ? a.subject.key < b.subject.key : left > right
        }
        let table = PageTable(
            "Services, the worst first",
            columns: [
                .init("service"), .init("verdict"), .init("since"), .init("why", isWide: true),
                .init("evidence of harm", isNumeric: true),
            ],
            rows: sorted.prefix(Self.mostRows).map(Self.row)
        )
        var blocks: [PageBlock] = [.table(table)]
        if sorted.count > Self.mostRows {
            blocks.append(
                .paragraph(
                    "\(Figures.plural(sorted.count - Self.mostRows, "more service")) are not listed; --output json has all."
                )
            )
        }
        return PageSection("services", "Services", short: "services", blocks)
    }

    private var method: PageSection {
        let number = PageText.number(Phrase.decimal(report.rules.falseAlarmsPerYear))
        let alarms = report.rules.falseAlarmsPerYear == 1 ? "one false alarm" : "\(number) false alarms"
        let words =
            "Evidence is kept from check to check, with at most \(alarms) of a "
            + "service in a year of watching; over a fleet, at most \(PageText.percent(report.rules.falseDiscovery)) of the services that are named "
            + "are named wrongly. A service with one version is compared with its own past, which is confounded by time."
        return PageSection("method", "How this was decided", short: "method", [.paragraph(words)])
    }

    private static func row(_ verdict: CheckVerdict) -> PageTable.Row {
        let time = verdict.isConfounded ? " (before/after, confounded by time)" : ""
        let notes = verdict.notes.map { " \(PageText.sentence($0))" }.joined()
        let evidence = verdict.evidence.map { "\(PageText.odds($0.logM)) of \(PageText.odds($0.logThreshold))" } ?? ""
        return .init(
            [
                verdict.subject.key, verdict.kind.rawValue, VerdictBanner.moment(verdict.since),
                "\(PageText.sentence(verdict.reason.text + time))\(notes)", evidence,
            ],
            tone: tone(verdict.kind)
        )
    }

    private static func tone(_ kind: Verdict.Kind) -> PageTone {
        switch kind {
        case .healthy: .good
        case .degraded: .bad
        case .undecided: .neutral
        case .unknown: .warning
        }
    }

    /// The order in which people want to read them.
    private static func weight(_ kind: Verdict.Kind) -> Int {
        switch kind {
        case .degraded: 3
        case .unknown: 2
        case .undecided: 1
        case .healthy: 0
        }
    }
}

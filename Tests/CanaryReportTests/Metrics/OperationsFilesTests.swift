import CanaryReport
import CanaryTelemetry
import CanaryTestKit
import Foundation
import Testing

/// The files in `deploy/` that speak of our metrics.
@Suite("Dashboard, alert rules and reference")
struct OperationsFilesTests {
    private static let deploy = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "deploy")

    private static func text(_ path: String) throws -> String {
        try String(contentsOf: deploy.appending(path: path), encoding: .utf8)
    }

    private static var known: Set<String> {
        Set((MetricCatalogue.page + MetricCatalogue.fleet + MetricCatalogue.textfile).map(\.sampleName))
    }

    /// Words of an expression that are spelled like our metrics.
    private static func names(in text: String) -> Set<String> {
        Set(text.matches(of: /\b(?:haldane|process)_[a-z0-9_]+/).map { String($0.output) })
    }

    /// The expressions of a dashboard: of panels, variables and annotations.
    private static func expressions(_ value: Any) -> [String] {
        if let list = value as? [Any] { return list.flatMap(expressions) }
        guard let object = value as? [String: Any] else { return [] }
        return object.sorted { $0.key < $1.key }.flatMap { key, value in
            if key == "expr", let text = value as? String { return [text] }
            return expressions(value)
        }
    }

    private static func dashboard() throws -> [String: Any] {
        let object = try JSONSerialization.jsonObject(with: Data(text("grafana/haldane.json").utf8))
        return try #require(object as? [String: Any])
    }

    @Test("the reference is the table in the program")
    func reference() throws {
        let file = Self.deploy.appending(path: "prometheus/METRICS.md")
        if ProcessInfo.processInfo.environment["HALDANE_UPDATE_GOLDEN"] == "1" {
            try Data(MetricReference.markdown.utf8).write(to: file)
        }
        #expect(try Self.text("prometheus/METRICS.md") == MetricReference.markdown)
    }

    @Test("a check's textfile has the families of the table, with their labels")
    func textfile() throws {
        var shown: Set<String> = []
        for seed in 0..<40 {
            var random = RandomReports(seed: UInt64(seed))
            let text = NodeTextfile(report: random.report()).text
            for record in try ExpositionReader.samples(of: Array(text.utf8)) {
                let family = try #require(MetricCatalogue.textfile.first { $0.sampleName == record.name })
                #expect(record.labels.allSatisfy { family.labels.contains($0.name) })
                shown.insert(record.name)
            }
        }
        #expect(shown == Set(MetricCatalogue.textfile.map(\.sampleName)))
    }

    @Test("names follow the rules of OpenMetrics")
    func catalogue() {
        let families = MetricCatalogue.page + MetricCatalogue.fleet + MetricCatalogue.textfile
        #expect(Set(families.map(\.name)).count == families.count)
        for family in families {
            #expect(family.name.wholeMatch(of: /[a-z][a-z0-9_]*/) != nil)
            #expect(!family.name.hasSuffix("_total") && !family.name.hasSuffix("_info"), "\(family.name)")
            if let unit = family.unit { #expect(family.name.hasSuffix("_\(unit)"), "\(family.name)") }
            #expect(family.help.hasSuffix(".") && !family.help.contains("\n"), "\(family.name)")
            #expect(family.labels.allSatisfy { $0.wholeMatch(of: /[a-z][a-z0-9_]*/) != nil })
        }
    }

    @Test("the dashboard asks for metrics that exist, in panels that do not overlap")
    func dashboardMetrics() throws {
        let dashboard = try Self.dashboard()
        let expressions = Self.expressions(dashboard)
        #expect(expressions.count > 25)
        for expression in expressions {
            let names = Self.names(in: expression)
            #expect(!names.isEmpty, "\(expression)")
            #expect(names.isSubset(of: Self.known), "\(names.subtracting(Self.known))")
        }
        let shown = expressions.reduce(into: Set<String>()) { $0.formUnion(Self.names(in: $1)) }
        for name in Self.known where name.hasPrefix("haldane_run_") {
            // What the alert rules and the page's own header show is left out here.
            let elsewhere = [
                "_start_time_seconds", "_interval_seconds", "_journal_writable", "_last_window", "_windows_total",
            ]
            #expect(shown.contains(name) || elsewhere.contains { name.contains($0) }, "no panel shows \(name)")
        }

        let panels = try #require(dashboard["panels"] as? [[String: Any]])
        var taken: Set<[Int]> = []
        for panel in panels {
            let place = try #require(panel["gridPos"] as? [String: Int])
            let (x, y, w, h) = (place["x"] ?? 0, place["y"] ?? 0, place["w"] ?? 0, place["h"] ?? 0)
            #expect(x + w <= 24)
            for column in x..<(x + w) {
                for row in y..<(y + h) { #expect(taken.insert([column, row]).inserted, "\(panel["title"] ?? "?")") }
            }
        }
        #expect(Set(panels.compactMap { $0["id"] as? Int }).count == panels.count)
    }

    @Test("promtool understands each expression of the dashboard")
    func dashboardExpressions() throws {
        var rules = "groups:\n- name: dashboard\n  rules:\n"
        for (index, expression) in try Self.expressions(Self.dashboard()).enumerated() {
            let filled = expression.replacing("$__rate_interval", with: "5m").replacing("$namespace", with: ".*")
                .replacing("$canary", with: ".*")
            #expect(!filled.contains("$"), "\(expression)")
            rules += "  - record: dashboard:\(index)\n    expr: '\(filled.replacing("'", with: "''"))'\n"
        }
        let file = FileManager.default.temporaryDirectory.appending(path: "haldane-rules-\(UUID().uuidString).yaml")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data(rules.utf8).write(to: file)

        let said = try Self.promtool(["check", "rules", file.path])

        #expect(said.contains("SUCCESS"))
    }

    @Test("the alert rules are valid, and speak of metrics that exist")
    func alerts() throws {
        let path = Self.deploy.appending(path: "prometheus").path
        #expect(try Self.promtool(["check", "rules", "\(path)/alerts.yaml"]).contains("SUCCESS"))

        let text = try Self.text("prometheus/alerts.yaml")
        let names = Self.names(in: text)
        #expect(names.subtracting(Self.known) == [])
        let alerts = text.components(separatedBy: "- alert: ").dropFirst()
        #expect(alerts.count >= 12)
        for alert in alerts {
            for part in ["expr: ", "severity: ", "summary: ", "description: ", "Next:"] {
                #expect(alert.contains(part), "\(alert.prefix { $0 != "\n" }) has no \(part)")
            }
        }
    }

    @Test("the agent's alert rules speak of metrics that exist")
    func agentAlerts() throws {
        let names = Self.names(in: try Self.text("prometheus/agent-alerts.yaml"))

        #expect(names.count >= 5)
        #expect(names.subtracting(Self.known) == [])
    }

    @Test("the alert rules fire when they should, and only then")
    func alertTests() throws {
        let path = Self.deploy.appending(path: "prometheus").path
        let said = try Self.promtool(["test", "rules", "\(path)/alerts.test.yaml"])
        #expect(said.contains("SUCCESS"))

        let rules = try Self.text("prometheus/alerts.yaml").matches(of: /- alert: (\w+)/).map { String($0.output.1) }
        let tests = try Self.text("prometheus/alerts.test.yaml")
        for rule in rules
        where rule != "HaldaneRollbackIncomplete" && rule != "HaldaneContested" && rule != "HaldaneJournalLost" {
            #expect(tests.contains(rule), "\(rule) has no test")
        }
    }

    private static func promtool(_ arguments: [String]) throws -> String {
        try ServerProcess.output(of: "promtool", arguments, variable: "PROMTOOL", package: "prometheus")
    }
}

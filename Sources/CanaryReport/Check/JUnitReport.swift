package import CanaryCore

/// A check as continuous integration reads it: a test case a service. Degraded is a failure, unknown an error, undecided skipped.
package struct JUnitReport: Sendable {
    private let report: CheckReport

    package init(report: CheckReport) {
        self.report = report
    }

    package var bytes: [UInt8] { Array(text.utf8) }

    /// The XML document.
    package var text: String {
        var cases = report.verdicts.map(Self.testCase)
        if let fault = report.fault {
            let result = "      <error \(Self.attributes([("message", fault.text), ("type", fault.label)]))/>\n"
            cases.append(Self.testCase("haldane", "check", result))
        }
        let errors = report.count(.unknown) + (report.fault == nil ? 0 : 1)
        let counts: [(String, String)] = [
            ("tests", "\(cases.count)"), ("failures", "\(report.count(.degraded))"), ("errors", "\(errors)"),
            ("skipped", "\(report.count(.undecided))"), ("time", "0"),
        ]
        let suite = Self.attributes(
            [("name", "haldane check"), ("hostname", "localhost"), ("timestamp", timestamp)] + counts
        )
        let notes = (report.notes + [report.restarted?.text].compactMap { $0 }).joined(separator: "\n")
        return """
            <?xml version="1.0" encoding="UTF-8"?>
            <testsuites \(Self.attributes([("name", "haldane check")] + counts))>
              <testsuite \(suite)>
            \(cases.joined())    <system-out>\(Self.escaped(PluginOutput(report: report).firstLine))</system-out>
                <system-err>\(Self.escaped(notes))</system-err>
              </testsuite>
            </testsuites>

            """
    }

    private static func testCase(_ verdict: CheckVerdict) -> String {
        let parts = verdict.subject.key.split(separator: "/", maxSplits: 1).map(String.init)
        let message = attributes([("message", verdict.reason.text), ("type", verdict.reason.label)])
        let result =
            switch verdict.kind {
            case .healthy: ""
            case .undecided: "      <skipped \(attributes([("message", verdict.reason.text)]))/>\n"
            case .degraded: "      <failure \(message)>\(escaped(verdict.notes.joined(separator: "\n")))</failure>\n"
            case .unknown: "      <error \(message)>\(escaped(verdict.notes.joined(separator: "\n")))</error>\n"
            }
        return testCase(parts.count == 2 ? parts[0] : "default", parts.last ?? "?", result)
    }

    private static func testCase(_ space: String, _ name: String, _ result: String) -> String {
        "    <testcase \(attributes([("classname", space), ("name", name), ("time", "0")]))>\n\(result)    </testcase>\n"
    }

    /// Without a zone, as the schemas want it; the time is UTC.
    private var timestamp: String { String(Figures.moment(report.at).prefix(19)) }

    private static func attributes(_ pairs: [(String, String)]) -> String {
        pairs.map { "\($0.0)=\"\(escaped(TextCells.harmless($0.1)))\"" }.joined(separator: " ")
    }

    /// XML text: marks escaped, what XML cannot hold replaced.
    private static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "\n", "\t": result.unicodeScalars.append(scalar)
            case _ where scalar.value < 0x20 || scalar.value == 0xFFFE || scalar.value == 0xFFFF: result += "\u{FFFD}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}

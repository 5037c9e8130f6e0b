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
            let result = "      <error \(XMLText.attributes([("message", fault.text), ("type", fault.label)]))/>\n"
            cases.append(Self.testCase("haldane", "check", result))
        }
        let errors = report.count(.unknown) + (report.fault == nil ? 0 : 1)
        let counts: [(String, String)] = [
            ("tests", "\(cases.count)"), ("failures", "\(report.count(.degraded))"), ("errors", "\(errors)"),
            ("skipped", "\(report.count(.undecided))"), ("time", "0"),
        ]
        let suite = XMLText.attributes(
            [("name", "haldane check"), ("hostname", "localhost"), ("timestamp", timestamp)] + counts
        )
        let notes = (report.notes + [report.restarted?.text].compactMap { $0 }).joined(separator: "\n")
        return """
            <?xml version="1.0" encoding="UTF-8"?>
            <testsuites \(XMLText.attributes([("name", "haldane check")] + counts))>
              <testsuite \(suite)>
            \(cases.joined())    <system-out>\(XMLText.escaped(PluginOutput(report: report).firstLine))</system-out>
                <system-err>\(XMLText.escaped(notes))</system-err>
              </testsuite>
            </testsuites>

            """
    }

    private static func testCase(_ verdict: CheckVerdict) -> String {
        let parts = verdict.subject.key.split(separator: "/", maxSplits: 1).map(String.init)
        let message = XMLText.attributes([("message", verdict.reason.text), ("type", verdict.reason.label)])
        let notes = XMLText.escaped(verdict.notes.joined(separator: "\n"))
        let result =
            switch verdict.kind {
            case .healthy: ""
            case .undecided: "      <skipped \(XMLText.attributes([("message", verdict.reason.text)]))/>\n"
            case .degraded: "      <failure \(message)>\(notes)</failure>\n"
            case .unknown: "      <error \(message)>\(notes)</error>\n"
            }
        return testCase(parts.count == 2 ? parts[0] : "default", parts.last ?? "?", result)
    }

    private static func testCase(_ space: String, _ name: String, _ result: String) -> String {
        "    <testcase \(XMLText.attributes([("classname", space), ("name", name), ("time", "0")]))>\n\(result)    </testcase>\n"
    }

    /// Without a zone, as the schemas want it; the time is UTC.
    private var timestamp: String { String(Figures.moment(report.at).prefix(19)) }
}

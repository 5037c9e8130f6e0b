import CanaryCore
import CanaryReport
import CanaryTelemetry
import Foundation
import Testing

/// The files of a check, read by those who have to read them.
struct CheckFilesTests {
    @Test("any report is JUnit XML by its schema", arguments: [0, 20, 40])
    func junit(first: Int) throws {
        let folder = URL(filePath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
        let schema = folder.deletingLastPathComponent().appending(path: "Golden/junit.xsd").path
        for seed in first..<first + 20 {
            var random = RandomReports(seed: UInt64(seed))
            let report = random.report()
            let text = JUnitReport(report: report).text

            let tool = try ChildTool.run("xmllint", ["--noout", "--nonet", "--schema", schema, "-"], input: text)

            #expect(tool.code == 0, "seed \(seed): \(tool.output)\n\(text)")
            #expect(
                text.components(separatedBy: "<testcase ").count - 1 == report.verdicts.count
                    + (report.fault == nil ? 0 : 1)
            )
            #expect(text.components(separatedBy: "<failure ").count - 1 == report.count(.degraded))
        }
    }

    @Test("any report is a textfile that Prometheus' own linter accepts, and that we read back")
    func textfile() throws {
        for seed in 0..<25 {
            var random = RandomReports(seed: UInt64(seed))
            let report = random.report()
            let text = NodeTextfile(report: report).text

            let tool = try ChildTool.run("promtool", ["check", "metrics"], input: text)

            #expect(tool.code == 0, "seed \(seed): \(tool.output)\n\(text)")
            let samples = text.split(separator: "\n").filter { !$0.hasPrefix("#") }
            let read = try Self.samples(text)
            #expect(read == samples.count, "seed \(seed)")
        }
    }

    @Test("any report is one JSON object with its schema")
    func json() throws {
        for seed in 0..<60 {
            var random = RandomReports(seed: UInt64(seed))
            let report = random.report()
            let object = try JSONSerialization.jsonObject(with: Data(report.json())) as? [String: Any]
            #expect(object?["schema"] as? String == "haldane.check/1")
            #expect(object?["exitCode"] as? Int == Int(report.exitCode.code))
            #expect((object?["services"] as? [Any])?.count == report.verdicts.count)
        }
    }

    /// Samples that our own parser finds.
    private static func samples(_ text: String) throws -> Int {
        try ExpositionReader.samples(of: Array(text.utf8)).count
    }
}

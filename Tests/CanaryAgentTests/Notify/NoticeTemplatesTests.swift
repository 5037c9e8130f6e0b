import CanaryAgent
import CanaryCore
import CanaryReport
import Foundation
import Testing

@Suite struct NoticeTemplatesTests {
    /// A folder of one test.
    private final class Folder {
        let path = FileManager.default.temporaryDirectory.path + "/haldane-notify-" + UUID().uuidString

        init() throws {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        }

        deinit { try? FileManager.default.removeItem(atPath: path) }

        func write(_ name: String, _ bytes: some Sequence<UInt8>) throws {
            try Data(bytes).write(to: URL(filePath: path + "/" + name))
        }
    }

    @Test("a template's path is relative to the spec, and names stay names")
    func paths() throws {
        let folder = try Folder()
        try folder.write("mine.mustache", "{\"text\": \"{{text}}\"}".utf8)
        let targets = ["slack", "mine.mustache", "./mine.mustache", folder.path + "/mine.mustache"].map {
            NotifyTarget(webhook: "${HOOK}", template: $0, on: .end)
        }

        let resolved = try NoticeTemplates.resolved(targets, specFile: folder.path + "/canary.yaml")

        #expect(resolved.map(\.template) == ["slack"] + Array(repeating: folder.path + "/mine.mustache", count: 3))
        #expect(resolved.allSatisfy { $0.webhook == "${HOOK}" && $0.on == .end })
    }

    @Test("a template that cannot be used is a fault of the spec, with its place and a way out")
    func faults() throws {
        let folder = try Folder()
        try folder.write("bad.mustache", "{\n  \"text\": \"{{txt}}\"\n}".utf8)
        try folder.write("binary.mustache", [0xFF, 0xFE, 0x00])
        try folder.write("huge.mustache", repeatElement(0x20, count: 2_000_000))
        func fault(_ template: String) -> AgentError? {
            #expect(throws: AgentError.self) {
                try NoticeTemplates.resolved(
                    [NotifyTarget(webhook: "http://x/", template: template)],
                    specFile: folder.path + "/canary.yaml"
                )
            }
        }

        #expect(
            fault("bad.mustache")?.description == """
                notify[0].template cannot be used: bad.mustache:2:12: 'txt' is not a variable of a notice
                  hint:   "text": "{{txt}}"
                             ^
                  did you mean 'text'?
                """
        )
        #expect(fault("bad.mustache")?.exitCode == .usage)
        #expect(fault("slak")?.hint == "a template is a path, or one of haldane, alertmanager, slack, teams")
        #expect(fault("binary.mustache")?.cause == "binary.mustache: is not UTF-8 text")
        #expect(fault("huge.mustache")?.cause == "huge.mustache: is larger than a template can be")
        #expect(fault("/dev/zero")?.cause == "/dev/zero: is not a file")
        #expect(fault(".")?.cause == ".: is not a file")
    }

    @Test("summaries are appended to a file that may exist")
    func summaries() throws {
        let folder = try Folder()
        let path = folder.path + "/summary.md"
        let summary = StepSummary(title: "demo4", sign: .done, word: "promoted", sentence: "all is well")

        try SummaryFile.append(summary, to: path)
        try SummaryFile.append(summary, to: path)

        #expect(try String(contentsOfFile: path, encoding: .utf8) == summary.markdown + summary.markdown)
        let error = #expect(throws: AgentError.self) { try SummaryFile.append(summary, to: folder.path) }
        #expect(error?.cause == "Is a directory")
    }
}

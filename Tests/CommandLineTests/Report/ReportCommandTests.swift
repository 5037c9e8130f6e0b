import Foundation
import Testing

/// `haldane report`, and `--report` of other commands.
struct ReportCommandTests {
    /// One short run for all tests.
    private static let demo = Result { try Demo() }

    @Test("the file's extension decides the form", arguments: ["html", "md", "json", "xml", "txt"])
    func forms(name: String) throws {
        let demo = try Self.demo.get()
        let scratch = try Scratch()
        let target = scratch.path("report.\(name)").path

        let result = try HaldaneProcess.run(["report", demo.journal, "-o", target])

        #expect(result.code == 0)
        #expect(result.output.isEmpty)
        #expect(result.talk == "report: \(target)\n")
        let text = try String(contentsOfFile: target, encoding: .utf8)
        let beginnings = [
            "html": "<!DOCTYPE html>", "md": "#", "json": "{\"schema\":\"haldane.report/1\"", "xml": "<?xml",
            "txt": "✖ rolled back",
        ]
        #expect(text.contains(try #require(beginnings[name])), "\(text.prefix(200))")
        #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.folder.path).count == 1)
    }

    @Test("without a file the report goes to standard output, as text or as asked")
    func standardOutput() throws {
        let demo = try Self.demo.get()

        let text = try HaldaneProcess.run(["report", demo.journal])
        let html = try HaldaneProcess.run(["report", demo.journal, "--format", "html"])
        let json = try HaldaneProcess.run(["report", demo.journal, "--output", "json"])
        let dash = try HaldaneProcess.run(["report", demo.journal, "-o", "-", "--format", "json"])

        #expect([text, html, json, dash].allSatisfy { $0.code == 0 && $0.talk.isEmpty })
        #expect(text.output.contains("rolled back"))
        #expect(html.output.hasPrefix("<!DOCTYPE html>"))
        #expect(try json.json()["schema"] as? String == "haldane.report/1")
        #expect(dash.output == json.output)
    }

    @Test("with --output json the file is named in an object")
    func written() throws {
        let demo = try Self.demo.get()
        let scratch = try Scratch()

        let result = try HaldaneProcess.run(
            ["report", demo.journal, "-o", "r.html", "--output", "json"],
            in: scratch.folder
        )

        let json = try result.json()
        #expect(json["schema"] as? String == "haldane.report-written/1")
        #expect(json["outcome"] as? String == "rolledBack")
        #expect(json["format"] as? String == "html")
        #expect(json["file"] as? String == "r.html")
        let size = try FileManager.default.attributesOfItem(atPath: scratch.path("r.html").path)[.size] as? Int
        #expect(json["bytes"] as? Int == size)
        #expect((size ?? .max) < 400_000)
    }

    @Test("a journal that is none, a place that cannot be written, and an unknown form are told, and the code is 64")
    func faults() throws {
        let demo = try Self.demo.get()
        let scratch = try Scratch()
        let file = try scratch.write("broken.journal.zst", "this is no journal")

        let missing = try HaldaneProcess.run(["report", "no-such-run"], in: scratch.folder)
        let broken = try HaldaneProcess.run(["report", file])
        let place = try HaldaneProcess.run(["report", demo.journal, "-o", "/nonexistent/report.html"])
        let form = try HaldaneProcess.run(["report", demo.journal, "-o", "report.doc"])

        #expect([missing, broken, place, form].allSatisfy { $0.code == 64 && $0.output.isEmpty })
        #expect(missing.talk.contains("no-such-run"))
        #expect(broken.talk.contains("broken.journal.zst"))
        #expect(place.talk.contains("/nonexistent/report.html") && place.talk.contains("hint:"))
        #expect(form.talk.contains("report.doc"))
    }

    @Test("a report that cannot be written does not change how a run ends")
    func warning() throws {
        let demo = try Self.demo.get()

        #expect(demo.code == 2)
        #expect(demo.talk.contains("warning: cannot write the report to "))
        #expect(demo.talk.contains("full.html': No space left on device"))
        #expect(demo.output.contains("rolled back"))
    }

    @Test("--report asks for an extension that is known, before anything is begun")
    func unknownExtension() throws {
        let scratch = try Scratch()

        let result = try HaldaneProcess.run(["demo", "--report", "report.pdf"], in: scratch.folder)

        #expect(result.code == 64)
        #expect(result.talk.contains("must end with .html"))
    }

    @Test(
        "a report that could not be written in the end is refused before anything begins",
        arguments: ["no/r.html", "."]
    )
    func unwritable(path: String) throws {
        let scratch = try Scratch()
        let target = path == "." ? scratch.folder.path + "/d.html" : path
        if path == "." { try FileManager.default.createDirectory(atPath: target, withIntermediateDirectories: true) }

        let result = try HaldaneProcess.run(["demo", "--report", target, "--directory", "d"], in: scratch.folder)

        #expect(result.code == 64)
        #expect(result.talk.contains("cannot be written: "), "\(result.talk)")
        #expect(!FileManager.default.fileExists(atPath: scratch.path("d").path))
    }

    @Test(
        "a result that could not be written is told, and is no success",
        arguments: [
            ["report"], ["report", "--format", "html"], ["explain"], ["schema"], ["manual"], ["completions", "bash"],
        ]
    )
    func fullDevice(command: [String]) throws {
        let journal = ["report", "explain"].contains(command[0]) ? [try Self.demo.get().journal] : []

        let result = try HaldaneProcess.run(command + journal, output: "/dev/full")

        #expect(result.code == 3)
        #expect(result.talk.contains("the result could not be written: No space left on device"), "\(result.talk)")
    }

    @Test("a check writes its report and says nothing of it")
    func check() throws {
        let scratch = try Scratch()
        let spec = try scratch.write(
            "canary.yaml",
            """
            apiVersion: haldane.dev/v1
            kind: Canary
            metadata: { name: x, namespace: test1 }
            spec:
              route: { virtualService: x-vs, file: x-vs.yaml, stable: { subset: v1 }, canary: { subset: v2 } }
              telemetry: { scrape: { targets: ["http://127.0.0.1:1/stats/prometheus"] } }
            """
        )
        let target = scratch.path("check.html")

        let arguments = ["check", spec, "--for", "1s", "--report", target.path]
        let result = try HaldaneProcess.run(arguments, in: scratch.folder)

        #expect(result.code == 3)
        #expect(!result.talk.contains("report"))
        let html = try String(contentsOf: target, encoding: .utf8)
        #expect(html.hasPrefix("<!DOCTYPE html>") && html.contains("could not be judged"))
    }

    /// A rollback in a hurry, whose folder goes with the process.
    private struct Demo: Sendable {
        private static let folder = FileManager.default.temporaryDirectory.appending(
            path: "haldane-report-\(ProcessInfo.processInfo.processIdentifier)"
        )

        let journal: String
        let code: Int32
        let output: String
        let talk: String

        init() throws {
            atexit { try? FileManager.default.removeItem(at: Demo.folder) }
            try FileManager.default.createDirectory(at: Self.folder, withIntermediateDirectories: true)
            journal = Self.folder.appending(path: "journal").path
            // A place that can be written into until that is done.
            let full = Self.folder.appending(path: "full.html").path
            try FileManager.default.createSymbolicLink(atPath: full, withDestinationPath: "/dev/full")
            let arguments = [
                "demo", "--scenario", "errors", "--speed", "0", "--quiet", "--directory", Self.folder.path,
                "--set", "pace.history=5m", "--report", full,
            ]
            let result = try HaldaneProcess.run(arguments)
            (code, output, talk) = (result.code, result.output, result.talk)
        }
    }
}

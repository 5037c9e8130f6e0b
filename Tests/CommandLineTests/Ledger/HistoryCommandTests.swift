import Foundation
import Testing

/// Past runs, as their files tell.
@Suite("history") struct HistoryCommandTests {
    /// The journal of a demo that was run once, for all tests.
    private static let demo: Result<Data, any Error> = Result {
        let scratch = try Scratch()
        let run = try HaldaneProcess.run(
            [
                "demo", "--scenario", "errors", "--speed", "0", "--quiet", "--directory", scratch.path("demo").path,
                "--output",
                "json",
            ],
            seconds: 300
        )
        let path = try run.json()["journal"] as? String
        return try Data(contentsOf: URL(filePath: try #require(path)))
    }

    /// A home with the demo's journal under these names of folders and runs.
    private func home(_ places: [(folder: String, run: String)]) throws -> Scratch {
        let journal = try Self.demo.get()
        let scratch = try Scratch()
        for place in places {
            let folder = scratch.path("runs").appending(path: place.folder)
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try journal.write(to: folder.appending(path: "\(place.run).journal.zst"))
        }
        return scratch
    }

    private static let two = [
        ("test1-demo4", "run-20260101T000000-000"), ("test1-demo4", "run-20260203T040506-007"),
    ]

    @Test("lists runs from a folder of folders, and one canary's folder; with an index or without")
    func list() throws {
        let scratch = try home(Self.two)
        let first = try HaldaneProcess.run(["history", "--journals", "runs"], in: scratch.folder)
        #expect(first.code == 0 && first.talk.isEmpty)
        let lines = first.output.split(separator: "\n")
        #expect(lines.count == 3)
        #expect(lines[1].contains("run-20260203T040506-007") && lines[2].contains("run-20260101T000000-000"))
        #expect(lines[1].contains("rolled back") && lines[1].contains("v1 → v2") && lines[1].contains("automation"))
        #expect(FileManager.default.fileExists(atPath: scratch.path("runs/test1-demo4/history.index").path))
        let again = try HaldaneProcess.run(["history", "--journals", "runs/test1-demo4"], in: scratch.folder)
        #expect(again.output == first.output)
        #expect(try HaldaneProcess.run(["history", "./runs"], in: scratch.folder).output == first.output)
        let object = try HaldaneProcess.run(
            ["history", "demo4", "--journals", "runs", "--outcome", "rolled-back", "--limit", "1", "--output", "json"],
            in: scratch.folder
        ).json()
        #expect(object["schema"] as? String == "haldane.history/1" && object["more"] as? Int == 1)
        let run = try #require((object["runs"] as? [[String: Any]])?.first)
        #expect(run["outcome"] as? String == "rolledBack" && run["name"] as? String == "demo4")
        let none = try HaldaneProcess.run(
            ["history", "--journals", "runs", "--outcome", "promoted"],
            in: scratch.folder
        )
        #expect(none.code == 0 && none.output.isEmpty && none.talk.contains("no such runs in runs"))
    }

    @Test(
        "opens runs by id, by the beginning of one, by canary, and the newest by nothing; the variable names the folder"
    )
    func names() throws {
        let scratch = try home(Self.two + [("shop-api", "run-20260101T000000-000")])
        let words = [
            ["explain"], ["explain", "demo4"], ["explain", "run-202602"], ["replay", "20260203"],
            ["status", "test1-demo4"],
        ]
        for arguments in words {
            let run = try HaldaneProcess.run(arguments + ["--journals", "runs"], in: scratch.folder)
            #expect(run.code == (arguments[0] == "status" ? 2 : 0), "\(arguments): \(run.talk)")
        }
        let several = try HaldaneProcess.run(["explain", "run-2026", "--journals", "runs"], in: scratch.folder)
        #expect(several.code == 64 && several.talk.contains("may be any of 3 runs"))
        let nothing = try HaldaneProcess.run(["explain", "nope", "--journals", "runs"], in: scratch.folder)
        #expect(nothing.code == 64 && nothing.talk.contains("haldane history"))
        let shell = try ShellProcess.run("HALDANE_JOURNALS=runs haldane history | wc -l", in: scratch.folder)
        #expect(shell.output.split(separator: " ").joined() == "4\n")
    }

    @Test("removes old journals, or says which; the newest stays")
    func prune() throws {
        let scratch = try home(Self.two)
        func run(_ more: [String]) throws -> HaldaneProcess {
            try HaldaneProcess.run(["history", "--prune", "--journals", "runs"] + more, in: scratch.folder)
        }
        func left() throws -> Int {
            try FileManager.default.contentsOfDirectory(atPath: scratch.path("runs/test1-demo4").path).count {
                $0.hasSuffix(".journal.zst")
            }
        }
        #expect(try run(["--keep", "forever", "--keep-size", "1GB"]).output.hasPrefix("nothing to remove: 2 journals"))
        let dry = try run(["--keep-size", "1kB", "--dry-run"])
        #expect(dry.code == 0 && dry.output.contains("would remove test1/demo4 run-20260101T000000-000"))
        #expect(try left() == 2)
        let object = try run(["--keep-size", "1kB", "--output", "json"]).json()
        #expect(object["schema"] as? String == "haldane.prune/1" && object["removed"] as? Int == 1)
        #expect(try left() == 1)
    }

    @Test(
        "ends with 64 and says why, if what is asked cannot be",
        arguments: [
            ["--since", "yesterday"], ["--outcome", "good"], ["--limit", "-1"], ["--keep", "1d"],
            ["--prune", "--keep", "soon"],
            ["--prune", "--since", "1d"], ["--journals", "/nowhere"],
        ]
    )
    func usage(arguments: [String]) throws {
        let run = try HaldaneProcess.run(["history"] + arguments)
        #expect(run.code == 64 && run.output.isEmpty && !run.talk.isEmpty)
    }
}

/// Lines of a shell in which `haldane` is the program under test.
enum ShellProcess {
    static func run(_ script: String, in folder: URL) throws -> (code: Int32, output: String, talk: String) {
        let process = Process()
        process.executableURL = URL(filePath: "/bin/bash")
        process.arguments = ["--norc", "-c", "haldane() { \"$HALDANE_UNDER_TEST\" \"$@\"; }; \(script)"]
        process.currentDirectoryURL = folder
        var environment = ProcessInfo.processInfo.environment
        environment["HALDANE_UNDER_TEST"] = HaldaneProcess.binary.path
        environment["NO_COLOR"] = "1"
        process.environment = environment
        let (output, talk) = (folder.appending(path: ".stdout"), folder.appending(path: ".stderr"))
        for file in [output, talk] { try Data().write(to: file) }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try FileHandle(forWritingTo: output)
        process.standardError = try FileHandle(forWritingTo: talk)
        try process.run()
        process.waitUntilExit()
        func text(_ url: URL) throws -> String { String(decoding: try Data(contentsOf: url), as: UTF8.self) }
        return (process.terminationStatus, try text(output), try text(talk))
    }
}

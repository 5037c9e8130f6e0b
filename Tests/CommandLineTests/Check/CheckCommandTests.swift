import Foundation
import Testing

/// `haldane check` as cron and a monitoring system run it.
struct CheckCommandTests {
    /// Nothing listens there.
    private static let spec = SampleFiles.spec.replacingOccurrences(
        of: "    scrape: { targets: [\"http://127.0.0.1:1/stats/prometheus\"] }",
        with: "    prometheus: { url: \"http://127.0.0.1:1\", timeout: 1s }"
    )

    @Test("an unreachable server is UNKNOWN with its reason, in a line and as JSON")
    func unreachable() throws {
        let scratch = try Scratch()
        _ = try scratch.write("route.yaml", SampleFiles.route)
        let path = try scratch.write("canary.yaml", Self.spec)

        let text = try HaldaneProcess.run(["check", path, "--timeout", "20s"], in: scratch.folder)
        #expect(text.code == 3)
        #expect(text.output.hasPrefix("DEMO4 UNKNOWN - "))
        #expect(text.output.contains("127.0.0.1:1"))

        let json = try HaldaneProcess.run(["check", path, "--output", "json"], in: scratch.folder)
        let object = try json.json()
        #expect(object["schema"] as? String == "haldane.check/1")
        #expect(object["verdict"] as? String == "unknown")
        #expect(object["judged"] as? Int == 0)
    }

    @Test("unattended, a standing failure is told once and the exit code stays true")
    func cron() throws {
        let scratch = try Scratch()
        _ = try scratch.write("route.yaml", SampleFiles.route)
        let path = try scratch.write("canary.yaml", Self.spec)
        let first = try HaldaneProcess.run(["check", path, "--cron"], in: scratch.folder)
        let second = try HaldaneProcess.run(["check", path, "--cron"], in: scratch.folder)
        #expect(first.output.hasPrefix("DEMO4 UNKNOWN - "))
        #expect(second.output.isEmpty && second.talk.isEmpty)
        #expect(first.code == 3 && second.code == 3)
    }

    @Test("a fleet without routes is UNKNOWN")
    func emptyFleet() throws {
        let scratch = try Scratch()
        try FileManager.default.createDirectory(at: scratch.path("routes"), withIntermediateDirectories: true)
        let result = try HaldaneProcess.run(
            ["check", "--all", "--files", scratch.path("routes").path, "--prometheus", "http://127.0.0.1:1"],
            in: scratch.folder
        )
        #expect(result.code == 3)
        #expect(result.output.hasPrefix("HALDANE UNKNOWN - "))
    }

    @Test(
        "invalid use is 64",
        arguments: [
            [], ["--all"], ["no-such-file.yaml"], ["x.yaml", "--files", "y"],
            ["--all", "--prometheus", "u", "--budget", "0"],
            ["--all", "--prometheus", "u", "--false-discovery", "150%"], ["x.yaml", "--timeout", "soon"],
            ["x.yaml", "--ping", "ftp://x"], ["-", "-"], ["--all", "--prometheus", "${NO_SUCH_VARIABLE}"],
        ]
    )
    func usage(arguments: [String]) throws {
        let scratch = try Scratch()
        let result = try HaldaneProcess.run(["check"] + arguments, in: scratch.folder)
        #expect(result.code == 64, "\(arguments): \(result.output)\(result.talk)")
    }

    @Test("a state folder that cannot be made is UNKNOWN, and said")
    func noState() throws {
        let scratch = try Scratch()
        _ = try scratch.write("route.yaml", SampleFiles.route)
        let path = try scratch.write("canary.yaml", Self.spec)
        let result = try HaldaneProcess.run(["check", path, "--state", "/dev/null/x"], in: scratch.folder)
        #expect(result.code == 3)
        #expect(result.output.contains("/dev/null/x"))
    }
}

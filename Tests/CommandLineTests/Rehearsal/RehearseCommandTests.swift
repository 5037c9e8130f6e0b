import Foundation
import Testing

@Suite struct RehearseCommandTests {
    /// Five pods, evenly used; `count` windows of 5 s.
    private static func recording(_ count: Int) -> String {
        var text = "{\"schema\":\"haldane.windows/1\",\"bounds\":[5,10,25,50,100,250]}\n"
        for index in 0..<count {
            let pods = (0..<5).map { pod in
                let failed = (index + pod) % 3
                let served = 200 + (index * 7 + pod * 3) % 20
                return "{\"pod\":\"v1-\(pod)\",\"requests\":{\"200\":\(served),\"503\":\(failed)},"
                    + "\"latency\":[10,40,100,40,10,1,0]}"
            }
            text += "{\"seconds\":5,\"stable\":[\(pods.joined(separator: ","))]}\n"
        }
        return text
    }

    private func rehearse(_ arguments: [String], windows: Int = 200) throws -> HaldaneProcess {
        let scratch = try Scratch()
        let spec = try scratch.write("canary.yaml", SampleFiles.spec)
        let recording = try scratch.write("day.jsonl", Self.recording(windows))
        let pace = ["--set", "pace.interval=5s", "--set", "pace.history=150s", "--set", "pace.deadline=10m"]
        return try HaldaneProcess.run(
            ["rehearse", spec, "--windows", recording, "--runs", "3"] + pace + arguments,
            seconds: 300
        )
    }

    @Test("rehearses a recording, the same twice, and writes nothing")
    func recording() throws {
        let first = try rehearse(["--output", "json", "--threads", "1"])
        let second = try rehearse(["--output", "json", "--threads", "4"])

        #expect(first.code == 0)
        #expect(try first.json()["schema"] as? String == "haldane.rehearsal/1")
        #expect(try first.json()["asked"] as? Int == 3)
        let placebo = try #require(try first.json()["placebo"] as? [String: Any])
        #expect(placebo["rolledBack"] as? Int == 0)
        // Only the path of the recording differs.
        func rest(_ run: HaldaneProcess) throws -> NSDictionary {
            var object = try run.json()
            object["history"] = nil
            return object as NSDictionary
        }
        #expect(try rest(first) == rest(second))
    }

    @Test("ends with 1 and says what is missing of a short history")
    func short() throws {
        let run = try rehearse([], windows: 20)

        #expect(run.code == 1)
        #expect(run.talk.contains("the longest stretch in"))
        #expect(run.talk.contains("hint:"))
        #expect(run.output.isEmpty)
    }

    @Test("ends with 64 at a bad recording, with its line")
    func bad() throws {
        let scratch = try Scratch()
        let spec = try scratch.write("canary.yaml", SampleFiles.spec)
        let recording = try scratch.write("bad.jsonl", SampleFiles.header + "{\"seconds\":5}\n")
        let run = try HaldaneProcess.run(["rehearse", spec, "--windows", recording])

        #expect(run.code == 64)
        #expect(run.talk.contains("line 2"))
    }

    @Test(
        "ends with 64 at options that do not go together",
        arguments: [
            ["--journal", "x"], ["--from", "-1h"], ["--runs", "0"], ["--runs", "100001"], ["--pods", "0"],
            ["--threads", "0"],
        ]
    )
    func usage(arguments: [String]) throws {
        #expect(try rehearse(arguments).code == 64)
    }

    @Test("a time without a zone, or without a server, is a usage error")
    func times() throws {
        let scratch = try Scratch()
        let spec = try scratch.write("canary.yaml", SampleFiles.spec)
        let zoneless = try HaldaneProcess.run(["rehearse", spec, "--from", "2026-11-22T14:00"])
        let serverless = try HaldaneProcess.run(["rehearse", spec, "--from", "-2h"])

        #expect(zoneless.code == 64 && zoneless.talk.contains("is not a time"))
        #expect(serverless.code == 64 && serverless.talk.contains("telemetry.prometheus"))
    }
}

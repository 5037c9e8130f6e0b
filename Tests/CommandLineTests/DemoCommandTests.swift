import Foundation
import Testing

@Suite(.serialized) struct DemoCommandTests {
    @Test(
        "says the weights in force and ends with the signal's code",
        arguments: [(SIGINT, Int32(130)), (SIGTERM, Int32(143))]
    )
    func signals(signal: Int32, code: Int32) throws {
        let scratch = try Scratch()
        let process = Process()
        process.executableURL = HaldaneProcess.binary
        process.arguments = ["demo", "--speed", "5", "--directory", scratch.path("demo").path]
        let (output, talk) = (Pipe(), Pipe())
        process.standardOutput = output
        process.standardError = talk
        try process.run()
        var told = ""
        while !told.contains("event=judged") {
            let more = talk.fileHandleForReading.availableData
            if more.isEmpty { break }
            told += String(decoding: more, as: UTF8.self)
        }
        kill(process.processIdentifier, signal)
        _ = talk.fileHandleForReading.readDataToEndOfFile()
        let summary = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()

        #expect(process.terminationReason == .exit)
        #expect(process.terminationStatus == code)
        #expect(summary.contains("100/0 (v1/v2)"))
        #expect(summary.contains("weights stay as they are"))
    }

    @Test("promotes, rolls back, replays and explains, with the codes of the outcome")
    func wholeLoop() throws {
        for (scenario, outcome, code) in [("healthy", "promoted", Int32(0)), ("errors", "rolledBack", 2)] {
            let scratch = try Scratch()
            let run = try HaldaneProcess.run(
                [
                    "demo", "--scenario", scenario, "--speed", "0", "--directory", scratch.path("demo").path,
                    "--output", "json",
                ],
                seconds: 300
            )
            let object = try run.json()

            #expect(run.code == code, "\(run.talk)")
            #expect(object["schema"] as? String == "haldane.demo/1")
            #expect(object["outcome"] as? String == outcome)
            let route = try #require(object["route"] as? String)
            let journal = try #require(object["journal"] as? String)
            #expect(
                try String(contentsOfFile: route, encoding: .utf8).contains(
                    scenario == "errors" ? "weight: 100" : "weight: 0"
                )
            )

            let replay = try HaldaneProcess.run(["replay", journal, "--output", "json"])
            #expect(replay.code == 0)
            #expect(try replay.json()["identical"] as? Bool == true)
            let other = try HaldaneProcess.run(["replay", journal, "--set", "guards.falseRollback=0.1%"])
            #expect(other.code == 0 || other.code == 2)
            let explain = try HaldaneProcess.run(["explain", journal])
            #expect(explain.code == 0)
            #expect(explain.output.contains("canary"))
        }
    }
}

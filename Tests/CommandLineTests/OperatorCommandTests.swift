import Foundation
import Testing

/// Verbs where nothing runs.
@Suite struct OperatorCommandTests {
    static let verbs = ["promote", "rollback", "pause"]

    @Test("ends with 64 and an example if the reason is missing", arguments: verbs, [[], ["--reason", "  "]])
    func noReason(verb: String, more: [String]) throws {
        let scratch = try Scratch()
        let run = try HaldaneProcess.run([verb] + more, in: scratch.folder)

        #expect(run.code == 64)
        #expect(run.talk.contains("\(verb) needs a reason"))
        #expect(run.talk.contains("haldane \(verb) --reason '"))
    }

    @Test("ends with 3 where there is no run", arguments: ["status", "watch", "resume", "promote"])
    func noRun(verb: String) throws {
        let scratch = try Scratch()
        let more = verb == "promote" ? ["--reason", "x"] : []
        let spec = try scratch.write("canary.yaml", SampleFiles.spec)

        #expect(try HaldaneProcess.run([verb] + more, in: scratch.folder).code == 3)
        #expect(try HaldaneProcess.run([verb, "nothing"] + more, in: scratch.folder).code == 3)
        let named = try HaldaneProcess.run([verb, spec] + more, in: scratch.folder)
        #expect(named.code == 3)
        #expect(named.talk.contains("haldane run SPEC"))
    }

    @Test("gives the fault as an object too")
    func object() throws {
        let scratch = try Scratch()
        let run = try HaldaneProcess.run(["status", "--output", "json"], in: scratch.folder)

        #expect(run.code == 3)
        #expect(try run.json()["schema"] as? String == "haldane.error/1")
    }

    @Test("says of a run that is over how it ended; several runs are listed")
    func over() throws {
        let scratch = try Scratch()
        let demo = try HaldaneProcess.run(
            [
                "demo", "--scenario", "errors", "--speed", "0", "--quiet", "--directory", scratch.path("demo").path,
                "--output", "json",
            ],
            seconds: 300
        )
        let journal = try #require(try demo.json()["journal"] as? String)
        let home = scratch.path(".haldane")
        try FileManager.default.createDirectory(at: home, withIntermediateDirectories: true)
        func keep(_ name: String) throws {
            try FileManager.default.copyItem(
                at: URL(filePath: journal).deletingLastPathComponent(),
                to: home.appending(path: name)
            )
        }
        try keep("test1-demo4")

        let status = try HaldaneProcess.run(["status"], in: scratch.folder)
        #expect(status.code == 2)
        #expect(status.output.contains("rolled back"))
        #expect(status.output.contains("100/0 (v1/v2) as last read"))
        let object = try HaldaneProcess.run(["status", "demo4", "--output", "json"], in: scratch.folder).json()
        #expect(object["schema"] as? String == "haldane.status/1")
        #expect(object["state"] as? String == "finished")
        #expect(object["outcome"] as? String == "rolledBack")
        #expect(object["exitCode"] as? Int == 2)
        let watch = try HaldaneProcess.run(["watch"], in: scratch.folder)
        #expect(watch.code == 2)
        #expect(watch.output.contains("rolled back"))
        #expect(watch.talk.contains("event=finished"))
        let promote = try HaldaneProcess.run(["promote", "--reason", "x"], in: scratch.folder)
        #expect(promote.code == 3)
        #expect(promote.talk.contains("there is nothing to promote"))
        let rollback = try HaldaneProcess.run(["rollback", "--reason", "x", "--output", "json"], in: scratch.folder)
        #expect(rollback.code == 3)
        #expect(try rollback.json()["result"] as? String == "refused")

        try keep("test2-demo4")
        let several = try HaldaneProcess.run(["status"], in: scratch.folder)
        #expect(several.code == 64)
        #expect(several.talk.contains("test1-demo4, test2-demo4"))
        #expect(try HaldaneProcess.run(["status", "demo4"], in: scratch.folder).code == 64)
        #expect(try HaldaneProcess.run(["status", "test2-demo4"], in: scratch.folder).code == 2)
        #expect(try HaldaneProcess.run(["status", journal], in: scratch.folder).code == 2)
    }
}

import Foundation
import Testing

@Suite struct CommandTests {
    static let commands = [
        "demo", "simulate", "run", "judge", "check", "rehearse", "scrape", "validate", "schema", "init", "replay",
        "explain", "plan",
        "queries", "status", "watch", "promote", "rollback", "pause", "resume", "retry",
    ]

    @Test("prints the golden help screen", arguments: ["haldane"] + commands)
    func help(command: String) throws {
        let run = try HaldaneProcess.run((command == "haldane" ? [] : [command]) + ["--help"])

        #expect(run.code == 0)
        let path = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden/help-\(command).txt")
        if ProcessInfo.processInfo.environment["HALDANE_UPDATE_GOLDEN"] == "1" {
            try Data(run.output.utf8).write(to: path)
        }
        #expect(try run.output == String(contentsOf: path, encoding: .utf8))
    }

    @Test("ends with 64 and says why at a usage error", arguments: commands)
    func usage(command: String) throws {
        let run = try HaldaneProcess.run([command, "--no-such-flag"])

        #expect(run.code == 64)
        #expect(run.talk.contains("Usage: haldane \(command)"))
        #expect(run.output.isEmpty)
    }

    @Test(
        "a word that is no verb ends with 64, with the verb that may have been meant, whatever comes behind it",
        arguments: [
            (["polcy"], "there are demo, "), (["policy", "--help"], "there are demo, "),
            (["rolback", "--help"], "did you mean 'haldane rollback'?"),
            (["stauts"], "did you mean 'haldane status'?"), (["hist"], "did you mean 'haldane history'?"),
        ] as [([String], String)]
    )
    func unknownVerb(words: [String], hint: String) throws {
        let run = try HaldaneProcess.run(words)

        #expect(run.code == 64)
        #expect(run.output.isEmpty)
        #expect(run.talk.hasPrefix("error: 'haldane"), "\(run.talk)")
        #expect(run.talk.contains("has no verb") && run.talk.contains(hint), "\(run.talk)")
    }

    @Test("what leads to a verb, or asks for help, is the argument parser's")
    func knownVerbs() throws {
        for words in [["help", "run"], ["queries", "--help"], ["--version"], ["-h"], []] {
            let run = try HaldaneProcess.run(words)
            #expect(run.code == 0, "\(words): \(run.talk)")
        }
    }

    @Test("an agent that cannot read its specs or keep journals says why, and what to do")
    func agentFolders() throws {
        let scratch = try Scratch()
        let cluster = try scratch.write(
            "kubeconfig",
            """
            apiVersion: v1
            kind: Config
            current-context: none
            contexts: [{ name: none, context: { cluster: none, user: none } }]
            clusters: [{ name: none, cluster: { server: "http://127.0.0.1:1" } }]
            users: [{ name: none, user: {} }]

            """
        )
        let specs = try HaldaneProcess.run(["agent", "--kubeconfig", cluster, "--specs", "/nope"])
        let data = try HaldaneProcess.run(["agent", "--kubeconfig", cluster, "--data", "\(cluster)/data"])

        #expect(specs.code == 64 && data.code == 64)
        #expect(specs.talk.contains("from the folder /nope: No such file or directory\n  hint: name a folder"))
        #expect(data.talk.contains("cannot be kept in \(cluster)/data: Not a directory\n  hint: name a folder"))
    }

    @Test(
        "ends with 64 at a file that is not there",
        arguments: [
            ["run"], ["validate"], ["init"], ["plan"], ["scrape"], ["replay"], ["explain"], ["judge", "--windows"],
        ]
    )
    func missingFile(command: [String]) throws {
        let run = try HaldaneProcess.run(command + ["/nowhere/file"])

        #expect(run.code == 64)
        #expect(run.talk.contains("/nowhere/file"))
        #expect(run.output.isEmpty)
    }

    @Test("gives programs the error as an object too")
    func errorObject() throws {
        let run = try HaldaneProcess.run(["validate", "/nowhere/file", "--output", "json"])

        #expect(run.code == 64)
        #expect(try run.json()["schema"] as? String == "haldane.error/1")
        #expect(try run.json()["exitCode"] as? Int == 64)
    }

    @Test(
        "shows a spec's fault with file, line, column and caret",
        arguments: [["run"], ["validate"], ["plan", "--rps", "10"]]
    )
    func badSpec(command: [String]) throws {
        let scratch = try Scratch()
        let bad = SampleFiles.spec.replacingOccurrences(of: "deadline", with: "deadlin")
        let path = try scratch.write("canary.yaml", bad)

        let run = try HaldaneProcess.run(command + [path])

        #expect(run.code == 64)
        #expect(run.talk.contains("\(path):12:"))
        #expect(run.talk.contains("^"))
        #expect(run.talk.contains("deadline"))
    }

    @Test("reads a spec from standard input and names the bad setting")
    func standardInput() throws {
        let good = try HaldaneProcess.run(["validate", "-", "--effective"], input: SampleFiles.spec)
        let bad = try HaldaneProcess.run(["validate", "-", "--set", "pace.warmup=soon"], input: SampleFiles.spec)

        #expect(good.code == 0)
        #expect(good.output.contains("pace.interval"))
        #expect(bad.code == 64)
        #expect(bad.talk.contains("--set pace.warmup=soon"))
    }

    @Test("prints a schema that is JSON")
    func schema() throws {
        let run = try HaldaneProcess.run(["schema"])

        #expect(run.code == 0)
        #expect(try run.json()["$schema"] != nil)
    }

    @Test("writes a spec for a route that validates")
    func initialize() throws {
        let scratch = try Scratch()
        let route = try scratch.write("route.yaml", SampleFiles.route)

        let written = try HaldaneProcess.run(["init", route])
        let checked = try HaldaneProcess.run(["validate", "-"], input: written.output)

        #expect(written.code == 0)
        #expect(written.output.contains("subset: v2"))
        #expect(checked.code == 0, "\(checked.talk)")
        #expect(try HaldaneProcess.run(["init", "-"], input: "kind: Deployment\n").code == 64)
        #expect(try HaldaneProcess.run(["init", "-"], input: "a: [\n").code == 64)
    }

    @Test("says what a step needs at the given traffic")
    func plan() throws {
        let run = try HaldaneProcess.run(
            ["plan", "-", "--rps", "300", "--base-errors", "0.5%", "--output", "json"],
            input: SampleFiles.spec
        )

        #expect(run.code == 0)
        #expect(try run.json()["schema"] as? String == "haldane.plan/1")
        #expect((try run.json()["steps"] as? [Any])?.count == 4)
        #expect(try HaldaneProcess.run(["plan", "-", "--rps", "-3"], input: SampleFiles.spec).code == 64)
    }

    @Test("cannot tell the present traffic of targets that refuse")
    func planWithoutTraffic() throws {
        let scratch = try Scratch()
        _ = try scratch.write("route.yaml", SampleFiles.route)
        let run = try HaldaneProcess.run(["plan", try scratch.write("canary.yaml", SampleFiles.spec)])

        #expect(run.code == 3)
        #expect(run.talk.contains("--rps"))
    }

    @Test("shows what a page holds, and refuses HTML with the place")
    func scrape() throws {
        let page = "istio_requests_total{reporter=\"destination\",destination_workload=\"w\",response_code=\"200\"} 4\n"

        #expect(try HaldaneProcess.run(["scrape", "-"], input: page).code == 0)
        let html = try HaldaneProcess.run(["scrape", "-"], input: "<!DOCTYPE html>\n<p>hello\n")
        #expect(html.code == 64)
        #expect(html.talk.contains("not-exposition"))
        #expect(html.talk.contains("^"))
        #expect(try HaldaneProcess.run(["scrape", "-"], input: "up 1\n").code == 3)
        #expect(try HaldaneProcess.run(["scrape", "http://127.0.0.1:1/metrics"]).code == 3)
    }

    @Test("answers windows, and keeps the answers before a bad line")
    func judge() throws {
        let lines = SampleFiles.header + SampleFiles.window("a") + SampleFiles.window("a")
        let good = try HaldaneProcess.run(["judge", "--windows", "-", "--output", "json"], input: lines)
        let bad = try HaldaneProcess.run(
            ["judge", "--windows", "-", "--output", "json"],
            input: lines + "{\"run\": \n"
        )

        #expect(good.code == 1)
        #expect(good.output.split(separator: "\n").count == 2)
        #expect(bad.code == 64)
        #expect(bad.output == good.output)
        #expect(bad.talk.contains("line 4"))
        #expect(try HaldaneProcess.run(["judge", "--windows", "-"], input: "").code == 64)
        let two = try HaldaneProcess.run(["judge", "--windows", "-"], input: lines + SampleFiles.window("b"))
        #expect(two.code == 0)
    }

    @Test("lists the embedded queries")
    func queries() throws {
        let run = try HaldaneProcess.run(["queries", "--output", "json"])

        #expect(run.code == 0)
        #expect((try run.json()["queries"] as? [Any])?.count == 25)
        #expect(try HaldaneProcess.run(["queries", "nothing"]).code == 64)
    }

    @Test("writes nothing in a dry run and prints every write")
    func dryRun() throws {
        let scratch = try Scratch()
        let route = try scratch.write("route.yaml", SampleFiles.route)
        let run = try HaldaneProcess.run(
            ["run", try scratch.write("canary.yaml", SampleFiles.spec), "--dry-run"],
            in: scratch.folder
        )

        #expect(run.output.contains("95/5"))
        #expect(run.output.contains("0/100"))
        #expect(run.output.contains("100/0"))
        #expect(run.code == 3, "no target answers")
        #expect(try String(contentsOfFile: route, encoding: .utf8) == SampleFiles.route)
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: scratch.folder.path).sorted() == [
                "canary.yaml", "route.yaml",
            ]
        )
    }

    @Test(
        "refuses a route that is not there, or not YAML, and writes nothing",
        arguments: [nil, "a: [\n", "kind: Deployment\n"]
    )
    func badRoute(text: String?) throws {
        let scratch = try Scratch()
        if let text { _ = try scratch.write("route.yaml", text) }
        let run = try HaldaneProcess.run(
            ["run", try scratch.write("canary.yaml", SampleFiles.spec), "--quiet"],
            in: scratch.folder
        )

        #expect(run.code == 3 || run.code == 64)
        #expect((run.talk + run.output).contains("route"))
    }
}

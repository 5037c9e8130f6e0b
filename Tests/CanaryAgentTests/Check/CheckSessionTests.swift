import CanaryAgent
import CanaryCore
import CanaryReport
import CanaryTestKit
import Foundation
import Synchronization
import Testing

struct CheckSessionTests {
    @Test("evidence is kept from invocation to invocation: what one look cannot prove, several do")
    func kept() async throws {
        let rig = try CheckRig()
        var kinds: [Verdict.Kind] = []
        for _ in 0..<6 {
            let end = await rig.run([rig.probe(canaryErrors: 0.015)])
            kinds.append(end.report.kind)
            rig.wait(300)
        }
        #expect(kinds.first != .degraded)
        #expect(kinds.last == .degraded, "\(kinds)")
    }

    @Test("no service found is unknown, exit code 3")
    func nothing() async throws {
        let rig = try CheckRig()
        let end = await rig.run([ScriptedProbe { _, _ in CheckLook(evidence: [], isFleet: true) }])
        #expect(end.report.exitCode == .unknown)
        #expect(end.report.fault?.label == "nothing")
    }

    @Test("unattended, it is silent until something changes and then again")
    func cron() async throws {
        let rig = try CheckRig()
        func isNews(_ errors: Double, hours: Double = 1) async -> Bool {
            let end = await rig.run([rig.probe(canaryErrors: errors)]) { $0.isCron = true }
            rig.wait(hours * 3600)
            return end.report.isNews
        }

        #expect(await !isNews(0.01))
        #expect(await !isNews(0.01))
        #expect(await isNews(0.05))
        #expect(await !isNews(0.05, hours: 24))
        #expect(await isNews(0.05))
        #expect(await !isNews(0.05))
        #expect(await isNews(0.01))
        #expect(await !isNews(0.01))
    }

    @Test("what is not answered in time is unknown, and the rest is judged and kept")
    func deadline() async throws {
        let rig = try CheckRig()
        let subject = CheckSubject(key: "shop/slow", comparison: .versions, stable: "v1", canary: "v2")
        let slow = ScriptedProbe(subjects: [subject]) { _, _ in
            try? await Task.sleep(for: .seconds(600))
            return CheckLook(evidence: [])
        }
        let start = ContinuousClock.now

        let end = await rig.run([rig.probe(), slow]) { $0.timeout = .milliseconds(1500) }

        #expect(ContinuousClock.now - start < .seconds(60))
        #expect(end.report.exitCode == .unknown)
        #expect(end.report.fault?.label == "timeout")
        let kinds = Dictionary(uniqueKeysWithValues: end.report.verdicts.map { ($0.subject.key, $0.kind) })
        #expect(kinds["shop/slow"] == .unknown)
        #expect(kinds["shop/reviews"] == .healthy)
        let state = try CheckStateFile(folder: rig.state).load().state
        #expect(state.subjects["shop/reviews"]?.evidence != nil)
    }

    @Test("a state that cannot be written makes a healthy check unknown, and does not hide a degraded one")
    func unwritable() async throws {
        let rig = try CheckRig()
        for (errors, code) in [(0.01, Int32(3)), (0.3, 2)] {
            // A folder in the place of the file cannot be replaced by a file.
            let probe = ScriptedProbe { [state = rig.state] stored, now in
                try? FileManager.default.createDirectory(
                    atPath: state + "/state.json/in-the-way",
                    withIntermediateDirectories: true
                )
                return await rig.probe(canaryErrors: errors).look(stored, now: now)
            }
            let end = await rig.run([probe])
            #expect(end.report.exitCode.code == code)
            #expect(end.report.fault?.text.contains("state.json") == true)
            try FileManager.default.removeItem(atPath: rig.state)
        }
        let nowhere = await rig.run([rig.probe()]) { $0.stateDirectory = "/dev/null/state" }
        #expect(nowhere.report.exitCode == .unknown)
    }

    @Test("a dead man's switch hears the start and the end, with the line as body")
    func ping() async throws {
        let rig = try CheckRig()
        let server = try HostileServer(steps: [.send(HostileServer.answer(body: "OK"))])

        let good = await rig.run([rig.probe()]) { $0.ping = server.url("/uuid-1?tag=a") }
        rig.wait(300)
        let bad = await rig.run([rig.probe(canaryErrors: 0.2)]) { $0.ping = server.url("/uuid-1?tag=a") }

        #expect(good.warnings.isEmpty && bad.warnings.isEmpty)
        let requests = server.log.requests
        #expect(
            requests.map(\.target) == [
                "/uuid-1/start?tag=a", "/uuid-1?tag=a", "/uuid-1/start?tag=a", "/uuid-1/fail?tag=a",
            ]
        )
        #expect(requests.allSatisfy { $0.method == "POST" })
        #expect(String(decoding: requests[3].body, as: UTF8.self) == PluginOutput(report: bad.report).firstLine)
    }

    @Test("a ping that fails changes nothing but a warning, and its address is not printed")
    func badPing() async throws {
        let rig = try CheckRig()
        let refusing = try RefusingPort()
        let failing = try HostileServer(steps: [.send(HostileServer.answer(status: 500, body: "no"))])
        for url in [refusing.url("/secret-uuid"), failing.url("/secret-uuid"), "not a url secret-uuid"] {
            let end = await rig.run([rig.probe()]) { $0.ping = url }
            #expect(end.report.exitCode == .healthy)
            #expect(end.warnings.count == 2)
            #expect(!end.warnings.contains { $0.contains("secret-uuid") })
            rig.wait(300)
        }
    }

    @Test("textfile, JUnit and message are written; one that cannot be is a warning")
    func files() async throws {
        let rig = try CheckRig()
        let end = await rig.run([rig.probe()]) {
            $0.textfile = rig.folder + "/haldane.prom"
            $0.junit = rig.folder + "/junit.xml"
            $0.message = rig.folder + "/message"
        }
        #expect(end.warnings.isEmpty)
        func text(_ name: String) throws -> String {
            try String(contentsOfFile: "\(rig.folder)/\(name)", encoding: .utf8)
        }
        #expect(try text("haldane.prom") == NodeTextfile(report: end.report).text)
        #expect(try text("junit.xml") == JUnitReport(report: end.report).text)
        #expect(try text("message") == PluginOutput(report: end.report).firstLine + "\n")
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: rig.folder).sorted() == [
                "haldane.prom", "junit.xml", "message", "state",
            ]
        )

        rig.wait(300)
        let nowhere = await rig.run([rig.probe()]) { $0.textfile = rig.folder + "/no/such/folder.prom" }
        #expect(nowhere.warnings.count == 1)
        #expect(nowhere.report.exitCode == .healthy)
    }

    @Test("equal invocations leave equal states and reports")
    func determinism() async throws {
        var results: [([UInt8], Data?)] = []
        for _ in 0..<2 {
            let rig = try CheckRig()
            _ = await rig.run([rig.probe("b/two"), rig.probe("a/one")])
            rig.wait(300)
            let end = await rig.run([rig.probe("b/two", canaryErrors: 0.05), rig.probe("a/one")])
            results.append((end.report.json(), FileManager.default.contents(atPath: rig.state + "/state.json")))
        }
        #expect(results[0].0 == results[1].0)
        #expect(results[0].1 == results[1].1 && results[0].1 != nil)
    }
}

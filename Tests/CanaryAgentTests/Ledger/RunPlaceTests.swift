import CanaryAgent
import CanaryCore
import Foundation
import Testing

@Suite("RunFinder: journals by name")
struct RunPlaceTests {
    private let rig: LedgerRig

    init() throws { rig = try LedgerRig() }

    private func fault(_ argument: String?) throws -> AgentError {
        try #require(throws: AgentError.self) { try rig.finder.journal(argument) }
    }

    @Test("an id, its beginning, a canary, a spec, a folder, a journal or nothing lead to a journal")
    func names() async throws {
        let old = try await rig.run(at: 0, LedgerRig.promoted)
        let new = try await rig.run(at: 1, LedgerRig.promoted)
        let other = try await rig.run(
            at: 0.5,
            LedgerRig.promoted,
            folder: "blue/shop-api",
            spec: LedgerRig.spec("api", namespace: "shop")
        )
        let spec = rig.scratch.path + "/canary.yaml"
        try rig.scratch.store("x".utf8, at: spec)
        let finder = rig.finder
        #expect(try finder.journal(nil) == new)
        for name in [
            "run-20260101T000000-000", "run-20260101T00", "20260101T00", "run-20260101T000000-000.journal.zst", old,
        ] {
            #expect(try finder.journal(name) == old, "\(name)")
        }
        for name in ["demo4", "test1/demo4", "test1-demo4", spec, rig.home + "/test1-demo4", rig.home] {
            #expect(try finder.journal(name) == new, "\(name)")
        }
        for name in ["api", "shop/api", "blue/shop-api", "20260101T12", rig.home + "/blue"] {
            #expect(try finder.journal(name) == other, "\(name)")
        }
    }

    @Test("a canary stands for its newest run, and for its judgements only if it had none")
    func judgements() async throws {
        let run = try await rig.run(at: 0, LedgerRig.promoted)
        let judgement = try await rig.run(
            at: 1,
            .judged(.healthy, Reason("x", "x")),
            folder: "test1-demo4/past",
            purpose: .past
        )
        #expect(try rig.finder.journal("demo4") == run)
        #expect(try rig.finder.journal(nil) == judgement)
        try FileManager.default.removeItem(atPath: run)
        #expect(try rig.finder.journal("demo4") == judgement)
    }

    @Test("what may be several is refused with all of them, and what is nothing with what there is")
    func refusals() async throws {
        #expect(try fault(nil).exitCode == .usage)
        #expect(try fault("demo4").hint?.contains("--journals") == true)
        try await rig.run(at: 0, LedgerRig.promoted)
        try await rig.run(at: 1, LedgerRig.promoted)
        try await rig.run(at: 0, LedgerRig.promoted, folder: "test2-demo4", spec: LedgerRig.spec(namespace: "test2"))
        let prefix = try fault("2026")
        #expect(prefix.exitCode == .usage && prefix.message == "'2026' may be any of 3 runs")
        #expect(prefix.hint?.contains("run-20260102T000000-000") == true)
        let same = try fault("run-20260101T000000-000")
        #expect(same.hint?.contains("\(rig.home)/test2-demo4/run-20260101T000000-000.journal.zst") == true)
        let canary = try fault("demo4")
        #expect(canary.hint == "name one: test1/demo4, test2/demo4")
        let nothing = try fault("/nowhere/file")
        #expect(nothing.exitCode == .usage && nothing.message.contains("/nowhere/file"))
        #expect(nothing.hint?.contains("test1-demo4, test2-demo4") == true)
    }

    @Test("operators' runs are found under a home of several homes")
    func nested() async throws {
        try await rig.run(at: 0, nil, folder: "blue/test1-demo4")
        try await rig.run(at: 1, .judged(.healthy, Reason("x", "x")), folder: "blue/test1-demo4/past", purpose: .past)
        let path = rig.home + "/blue/test1-demo4"
        let spec = rig.scratch.path + "/canary.yaml"
        try rig.scratch.store("x".utf8, at: spec)
        for argument in [nil, "demo4", "test1-demo4", "blue/test1-demo4", "test1/demo4", spec] {
            #expect(try rig.finder.find(argument).folder.path == path, "\(argument ?? "nothing")")
        }
    }

    @Test("the home is the flag's, else the variable's, else the usual one")
    func home() {
        let environment = ["HALDANE_JOURNALS": "/data/runs/"]
        #expect(JournalHome(flag: "x", environment: environment).path == "x")
        #expect(JournalHome(flag: nil, environment: environment).path == "/data/runs")
        #expect(JournalHome(flag: nil, environment: ["HALDANE_JOURNALS": ""]).path == ".haldane")
        #expect(JournalHome("/a").folder(namespace: "n", name: "c") == "/a/n-c")
        #expect(JournalHome("/a").pastFolder(namespace: "n", name: "c") == "/a/n-c/past")
    }

    @Test("a run's name tells when it was begun, if the program made it")
    func moments() {
        #expect(RunMoment.of(run: "run-20260101T000000-250")?.milliseconds == 1_767_225_600_250)
        #expect(RunMoment.of(run: "run-20260101T000000-250-0001")?.milliseconds == 1_767_225_600_250)
        for name in ["run-1", "", "run-20261301T000000-250", "run-20260101x000000-250", "walk-20260101T000000-250"] {
            #expect(RunMoment.of(run: name) == nil)
        }
    }
}

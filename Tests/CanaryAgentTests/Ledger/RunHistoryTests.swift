import CanaryAgent
import CanaryCore
import CanaryJournal
import CanaryReport
import Foundation
import Testing

@Suite("RunHistory")
struct RunHistoryTests {
    private let rig: LedgerRig

    init() throws { rig = try LedgerRig() }

    private func list(_ filter: HistoryFilter = HistoryFilter()) throws -> HistoryList {
        var history = RunHistory(home: JournalHome(rig.home))
        return try history.list(filter)
    }

    @Test("lists runs newest first with what their journals tell")
    func rows() async throws {
        let by = Rollout.OperatorCommand(.rollback, reason: "support calls", by: "alice@laptop")
        try await rig.run(at: 0, LedgerRig.promoted)
        try await rig.run(
            at: 2,
            .rolledBack(Reason("operator", "rollback by operator alice@laptop: support calls"), .proved),
            hashes: ["5d4f"],
            more: [
                .notice(Notice(.info, Reason("retry", "tried again by the operator: bob@ci: the database was down"))),
                .input(.command(by)),
            ]
        )
        try await rig.run(
            at: 1,
            .judged(.degraded, Reason("errors", "worse")),
            folder: "test1-demo4/past",
            purpose: .past
        )
        let list = try list()
        #expect(list.items.map(\.word) == ["rolledBack", "degraded", "promoted"])
        #expect(list.more == 0 && list.faults.isEmpty)
        let row = try #require(list.items[0].row)
        #expect(row.service == "test1/demo4" && row.decidedBy == "alice@laptop" && row.startedBy == "bob@ci")
        #expect(row.canary.hashes == ["5d4f"] && row.canary.workload == "demo4-v2")
        #expect(row.reachedPercent == 5 && row.seconds == 60)
        // History that was taken over from an earlier run was not seen by this one.
        #expect(row.stableRequests == 300 && row.canaryRequests == 30)
        #expect(list.items[1].row?.purpose == .past && list.items[2].row?.decidedBy == "automation")
    }

    @Test("counts what the run's own account counts, without judging anything again")
    func counts() async throws {
        let path = try await rig.run(at: 0, LedgerRig.rolledBack)
        let ledger = try JournalReplay.load(path: path).ledger
        let row = try #require(JournalRow(path: path).row)
        #expect(row.stableRequests == ledger.stableRequests && row.canaryRequests == ledger.canaryRequests)
        #expect(row.stableFailures == ledger.stableFailures && row.canaryFailures == ledger.canaryFailures)
        #expect(row.seconds == ledger.seconds && row.outcome == ledger.outcome)
        #expect(row.reachedPercent == ledger.steps.map(\.percent).max())
    }

    @Test("tells what is not over: running with its process, interrupted, abandoned")
    func unfinished() async throws {
        try await rig.run(at: 0, nil, folder: "a")
        try await rig.run(at: 1, nil, folder: "b", more: [.interrupted(Reason("interrupted", "interrupted (SIGINT)"))])
        try await rig.run(at: 2, nil, folder: "c")
        let lock = try JournalDirectory(existing: rig.home + "/c").lock()
        let states = try list().items.map(\.state)
        lock.release()
        #expect(states == [.running(ProcessInfo.processInfo.processIdentifier), .interrupted, .abandoned])
    }

    @Test("the live run is the one that was written last, whatever a wrong clock has called it")
    func live() async throws {
        let live = try await rig.run(at: 0, nil)
        try await rig.run(at: 1, nil)
        try await rig.run(at: 2, LedgerRig.promoted)
        try rig.touch(live, LedgerRig.day(9))
        let lock = try JournalDirectory(existing: rig.home + "/test1-demo4").lock()
        let items = try list().items
        lock.release()
        #expect(items.map(\.word) == ["promoted", "abandoned", "running"])
    }

    @Test("a home that is none is not walked to its end")
    func bounded() async throws {
        for day in 0..<5 { try await rig.run(at: Double(day), LedgerRig.promoted, folder: "a\(day)") }
        let home = JournalHome(rig.home)
        let whole = JournalFolders(under: home)
        #expect(whole.folders.count == 5 && !whole.isCut && whole.remarks.isEmpty)
        let cut = JournalFolders(under: home, most: 6)
        #expect(cut.folders.count < 5 && cut.isCut)
        #expect(cut.remarks == ["\(rig.home) has too many files and folders; some were not looked at"])
    }

    @Test("lists a journal that cannot be read, with what is wrong, and goes on")
    func damage() async throws {
        let good = try await rig.run(at: 0, LedgerRig.promoted)
        let torn = try await rig.run(at: 1, LedgerRig.promoted)
        var bytes = try rig.scratch.load(torn)
        try rig.scratch.store(bytes + [0x28, 0xB5, 0x2F], at: torn)
        let broken = try await rig.run(at: 2, LedgerRig.promoted, padding: 2000)
        bytes = try rig.scratch.load(broken)
        bytes[8] ^= 0xFF
        try rig.scratch.store(bytes, at: broken)
        try rig.scratch.store("no journal".utf8, at: rig.home + "/test1-demo4/run-20260104T000000-000.journal.zst")
        let items = try list().items
        #expect(items.count == 4)
        #expect(items.map(\.state.word) == ["unreadable", "unreadable", "finished", "finished"])
        #expect(items[2].tornBytes == 3 && items[2].row?.outcome != nil)
        #expect(items[3].path == good && items[3].tornBytes == 0)
        #expect(items[0].service == "test1-demo4")
        guard case .unreadable(let why) = items[0].state else { return }
        #expect(!why.isEmpty)
    }

    @Test("finds journals in the home itself, in its folders, in theirs and below, and each once")
    func depth() async throws {
        try await rig.run(at: 0, LedgerRig.promoted, folder: ".")
        try await rig.run(at: 1, LedgerRig.promoted, folder: "test1-demo4")
        try await rig.run(at: 2, LedgerRig.promoted, folder: "blue/test1-demo4")
        try await rig.run(at: 3, LedgerRig.promoted, folder: "blue/test1-demo4/past")
        try await rig.run(at: 4, LedgerRig.promoted, folder: "blue/test1-demo4/past/deeper")
        try FileManager.default.createSymbolicLink(
            atPath: rig.home + "/again",
            withDestinationPath: rig.home + "/test1-demo4"
        )
        try FileManager.default.createSymbolicLink(atPath: rig.home + "/loop", withDestinationPath: rig.home)
        let all = try list()
        #expect(all.items.count == 4)
        #expect(all.faults == ["2 links to folders in \(rig.home) not followed"])
        var inside = RunHistory(home: JournalHome(rig.home + "/test1-demo4/"))
        #expect(try inside.list(HistoryFilter()).items.count == 1)
        var nowhere = RunHistory(home: JournalHome(rig.home + "/missing"))
        #expect(try nowhere.list(HistoryFilter()).items.isEmpty)
    }

    @Test("filters by canary, time, outcome and number, and counts what is left out")
    func filters() async throws {
        for day in 0..<6 {
            try await rig.run(at: Double(day), day % 2 == 0 ? LedgerRig.promoted : LedgerRig.rolledBack)
        }
        try await rig.run(at: 9, LedgerRig.promoted, folder: "other", spec: LedgerRig.spec("api", namespace: "shop"))
        let two = try list(HistoryFilter(limit: 2))
        #expect(two.items.count == 2 && two.more == 5)
        let back = try list(HistoryFilter(outcomes: ["rolledBack"], limit: 2))
        #expect(back.items.count == 2 && back.more == 1)
        #expect(try list(HistoryFilter(since: LedgerRig.day(4))).items.count == 3)
        for name in ["api", "shop/api", "shop-api", "other"] {
            #expect(try list(HistoryFilter(canary: name)).items.map(\.service) == ["shop/api"])
        }
        #expect(try list(HistoryFilter(canary: "test1/demo4", since: LedgerRig.day(5))).items.count == 1)
        let unknown = #expect(throws: AgentError.self) { try list(HistoryFilter(canary: "nope")) }
        #expect(unknown?.exitCode == .unknown)
        #expect(unknown?.hint == "folders here: other, test1-demo4")
    }
}

@Suite("HistoryIndex")
struct HistoryIndexTests {
    private let rig: LedgerRig
    private var path: String { rig.home + "/test1-demo4/" + HistoryIndex.fileName }

    init() throws { rig = try LedgerRig() }

    private func words() throws -> [String] {
        var history = RunHistory(home: JournalHome(rig.home))
        return try history.list(HistoryFilter()).items.map(\.word)
    }

    private func text() throws -> String { String(decoding: try rig.scratch.load(path), as: UTF8.self) }

    @Test("keeps the rows of finished runs, and only theirs")
    func kept() async throws {
        try await rig.run(at: 0, LedgerRig.promoted)
        try await rig.run(at: 1, nil)
        #expect(try words() == ["abandoned", "promoted"])
        #expect(try text().split(separator: "\n").count == 2)
        // Whatever the index says of a journal that is as it was, is believed: this is how it is known to be read.
        try rig.scratch.store(try text().replacing("\"promoted\"", with: "\"stopped\"").utf8, at: path)
        #expect(try words() == ["abandoned", "stopped"])
    }

    @Test("a line that is damaged, or of a journal that has changed, counts for nothing")
    func stale() async throws {
        let journal = try await rig.run(at: 0, LedgerRig.promoted)
        _ = try words()
        let good = try text()
        let lie = good.replacing("\"promoted\"", with: "\"stopped\"")
        try rig.touch(journal, LedgerRig.day(30))
        try rig.scratch.store(lie.utf8, at: path)
        #expect(try words() == ["promoted"])
        for text in [
            "", "\u{0}\u{1}", lie.dropLast(40) + "\n", lie.replacing("\"form\":1", with: "\"form\":0"), "[]\n{}\n",
        ] {
            try rig.scratch.store(text.utf8, at: path)
            #expect(try words() == ["promoted"])
        }
        #expect(try text().contains("run-20260101T000000-000"))
    }

    @Test("forgets journals that are gone")
    func gone() async throws {
        let journal = try await rig.run(at: 0, LedgerRig.promoted)
        try await rig.run(at: 1, LedgerRig.promoted)
        #expect(try words().count == 2)
        try FileManager.default.removeItem(atPath: journal)
        #expect(try words().count == 1)
        #expect(try text().split(separator: "\n").count == 2)
    }

    @Test("a folder that takes no index is listed all the same")
    func readOnly() async throws {
        try await rig.run(at: 0, LedgerRig.promoted)
        // A folder in the place of the file cannot be replaced, whoever one is.
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        #expect(try words() == ["promoted"])
        #expect(try words() == ["promoted"])
        let names = try FileManager.default.contentsOfDirectory(atPath: rig.home + "/test1-demo4")
        #expect(names.count == 2, "\(names)")
    }
}

import CanaryAgent
import CanaryCore
import CanaryJournal
import CanaryReport
import Foundation
import Testing

@Suite("Pruning")
struct PruningTests {
    private let rig: LedgerRig

    init() throws { rig = try LedgerRig() }

    @discardableResult
    private func prune(
        age days: Int? = nil,
        bytes: Int? = nil,
        now: Double = 100,
        isDryRun: Bool = false,
        reading: Int = .max
    ) throws -> PruneReport {
        let home = JournalHome(rig.home + "/test1-demo4")
        let folder = try #require(JournalFolders(under: home).folders.first { $0.path == home.path })
        let retention = Retention(age: days.map { .seconds($0 * 86_400) }, bytes: bytes)
        return Pruning(retention, now: LedgerRig.day(now), isDryRun: isDryRun).prune(folder, reading: reading)
    }

    private func left() throws -> [String] { try rig.journals().map { String($0.runID.dropFirst(8).prefix(4)) } }

    @Test("removes what ended longer ago, never the newest run")
    func age() async throws {
        for day in [0, 10, 20] { try await rig.run(at: Double(day), LedgerRig.promoted) }
        let dry = try prune(age: 85, isDryRun: true)
        #expect(dry.removed.count == 2 && dry.leftCount == 1)
        #expect(try left() == ["0101", "0111", "0121"])
        let report = try prune(age: 85)
        #expect(report.removed == dry.removed && report.failed.isEmpty)
        #expect(report.freedBytes > 0)
        #expect(try left() == ["0121"])
        #expect(try prune(age: 0).removed.isEmpty)
    }

    @Test("removes the oldest while all take more room than they may")
    func size() async throws {
        for day in 0..<5 { try await rig.run(at: Double(day), LedgerRig.promoted, padding: 20_000) }
        let total = try prune().leftBytes
        let report = try prune(bytes: total - 1)
        #expect(report.removed.map(\.why) == [.size])
        #expect(try left() == ["0102", "0103", "0104", "0105"])
        let tight = try prune(bytes: 1)
        #expect(tight.removed.count == 3 && tight.remarks.count == 1)
        #expect(try left() == ["0105"])
    }

    @Test(
        "keeps runs that are not finished, journals that cannot be read, and the memory of a release that was rolled back"
    )
    func protected() async throws {
        try await rig.run(at: 0, LedgerRig.rolledBack, hashes: ["old"])
        try await rig.run(at: 1, nil)
        let broken = try await rig.run(at: 2, LedgerRig.promoted)
        try rig.scratch.store("x".utf8, at: broken)
        try rig.touch(broken, LedgerRig.day(2))
        try await rig.run(at: 3, LedgerRig.rolledBack, hashes: ["5d4f"])
        try await rig.run(at: 4, LedgerRig.promoted)
        try await rig.run(at: 5, LedgerRig.promoted)
        // The newest of all is no run that ended: the one before it is kept as well.
        try await rig.run(at: 6, nil)
        let report = try prune(age: 1, bytes: 0)
        #expect(report.removed.map(\.run) == ["run-20260101T000000-000", "run-20260105T000000-000"])
        #expect(try left() == ["0102", "0103", "0104", "0106", "0107"])
    }

    @Test("a file that was changed later than its run ended is as old as that change")
    func touched() async throws {
        let copied = try await rig.run(at: 0, LedgerRig.promoted)
        try await rig.run(at: 1, LedgerRig.promoted)
        try rig.touch(copied, LedgerRig.day(99))
        #expect(try prune(age: 10).removed.isEmpty)
        #expect(try prune(age: 10, now: 120).removed.count == 1)
    }

    @Test("never follows a link out of the home, and removes nothing that took a journal's place")
    func links() async throws {
        for day in [0, 1] { try await rig.run(at: Double(day), LedgerRig.promoted, folder: "../outside/test1-demo4") }
        for day in [0, 1] { try await rig.run(at: Double(day), LedgerRig.promoted) }
        let files = FileManager.default
        try files.createSymbolicLink(atPath: rig.home + "/linked", withDestinationPath: rig.scratch.path + "/outside")
        let tree = JournalFolders(under: JournalHome(rig.home))
        #expect(tree.folders.map(\.name) == ["test1-demo4"])
        // Between the look and the removal the folder is exchanged for a link.
        let path = rig.home + "/test1-demo4"
        try files.moveItem(atPath: path, toPath: rig.home + "/moved")
        try files.createSymbolicLink(atPath: path, withDestinationPath: rig.scratch.path + "/outside/test1-demo4")
        let report = Pruning(Retention(age: .zero, bytes: nil), now: LedgerRig.day(50)).prune(tree.folders[0])
        #expect(report.removed.isEmpty && report.failed.map(\.failure) == ["its folder is another one by now"])
        #expect(try rig.journals("../outside/test1-demo4").count == 2)
    }

    @Test("an index that says of a journal that it is finished is not believed")
    func index() async throws {
        try await rig.run(at: 0, LedgerRig.promoted)
        let open = try await rig.run(at: 1, nil)
        for day in 2..<8 { try await rig.run(at: Double(day), LedgerRig.promoted) }
        var history = RunHistory(home: JournalHome(rig.home))
        _ = try history.list(HistoryFilter())
        let path = rig.home + "/test1-demo4/" + HistoryIndex.fileName
        let lines = String(decoding: try rig.scratch.load(path), as: UTF8.self).split(separator: "\n")
        var lie = try #require(JSONSerialization.jsonObject(with: Data(lines[1].utf8)) as? [String: Any])
        let stamp = try #require(FileStamp(open))
        lie["file"] = "run-20260102T000000-000"
        lie["bytes"] = stamp.bytes
        lie["modified"] = stamp.modified
        let line = String(decoding: try JSONSerialization.data(withJSONObject: lie), as: UTF8.self)
        try rig.scratch.store((lines.map(String.init) + [line, ""]).joined(separator: "\n").utf8, at: path)
        var deceived = RunHistory(home: JournalHome(rig.home))
        #expect(try deceived.list(HistoryFilter()).items.allSatisfy { $0.word == "promoted" }, "the list believes it")
        try prune(age: 1)
        #expect(try left() == ["0102", "0108"])
    }

    @Test("reads no more than it may, and goes on another time")
    func bounded() async throws {
        for day in 0..<12 { try await rig.run(at: Double(day), LedgerRig.promoted) }
        #expect(try prune(age: 10, reading: 0).removed.isEmpty)
        var rounds = 0
        while try left().count > 1, rounds < 20 {
            try prune(age: 10, reading: 0)
            rounds += 1
        }
        #expect(try left() == ["0112"])
    }

    @Test("a journal that cannot be removed is told, and the others go")
    func failure() async throws {
        // Nobody can unlink in a folder that is gone.
        try await rig.run(at: 0, LedgerRig.promoted)
        try await rig.run(at: 1, LedgerRig.promoted)
        let home = JournalHome(rig.home + "/test1-demo4")
        let folder = try #require(JournalFolders(under: home).folders.first)
        try FileManager.default.removeItem(atPath: home.path)
        let report = Pruning(Retention(age: .zero, bytes: 0), now: LedgerRig.day(50)).prune(folder)
        #expect(report.removed.isEmpty && report.failed.isEmpty)
    }

    @Test("ages and sizes are read from the command line, then the environment, else they are 180 days and 1 GiB")
    func retention() throws {
        #expect(try Retention(age: nil, bytes: nil, environment: [:]) == .standard)
        let environment = ["HALDANE_KEEP": "36h", "HALDANE_KEEP_SIZE": "1.5GB"]
        let asked = try Retention(age: nil, bytes: nil, environment: environment)
        #expect(asked == Retention(age: .seconds(36 * 3600), bytes: 1_500_000_000))
        let flags = try Retention(age: "forever", bytes: "2MiB", environment: environment)
        #expect(flags == Retention(age: nil, bytes: 2_097_152))
        #expect(Retention.size("4096") == 4096 && Retention.size("10 kb") == 10_000)
        for text in ["", "x", "-1MB", "1XB", "1e9", "1.2.3MB", "99999999999999TB"] {
            #expect(Retention.size(text) == nil)
        }
        for text in ["", "x", "-1d", "90", "d"] { #expect(Retention.age(text) == nil) }
        let fault = #expect(throws: AgentError.self) {
            try Retention(age: nil, bytes: nil, environment: ["HALDANE_KEEP": "soon"])
        }
        #expect(fault?.exitCode == .usage && fault?.message == "$HALDANE_KEEP 'soon' is not an age")
    }
}

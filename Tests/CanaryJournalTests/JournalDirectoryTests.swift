import CanaryJournal
import Foundation
import Testing

@Suite struct JournalDirectoryTests {
    let scratch: JournalScratch

    init() throws { scratch = try JournalScratch() }

    @Test("a missing directory is created with its parents")
    func createsParents() throws {
        let directory = try JournalDirectory(path: scratch.path + "/a/b/c//")

        #expect(directory.path == scratch.path + "/a/b/c")
        #expect(try directory.runs().isEmpty)
    }

    @Test("a relative path and the root are directories like others")
    func acceptsRelativePaths() throws {
        #expect(try JournalDirectory(path: ".").path == ".")
        #expect(try JournalDirectory(path: "/").path == "/")
    }

    @Test("a directory path that is a file, below a file, empty, or holds a zero byte is refused")
    func refusesWrongPaths() async throws {
        let file = scratch.path + "/file"
        try scratch.store([1], at: file)

        for (path, code) in [
            (file, JournalError.Code.wrongKind), (file + "/below", .wrongKind), ("", .invalidName),
            ("a\0b", .invalidName),
        ] {
            let error = try await journalError { _ = try JournalDirectory(path: path) }
            #expect(error?.code == code, "\(path.debugDescription)")
            #expect(error?.disposition == .refuse)
        }
    }

    @Test("runs are listed by name, the newest last, and other files are ignored")
    func listsRuns() async throws {
        let directory = try JournalDirectory(path: scratch.path)
        for runID in ["20260102T000000Z-b", "20260101T000000Z-a", "20260103T000000Z-c"] {
            try await directory.create(runID: runID, header: JournalScratch.header).close()
        }
        for name in [
            "lock", "notes.txt", ".journal.zst", "-x.journal.zst", "ä.journal.zst", "20260104.journal.zst.bak",
        ] {
            try scratch.store([1], at: scratch.path + "/" + name)
        }
        try FileManager.default.createDirectory(
            atPath: scratch.path + "/d.journal.zst",
            withIntermediateDirectories: false
        )

        let runs = try directory.runs()

        #expect(runs.map(\.runID) == ["20260101T000000Z-a", "20260102T000000Z-b", "20260103T000000Z-c"])
        #expect(try JournalReader.locate(scratch.path) == runs.last?.path)
    }

    @Test(
        "a run name that could leave its directory, hide, or read as an option is refused",
        arguments: ["", ".", "..", "../x", "a/b", "/etc", ".hidden", "-rf", "a b", "a\nb", "a\0", "é", "𝟙"]
    )
    func refusesRunNames(runID: String) async throws {
        let directory = try JournalDirectory(path: scratch.path)

        let error = try await journalError { _ = try directory.create(runID: runID, header: JournalScratch.header) }

        #expect(error?.code == .invalidName)
        #expect(try directory.runs().isEmpty)
    }

    @Test("a run name of 128 bytes is taken and one of 129 is not")
    func boundsRunNames() {
        #expect(JournalFile.isValid(runID: String(repeating: "a", count: 128)))
        #expect(!JournalFile.isValid(runID: String(repeating: "a", count: 129)))
    }

    @Test("a second run of the same name is refused and the first one's journal stays")
    func refusesSecondRun() async throws {
        let directory = try JournalDirectory(path: scratch.path)
        let writer = try directory.create(runID: "r1", header: JournalScratch.header)
        try await writer.close()
        let before = try scratch.load(writer.path)

        let error = try await journalError { _ = try directory.create(runID: "r1", header: JournalScratch.header) }

        #expect(error?.code == .exists)
        #expect(try scratch.load(writer.path) == before)
    }

    @Test(
        "a header without this version's schema is refused before a file is made",
        arguments: [#"{}"#, #"[]"#, #"{"schema":"haldane.journal/2"}"#, #"{"schema":7}"#, "x", ""]
    )
    func refusesHeaders(header: String) async throws {
        let directory = try JournalDirectory(path: scratch.path)

        let error = try await journalError { _ = try directory.create(runID: "r1", header: Array(header.utf8)) }

        #expect(error?.code == .invalidRecord)
        #expect(try directory.runs().isEmpty)
    }

    @Test("a resumed journal goes on after its last flush, which was clean")
    func resumes() async throws {
        let journal = try await scratch.makeJournal(flushes: 2, records: 2)
        let directory = try JournalDirectory(path: scratch.path)
        let run = try #require(try directory.runs().last)

        let (writer, contents) = try directory.resume(run)
        try await writer.append(JournalScratch.record(4))
        try await writer.close()

        #expect(contents.tornBytes == 0)
        #expect(contents.validBytes == journal.bytes.count)
        #expect(contents.records == [JournalScratch.header] + (0..<4).map(JournalScratch.record))
        #expect(try JournalReader.read(path: scratch.path).records.last == JournalScratch.record(4))
    }

    @Test("a journal that is being written cannot be resumed by a second writer")
    func refusesSecondWriter() async throws {
        let directory = try JournalDirectory(path: scratch.path)
        let writer = try directory.create(runID: "r1", header: JournalScratch.header)
        let run = try #require(try directory.runs().last)

        let error = try await journalError { _ = try directory.resume(run) }

        #expect(error?.code == .locked)
        try await writer.close()
    }

    @Test("a closed writer's run can be resumed at once, even while the writer is still referred to")
    func resumesAfterClose() async throws {
        let directory = try JournalDirectory(path: scratch.path)
        let first = try directory.create(runID: "r1", header: JournalScratch.header)
        try await first.close()

        let (second, contents) = try directory.resume(try #require(try directory.runs().last))
        try await second.close()

        #expect(contents.records == [JournalScratch.header])
        #expect(first.path == second.path)
    }

    @Test("a run whose file is a link is not resumed through it")
    func refusesLinks() async throws {
        _ = try await scratch.makeJournal(flushes: 1, records: 1)
        let directory = try JournalDirectory(path: scratch.path)
        let run = try #require(try directory.runs().last)
        try FileManager.default.moveItem(atPath: run.path, toPath: scratch.path + "/elsewhere")
        try FileManager.default.createSymbolicLink(atPath: run.path, withDestinationPath: scratch.path + "/elsewhere")

        let error = try await journalError { _ = try directory.resume(run) }

        #expect(error?.code == .wrongKind)
    }
}

import CanaryJournal
import Foundation
import Testing

@Suite struct JournalReaderTests {
    let scratch: JournalScratch

    init() throws { scratch = try JournalScratch() }

    /// A file of frames made by the zstd program, one for each text.
    private func makeFile(frames: [[UInt8]], options: [String] = ["--check"]) throws -> String {
        var bytes: [UInt8] = []
        for frame in frames {
            try scratch.store(frame, at: scratch.path + "/plain")
            bytes += try JournalScratch.output(of: "zstd", ["-q", "-c"] + options + [scratch.path + "/plain"])
        }
        let file = scratch.path + "/made.journal.zst"
        try scratch.store(bytes, at: file)
        return file
    }

    @Test("a directory stands for its newest run")
    func readsNewestRun() async throws {
        let directory = try JournalDirectory(path: scratch.path)
        for runID in ["2", "1"] {
            let writer = try directory.create(runID: runID, header: JournalScratch.header)
            try await writer.append(Array(runID.utf8))
            try await writer.close()
        }

        #expect(try JournalReader.read(path: scratch.path).records.last == Array("2".utf8))
    }

    @Test("a path that leads nowhere, an empty directory and a device are refused with their names")
    func refusesWrongPaths() async throws {
        for (path, code) in [
            (scratch.path + "/none", JournalError.Code.missing), (scratch.path, .missing), ("/dev/zero", .wrongKind),
            ("", .invalidName),
        ] {
            let error = try await journalError { _ = try JournalReader.read(path: path) }
            #expect(error?.code == code, "\(path)")
            #expect(path.isEmpty || error?.message.contains(path) == true)
        }
    }

    @Test("reading creates nothing")
    func createsNothing() async throws {
        _ = try await journalError { _ = try JournalReader.read(path: scratch.path + "/none") }

        #expect(!FileManager.default.fileExists(atPath: scratch.path + "/none"))
    }

    @Test("a minor version is read and another major version is refused with both numbers")
    func checksVersion() async throws {
        let minor = try makeFile(frames: [Array(#"{"schema":"haldane.journal/1.7","new":{}}"#.utf8) + [10]])
        #expect(try JournalReader.read(path: minor).records.count == 1)

        let major = try makeFile(frames: [Array(#"{"run":"x","schema":"haldane.journal/12"}"#.utf8) + [10]])
        let error = try await journalError { _ = try JournalReader.read(path: major) }
        #expect(error?.code == .unsupportedVersion)
        #expect(error?.message.contains("version 12") == true)
        #expect(error?.disposition == .refuse)
    }

    @Test(
        "a file that is something else is refused",
        arguments: [
            #"{"schema":"haldane.windows/1"}"# + "\n", "[1]\n", "{\n", "\n", "no end of line",
            String(repeating: "[", count: 100_000) + "\n",
        ]
    )
    func refusesOtherContent(text: String) async throws {
        let file = try makeFile(frames: [Array(text.utf8)])
        #expect(try await journalError { _ = try JournalReader.read(path: file) }?.code == .corrupt)

        try scratch.store(Array(text.utf8), at: file)
        #expect(try await journalError { _ = try JournalReader.read(path: file) }?.code == .corrupt)
    }

    @Test("an empty record inside a frame is refused, not skipped")
    func refusesEmptyRecords() async throws {
        let file = try makeFile(frames: [JournalScratch.header + [10, 10], [10]])

        let error = try await journalError { _ = try JournalReader.read(path: file) }

        #expect(error?.code == .corrupt)
    }

    @Test("frames without checksum are not taken for a journal's")
    func needsChecksum() async throws {
        let file = try makeFile(frames: [JournalScratch.header + [10]], options: ["--no-check"])

        let error = try await journalError { _ = try JournalReader.read(path: file) }

        #expect(error?.code == .corrupt)
        #expect(error?.cause == "the frame has no checksum")
    }

    @Test("a frame that would expand beyond the limit is refused by its header")
    func refusesLargeFrame() async throws {
        let bomb = [UInt8](repeating: 97, count: 64 << 20)
        let file = try makeFile(frames: [JournalScratch.header + [10], bomb])
        #expect(try scratch.load(file).count < 10_000)

        let error = try await journalError { _ = try JournalReader.read(path: file) }

        #expect(error?.code == .tooLarge)
        #expect(error?.message.contains("\(64 << 20)") == true)
    }

    @Test("a record over the limit, and many small frames or records that add up, are refused")
    func refusesLargeTotals() async throws {
        let long = try makeFile(frames: [JournalScratch.header + [10], [UInt8](repeating: 97, count: 5 << 20) + [10]])
        #expect(try await journalError { _ = try JournalReader.read(path: long) }?.code == .tooLarge)

        let frame = [UInt8](repeating: 97, count: 1 << 20) + [10]
        let frames = try makeFile(frames: [JournalScratch.header + [10]] + [[UInt8]](repeating: frame, count: 5))
        let limits = JournalLimits(totalBytes: 4 << 20)
        #expect(try await journalError { _ = try JournalReader.read(path: frames, limits: limits) }?.code == .tooLarge)
        #expect(try JournalReader.read(path: frames).records.count == 6)

        let short = (0..<(1 << 20)).map { $0 % 2 == 0 ? UInt8(97) : UInt8(10) }
        let records = try makeFile(frames: [JournalScratch.header + [10], short])
        #expect(try await journalError { _ = try JournalReader.read(path: records, limits: limits) }?.code == .tooLarge)
    }

    @Test("a visit stops where it is told to")
    func stops() async throws {
        let journal = try await scratch.makeJournal(flushes: 3, records: 4)

        var seen = 0
        let extent = try JournalReader.forEachRecord(path: journal.file) { _ in
            seen += 1
            return seen == 3 ? .stop : .next
        }

        #expect(seen == 3)
        #expect(extent.recordCount == 3)
    }

    @Test("a journal can be read while it is being written")
    func readsLiveJournal() async throws {
        let writer = try JournalDirectory(path: scratch.path).create(runID: "r1", header: JournalScratch.header)
        for number in 0..<20 {
            try await writer.append(JournalScratch.record(number))
            try await writer.flush()

            let contents = try JournalReader.read(path: scratch.path)

            #expect(contents.records.count == number + 2)
            #expect(contents.tornBytes == 0)
        }
        try await writer.close()
    }
}

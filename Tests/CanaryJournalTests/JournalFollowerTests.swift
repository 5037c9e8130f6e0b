import CanaryJournal
import Testing

@Suite("JournalFollower")
struct JournalFollowerTests {
    private let scratch: JournalScratch

    init() throws { scratch = try JournalScratch() }

    @Test("gives each record once, as the file grows byte by byte")
    func grows() async throws {
        let (file, bytes, ends) = try await scratch.makeJournal(flushes: 4, records: 3)
        let all = try JournalReader.read(path: file).records
        let copy = scratch.path + "/copy.journal.zst"
        try scratch.store(bytes[..<ends[0]], at: copy)
        var follower = try JournalFollower(path: copy)
        var seen: [[UInt8]] = []

        for length in ends[0]...bytes.count {
            try scratch.store(bytes[..<length], at: copy)
            try follower.poll { seen.append($0) }
        }

        #expect(seen == all)
    }

    @Test("sees what a writer flushes, after it flushes it")
    func follows() async throws {
        let directory = try JournalDirectory(path: scratch.path)
        let writer = try directory.create(runID: "r1", header: JournalScratch.header)
        var follower = try JournalFollower(path: scratch.path)
        var seen: [[UInt8]] = []

        #expect(try follower.poll { seen.append($0) } == 1)
        for number in 0..<20 {
            try await writer.append(JournalScratch.record(number))
            #expect(try follower.poll { seen.append($0) } == 0)
            try await writer.flush()
            #expect(try follower.poll { seen.append($0) } == 1)
        }
        try await writer.close()

        #expect(seen == [JournalScratch.header] + (0..<20).map(JournalScratch.record))
    }

    @Test("a torn end that is cut and written anew is read as it is then")
    func tornAndResumed() async throws {
        let (file, bytes, _) = try await scratch.makeJournal(flushes: 2, records: 2)
        // As a kill leaves it.
        try scratch.store(bytes.dropLast(3), at: file)
        var follower = try JournalFollower(path: file)
        var seen: [[UInt8]] = []
        #expect(try follower.poll { seen.append($0) } == 3)

        let directory = try JournalDirectory(path: scratch.path)
        let (writer, _) = try directory.resume(try #require(try directory.runs().last))
        try await writer.append(JournalScratch.record(77))
        try await writer.flush()
        #expect(try follower.poll { seen.append($0) } == 1)
        try await writer.close()

        #expect(seen.last == JournalScratch.record(77))
    }
}

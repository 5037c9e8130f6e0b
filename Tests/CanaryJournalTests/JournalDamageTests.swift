import CanaryJournal
import Foundation
import Testing

@Suite struct JournalDamageTests {
    let scratch: JournalScratch

    init() throws { scratch = try JournalScratch() }

    @Test("a journal cut at any byte opens, loses at most its last flush, says how much, and can be gone on with")
    func survivesEveryCut() async throws {
        let journal = try await scratch.makeJournal(flushes: 3, records: 2)
        let records = [JournalScratch.header] + (0..<6).map(JournalScratch.record)
        let directory = try JournalDirectory(path: scratch.path)
        let run = try #require(try directory.runs().last)

        for length in 0...journal.bytes.count {
            let wholeFrames = journal.ends.prefix { $0 <= length }.count
            let good = wholeFrames == 0 ? 0 : journal.ends[wholeFrames - 1]
            let kept = Array(records.prefix(wholeFrames == 0 ? 0 : 1 + 2 * (wholeFrames - 1)))
            try scratch.store(journal.bytes[..<length], at: journal.file)

            let read = try JournalReader.read(path: journal.file)
            #expect(read == JournalContents(records: kept, tornBytes: length - good, validBytes: good), "at \(length)")

            let (writer, contents) = try directory.resume(run)
            try await writer.append(JournalScratch.record(99))
            try await writer.close()
            let after = try JournalReader.read(path: journal.file)

            #expect(contents.tornBytes == length - good, "at \(length)")
            #expect(contents.records.suffix(kept.count) == kept[...])
            #expect(after.records == contents.records + [JournalScratch.record(99)], "at \(length)")
            #expect(after.tornBytes == 0, "at \(length)")
            #expect(after.records.first?.starts(with: Array(#"{"schema":"haldane.journal/1""#.utf8)) == true)
        }
    }

    /// A few bits of a frame mean nothing (padding of entropy tables); all others must be noticed.
    @Test("no flipped bit changes a record, and damage before a good flush is an error that leaves the file alone")
    func noticesEveryBit() async throws {
        let journal = try await scratch.makeJournal(flushes: 3, records: 2)
        let records = [JournalScratch.header] + (0..<6).map(JournalScratch.record)
        let lastFrame = journal.ends[journal.ends.count - 2]
        let directory = try JournalDirectory(path: scratch.path)
        let run = try #require(try directory.runs().last)

        var unnoticed = 0
        for index in journal.bytes.indices {
            for bit in 0..<8 {
                var damaged = journal.bytes
                damaged[index] ^= 1 << bit
                try scratch.store(damaged, at: journal.file)

                do {
                    let contents = try JournalReader.read(path: journal.file)
                    if contents.tornBytes == 0 {
                        unnoticed += 1
                        #expect(contents.records == records, "byte \(index) bit \(bit)")
                    } else {
                        #expect(index >= lastFrame, "byte \(index) bit \(bit) cut off good flushes")
                        #expect(contents.records == Array(records.dropLast(2)))
                    }
                } catch {
                    #expect([.corrupt, .tooLarge].contains(error.code), "byte \(index) bit \(bit): \(error)")
                    let refused = try await journalError { _ = try directory.resume(run) }
                    #expect(refused == error)
                    #expect(try scratch.load(journal.file) == damaged, "a refused journal must not be touched")
                }
            }
        }
        #expect(unnoticed * 50 < journal.bytes.count * 8)
    }

    @Test("damage before good flushes names the byte where it begins")
    func namesPlace() async throws {
        let journal = try await scratch.makeJournal(flushes: 3, records: 2)
        var damaged = journal.bytes
        damaged[journal.ends[1] - 1] ^= 1
        try scratch.store(damaged, at: journal.file)

        var visited = 0
        let error = try await journalError {
            try JournalReader.forEachRecord(path: journal.file) { _ in
                visited += 1
                return .next
            }
        }

        #expect(error?.code == .corrupt)
        #expect(error?.message.contains("byte \(journal.ends[0])") == true)
        #expect(error?.message.contains("byte \(journal.ends[1])") == true)
        #expect(visited == 1)
    }

    @Test("zeros after the last flush, as a loss of power leaves them, are a torn tail")
    func cutsZeros() async throws {
        let journal = try await scratch.makeJournal(flushes: 1, records: 2)
        try scratch.store(journal.bytes + [UInt8](repeating: 0, count: 100_000), at: journal.file)

        let contents = try JournalReader.read(path: journal.file)

        #expect(contents.records.count == 3)
        #expect(contents.tornBytes == 100_000)
    }

    @Test("more rubbish than one flush can leave is not cut off as a torn tail")
    func refusesLongTail() async throws {
        let journal = try await scratch.makeJournal(flushes: 1, records: 2)
        try scratch.store(journal.bytes + [UInt8](repeating: 0, count: 9 << 20), at: journal.file)

        #expect(try await journalError { _ = try JournalReader.read(path: journal.file) }?.code == .corrupt)
    }

    @Test("a tail full of frame beginnings is refused in bounded time")
    func boundsSearch() async throws {
        let journal = try await scratch.makeJournal(flushes: 1, records: 2)
        let start: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD, 0x24, 0xFF]
        try scratch.store(journal.bytes + (0..<(1 << 20)).map { start[$0 % 6] }, at: journal.file)

        #expect(try await journalError { _ = try JournalReader.read(path: journal.file) }?.code == .corrupt)
    }

    @Test("a torn flush longer than any read buffer is cut at its start")
    func cutsLongFlush() async throws {
        let directory = try JournalDirectory(path: scratch.path)
        let writer = try directory.create(runID: "r1", header: JournalScratch.header)
        let good = await writer.validBytes
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<4 {
            try await writer.append((0..<200_000).map { _ in UInt8.random(in: 32...126, using: &generator) })
        }
        try await writer.close()
        let bytes = try scratch.load(writer.path)
        #expect(bytes.count > 600_000)
        #expect(try JournalReader.read(path: writer.path).records.count == 5)

        try scratch.store(bytes.dropLast(), at: writer.path)
        let contents = try JournalReader.read(path: writer.path)

        #expect(contents.records == [JournalScratch.header])
        #expect(contents.tornBytes == bytes.count - 1 - good)
    }

    @Test("random damage of any kind never traps and never changes a record", arguments: [1, 2, 3, 4] as [UInt64])
    func survivesRandomDamage(seed: UInt64) async throws {
        let journal = try await scratch.makeJournal(flushes: 4, records: 3)
        let records = [JournalScratch.header] + (0..<12).map(JournalScratch.record)
        var generator = SeededGenerator(seed: seed)

        for round in 0..<500 {
            var damaged = journal.bytes
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                let start = Int.random(in: 0..<damaged.count, using: &generator)
                let end = min(damaged.count, start + Int.random(in: 1...40, using: &generator))
                switch Int.random(in: 0..<4, using: &generator) {
                case 0: damaged.removeSubrange(start..<end)
                case 1: damaged.insert(contentsOf: damaged[start..<end], at: start)
                case 2: damaged[start] = UInt8.random(in: 0...255, using: &generator)
                default: damaged.replaceSubrange(start..<end, with: (start..<end).map { _ in UInt8(0) })
                }
                if damaged.isEmpty { damaged = [0] }
            }
            try scratch.store(damaged, at: journal.file)

            let contents = try? JournalReader.read(path: journal.file)

            let read = contents?.records ?? []
            #expect(read == Array(records.prefix(read.count)), "seed \(seed) round \(round)")
        }
    }
}

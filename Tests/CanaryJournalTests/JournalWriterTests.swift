import CanaryJournal
import Foundation
import Glibc
import Synchronization
import Testing

@Suite struct JournalWriterTests {
    let scratch: JournalScratch

    init() throws { scratch = try JournalScratch() }

    @Test("zstd -dc prints the journal as JSON lines")
    func readableByZstd() async throws {
        let journal = try await scratch.makeJournal(flushes: 3, records: 5)
        let records = [JournalScratch.header] + (0..<15).map(JournalScratch.record)

        let printed = try JournalScratch.output(of: "zstd", ["-q", "-dc", journal.file])

        #expect(printed == records.flatMap { $0 + [UInt8(ascii: "\n")] })
        #expect(journal.ends.last == journal.bytes.count)
    }

    @Test("a flush without records writes nothing")
    func emptyFlush() async throws {
        let writer = try JournalDirectory(path: scratch.path).create(runID: "r1", header: JournalScratch.header)
        let before = await writer.validBytes

        try await writer.flush()
        try await writer.flush()

        #expect(await writer.validBytes == before)
        try await writer.close()
    }

    @Test("an empty record, one with a newline, and one over the limit are refused and leave the rest alone")
    func refusesRecords() async throws {
        let limits = JournalLimits(recordBytes: 100, totalBytes: 1 << 20)
        let file = scratch.path + "/r1.journal.zst"
        let writer = try JournalWriter(
            path: file,
            storage: try JournalFileStorage(path: file, mode: .create),
            validBytes: 0,
            limits: limits
        )
        try await writer.append(JournalScratch.header)

        let empty = try await journalError { try await writer.append([]) }
        let newline = try await journalError { try await writer.append(Array("a\nb".utf8)) }
        let large = try await journalError { try await writer.append([UInt8](repeating: 97, count: 101)) }
        try await writer.close()

        #expect(empty?.code == .invalidRecord)
        #expect(newline?.code == .invalidRecord)
        #expect(large?.code == .tooLarge)
        #expect(try JournalReader.read(path: file).records == [JournalScratch.header])
    }

    @Test("a closed writer refuses, and closing twice is harmless")
    func closes() async throws {
        let writer = try JournalDirectory(path: scratch.path).create(runID: "r1", header: JournalScratch.header)
        try await writer.append(JournalScratch.record(1))
        try await writer.close()
        try await writer.close()

        let append = try await journalError { try await writer.append(JournalScratch.record(2)) }
        let flush = try await journalError { try await writer.flush() }

        #expect(append?.code == .closed)
        #expect(flush?.code == .closed)
        #expect(try JournalReader.read(path: writer.path).records.count == 2)
    }

    @Test("a disk that fills up at any byte of a flush leaves a clean file, and the records follow when there is space")
    func survivesFullDisk() async throws {
        let journal = try await scratch.makeJournal(flushes: 1, records: 1)
        let frameBytes = journal.ends[1] - journal.ends[0]
        for budget in 0..<(frameBytes - 1) {
            let file = scratch.path + "/full-\(budget).journal.zst"
            let storage = try FailingStorage(path: file, mode: .create, budget: 1 << 20, failure: ENOSPC)
            let writer = try JournalWriter(path: file, storage: storage, validBytes: 0)
            try await writer.append(JournalScratch.header)
            try await writer.flush()
            let good = await writer.validBytes
            storage.state.withLock { $0.budget = budget }
            try await writer.append(JournalScratch.record(1))

            let error = try await journalError { try await writer.flush() }

            #expect(error?.code == .full, "budget \(budget)")
            #expect(error?.disposition == .stop)
            #expect(error?.hint != nil)
            #expect(try scratch.load(file).count == good)
            #expect(try JournalReader.read(path: file).tornBytes == 0)

            storage.state.withLock { $0.budget = 1 << 20 }
            try await writer.append(JournalScratch.record(2))
            try await writer.close()

            let contents = try JournalReader.read(path: file)
            #expect(contents.records == [JournalScratch.header, JournalScratch.record(1), JournalScratch.record(2)])
            #expect(contents.tornBytes == 0)
        }
    }

    @Test("when even the cut fails a reader sees a torn tail, and the next flush cuts before it writes")
    func survivesFailingCut() async throws {
        let file = scratch.path + "/r1.journal.zst"
        let storage = try FailingStorage(path: file, mode: .create, budget: 1 << 20, failure: EIO)
        let writer = try JournalWriter(path: file, storage: storage, validBytes: 0)
        try await writer.append(JournalScratch.header)
        try await writer.flush()
        storage.state.withLock { state in
            state.budget = 60
            state.canTruncate = false
        }
        try await writer.append(JournalScratch.record(1))

        let first = try await journalError { try await writer.flush() }
        storage.state.withLock { $0.budget = 1 << 20 }
        let second = try await journalError { try await writer.flush() }
        let torn = try JournalReader.read(path: file)
        storage.state.withLock { $0.canTruncate = true }
        try await writer.close()

        #expect(first?.code == .io)
        #expect(second?.code == .io)
        #expect(torn.records == [JournalScratch.header])
        #expect(torn.tornBytes == 60)
        let contents = try JournalReader.read(path: file)
        #expect(contents.records == [JournalScratch.header, JournalScratch.record(1)])
        #expect(contents.tornBytes == 0)
    }

    @Test("a flush that could not be made durable is taken back and repeated")
    func survivesFailingSynchronize() async throws {
        let file = scratch.path + "/r1.journal.zst"
        let storage = try FailingStorage(path: file, mode: .create, budget: 1 << 20, failure: EIO)
        storage.state.withLock { $0.canSynchronize = false }
        let writer = try JournalWriter(path: file, storage: storage, validBytes: 0)
        try await writer.append(JournalScratch.header)

        let error = try await journalError { try await writer.flush() }
        let after = try scratch.load(file).count
        storage.state.withLock { $0.canSynchronize = true }
        try await writer.close()

        #expect(error?.code == .io)
        #expect(after == 0)
        #expect(try JournalReader.read(path: file).records == [JournalScratch.header])
    }

    @Test("the buffer is bounded while the disk is full: records are refused, none is dropped silently")
    func boundsBuffer() async throws {
        let file = scratch.path + "/r1.journal.zst"
        let storage = try FailingStorage(path: file, mode: .create, budget: 0, failure: ENOSPC)
        let limits = JournalLimits(recordBytes: 100, frameBytes: 1000, totalBytes: 1 << 20)
        let writer = try JournalWriter(path: file, storage: storage, validBytes: 0, limits: limits)
        try await writer.append(JournalScratch.header)

        var taken: [[UInt8]] = [JournalScratch.header]
        var refused = 0
        for number in 0..<50 {
            let record = JournalScratch.record(number)
            if let error = try await journalError({ try await writer.append(record) }) {
                #expect(error.code == .full)
                refused += 1
            } else {
                taken.append(record)
            }
        }
        #expect(refused > 30)
        #expect(await writer.pendingBytes <= 1000)
        storage.state.withLock { $0.budget = 1 << 20 }
        try await writer.close()

        #expect(try JournalReader.read(path: file).records == taken)
    }

    @Test("a journal that somebody removed is lost, and says so at the next flush")
    func removed() async throws {
        let writer = try JournalDirectory(path: scratch.path).create(runID: "r1", header: JournalScratch.header)
        try await writer.append(JournalScratch.record(1))
        try await writer.flush()
        try FileManager.default.removeItem(atPath: writer.path)
        try await writer.append(JournalScratch.record(2))

        let error = await #expect(throws: JournalError.self) { try await writer.flush() }

        #expect(error?.code == .missing)
        #expect(error?.message.contains(writer.path) == true)
    }

    @Test("a journal that somebody cut short is not written on")
    func cutShort() async throws {
        let writer = try JournalDirectory(path: scratch.path).create(runID: "r1", header: JournalScratch.header)
        try await writer.append(JournalScratch.record(1))
        try await writer.flush()
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: writer.path))
        try file.truncate(atOffset: 20)
        try file.close()
        try await writer.append(JournalScratch.record(2))

        let error = await #expect(throws: JournalError.self) { try await writer.flush() }

        #expect(error?.code == .io)
    }

    @Test("the kernel's own full device is reported as a full disk")
    func reportsRealFullDevice() async throws {
        let storage = try JournalFileStorage(path: "/dev/full", mode: .open)
        let writer = try JournalWriter(path: "/dev/full", storage: storage, validBytes: 0)
        try await writer.append(JournalScratch.header)

        let error = try await journalError { try await writer.flush() }

        #expect(error?.code == .full)
        #expect(error?.label == "full")
        #expect(error?.description.contains("'/dev/full'") == true)
    }

    @Test(
        "what the system says becomes a code that callers can branch on",
        arguments: [
            (ENOSPC, JournalError.Code.full), (EDQUOT, .full), (EROFS, .denied), (EACCES, .denied), (EPERM, .denied),
            (EFBIG, .tooLarge), (EIO, .io), (ENOTDIR, .wrongKind),
        ]
    )
    func mapsErrors(number: Int32, code: JournalError.Code) async throws {
        let file = scratch.path + "/r1.journal.zst"
        let storage = try FailingStorage(path: file, mode: .create, budget: 0, failure: number)
        let writer = try JournalWriter(path: file, storage: storage, validBytes: 0)
        try await writer.append(JournalScratch.header)

        let error = try await journalError { try await writer.flush() }

        #expect(error?.code == code)
        #expect(error?.cause == SystemFailure(number).text)
    }

    @Test("records of many tasks are all there, each task's in its order")
    func serialisesTasks() async throws {
        let writer = try JournalDirectory(path: scratch.path).create(runID: "r1", header: JournalScratch.header)

        try await withThrowingTaskGroup(of: Void.self) { group in
            for task in 0..<8 {
                group.addTask {
                    for number in 0..<200 {
                        try await writer.append(Array("\(task) \(number)".utf8))
                        if number % 50 == task { try await writer.flush() }
                    }
                }
            }
            try await group.waitForAll()
        }
        try await writer.close()

        var next = [Int](repeating: 0, count: 8)
        for record in try JournalReader.read(path: writer.path).records.dropFirst() {
            let parts = String(decoding: record, as: UTF8.self).split(separator: " ").compactMap { Int($0) }
            #expect(parts.count == 2 && parts[1] == next[parts[0]])
            next[parts[0]] += 1
        }
        #expect(next == [Int](repeating: 200, count: 8))
    }

    @Test("a hundred thousand records pass through a bounded buffer and are read back one frame at a time")
    func boundsMemory() async throws {
        let writer = try JournalDirectory(path: scratch.path).create(runID: "r1", header: JournalScratch.header)
        let padding = String(repeating: "x", count: 400)
        var largest = 0
        for number in 0..<100_000 {
            try await writer.append(Array("\(number) \(padding)".utf8))
            if number % 1000 == 0 { largest = max(largest, await writer.pendingBytes) }
        }
        try await writer.close()

        var next = 0
        var isOrdered = true
        let extent = try JournalReader.forEachRecord(path: writer.path) { record in
            if next > 0 { isOrdered = isOrdered && record.starts(with: Array("\(next - 1) x".utf8)) }
            next += 1
            return .next
        }

        #expect(largest <= 1 << 20)
        #expect(isOrdered)
        #expect(extent.recordCount == 100_001)
        #expect(extent.tornBytes == 0)
    }
}

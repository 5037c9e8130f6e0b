import CanaryJournal
import Foundation
import Testing

@Suite struct JournalLockTests {
    let scratch: JournalScratch

    init() throws { scratch = try JournalScratch() }

    @Test("a second holder is told which process has the lock, and gets it after the release")
    func excludes() async throws {
        let directory = try JournalDirectory(path: scratch.path)
        let lock = try directory.lock()

        let error = try await journalError { try directory.lock().release() }
        lock.release()
        let later = try await journalError { try directory.lock().release() }

        #expect(error?.code == .locked)
        #expect(error?.disposition == .retry)
        #expect(error?.message.contains("process \(ProcessInfo.processInfo.processIdentifier)") == true)
        #expect(later == nil)
    }

    @Test("the lock's file holds the process id as text")
    func namesProcess() throws {
        let lock = try JournalDirectory(path: scratch.path).lock()

        let text = String(decoding: try scratch.load(lock.path), as: UTF8.self)

        #expect(text == "\(ProcessInfo.processInfo.processIdentifier)\n")
        lock.release()
    }

    @Test("a lock file left by a dead process, with any text, does not keep anybody out")
    func ignoresLeftFile() throws {
        try scratch.store(Array("999999999999999999999 rubbish\n\n".utf8), at: scratch.path + "/lock")

        let lock = try JournalDirectory(path: scratch.path).lock()

        #expect(try scratch.load(lock.path).count < 12)
        lock.release()
    }

    @Test("a lock that is not a file is refused")
    func refusesDirectory() async throws {
        let directory = try JournalDirectory(path: scratch.path)
        try FileManager.default.createDirectory(
            atPath: scratch.path + "/lock",
            withIntermediateDirectories: false
        )

        let error = try await journalError { try directory.lock().release() }

        #expect(error?.code == .wrongKind)
    }
}

import CanaryJournal
import Foundation
import Synchronization

/// A folder of one test that goes with it, and small helpers around journal files in it.
final class JournalScratch: Sendable {
    let path: String

    init() throws {
        // A folder in memory where there is one: these tests wait for the disk more than a thousand times.
        let memory = "/dev/shm"
        let isThere = FileManager.default.isWritableFile(atPath: memory)
        let parent = isThere ? memory : FileManager.default.temporaryDirectory.path
        path = parent + "/haldane-journal-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        // A folder that stays behind harms nobody; the system empties its temporary folder.
        try? FileManager.default.removeItem(atPath: path)
    }

    static let header = bytes(#"{"schema":"haldane.journal/1","run":"r1"}"#)

    static func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

    /// A record of one window, shaped like evidence.
    static func record(_ number: Int) -> [UInt8] {
        bytes(#"{"event":"window","number":\#(number),"stable":[{"pod":"s-0","requests":{"200":\#(100 &+ number)}}]}"#)
    }

    func load(_ file: String) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(fileURLWithPath: file)))
    }

    func store(_ bytes: some Sequence<UInt8>, at file: String) throws {
        try Data(Array(bytes)).write(to: URL(fileURLWithPath: file))
    }

    /// A journal of a header and `flushes` flushes of `records` records, and where each of its frames ends.
    func makeJournal(flushes: Int, records: Int) async throws -> (file: String, bytes: [UInt8], ends: [Int]) {
        let directory = try JournalDirectory(path: path)
        let writer = try directory.create(runID: "r1", header: Self.header)
        var ends = [await writer.validBytes]
        for flush in 0..<flushes {
            for number in 0..<records { try await writer.append(Self.record(flush * records + number)) }
            try await writer.flush()
            ends.append(await writer.validBytes)
        }
        try await writer.close()
        return (writer.path, try load(writer.path), ends)
    }

    /// What a program prints, with its arguments.
    static func output(of program: String, _ arguments: [String]) throws -> [UInt8] {
        let process = Process()
        let pipe = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [program] + arguments
        process.standardOutput = pipe
        try process.run()
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return Array(data)
    }
}

/// A disk that fails: it takes `budget` more bytes and then answers with `failure`, after writing what still fitted.
final class FailingStorage: JournalStorage {
    struct State {
        var budget: Int
        var failure: Int32
        var canTruncate = true
        var canSynchronize = true
    }

    let state: Mutex<State>
    private let file: JournalFileStorage

    init(path: String, mode: JournalFileStorage.Mode, budget: Int, failure: Int32) throws {
        file = try JournalFileStorage(path: path, mode: mode)
        state = Mutex(State(budget: budget, failure: failure))
    }

    func write(_ bytes: [UInt8], at offset: Int) throws(SystemFailure) {
        let (fitting, failure) = state.withLock { state in
            let fitting = min(bytes.count, state.budget)
            state.budget -= fitting
            return (fitting, state.failure)
        }
        try file.write(Array(bytes[..<fitting]), at: offset)
        if fitting < bytes.count { throw SystemFailure(failure) }
    }

    func truncate(to length: Int) throws(SystemFailure) {
        let (isAllowed, failure) = state.withLock { ($0.canTruncate, $0.failure) }
        guard isAllowed else { throw SystemFailure(failure) }
        try file.truncate(to: length)
    }

    func synchronize() throws(SystemFailure) {
        let (isAllowed, failure) = state.withLock { ($0.canSynchronize, $0.failure) }
        guard isAllowed else { throw SystemFailure(failure) }
        try file.synchronize()
    }

    func release() { file.release() }
}

/// A small generator with a seed, so that a failing random test can be repeated.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

/// The journal error that a call throws, or nil when it throws none.
func journalError(_ body: () async throws -> Void) async throws -> JournalError? {
    do {
        try await body()
        return nil
    } catch let error as JournalError {
        return error
    }
}

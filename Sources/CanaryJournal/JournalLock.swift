#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The right to write in a journal directory. It ends with `release`, with the value's life, or with the process.
///
/// The kernel holds the lock (`flock` on `DIR/lock`), so none survives a kill. The process id in the file is for people
/// and for the message that a second holder gets.
package struct JournalLock: ~Copyable, Sendable {
    /// The lock's file.
    package let path: String
    private let file: Descriptor

    init(directory: String) throws(JournalError) {
        let path = directory + "/lock"
        file = try Self.open(path, directory: directory)
        self.path = path
    }

    /// Gives the lock back.
    package consuming func release() {}

    private static func open(_ path: String, directory: String) throws(JournalError) -> Descriptor {
        let flags = O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK
        let file = try Descriptor.openFile(path: path, flags: flags, action: "open the lock")
        do {
            try file.lock()
        } catch {
            guard error.number == EWOULDBLOCK else {
                throw JournalError(error, action: "take the lock", path: path)
            }
            throw JournalError(
                .locked,
                "the journal directory '\(directory)' is in use by \(holder(in: file))",
                hint: "wait for it, or stop it: haldane status; two runs of one route would undo each other's weights"
            )
        }
        do {
            try file.truncate(to: 0)
            try file.write(Array("\(getpid())\n".utf8), at: 0)
        } catch {
            // The lock is ours all the same. A full disk shows when the journal is written, with its own message.
        }
        return file
    }

    private static func holder(in file: borrowing Descriptor) -> String {
        processID(in: file).map { "process \($0)" } ?? "another process"
    }

    /// The process that wrote itself into a lock; nil if that cannot be told.
    static func processID(in file: borrowing Descriptor) -> Int32? {
        var buffer = [UInt8](repeating: 0, count: 20)
        // Not knowing who it is must not hide that there is somebody.
        guard let count = try? file.read(into: &buffer, at: 0) else { return nil }
        let text = String(decoding: buffer[..<count].prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
        guard let process = Int32(text), process > 0 else { return nil }
        return process
    }
}

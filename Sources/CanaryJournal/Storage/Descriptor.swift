#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// An open file that closes itself. It is never inherited by a child process.
struct Descriptor: ~Copyable, Sendable {
    private let number: Int32

    /// Opens a path with `flags`; a file that is created is readable by all and writable by its owner.
    init(path: String, flags: Int32) throws(SystemFailure) {
        guard !path.isEmpty, !path.utf8.contains(0) else { throw SystemFailure(EILSEQ) }
        number = try SystemFailure.check { openat(AT_FDCWD, path, flags | O_CLOEXEC, mode_t(0o644)) }
    }

    /// Opens an ordinary file, and nothing else that has a path.
    static func openFile(path: String, flags: Int32, action: String) throws(JournalError) -> Descriptor {
        let file = try open(path: path, flags: flags, action: action)
        let isFile: Bool
        do {
            isFile = try file.status().st_mode & S_IFMT == S_IFREG
        } catch {
            throw JournalError(error, action: action, path: path)
        }
        guard isFile else { throw JournalError(.wrongKind, "'\(path)' is not a file") }
        return file
    }

    private static func open(path: String, flags: Int32, action: String) throws(JournalError) -> Descriptor {
        do {
            return try Descriptor(path: path, flags: flags)
        } catch {
            throw JournalError(error, action: action, path: path)
        }
    }

    deinit {
        unlock()
        // Nothing can be done about an error here; what must be durable was synchronised before.
        _ = close(number)
    }

    /// What `fstat` knows of the file.
    func status() throws(SystemFailure) -> stat {
        var result = stat()
        try SystemFailure.check { fstat(number, &result) }
        return result
    }

    /// Reads into the front of `buffer` from a position in the file; fewer bytes than fit mean the end of the file.
    func read(into buffer: inout [UInt8], at offset: Int) throws(SystemFailure) -> Int {
        var filled = 0
        while filled < buffer.count {
            let count = try SystemFailure.check {
                buffer.withUnsafeMutableBytes { bytes in
                    let rest = UnsafeMutableRawBufferPointer(rebasing: bytes[filled...])
                    return pread(number, rest.baseAddress, rest.count, off_t(offset &+ filled))
                }
            }
            if count == 0 { break }
            filled += count
        }
        return filled
    }

    /// Writes all bytes at a position in the file. After an error some of them may have been written.
    func write(_ buffer: [UInt8], at offset: Int) throws(SystemFailure) {
        var written = 0
        while written < buffer.count {
            let count = try SystemFailure.check {
                buffer.withUnsafeBytes { bytes in
                    let rest = UnsafeRawBufferPointer(rebasing: bytes[written...])
                    return pwrite(number, rest.baseAddress, rest.count, off_t(offset &+ written))
                }
            }
            guard count > 0 else { throw SystemFailure(EIO) }
            written += count
        }
    }

    func truncate(to length: Int) throws(SystemFailure) {
        try SystemFailure.check { ftruncate(number, off_t(length)) }
    }

    func synchronize() throws(SystemFailure) {
        try SystemFailure.check { fsync(number) }
    }

    /// Takes the exclusive lock of the file without waiting.
    func lock() throws(SystemFailure) {
        try SystemFailure.check { flock(number, LOCK_EX | LOCK_NB) }
    }

    /// Takes a shared lock without waiting: it fails exactly while somebody holds the exclusive one.
    func lockShared() throws(SystemFailure) {
        try SystemFailure.check { flock(number, LOCK_SH | LOCK_NB) }
    }

    /// Gives the lock back. Closing alone is not enough: a child between its fork and its exec shares the lock.
    func unlock() {
        // It fails only where there was no lock to give back.
        _ = flock(number, LOCK_UN)
    }

    /// Makes the names in a directory durable. File systems that cannot do that to a directory are left alone.
    static func synchronize(directory path: String) throws(SystemFailure) {
        let directory = try Descriptor(path: path, flags: O_RDONLY | O_DIRECTORY)
        do {
            try directory.synchronize()
        } catch {
            if error.number != EINVAL { throw error }
        }
    }
}

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A journal's file on disk, held by one writer at a time.
package final class JournalFileStorage: JournalStorage {
    package enum Mode: Sendable {
        /// The file must not be there yet.
        case create
        /// The file must be there.
        case open
    }

    private let descriptor: Descriptor

    /// Opens the file and takes its lock: a second writer gets `.locked`. Links are not followed.
    package init(path: String, mode: Mode) throws(JournalError) {
        let action = mode == .create ? "create the journal" : "open the journal"
        do {
            descriptor = try Descriptor(
                path: path,
                flags: O_RDWR | O_NOFOLLOW | O_NONBLOCK | (mode == .create ? O_CREAT | O_EXCL : 0)
            )
            try descriptor.lock()
        } catch {
            throw JournalError(error, action: action, path: path)
        }
    }

    /// A file that somebody cut short is not written on: the gap would make everything after it unreadable.
    package func write(_ bytes: [UInt8], at offset: Int) throws(SystemFailure) {
        let status = try descriptor.status()
        guard status.st_mode & S_IFMT != S_IFREG || status.st_size >= offset else { throw SystemFailure(ESTALE) }
        try descriptor.write(bytes, at: offset)
    }

    package func truncate(to length: Int) throws(SystemFailure) {
        try descriptor.truncate(to: length)
    }

    /// A file that somebody removed is not durable: nothing would find it after a crash.
    package func synchronize() throws(SystemFailure) {
        try descriptor.synchronize()
        guard try descriptor.status().st_nlink > 0 else { throw SystemFailure(ENOENT) }
    }

    package func release() {
        descriptor.unlock()
    }
}

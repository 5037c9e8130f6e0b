package import CanaryJournal

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Files that are there as a whole or not at all: a temporary file beside them, made durable and renamed.
package enum AtomicFile {
    /// Replaces a file. The old content stays if anything fails.
    package static func write(_ bytes: [UInt8], to path: String, mode: UInt32 = 0o644) throws(SystemFailure) {
        guard !path.isEmpty, !path.utf8.contains(0) else { throw SystemFailure(EILSEQ) }
        let temporary = "\(path).\(getpid()).tmp"
        // What a killed process with the same number has left is not ours to read.
        unlink(temporary)
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode_t(mode))
        guard descriptor >= 0 else { throw SystemFailure(errno) }
        var failure = fill(descriptor, bytes)
        if failure == 0, fchmod(descriptor, mode_t(mode)) != 0 { failure = errno }
        if failure == 0, fsync(descriptor) != 0, errno != EINVAL { failure = errno }
        if close(descriptor) != 0, failure == 0 { failure = errno }
        if failure == 0, rename(temporary, path) != 0 { failure = errno }
        guard failure == 0 else {
            unlink(temporary)
            throw SystemFailure(failure)
        }
        synchronize(folderOf: path)
    }

    /// Replaces what a user has named: a link stays one and its target is replaced, or made if there is none yet, and what is no regular file, as a device or a
    /// pipe, is written into.
    package static func deliver(_ bytes: [UInt8], to path: String) throws(SystemFailure) {
        var status = stat()
        guard stat(path, &status) == 0 else { return try write(bytes, to: try target(of: path)) }
        guard status.st_mode & S_IFMT == S_IFREG else { return try overwrite(bytes, at: path) }
        guard let target = realpath(path, nil) else { throw SystemFailure(errno) }
        defer { free(target) }
        try write(bytes, to: String(cString: target))
    }

    /// Where a link leads whose target is not there; the path itself if it is none.
    private static func target(of path: String) throws(SystemFailure) -> String {
        var path = path
        // As many as Linux follows.
        for _ in 0..<40 {
            guard !path.isEmpty, !path.utf8.contains(0) else { throw SystemFailure(EILSEQ) }
            var characters = [CChar](repeating: 0, count: 4096)
            let count = readlink(path, &characters, characters.count)
            guard count > 0 else { return path }
            guard count < characters.count else { throw SystemFailure(ENAMETOOLONG) }
            let target = String(decoding: characters[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
            let folder = path.lastIndex(of: "/").map { path[...$0] } ?? ""
            path = target.hasPrefix("/") ? target : folder + target
        }
        throw SystemFailure(ELOOP)
    }

    /// Writes into a file that must stay the one it is, as one that is mounted by itself. Not atomic.
    package static func overwrite(_ bytes: [UInt8], at path: String) throws(SystemFailure) {
        guard !path.isEmpty, !path.utf8.contains(0) else { throw SystemFailure(EILSEQ) }
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NONBLOCK, mode_t(0o644))
        guard descriptor >= 0 else { throw SystemFailure(errno) }
        let failure = fill(descriptor, bytes)
        close(descriptor)
        guard failure == 0 else { throw SystemFailure(failure) }
    }

    /// Reads a regular file of at most `limit` bytes; nil if there is none.
    package static func read(_ path: String, limit: Int) throws(SystemFailure) -> [UInt8]? {
        guard !path.utf8.contains(0) else { throw SystemFailure(EILSEQ) }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw SystemFailure(errno)
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw SystemFailure(errno) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw SystemFailure(EISDIR) }
        guard status.st_size <= limit else { throw SystemFailure(EFBIG) }
        var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
        var filled = 0
        while filled < bytes.count {
            let count = bytes.withUnsafeMutableBytes { buffer in
                Glibc.read(descriptor, buffer.baseAddress.map { $0 + filled }, buffer.count - filled)
            }
            if count < 0 {
                if errno == EINTR { continue }
                throw SystemFailure(errno)
            }
            if count == 0 { break }
            filled += count
        }
        return Array(bytes[..<filled])
    }

    /// Makes a folder and those above it.
    package static func makeFolder(_ path: String) throws(SystemFailure) {
        var made = path.hasPrefix("/") ? "/" : ""
        for part in path.split(separator: "/") {
            made += made.isEmpty || made.hasSuffix("/") ? String(part) : "/\(part)"
            guard mkdir(made, 0o755) != 0, errno != EEXIST else { continue }
            // A folder above may exist without the right to make folders in it.
            let number = errno
            var status = stat()
            guard stat(made, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else { throw SystemFailure(number) }
        }
    }

    private static func fill(_ descriptor: CInt, _ bytes: [UInt8]) -> CInt {
        bytes.withUnsafeBytes { buffer in
            var written = 0
            while written < buffer.count {
                let rest = UnsafeRawBufferPointer(rebasing: buffer[written...])
                let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
                if count < 0 {
                    if errno == EINTR { continue }
                    return errno
                }
                guard count > 0 else { return EIO }
                written += count
            }
            return 0
        }
    }

    /// Makes the rename durable. Some file systems cannot do this for folders; the content is whole either way.
    private static func synchronize(folderOf path: String) {
        let folder = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }
}

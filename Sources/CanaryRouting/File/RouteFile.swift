import CanaryCore
import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// A small text file that is read whole and replaced by rename, so that every reader sees the old or the new one.
struct RouteFile {
    let path: String

    /// Larger files are refused, in bytes.
    static let sizeLimit = 4 << 20

    struct Contents {
        var bytes: [UInt8]
        var text: String
        var mode: mode_t
        var owner: uid_t
        var group: gid_t
        /// The file itself, with links resolved.
        var target: String
    }

    // MARK: Reading

    func read() throws(RouteError) -> Contents {
        // Non-blocking, or opening a FIFO would wait for its writer.
        let descriptor = retrying { open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) }
        guard descriptor >= 0 else { throw failure("cannot be read", errno, reading: true) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure("cannot be read", errno, reading: true) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            let what = status.st_mode & S_IFMT == S_IFDIR ? "is a directory" : "is not a regular file"
            throw RouteError(.unreadable, "\(path) \(what)", hint: "route.file names a YAML file")
        }
        let bytes = try contents(of: descriptor)
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw RouteError(.notARoute, "\(path) is not UTF-8", hint: "convert it; a route file is YAML in UTF-8")
        }
        return Contents(
            bytes: bytes,
            text: text,
            mode: status.st_mode & 0o7777,
            owner: status.st_uid,
            group: status.st_gid,
            target: try resolved()
        )
    }

    private func contents(of descriptor: CInt) throws(RouteError) -> [UInt8] {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = chunk.withUnsafeMutableBytes { buffer in
                retrying { Int32(truncatingIfNeeded: systemRead(descriptor, buffer)) }
            }
            guard count >= 0 else { throw failure("cannot be read", errno, reading: true) }
            guard count > 0 else { return bytes }
            bytes += chunk.prefix(Int(count))
            guard bytes.count <= Self.sizeLimit else {
                throw RouteError(
                    .unreadable,
                    "\(path) is larger than \(Self.sizeLimit >> 20) MiB",
                    hint: "put the route's document into a file of its own"
                )
            }
        }
    }

    private func resolved() throws(RouteError) -> String {
        guard let pointer = realpath(path, nil) else { throw failure("cannot be read", errno, reading: true) }
        defer { free(pointer) }
        return String(cString: pointer)
    }

    // MARK: Writing

    /// Replaces the contents with text of the same mode and owner, on stable storage before this returns.
    ///
    /// A link stays a link: the file it leads to is replaced. `isUnchanged` is asked at the last moment before the
    /// rename.
    func replace(_ old: Contents, with text: String) throws(RouteError) {
        // Root could write it, but whoever took the write bits away did not want that.
        guard old.mode & 0o222 != 0 else {
            throw RouteError(.unwritable, "\(path) is read-only", hint: "chmod u+w \(path)", disposition: .stop)
        }
        guard access(old.target, W_OK) == 0 else { throw failure("cannot be written", errno, reading: false) }
        let folder = old.target.lastIndex(of: "/").map { String(old.target[...$0]) } ?? "./"
        let name =
            old.target.lastIndex(of: "/").map { String(old.target[old.target.index(after: $0)...]) } ?? old.target
        var template = Array("\(folder).\(name.prefix(100)).haldane-XXXXXX".utf8CString)
        let descriptor = mkstemp(&template)
        let temporary = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        guard descriptor >= 0 else {
            throw failure("cannot be written: no temporary file beside it", errno, reading: false)
        }
        do throws(RouteError) {
            defer { close(descriptor) }
            try fill(descriptor, text, like: old)
        } catch {
            unlink(temporary)
            throw error
        }
        // The time between this look and the rename is all that is left to another writer.
        let now: Contents
        do throws(RouteError) {
            now = try read()
        } catch {
            unlink(temporary)
            throw error
        }
        guard now.bytes == old.bytes, now.target == old.target else {
            unlink(temporary)
            throw RouteError(
                .conflict,
                "\(path) was changed by someone else while it was being written",
                disposition: .retry
            )
        }
        guard rename(temporary, old.target) == 0 else {
            let code = errno
            unlink(temporary)
            throw failure("cannot be replaced", code, reading: false)
        }
        synchronize(folder: folder)
    }

    private func fill(_ descriptor: CInt, _ text: String, like old: Contents) throws(RouteError) {
        var text = text
        var offset = 0
        let code: CInt = text.withUTF8 { bytes in
            while offset < bytes.count {
                let rest = UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(bytes)[offset...])
                let count = retrying { Int32(truncatingIfNeeded: systemWrite(descriptor, rest)) }
                guard count > 0 else { return count < 0 ? errno : EIO }
                offset += Int(count)
            }
            return 0
        }
        guard code == 0 else { throw failure("cannot be written", code, reading: false) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure("cannot be written", errno, reading: false) }
        if status.st_uid != old.owner || status.st_gid != old.group, fchown(descriptor, old.owner, old.group) != 0 {
            throw failure("cannot keep its owner", errno, reading: false)
        }
        guard fchmod(descriptor, old.mode) == 0 else { throw failure("cannot keep its mode", errno, reading: false) }
        guard fsync(descriptor) == 0 else { throw failure("cannot be written", errno, reading: false) }
    }

    /// Makes the rename durable. Some file systems cannot do this for folders; the content is safe either way.
    private func synchronize(folder: String) {
        let descriptor = open(folder, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }

    // MARK: Errors

    private func failure(_ what: String, _ code: CInt, reading: Bool) -> RouteError {
        let cause = String(cString: strerror(code))
        switch code {
        case ENOENT, ENOTDIR:
            return RouteError(
                .missing,
                "\(path) does not exist",
                cause: cause,
                hint: "a relative route.file is relative to the spec's folder",
                disposition: .stop
            )
        case EACCES, EPERM, EROFS:
            return RouteError(
                reading ? .unreadable : .unwritable,
                "\(path) \(what)",
                cause: cause,
                hint: reading
                    ? "grant this user read access" : "grant this user write access to the file and its folder",
                disposition: .stop
            )
        default:
            let isPassing = [EMFILE, ENFILE, ENOSPC, ENOMEM, EAGAIN, EIO].contains(code)
            return RouteError(
                reading ? .unreadable : .unwritable,
                "\(path) \(what)",
                cause: cause,
                disposition: isPassing ? .retry : .stop
            )
        }
    }
}

/// Calls again while a signal interrupts.
private func retrying(_ call: () -> Int32) -> Int32 {
    while true {
        let result = call()
        if result >= 0 || errno != EINTR { return result }
    }
}

private func systemRead(_ descriptor: CInt, _ buffer: UnsafeMutableRawBufferPointer) -> Int {
    read(descriptor, buffer.baseAddress, buffer.count)
}

private func systemWrite(_ descriptor: CInt, _ buffer: UnsafeRawBufferPointer) -> Int {
    write(descriptor, buffer.baseAddress, buffer.count)
}

import FoundationEssentials

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Where the control socket of a journal folder is: `control.sock` in it, or, if that path is too long for a socket's address,
/// in a short private folder whose path is in `control.path`.
struct ControlPlace: Sendable, Hashable {
    /// The journal folder.
    let folder: String

    /// The longest path of a socket that every system takes, in bytes.
    static let longestPath = 103

    private var inside: String { folder + "/control.sock" }
    private var pointer: String { folder + "/control.path" }

    /// Where to connect: the socket's path, or nil if none was left here.
    func find() -> String? {
        if let path = Self.shortest(inside), Self.isSocket(path) { return path }
        guard let bytes = FileManager.default.contents(atPath: pointer), bytes.count <= 4096 else { return nil }
        let path = String(decoding: bytes, as: UTF8.self).trimmingPrefix { $0.isWhitespace }.prefix { !$0.isNewline }
        return path.utf8.count <= Self.longestPath && Self.isSocket(String(path)) ? String(path) : nil
    }

    /// A path to bind a socket to, after removing what a killed run has left. Only for the holder of the folder's lock.
    func prepare() throws(AgentError) -> String {
        clear()
        if Self.longestPath >= inside.utf8.count, Self.isShort(absolute: inside) { return inside }
        let path = try makePrivateFolder() + "/control.sock"
        guard FileManager.default.createFile(atPath: pointer, contents: Data((path + "\n").utf8)) else {
            removePrivateFolder(of: path)
            throw AgentError("cannot write \(pointer)", cause: String(cString: strerror(errno)))
        }
        return path
    }

    /// Removes the socket, and the private folder if there is one.
    func clear() {
        unlink(inside)
        guard let bytes = FileManager.default.contents(atPath: pointer), bytes.count <= 4096 else { return }
        removePrivateFolder(
            of: String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
        )
        unlink(pointer)
    }

    private func makePrivateFolder() throws(AgentError) -> String {
        let bases = [ProcessInfo.processInfo.environment["XDG_RUNTIME_DIR"], "/tmp"].compactMap { $0 }
        for base in bases where base.hasPrefix("/") {
            var template = Array("\(base)/\(Self.prefix)XXXXXX".utf8CString)
            guard template.count + 13 <= Self.longestPath, mkdtemp(&template) != nil else { continue }
            return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
        throw AgentError("cannot make a private folder for the control socket in \(bases.joined(separator: " or "))")
    }

    /// Only what has the shape of our own making is removed: the pointer is a file that anybody may have written.
    private func removePrivateFolder(of path: String) {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count >= 3, parts.last == "control.sock", parts[parts.count - 2].hasPrefix(Self.prefix) else {
            return
        }
        if Self.isSocket(path) { unlink(path) }
        rmdir(parts.dropLast().joined(separator: "/"))
    }

    /// Whether the path is short enough from the root as well, so that nobody's working folder matters.
    private static func isShort(absolute path: String) -> Bool {
        guard !path.hasPrefix("/") else { return true }
        return FileManager.default.currentDirectoryPath.utf8.count + 1 + path.utf8.count <= longestPath
    }

    /// The path, or the same place from the root, or nil if both are too long.
    private static func shortest(_ path: String) -> String? {
        if path.utf8.count <= longestPath { return path }
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        let text = String(cString: resolved)
        return text.utf8.count <= longestPath ? text : nil
    }

    private static func isSocket(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFSOCK
    }

    private static let prefix = "haldane-control-"
}

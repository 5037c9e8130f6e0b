#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// What the file system says of a path at one moment; links are followed.
package struct FileStamp: Sendable, Hashable {
    package let bytes: Int
    /// The last change, in nanoseconds since 1970.
    package let modified: Int64
    package let isFolder: Bool
    /// The same for all names of one file or folder.
    package let identity: Identity

    package struct Identity: Sendable, Hashable {
        let device: UInt64
        let number: UInt64
    }

    /// Nil if nothing can be said of the path.
    package init?(_ path: String) {
        var status = stat()
        guard !path.isEmpty, !path.utf8.contains(0), stat(path, &status) == 0 else { return nil }
        bytes = max(Int(status.st_size), 0)
        let (seconds, overflow) = Int64(status.st_mtim.tv_sec).multipliedReportingOverflow(by: 1_000_000_000)
        modified = overflow ? 0 : seconds &+ Int64(status.st_mtim.tv_nsec)
        isFolder = status.st_mode & S_IFMT == S_IFDIR
        identity = Identity(device: UInt64(status.st_dev), number: UInt64(status.st_ino))
    }
}

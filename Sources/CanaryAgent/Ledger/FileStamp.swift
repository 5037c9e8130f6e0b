#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// What the file system says of a path at one moment.
package struct FileStamp: Sendable, Hashable {
    package let bytes: Int
    /// The last change, in nanoseconds since 1970.
    package let modified: Int64
    package let isFolder: Bool
    /// Whether it is a regular file.
    package let isFile: Bool
    /// Whether it is a symbolic link; never where links are followed.
    package let isLink: Bool
    /// The same for all names of one file or folder.
    package let identity: Identity

    package struct Identity: Sendable, Hashable {
        let device: UInt64
        let number: UInt64
    }

    /// Nil if nothing can be said of the path.
    package init?(_ path: String, followsLinks: Bool = true) {
        var status = stat()
        guard !path.isEmpty, !path.utf8.contains(0) else { return nil }
        guard (followsLinks ? stat(path, &status) : lstat(path, &status)) == 0 else { return nil }
        self.init(status)
    }

    init(_ status: stat) {
        bytes = max(Int(status.st_size), 0)
        let (seconds, overflow) = Int64(status.st_mtim.tv_sec).multipliedReportingOverflow(by: 1_000_000_000)
        modified = overflow ? 0 : seconds &+ Int64(status.st_mtim.tv_nsec)
        isFolder = status.st_mode & S_IFMT == S_IFDIR
        isFile = status.st_mode & S_IFMT == S_IFREG
        isLink = status.st_mode & S_IFMT == S_IFLNK
        identity = Identity(device: UInt64(status.st_dev), number: UInt64(status.st_ino))
    }
}

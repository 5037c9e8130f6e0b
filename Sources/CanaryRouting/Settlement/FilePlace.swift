import CanaryCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Where a file really is.
enum FilePlace {
    /// Refuses a file that is not in a folder once every link is followed.
    static func check(_ path: String, below directory: String) throws(RouteError) {
        guard let folder = resolved(directory) else {
            throw RouteError(
                .unreadable,
                "the repository's folder \(directory) is not there",
                cause: String(cString: strerror(errno)),
                hint: "mount the work tree there, or correct repositories in the cluster's CanaryPolicy"
            )
        }
        guard let target = resolved(path) else {
            throw RouteError(
                .unreadable,
                "\(path) is not there",
                cause: String(cString: strerror(errno)),
                hint: "correct route.settle.file"
            )
        }
        let inside = target.hasPrefix(folder + "/") ? target.dropFirst(folder.count + 1) : ""
        guard !inside.isEmpty, !inside.split(separator: "/").contains(".git") else {
            throw RouteError(
                .unsupported,
                "\(path) leads out of the repository's folder \(directory)",
                hint: "name a file of the work tree itself"
            )
        }
    }

    /// With every link followed; nil if it is not there.
    private static func resolved(_ path: String) -> String? {
        guard let real = realpath(path, nil) else { return nil }
        defer { free(real) }
        return String(cString: real)
    }
}

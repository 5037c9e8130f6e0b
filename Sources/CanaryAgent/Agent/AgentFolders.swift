import CanaryCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The folders that an agent is begun with.
package enum AgentFolders {
    /// Finds out whether specs can be read from a folder.
    package static func checkSpecs(_ path: String) throws(AgentError) {
        guard let folder = opendir(path) else {
            throw AgentError(
                "specs cannot be read from the folder \(path)",
                cause: words(errno),
                hint: "name a folder of Canary and CanaryPolicy files that this user may read with --specs",
                exitCode: .usage
            )
        }
        closedir(folder)
    }

    /// Makes the folder of the journals, with those above it, and finds out whether it can be written.
    package static func makeData(_ path: String) throws(AgentError) {
        func fail(_ place: String, _ number: Int32) -> AgentError {
            AgentError(
                "journals cannot be kept in \(path)",
                cause: place == path ? words(number) : "\(place): \(words(number))",
                hint: "name a folder that this user may write with --data",
                exitCode: .usage
            )
        }
        var place = path.hasPrefix("/") ? "/" : ""
        for part in path.split(separator: "/") {
            place += place.isEmpty || place.hasSuffix("/") ? String(part) : "/\(part)"
            guard mkdir(place, 0o777) != 0, errno != EEXIST else { continue }
            let number = errno
            // A folder that is there may be on a disk that nothing can be made on.
            guard access(place, X_OK) == 0 else { throw fail(place, number) }
        }
        guard let folder = opendir(path) else { throw fail(path, errno) }
        closedir(folder)
        guard access(path, W_OK | X_OK) == 0 else { throw fail(path, errno) }
    }

    private static func words(_ number: Int32) -> String { String(cString: strerror(number)) }
}

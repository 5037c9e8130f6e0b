#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Who holds the lock of a journal directory.
package enum JournalHolder: Sendable, Hashable {
    case nobody
    /// A process works there; its number, if it could be read.
    case process(Int32?)

    /// Looks at the lock without disturbing it: two that look at once do not see each other.
    ///
    /// A directory without a lock's file has never had a run.
    package init(directory: String) throws(JournalError) {
        let action = "look at the lock"
        let file: Descriptor
        do {
            file = try Descriptor.openFile(
                path: directory + "/lock",
                flags: O_RDONLY | O_NOFOLLOW | O_NONBLOCK,
                action: action
            )
        } catch {
            guard error.code == .missing else { throw error }
            self = .nobody
            return
        }
        do {
            try file.lockShared()
            self = .nobody
        } catch {
            guard error.number == EWOULDBLOCK else {
                throw JournalError(error, action: action, path: directory + "/lock")
            }
            self = .process(JournalLock.processID(in: file))
        }
    }
}

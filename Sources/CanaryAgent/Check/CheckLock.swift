package import CanaryCore
import CanaryJournal
import FoundationEssentials

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The right to check with one state folder. It ends with `release`, or with the process.
///
/// The kernel holds the lock (`flock` on `DIR/lock`), so none survives a kill. The file says who holds it until when: a holder that is
/// past its own deadline has hung, and its lock is taken over by putting a new file in the place of the old one. On file systems where
/// the lock of another host is not seen, what that host has written is believed until its deadline.
package struct CheckLock: ~Copyable {
    /// Whose lock was taken over, in words; nil if it was free.
    package let takenOver: String?
    private let path: String
    private let descriptor: CInt

    /// Who holds a lock.
    struct Holder: Codable, Equatable {
        var pid: Int32
        var host: String
        var since: Timestamp
        var until: Timestamp
    }

    /// Takes the lock of a folder, without waiting.
    ///
    /// - Parameters:
    ///   - until: when this check will have ended for certain.
    package init(folder: String, now: Timestamp, until: Timestamp, host: String = Self.host) throws(CheckFault) {
        let path = folder + "/lock"
        let me = Holder(pid: getpid(), host: host, since: now, until: until)
        var hung: Holder?
        // Each attempt fails only if the file is replaced at the same moment, by another process or because its holder has hung.
        for _ in 0..<8 {
            let descriptor = try Self.open(path)
            switch try Self.take(descriptor, path, me) {
            case .taken(let before):
                self.path = path
                self.descriptor = descriptor
                takenOver = (before ?? hung).map { holder in
                    let why = holder.until < now ? "it is past its deadline" : "that process is gone"
                    return "the stale lock of \(Self.words(holder)) was taken over: \(why)"
                }
                return
            case .replaced(let holder): hung = holder
            case .again: break
            }
            close(descriptor)
        }
        throw CheckFault(Reason("locked", "another check is taking the lock '\(path)' again and again"))
    }

    /// Whether the lock is still this one: another check takes it over after the deadline.
    package var isOwn: Bool { Self.isSame(descriptor, path) }

    /// Gives the lock back.
    package consuming func release() {
        // The emptied file says that its holder ended in good order.
        if isOwn { ftruncate(descriptor, 0) }
    }

    deinit {
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }

    /// This machine's name.
    package static var host: String {
        var name = [CChar](repeating: 0, count: 256)
        guard gethostname(&name, name.count - 1) == 0 else { return "unknown" }
        return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    // MARK: Taking

    private enum Attempt {
        /// The lock is ours; a holder that did not give it back is named.
        case taken(Holder?)
        /// Its holder has hung, and the file is gone.
        case replaced(Holder)
        case again
    }

    private static func open(_ path: String) throws(CheckFault) -> CInt {
        let flags = O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK
        let descriptor = openat(AT_FDCWD, path, flags, mode_t(0o644))
        guard descriptor >= 0 else {
            let cause = SystemFailure(errno).text
            throw CheckFault(Reason("state", "cannot open the lock '\(path)': \(cause)"))
        }
        return descriptor
    }

    private static func take(_ descriptor: CInt, _ path: String, _ me: Holder) throws(CheckFault) -> Attempt {
        let isFree = flock(descriptor, LOCK_EX | LOCK_NB) == 0
        let holder = holder(in: descriptor)
        guard isSame(descriptor, path) else { return .again }
        if isFree {
            // On this host a free lock has no holder, whatever the file says.
            if let holder, holder.host != me.host, holder.until >= me.since {
                close(descriptor)
                throw running(holder)
            }
            write(me, to: descriptor)
            return .taken(holder)
        }
        guard let holder, holder.until < me.since else {
            close(descriptor)
            throw running(holder)
        }
        // Its file goes; it will notice before it writes.
        unlink(path)
        return .replaced(holder)
    }

    private static func running(_ holder: Holder?) -> CheckFault {
        let who = holder.map { " (\(words($0)))" } ?? ""
        return CheckFault(Reason("locked", "another check is running\(who)"))
    }

    private static func words(_ holder: Holder) -> String {
        "process \(holder.pid) on \(holder.host)"
    }

    private static func isSame(_ descriptor: CInt, _ path: String) -> Bool {
        var (opened, named) = (stat(), stat())
        guard fstat(descriptor, &opened) == 0, stat(path, &named) == 0 else { return false }
        return opened.st_ino == named.st_ino && opened.st_dev == named.st_dev
    }

    private static func holder(in descriptor: CInt) -> Holder? {
        var bytes = [UInt8](repeating: 0, count: 1024)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        guard count > 0 else { return nil }
        return try? JSONDecoder().decode(Holder.self, from: Data(bytes[..<count]))
    }

    private static func write(_ holder: Holder, to descriptor: CInt) {
        // The lock is ours all the same: what is written is for others to read.
        guard let data = try? JSONEncoder().encode(holder) else { return }
        ftruncate(descriptor, 0)
        let bytes = Array(data) + [UInt8(ascii: "\n")]
        _ = pwrite(descriptor, bytes, bytes.count, 0)
    }
}

/// Why a check cannot tell anything.
package struct CheckFault: Error, Sendable, Hashable {
    package var reason: Reason

    package init(_ reason: Reason) {
        self.reason = reason
    }
}

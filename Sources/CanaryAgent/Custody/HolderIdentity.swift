package import CanaryJournal
import CanaryKubernetes
import FoundationEssentials

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Who this process is to others, and which processes before it are certainly dead.
///
/// The identities of those that worked in a journal's folder are kept there, in the file `holder`, with the lock that they held: on
/// the same kernel, the same lock held by us proves that none of them lives. A copy of the folder, as a cache of a CI system makes it,
/// has another lock, and proves nothing.
package struct HolderIdentity: Sendable, Hashable {
    package let name: String
    /// Names and instances of processes that are dead; of an own name from before, the instance alone.
    package let predecessors: Set<String>
    /// All that worked in this folder, or in the one that it is a copy of: its journal tells what they did.
    let authors: Set<String>

    package init(_ name: String, predecessors: Set<String> = [], authors: Set<String> = []) {
        self.name = name
        self.predecessors = predecessors
        self.authors = authors.union(predecessors).union([name])
    }

    /// What the file holds.
    private struct Stored: Codable {
        var holders: [String]
        /// Which processes they were, see `LeaseInstance`; those of the same name as well.
        var instances: [String]?
        var kernel: String
        var device: UInt64
        var inode: UInt64
    }

    /// The identity of a process that holds the lock of this folder, written down there before it is used.
    ///
    /// - Parameter name: must be this process's alone; nil makes one up.
    package static func make(_ name: String?, in directory: JournalDirectory, lock: borrowing JournalLock)
        -> HolderIdentity
    {
        let name = name ?? unique()
        let path = directory.path + "/holder"
        var stored = mark(of: lock.path)
        var before: [String] = []
        var instances: [String] = []
        var isProved = false
        if let data = FileManager.default.contents(atPath: path), data.count <= 64 << 10,
            let found = try? JSONDecoder().decode(Stored.self, from: data)
        {
            before = Array(found.holders.filter { $0 != name && !$0.isEmpty }.prefix(7))
            instances = Array((found.instances ?? []).filter { $0 != LeaseInstance.own && !$0.isEmpty }.prefix(7))
            isProved =
                !stored.kernel.isEmpty && found.kernel == stored.kernel && found.device == stored.device
                && found.inode == stored.inode
        }
        // Of those whose death is not proved here nothing is said later either.
        stored.holders = [name] + (isProved ? before : [])
        stored.instances = [LeaseInstance.own] + (isProved ? instances : [])
        // A file that cannot be written costs whoever comes next the wait for the lease's end, and nothing else.
        if let data = try? JSONEncoder().encode(stored) { try? data.write(to: URL(filePath: path), options: .atomic) }
        return HolderIdentity(name, predecessors: isProved ? Set(before + instances) : [], authors: Set(before))
    }

    /// The host's name, the process and a random number.
    package static func unique() -> String {
        var name = [CChar](repeating: 0, count: 256)
        let isNamed = gethostname(&name, name.count - 1) == 0
        let host = isNamed ? String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self) : ""
        let random = String(UInt64.random(in: .min ... .max), radix: 16)
        return "\(host.isEmpty ? "host" : String(host.prefix(200)))-\(getpid())-\(random)"
    }

    /// The lock, and the kernel that keeps it; without a kernel's name nothing is proved.
    private static func mark(of lock: String) -> Stored {
        var status = stat()
        guard stat(lock, &status) == 0,
            let data = FileManager.default.contents(atPath: "/proc/sys/kernel/random/boot_id")
        else { return Stored(holders: [], kernel: "", device: 0, inode: 0) }
        return Stored(
            holders: [],
            kernel: String(decoding: data, as: UTF8.self).filter { !$0.isWhitespace },
            device: UInt64(truncatingIfNeeded: status.st_dev),
            inode: UInt64(truncatingIfNeeded: status.st_ino)
        )
    }
}

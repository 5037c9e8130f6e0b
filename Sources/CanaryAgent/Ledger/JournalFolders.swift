import CanaryCore
package import CanaryJournal
import FoundationEssentials

/// The folders of journals under a home: the home itself, a folder of folders, or folders of those.
package struct JournalFolders: Sendable {
    /// One folder in which runs were begun.
    package struct Folder: Sendable, Hashable {
        package let path: String
        /// Relative to the home; of the home itself the last part of its path.
        package let name: String
        /// By name, so the newest is last.
        package let journals: [JournalFile]
        /// Whether a run's lock is there, held or not.
        package let hasLock: Bool

        /// The folder's own name.
        package var lastName: String { name.split(separator: "/").last.map(String.init) ?? name }

        /// Whether its runs are those of a canary: `NAME`, `NAMESPACE/NAME` or `NAMESPACE-NAME`.
        ///
        /// A folder has the runs of one canary. The newest journal that can be read says whose; where none can, its name does.
        package func isOf(canary: String) -> Bool {
            if lastName == canary || name == canary { return true }
            let header = journals.reversed().prefix(4).lazy.compactMap { JournalHead.read($0.path) }.first
            guard let spec = header?.spec else { return lastName.hasSuffix("-\(canary)") }
            return [spec.name, "\(spec.namespace)/\(spec.name)", "\(spec.namespace)-\(spec.name)"].contains(canary)
        }
    }

    /// A folder that could not be looked into.
    package struct Fault: Sendable, Hashable {
        package let path: String
        package let why: String
    }

    /// Ordered by name.
    package private(set) var folders: [Folder] = []
    package private(set) var faults: [Fault] = []
    /// Whether there were too many folders to look into all of them.
    package private(set) var isCut = false

    private var seen: Set<FileStamp.Identity> = []

    /// Looks through the home. A home that is not there has no folders.
    package init(under home: JournalHome) {
        guard let stamp = FileStamp(home.path) else { return }
        guard stamp.isFolder else {
            faults.append(Fault(path: home.path, why: "it is not a folder"))
            return
        }
        seen.insert(stamp.identity)
        // The nearest first, so that a tree that is too large is cut at its far end.
        var level = [(path: home.path, name: home.path.split(separator: "/").last.map(String.init) ?? home.path)]
        for depth in 0...Self.deepest where !level.isEmpty {
            var next: [(path: String, name: String)] = []
            for folder in level {
                let children = look(folder.path, folder.name)
                guard depth < Self.deepest else { continue }
                for child in children {
                    let path = "\(folder.path)/\(child)"
                    guard let stamp = FileStamp(path), stamp.isFolder, !seen.contains(stamp.identity) else { continue }
                    guard seen.count < Self.most else {
                        isCut = true
                        break
                    }
                    seen.insert(stamp.identity)
                    next.append((path, depth == 0 ? child : "\(folder.name)/\(child)"))
                }
            }
            level = next
        }
        folders.sort { $0.name < $1.name }
    }

    /// Notes the folder if it is one of journals, and gives the names in it that may be folders.
    private mutating func look(_ path: String, _ name: String) -> [String] {
        let names: [String]
        let journals: [JournalFile]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: path).sorted()
            let hasJournals = names.contains { $0.hasSuffix(JournalFile.suffix) }
            journals = hasJournals ? try JournalDirectory(existing: path).runs() : []
        } catch let error as JournalError {
            faults.append(Fault(path: path, why: error.cause ?? error.message))
            return []
        } catch {
            faults.append(Fault(path: path, why: "it cannot be listed"))
            return []
        }
        let hasLock = names.contains("lock")
        if !journals.isEmpty || hasLock {
            folders.append(Folder(path: path, name: name, journals: journals, hasLock: hasLock))
        }
        return names.filter { name in
            !name.hasSuffix(JournalFile.suffix) && (!name.hasPrefix(".") || name == JournalHome.standard)
        }
    }

    /// Folders of a canary, of its team, and of judgements below it.
    private static let deepest = 3
    private static let most = 20_000
}

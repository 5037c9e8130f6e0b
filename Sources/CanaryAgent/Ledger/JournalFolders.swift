import CanaryCore
package import CanaryJournal
import CanaryReport
import FoundationEssentials

/// The folders of journals under a home: the home itself, a folder of folders, or folders of those.
///
/// The home may be a link. Links in it are not followed: what is elsewhere is nobody's to list or to prune here.
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
        /// By which it is known again.
        let identity: FileStamp.Identity

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
    /// Whether there was too much under the home to look at all of it.
    package private(set) var isCut = false
    /// Links to folders that were not followed.
    package private(set) var linkCount = 0

    private let home: String
    /// How many names may still be looked at.
    private var left: Int

    /// Looks through the home. A home that is not there has no folders.
    ///
    /// - Parameter most: how many files and folders that are no journals are looked at, for a home that is none, as `/`.
    package init(under home: JournalHome, most: Int = 20_000) {
        self.home = home.path
        left = most
        guard let stamp = FileStamp(home.path) else { return }
        guard stamp.isFolder else {
            faults.append(Fault(path: home.path, why: "it is not a folder"))
            return
        }
        // The nearest first, so that a tree that is too large is cut at its far end.
        let name = home.path.split(separator: "/").last.map(String.init) ?? home.path
        var level = [(path: home.path, name: name, identity: stamp.identity)]
        for depth in 0...Self.deepest where !level.isEmpty {
            var next: [(path: String, name: String, identity: FileStamp.Identity)] = []
            for folder in level {
                let children = look(folder.path, folder.name, folder.identity)
                guard depth < Self.deepest else { continue }
                for child in children {
                    let path = folder.path.hasSuffix("/") ? folder.path + child : "\(folder.path)/\(child)"
                    guard let stamp = FileStamp(path, followsLinks: false) else { continue }
                    if stamp.isLink, FileStamp(path)?.isFolder == true { linkCount += 1 }
                    guard stamp.isFolder else { continue }
                    next.append((path, depth == 0 ? child : "\(folder.name)/\(child)", stamp.identity))
                }
            }
            level = next
        }
        folders.sort { $0.name < $1.name }
    }

    /// Notes the folder if it is one of journals, and gives the names in it that may be folders.
    private mutating func look(_ path: String, _ name: String, _ identity: FileStamp.Identity) -> [String] {
        guard left > 0 else {
            isCut = true
            return []
        }
        left -= 1
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
            folders.append(Folder(path: path, name: name, journals: journals, hasLock: hasLock, identity: identity))
        }
        let others = names.filter { name in
            !name.hasSuffix(JournalFile.suffix) && (!name.hasPrefix(".") || name == JournalHome.standard)
        }
        if others.count > left { isCut = true }
        let children = Array(others.prefix(left))
        left -= children.count
        return children
    }

    /// What was not looked at, and why.
    package var remarks: [String] {
        var remarks = faults.prefix(Self.mostFaults).map { "cannot look into \($0.path): \($0.why)" }
        if faults.count > Self.mostFaults {
            remarks.append("cannot look into \(faults.count - Self.mostFaults) more folders")
        }
        if linkCount > 0 {
            remarks.append("\(Figures.plural(linkCount, "link")) to folders in \(home) not followed")
        }
        if isCut { remarks.append("\(home) has too many files and folders; some were not looked at") }
        return remarks
    }

    /// Folders of a canary, of its team, and of judgements below it.
    private static let deepest = 3
    private static let mostFaults = 12
}

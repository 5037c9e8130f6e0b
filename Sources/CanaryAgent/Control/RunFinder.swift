import CanaryCore
import CanaryJournal
import CanaryReport
import FoundationEssentials

/// Finds the folder of the run that an operator means.
///
/// Named by a spec file, a folder of journals, a journal, or a canary (`NAMESPACE-NAME` or `NAME`); or by nothing, if only one
/// run can be meant.
package struct RunFinder {
    /// Where runs keep their folders unless told otherwise.
    package static let home = JournalHome.standard

    let home: JournalHome
    private let canary: (String) throws -> (namespace: String?, name: String)

    /// - Parameters:
    ///   - home: the folder of the folders.
    ///   - canary: whose spec the file is; the namespace is nil if only a cluster knows it.
    package init(home: JournalHome, canary: @escaping (String) throws -> (namespace: String?, name: String)) {
        self.home = home
        self.canary = canary
    }

    package init(home: String = RunFinder.home, canary: @escaping (String) throws -> (namespace: String?, name: String))
    {
        self.init(home: JournalHome(home), canary: canary)
    }

    /// The folder, and the spec file if that was named.
    package struct Found: Sendable, Hashable {
        package var folder: RunFolder
        package var spec: String?
    }

    /// - Parameters:
    ///   - argument: what the operator named.
    ///   - journal: the folder, if it was given.
    package func find(_ argument: String?, journal: String? = nil) throws -> Found {
        if let journal {
            return Found(folder: try folder(journal), spec: argument.flatMap { Self.isFile($0) ? $0 : nil })
        }
        guard let argument else { return Found(folder: try only(all(), "a run in \(home.path)"), spec: nil) }
        switch Self.kind(argument) {
        case .folder:
            return Found(folder: try folder(argument), spec: nil)
        case .file where argument.hasSuffix(".journal.zst"):
            let slash = argument.lastIndex(of: "/")
            return Found(folder: RunFolder(path: slash.map { String(argument[...$0]) } ?? "."), spec: nil)
        case .file:
            let (namespace, name) = try canary(argument)
            return Found(folder: try folder(ofNamespace: namespace, name), spec: argument)
        case .nothing:
            return Found(folder: try named(argument), spec: nil)
        }
    }

    /// The folder of the canary of a spec.
    private func folder(ofNamespace namespace: String?, _ name: String) throws(AgentError) -> RunFolder {
        guard let namespace else {
            let named = all().filter { isRun($0, of: name) }
            guard !named.isEmpty else { return try folder("\(home.path)/*-\(name)") }
            return try only(named, "'\(name)'")
        }
        let usual = home.folder(namespace: namespace, name: name)
        guard Self.kind(usual) != .folder else { return RunFolder(path: usual) }
        // A home that holds the homes of several teams.
        let nested = all().filter { $0.lastName == "\(namespace)-\(name)" }
        return nested.isEmpty ? try folder(usual) : try only(nested, "'\(namespace)-\(name)'")
    }

    private func named(_ argument: String) throws(AgentError) -> RunFolder {
        let known = all()
        if let exact = known.first(where: { $0.name == argument }) { return RunFolder(path: exact.path) }
        let same = known.filter { $0.lastName == argument }
        let named = same.isEmpty ? known.filter { isRun($0, of: argument) } : same
        guard !named.isEmpty else {
            throw AgentError(
                "there is no run '\(argument)': no such file or folder, and no such name in \(home.path)",
                hint: known.isEmpty
                    ? "name a spec, or its folder of journals with --journal DIR"
                    : "runs here: \(Self.list(known.map(\.name)))",
                exitCode: .unknown
            )
        }
        return try only(named, "'\(argument)'")
    }

    /// The one folder that is meant: the only one whose run is not over, else the only one.
    private func only(_ found: [JournalFolders.Folder], _ what: String) throws(AgentError) -> RunFolder {
        guard !found.isEmpty else {
            throw AgentError(
                "there is no run in \(home.path)",
                hint: "name its spec, or its folder of journals: haldane status DIR",
                exitCode: .unknown
            )
        }
        if found.count == 1 { return RunFolder(path: found[0].path) }
        // One whose process was killed is as likely meant as one that runs.
        let open = found.filter { folder in
            let run = RunFolder(path: folder.path)
            return run.isHeld || run.isUnfinished
        }
        if open.count == 1 { return RunFolder(path: open[0].path) }
        throw AgentError(
            "\(what) may be any of \(open.isEmpty ? found.count : open.count)\(open.isEmpty ? "" : " that are not over")",
            hint: "name one: \(Self.list((open.isEmpty ? found : open).map(\.name)))",
            exitCode: .usage
        )
    }

    /// Whether a folder's runs are those of a canary of this name; an unreadable journal is judged by its folder's name.
    private func isRun(_ folder: JournalFolders.Folder, of canary: String) -> Bool {
        guard let header = folder.journals.last.flatMap({ JournalHead.read($0.path) }) else {
            return folder.lastName.hasSuffix("-\(canary)")
        }
        return header.spec.name == canary || "\(header.spec.namespace)/\(header.spec.name)" == canary
    }

    private func folder(_ path: String) throws(AgentError) -> RunFolder {
        guard Self.kind(path) == .folder else {
            throw AgentError(
                "no run has been begun in \(path)",
                hint: "begin one with: haldane run SPEC",
                exitCode: .unknown
            )
        }
        return RunFolder(path: path)
    }

    /// Folders of runs, by name: those with journals of runs, or in which a run is beginning.
    private func all() -> [JournalFolders.Folder] {
        JournalFolders(under: home).folders.filter { folder in
            guard let last = folder.journals.last else {
                // `check` keeps what it remembers beside the runs, behind a lock of its own.
                return folder.hasLock && folder.lastName != "check"
            }
            return JournalHead.read(last.path)?.purpose == nil
        }
    }

    /// A few of the names, which are whatever somebody has called a folder or a canary.
    static func list(_ names: [String]) -> String {
        names.prefix(12).map(TextCells.harmless).joined(separator: ", ") + (names.count > 12 ? ", …" : "")
    }

    enum Kind {
        case file
        case folder
        case nothing
    }

    static func kind(_ path: String) -> Kind {
        var isFolder = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else { return .nothing }
        return isFolder ? .folder : .file
    }

    private static func isFile(_ path: String) -> Bool { path == "-" || kind(path) == .file }
}

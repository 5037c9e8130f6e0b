import CanaryCore
import FoundationEssentials

/// Finds the folder of the run that an operator means.
///
/// Named by a spec file, a folder of journals, a journal, or a canary (`NAMESPACE-NAME` or `NAME`); or by nothing, if only one
/// run can be meant.
package struct RunFinder {
    /// Where runs keep their folders unless told otherwise.
    package static let home = ".haldane"

    private let home: String
    private let canary: (String) throws -> (namespace: String?, name: String)

    /// - Parameters:
    ///   - home: the folder of the folders.
    ///   - canary: whose spec the file is; the namespace is nil if only a cluster knows it.
    package init(home: String = RunFinder.home, canary: @escaping (String) throws -> (namespace: String?, name: String))
    {
        self.home = home
        self.canary = canary
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
        guard let argument else { return Found(folder: try only(all(), "a run in \(home)"), spec: nil) }
        switch Self.kind(argument) {
        case .folder:
            return Found(folder: try folder(argument), spec: nil)
        case .file where argument.hasSuffix(".journal.zst"):
            let slash = argument.lastIndex(of: "/")
            return Found(folder: RunFolder(path: slash.map { String(argument[...$0]) } ?? "."), spec: nil)
        case .file:
            let (namespace, name) = try canary(argument)
            if let namespace { return Found(folder: try folder("\(home)/\(namespace)-\(name)"), spec: argument) }
            let named = all().filter { isRun($0, of: name) }
            guard !named.isEmpty else { return Found(folder: try folder("\(home)/*-\(name)"), spec: argument) }
            return Found(folder: try only(named, "'\(name)'"), spec: argument)
        case .nothing:
            let known = all()
            if let exact = known.first(where: { name(of: $0) == argument }) { return Found(folder: exact, spec: nil) }
            let named = known.filter { isRun($0, of: argument) }
            guard !named.isEmpty else {
                throw AgentError(
                    "there is no run '\(argument)': no such file or folder, and no such name in \(home)",
                    hint: known.isEmpty
                        ? "name a spec, or its folder of journals with --journal DIR"
                        : "runs here: \(list(known))",
                    exitCode: .unknown
                )
            }
            return Found(folder: try only(named, "'\(argument)'"), spec: nil)
        }
    }

    /// The one folder that is meant: the only one whose run is not over, else the only one.
    private func only(_ folders: [RunFolder], _ what: String) throws(AgentError) -> RunFolder {
        guard !folders.isEmpty else {
            throw AgentError(
                "there is no run in \(home)",
                hint: "name its spec, or its folder of journals: haldane status DIR",
                exitCode: .unknown
            )
        }
        if folders.count == 1 { return folders[0] }
        // One whose process was killed is as likely meant as one that runs.
        let open = folders.filter { $0.isHeld || $0.isUnfinished }
        if open.count == 1 { return open[0] }
        throw AgentError(
            "\(what) may be any of \(open.isEmpty ? folders.count : open.count)\(open.isEmpty ? "" : " that are not over")",
            hint: "name one: \(list(open.isEmpty ? folders : open))",
            exitCode: .usage
        )
    }

    /// Whether a folder's runs are those of a canary of this name; an unreadable journal is judged by its folder's name.
    private func isRun(_ folder: RunFolder, of canary: String) -> Bool {
        guard let header = try? folder.recorded().snapshot.header else {
            return name(of: folder).hasSuffix("-\(canary)")
        }
        return header.spec.name == canary
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

    /// Folders of runs, by name.
    private func all() -> [RunFolder] {
        // No folder is the same as an empty one.
        let names = (try? FileManager.default.contentsOfDirectory(atPath: home)) ?? []
        return names.sorted().map { RunFolder(path: "\(home)/\($0)") }.filter {
            Self.kind($0.path) == .folder && FileManager.default.fileExists(atPath: $0.path + "/lock")
        }
    }

    private func name(of folder: RunFolder) -> String {
        String(folder.path.split(separator: "/").last ?? "")
    }

    private func list(_ folders: [RunFolder]) -> String {
        folders.prefix(12).map(name).joined(separator: ", ") + (folders.count > 12 ? ", …" : "")
    }

    private enum Kind {
        case file
        case folder
        case nothing
    }

    private static func kind(_ path: String) -> Kind {
        var isFolder = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else { return .nothing }
        return isFolder ? .folder : .file
    }

    private static func isFile(_ path: String) -> Bool { path == "-" || kind(path) == .file }
}
